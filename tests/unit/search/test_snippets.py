"""A snippet shows where each kind of leaf stands, and costs no more for a large text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import snippets
from archive.search.analysis import pieces
from archive.search.folding import fold
from archive.search.grammar import parse
from archive.search.places import glob
from archive.search.query import Expansion, Fuzzy, Prefix, Wildcard, Words, positive_leaves
from archive.search.snippets import WIDTH, places, snippet


def words(text: str, slop: int = 0) -> Words:
    return Words(tuple(pieces(fold(text))), text, slop=slop)


def marked(text: str, *leaves: Words | Expansion) -> list[str]:
    """Return what the leaves mark in `text`."""
    return [text[one.start : one.end] for one in places(text, leaves)]


@pytest.mark.parametrize(
    ("leaf", "text", "hits"),
    [
        (words("harvest"), "Harvests, harvesting; a harvestman.", ["Harvests", "harvesting"]),
        (words("rice price"), "the rice-price; rice and price", ["rice-price"]),
        (words("혜산"), "혜산에서 혜산은 양강도 혜산", ["혜산", "혜산", "혜산"]),
        (words("café"), "CAFE\u0301 cafe", ["CAFE\u0301", "cafe"]),
        (words("kettle"), "ket\u00adtle Ｋｅｔｔｌｅ", ["ket\u00adtle", "Ｋｅｔｔｌｅ"]),
        (Prefix("kett"), "kettles, Kettledrum; unkettled", ["kettles", "Kettledrum"]),
        (Wildcard("k?ttle*"), "kettles kittle kttle", ["kettles", "kittle"]),
        (Wildcard("*drum"), "kettledrum drums Drum", ["kettledrum", "Drum"]),
        (Fuzzy("kettle", 1), "kettel kettles bettle kttl", ["kettel", "kettles"]),
        (words("ferry kettles", slop=2), "kettles by the ferry", ["kettles", "ferry"]),
        (words("ferry kettles", slop=2), "kettles, and much later a ferry", []),
        (words("ferry kettles", slop=2), "ferry ferry", []),
    ],
)
def test_each_kind_of_leaf_is_marked_where_it_stands(
    leaf: Words | Expansion, text: str, hits: list[str]
) -> None:
    assert marked(text, leaf) == hits


def test_a_word_is_not_found_inside_another_nor_across_a_hit() -> None:
    assert marked("scar car carcar", words("car")) == ["car"]
    assert marked("ana banana", words("ana")) == ["ana"]


def test_the_window_has_the_most_different_leaves_and_its_offset() -> None:
    text = "ferry " * 9 + "nothing " * 90 + "the ferry with copper kettles " + "end " * 90
    leaves = positive_leaves(parse("ferry copper kettles"))
    cut = snippet(text, places(text, leaves))
    assert {cut.text[a:b] for a, b in cut.hits} == {"ferry", "copper", "kettles"}
    assert text[cut.start :].startswith(cut.text)
    assert len(cut.text) <= WIDTH


def test_without_a_hit_it_is_the_beginning() -> None:
    assert snippet("A short text.", []).text == "A short text."


@given(
    st.lists(st.sampled_from(["ab", "a", "b", "aba", "혜산", "산혜산은", "é", "\n"])).map(" ".join),
    st.integers(1, 40),
    st.sampled_from(["ab", "혜산", '"a b"', "aba*", "NOT b", "a OR b"]),
)
def test_blocks_find_what_the_whole_finds(text: str, block: int, query: str) -> None:
    leaves = positive_leaves(parse(query))
    whole = places(text, leaves)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snippets, "_BLOCK", block)
        patch.setattr(snippets, "_OVERLAP", 1000)
        parts = places(text, leaves)
    assert len(set(parts)) == len(parts)
    spaced = text.replace("\n", " ")
    if all(len(run) < block for run in spaced.split(" ")):
        assert {(p.start, p.end) for p in parts} >= {(p.start, p.end) for p in whole}


def test_a_large_text_is_looked_at_up_to_a_bound_only(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[int] = []
    real = snippets.fold_with_origins
    monkeypatch.setattr(
        snippets, "fold_with_origins", lambda text: folded.append(len(text)) or real(text)
    )
    text = "혜산에서 쌀값이 올랐다. " * 100_000 + "zebra"
    assert marked(text, words("zebra")) == []
    assert sum(folded) < 400_000
    folded.clear()
    assert len(marked(text, words("혜산"))) == 500
    assert sum(folded) < 50_000


def test_the_same_text_and_query_give_the_same_snippet() -> None:
    text = "copper kettles at the ferry; " * 50
    leaves = positive_leaves(parse("kettles ferry"))
    assert len({snippet(text, places(text, leaves)) for _ in range(20)}) == 1


@given(st.text(alphabet="ab", max_size=12), st.text(alphabet="ab?*", max_size=8))
def test_a_pattern_matches_as_a_regular_expression_does(word: str, pattern: str) -> None:
    import re

    expression = "".join({"?": ".", "*": ".*"}.get(c, c) for c in pattern)
    assert glob(pattern, word) == bool(re.fullmatch(expression, word))


def test_a_pattern_of_many_stars_is_quick() -> None:
    assert glob("*a" * 30 + "b", "a" * 5000) is False
