"""Folding, analysis, grammar and snippets keep their word for any input."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search.analysis import analyse_document, pieces, sequence, stem
from archive.search.folding import fold, fold_with_origins
from archive.search.grammar import parse
from archive.search.leaves import Context
from archive.search.meaning import MAX_EXPANSIONS, MAX_LEAVES, MAX_TERMS
from archive.search.operators import read
from archive.search.query import (
    All,
    Any,
    Expansion,
    Node,
    Not,
    Words,
    as_written,
    positive_leaves,
)
from archive.search.snippets import WIDTH
from tests.unit.search.shelf import snippet

MIXED = st.text(
    st.one_of(
        st.sampled_from('aAéÉﬁ…½ŒＡ１ｶﾞ가각ㄱ김은\u1112\u1161\u11ab\u0301\u00ad\u200d\u3099İß *"()'),
        st.characters(),
    ),
    max_size=60,
)


@given(MIXED)
def test_folding_with_origins_gives_the_same_text(text: str) -> None:
    assert fold_with_origins(text).text == fold(text)


@given(MIXED, st.data())
@example("ﬁle", None)
def test_the_origin_of_a_folded_span_folds_to_a_text_that_holds_it(
    text: str, data: st.DataObject | None
) -> None:
    folded = fold_with_origins(text)
    if not folded.text:
        return
    size = len(folded.text)
    start = data.draw(st.integers(0, size - 1)) if data else 0
    end = data.draw(st.integers(start + 1, size)) if data else size
    a, b = folded.original(start, end)
    assert 0 <= a < b <= len(text)
    assert folded.text[start:end] in fold(text[a:b])


@given(MIXED)
def test_folding_twice_finds_the_same_words(text: str) -> None:
    once = [piece.text for piece in pieces(fold(text))]
    assert [piece.text for piece in pieces(fold(" ".join(once)))] == once


@given(MIXED)
def test_the_terms_of_a_text_stand_in_it_where_the_index_says(text: str) -> None:
    found = analyse_document("", text, None).text
    parts = tuple(pieces(fold(text)))
    assert found.length == sum(1 if part.parted else len(part.text) for part in parts)
    if parts:
        for offset, term in enumerate(sequence(parts)):
            assert offset + 1 in found.by_term()[term]
    for positions in found.by_term().values():
        assert positions == sorted(set(positions))


@given(st.from_regex(r"[a-z]{1,14}", fullmatch=True))
@settings(max_examples=300)
def test_a_stem_changes_at_most_its_own_last_letter(word: str) -> None:
    term = stem(word)
    assert word.startswith(term[:-1] if len(term) > 2 else term[:1])


QUERYISH = st.text(
    st.one_of(st.sampled_from('abc가나金 "()*:~^[]{}?-+\\/“”（.12'), st.characters()), max_size=300
) | st.lists(
    st.sampled_from(
        ["AND", "OR", "NOT", "(", ")", "stone", '"a b"', "sto*", "혜산", "*", "Kim", "Jong", "Un"]
    ),
    max_size=40,
).map(" ".join)


@given(QUERYISH)
@settings(max_examples=400, deadline=None)
def test_a_query_is_understood_or_refused_and_never_exceeds_the_limits(query: str) -> None:
    try:
        node = parse(query)
    except (QuerySyntax, QueryTooBroad):
        return
    leaves = positive_leaves(as_written(node)) + tuple(negative(as_written(node)))
    assert len(leaves) <= MAX_LEAVES
    assert sum(len(sequence(leaf.parts)) for leaf in leaves if isinstance(leaf, Words)) <= MAX_TERMS
    assert sum(not isinstance(leaf, Words) for leaf in leaves) <= MAX_EXPANSIONS
    assert set(positive_leaves(as_written(node))) <= set(positive_leaves(node))


WORDISH = st.lists(
    st.sampled_from(["the", "The", "NOT", "AND", "OR", "ANDES", "stone", "Kim", "Jong", "Un"])
    | st.sampled_from(["그리고", "또는", "또는은", "혜산", "金正恩", "_", "_a_", "1998", "wallé"])
    | st.text(st.characters(categories=["L", "N", "M"]), max_size=4),
    max_size=45,
)


def outcome(act: Callable[[], Node]) -> Node | type[Exception]:
    """Return what a query means, or how it is refused."""
    try:
        return act()
    except (QuerySyntax, QueryTooBroad) as error:
        return type(error)


@given(
    WORDISH, st.sampled_from([" ", "  ", "\u3000", "\xa0 "]), st.sampled_from([(), ("de", "fr")])
)
@settings(max_examples=300, deadline=None)
def test_plain_words_mean_what_the_parser_of_operators_says(
    words: list[str], gap: str, languages: tuple[str, ...]
) -> None:
    query = gap.join(words)
    parsed = outcome(lambda: read(query, Context(None, languages)))
    assert outcome(lambda: parse(query, languages=languages)) == parsed


def negative(node: Node) -> Iterator[Words | Expansion]:
    """Yield the leaves under an odd number of NOTs."""
    match node:
        case Not(child):
            yield from positive_leaves(child)
        case All(children) | Any(children):
            for child in children:
                yield from negative(child)


@given(MIXED | st.text(st.sampled_from("stone wall 혜산\n"), max_size=900), st.integers(1, 30))
@settings(max_examples=200)
def test_a_snippet_is_a_piece_of_the_text_and_its_hits_are_matches(text: str, repeat: int) -> None:
    text = text * repeat
    leaves = positive_leaves(parse('stone OR 혜산 OR "wall stone" OR sto*'))
    made = snippet(text, leaves)
    assert made.text in text
    assert len(made.text) <= WIDTH
    assert made == snippet(text, leaves)
    end = 0
    for start, stop in made.hits:
        assert end <= start < stop <= len(made.text)
        assert fold(made.text[start:stop]).startswith(("stone", "혜산", "wall", "sto"))
        end = stop
