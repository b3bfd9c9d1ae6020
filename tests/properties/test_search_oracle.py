"""Hits are those of a naive scan over the documents, whatever was written in whatever batches."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.errors import SearchError
from archive.model.search import IndexDocument, SearchResults
from archive.search.analysis import stem
from archive.search.folding import fold
from tests.unit.search.shelf import Shelf, ask, document, record

ENGLISH = ("amber", "amulet", "stone", "river", "rivet", "wall", "cobalt")
NOUNS = ("혜산", "평양", "장마당", "쌀값", "양산")
KOREAN = tuple(noun + particle for noun in NOUNS for particle in ("", "에서", "은", "쌀"))
TEXTS = st.lists(st.sampled_from(ENGLISH + KOREAN), max_size=12)
BREAKS = st.sampled_from([" ", "\n", ", ", " - "])


@dataclass(frozen=True)
class Written:
    """A document as lists of words, before anything was joined."""

    title: tuple[str, ...]
    text: tuple[str, ...]

    def has(self, test: Callable[[tuple[str, ...]], bool]) -> bool:
        return test(self.title) or test(self.text)


@dataclass(frozen=True)
class Query:
    """A query as it is written, and the naive answer to whether a document matches."""

    written: str
    matches: Callable[[Written], bool]


def units(words: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return English words and single Korean characters, each with the number of its word."""
    return [
        (number, unit)
        for number, word in enumerate(words)
        for unit in ([word] if word.isascii() else word)
    ]


def in_a_row(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Tell whether the units of `wanted` follow one another, each word of it within one word."""
    row, here = units(wanted), units(words)
    for start in range(len(here) - len(row) + 1):
        window = here[start : start + len(row)]
        same = all(a[1] == b[1] for a, b in zip(row, window, strict=True))
        whole = all(
            window[i][0] == window[i + 1][0]
            for i in range(len(row) - 1)
            if row[i][0] == row[i + 1][0]
        )
        if same and whole:
            return True
    return False


def phrase(words: tuple[str, ...], quoted: bool) -> Query:
    written = f'"{" ".join(words)}"' if quoted else words[0]
    return Query(written, lambda doc: doc.has(lambda part: in_a_row(words, part)))


def prefix(start: str) -> Query:
    def matches(doc: Written) -> bool:
        return doc.has(lambda part: any(word.startswith(start) for word in part))

    return Query(f"{start}*", matches)


def every(queries: list[Query], operator: str) -> Query:
    return Query(
        f"({operator.join(q.written for q in queries)})",
        lambda doc: all(q.matches(doc) for q in queries),
    )


def some(queries: list[Query]) -> Query:
    return Query(
        f"({' OR '.join(q.written for q in queries)})",
        lambda doc: any(q.matches(doc) for q in queries),
    )


def no(query: Query) -> Query:
    return Query(f"NOT {query.written}", lambda doc: not query.matches(doc))


WORDS = st.sampled_from(ENGLISH + NOUNS + KOREAN)
LEAVES = st.one_of(
    st.builds(lambda word: phrase((word,), False), st.sampled_from(ENGLISH)),
    st.builds(lambda words: phrase(tuple(words), True), st.lists(WORDS, min_size=1, max_size=3)),
    st.sampled_from(["amb", "amul", "riv", "rive", "wall", "zzz"]).map(prefix),
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(every, st.lists(inner, min_size=1, max_size=3), st.sampled_from([" ", " AND "])),
        st.builds(some, st.lists(inner, min_size=1, max_size=3)),
        inner.map(no),
    ),
    max_leaves=6,
)
BATCHES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 9), TEXTS, TEXTS, BREAKS), max_size=5),
        st.lists(st.integers(0, 9), max_size=3),
    ),
    min_size=1,
    max_size=4,
)
Batches = list[tuple[list[tuple[int, list[str], list[str], str]], list[int]]]


def indexed(number: int, title: list[str], text: list[str], gap: str) -> IndexDocument:
    return document(number, gap.join(text), gap.join(title), language="ko")


def build(shelf: Shelf, batches: Batches) -> tuple[object, dict[int, Written]]:
    index = shelf.create()
    model: dict[int, Written] = {}
    for add, remove in batches:
        index.update([indexed(*one) for one in add], [record(n) for n in remove])
        for number in remove:
            model.pop(number, None)
        model.update({n: Written(tuple(title), tuple(text)) for n, title, text, _ in add})
    return index, model


@given(BATCHES, st.lists(QUERIES, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_hits_are_those_of_a_naive_scan(batches: Batches, queries: list[Query]) -> None:
    assert all(stem(word) == word for word in ENGLISH)
    with tempfile.TemporaryDirectory() as folder:
        index, model = build(Shelf(Path(folder)), batches)
        for query in queries:
            results = ask(index, query.written, limit=100)
            wanted = {record(n) for n, doc in model.items() if query.matches(doc)}
            assert {hit.record for hit in results.hits} == wanted, query.written
            assert results.total == len(wanted)
            assert sum(results.facets["language"].values()) == len(wanted)
        index.close()


def answers(index: object, queries: list[Query]) -> list[SearchResults | str]:
    given_: list[SearchResults | str] = []
    for query in queries:
        try:
            given_.append(ask(index, query.written, limit=100))
        except SearchError as refusal:
            given_.append(refusal.code)
    return given_


@given(BATCHES, st.lists(QUERIES, min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_answers_depend_on_the_documents_alone_and_not_on_what_was_there_before(
    batches: Batches, queries: list[Query]
) -> None:
    queries = [*queries, prefix("ambr"), phrase(("amberr",), False), phrase(("wal",), False)]
    with tempfile.TemporaryDirectory() as folder:
        index, model = build(Shelf(Path(folder) / "long"), batches)
        last = {
            number: indexed(number, title, text, gap)
            for add, _ in batches
            for number, title, text, gap in add
        }
        fresh = Shelf(Path(folder) / "short").create(*(last[number] for number in sorted(model)))
        assert answers(index, queries) == answers(fresh, queries)
        index.close()
        fresh.close()


@given(st.text(max_size=80))
@example("좺")
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_indexed_and_found_by_its_own_words(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = Shelf(Path(folder)).create(document(1, text, text))
        for word in re.findall(r"[a-z0-9]{1,40}|[가-힣]{1,20}", fold(text))[:5]:
            if word not in {"and", "or", "not"} and re.search(rf"(?<!\w){word}(?!\w)", fold(text)):
                assert ask(index, word).total == 1
        (hit,) = ask(index, "NOT nowhere").hits
        assert hit.title == text
        assert text.startswith(hit.snippet.text)
        index.close()


@pytest.mark.parametrize("eager", [False, True])
def test_many_small_updates_give_what_one_large_update_gives(tmp_path: Path, eager: bool) -> None:
    docs = [document(n, f"{ENGLISH[n % 7]} {KOREAN[n % 20]} stone", "wall") for n in range(30)]
    many = Shelf(tmp_path / "many").create()
    for doc in docs:
        many.update([doc], [])
    many.prune()
    one = Shelf(tmp_path / "one").create(*docs)
    opened = Shelf(tmp_path / "many", eager=eager).open(many.state)
    for query in ("stone", "amber OR 혜산", "wall NOT river", "riv*"):
        assert ask(opened, query, limit=100) == ask(one, query, limit=100)
