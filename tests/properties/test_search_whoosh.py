"""Whoosh's own searcher and matchers, on the segments that we wrote, give what we give."""

from __future__ import annotations

import fnmatch
import math
import os
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import fields, query, scoring
from whoosh.codec.base import Codec, PerDocumentReader, Segment
from whoosh.reading import MultiReader, SegmentReader
from whoosh.searching import Searcher
from whoosh.support.levenshtein import damerau_levenshtein

from archive.search import WhooshIndex
from archive.search.analysis import analyse_document, pieces
from archive.search.query import (
    All,
    Any,
    Best,
    Boost,
    Dates,
    Fuzzy,
    Node,
    Not,
    Prefix,
    Value,
    Wildcard,
    Words,
)
from archive.search.view import View
from tests.oracle.segment_reading import FieldTerms, PositionFormat, TermsReader
from tests.unit.search.shelf import KEY, document

WORDS = ("amber", "ambler", "stone", "stove", "river", "rover", "wall", "walnut", "cobalt")
DATES = (None, "2023", "2024-02", "2024-02-17")


class Positioned(fields.FieldType):
    """A field of ours, as Whoosh's schema names it."""

    def __init__(self) -> None:
        super().__init__(PositionFormat(), None, scorable=True)

    def process_text(self, text: str, **_: object) -> list[str]:
        return [text]


SCHEMA = fields.Schema(text=Positioned(), words=Positioned())


class Lucene(scoring.BM25F):
    """Whoosh's BM25F with the inverse document frequency of Lucene."""

    def idf(self, searcher: Searcher, fieldname: str, text: str) -> float:
        count, total = searcher.reader().doc_frequency(fieldname, text), searcher.doc_count_all()
        return math.log(1 + (total - count + 0.5) / (count + 0.5))


class Documents(PerDocumentReader):
    """Counts and lengths of one of our segments."""

    def __init__(self, segment: object) -> None:
        self.segment = segment
        self.lengths = segment.numbers("text.length")

    def doc_count(self) -> int:
        return self.segment.size

    doc_count_all = doc_count

    def has_deletions(self) -> bool:
        return False

    def is_deleted(self, docnum: int) -> bool:
        return False

    def deleted_docs(self) -> tuple[int, ...]:
        return ()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self.lengths[docnum]) if fieldname == "text" else 1

    def field_length(self, fieldname: str) -> int:
        return int(self.lengths.sum()) if fieldname == "text" else self.segment.size

    def min_field_length(self, fieldname: str) -> int:
        return int(self.lengths.min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(self.lengths.max(initial=0))


class Reading(Codec):
    """Whoosh's codec interface on one of our segments."""

    def __init__(self, segment: object) -> None:
        self.segment = segment

    def terms_reader(self, storage: object, segment: Segment) -> TermsReader:
        names = {"text": self.segment.numbers("text.length"), "words": np.ones(self.segment.size)}
        size = max(1, self.segment.size)
        container = self.segment._container
        return TermsReader(
            {name: FieldTerms(container, name, size, lengths) for name, lengths in names.items()}
        )

    def per_document_reader(self, storage: object, segment: Segment) -> Documents:
        return Documents(self.segment)


def searcher(view: View) -> Searcher:
    """Return Whoosh's searcher over the segments of `view`."""
    readers = [
        SegmentReader(None, SCHEMA, Segment("main"), codec=Reading(segment.content))
        for segment in view.segments
    ]
    return Searcher(MultiReader(readers), weighting=Lucene(B=0.75, K1=1.2))


KINDS = {All: query.And, Any: query.Or}


def asked(node: Node, view: View, written: set[str]) -> query.Query:
    """Return Whoosh's query for `node`."""

    def inner(children: tuple[Node, ...]) -> list[query.Query]:
        return [asked(child, view, written) for child in children]

    match node:
        case Words():
            terms = [query.Term("text", term) for term in node.terms]
            return terms[0] if len(terms) == 1 else query.Phrase("text", list(node.terms))
        case All(children) | Any(children):
            return KINDS[type(node)](inner(children))
        case Boost(child, factor):
            (one,) = inner((child,))
            return one.with_boost(one.boost * factor)
    return standing_for(node, view, written)


def standing_for(node: Prefix | Wildcard | Fuzzy, view: View, written: set[str]) -> query.Query:
    match node:
        case Prefix(start):
            words = {w for w in written if w.startswith(start)}
            leaf = query.Prefix("words", start)
        case Wildcard(pattern):
            words = {w for w in written if fnmatch.fnmatchcase(w, pattern)}
            leaf = query.Wildcard("words", pattern)
        case Fuzzy(word, edits):
            near = {w for w in written if damerau_levenshtein(w, word) <= edits}
            words = {w for w in near if w[0] == word[0]}
            leaf = query.Or([query.Term("words", w) for w in sorted(words)])
    count = min(sum(view.word_documents(w) for w in words), view.documents)
    score = math.log(1 + (view.documents - count + 0.5) / (count + 0.5))
    return query.ConstantScoreQuery(leaf, score)


def words(*written: str, slop: int = 0) -> Words:
    return Words(tuple(pieces(" ".join(written))), " ".join(written), slop=slop)


TERM = st.sampled_from(WORDS).map(words)
LEAF = st.one_of(
    TERM,
    st.sampled_from(["amb", "st", "ri", "wal"]).map(Prefix),
    st.sampled_from(["am*r", "st?ve", "w*l*", "r?ver", "*o*"]).map(Wildcard),
    st.builds(Fuzzy, st.sampled_from(["ambr", "stone", "rivr", "wall"]), st.integers(1, 2)),
)
NODE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda c: All(tuple(c))),
        st.lists(inner, min_size=2, max_size=4).map(lambda c: Any(tuple(c))),
        st.builds(Boost, TERM, st.sampled_from([0.5, 2.0])),
    ),
    max_leaves=6,
)
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=9), min_size=1, max_size=12)


def build(folder: str, texts: list[list[str]], shards: int = 1) -> WhooshIndex:
    """Return an index in several segments."""
    index = WhooshIndex.create(Path(folder), KEY, random=os.urandom, shards=shards)
    docs = [
        document(n, " ".join(text), date=DATES[n % 4], facets={"tag": (text[0],) if text else ()})
        for n, text in enumerate(texts)
    ]
    for start in range(0, len(docs), 5):
        index.update(docs[start : start + 5], [])
    return index


def ours(view: View, node: Node) -> dict[str, float]:
    found = view.execute(node)
    assert found.documents.tolist() == sorted(set(found.documents.tolist()))
    records = [view.record(int(d)) for d in found.documents]
    return dict(zip(records, found.scores.tolist(), strict=True))


@given(TEXTS, st.lists(NODE, min_size=1, max_size=6), st.sampled_from([1, 3]))
@settings(max_examples=60, deadline=None)
def test_whooshs_matchers_find_the_same_documents_with_the_same_scores(
    texts: list[list[str]], nodes: list[Node], shards: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = build(folder, texts, shards)
        oracle = searcher(index.view)
        written = {word for text in texts for word in text}
        for node in nodes:
            results = oracle.search(asked(node, index.view, written), limit=None)
            theirs = {index.view.record(doc): score for score, doc in results.top_n}
            found = ours(index.view, node)
            assert found.keys() == theirs.keys(), node
            for record, score in found.items():
                assert score == pytest.approx(theirs[record], rel=1e-9, abs=1e-9), node
        index.close()


@given(TEXTS, st.lists(st.sampled_from(WORDS), min_size=2, max_size=3), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_phrases_and_near_words_are_counted_as_a_naive_count_does(
    texts: list[list[str]], asked_: list[str], slop: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = build(folder, texts)
        view, leaf = index.view, words(*asked_, slop=slop)
        terms = list(leaf.terms)
        mean = sum(len(text) for text in texts) / len(texts) or 1.0
        weight = sum(
            math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
            for n in (view.term_documents("text", term) for term in terms)
        )
        wanted = {}
        for number, text in enumerate(texts):
            row = analyse_document("", " ".join(text), None).text.terms
            count = near(row, terms, slop) if slop else in_a_row(row, terms)
            if count:
                amount = count / (0.25 + 0.75 * len(row) / max(mean, 1 / len(texts)))
                wanted[document(number, "").record] = weight * amount * 2.2 / (1.2 + amount)
        assert ours(view, leaf) == pytest.approx(wanted, rel=1e-9)
        if not slop and wanted:
            phrase = searcher(view).search(query.Phrase("text", terms), limit=None)
            assert {view.record(doc) for _, doc in phrase.top_n} == wanted.keys()
        index.close()


def in_a_row(row: list[str], terms: list[str]) -> int:
    return sum(row[at : at + len(terms)] == terms for at in range(len(row)))


def near(row: list[str], terms: list[str], slop: int) -> int:
    """Count stretches that have all terms, hold no smaller one, and are not too long."""
    wanted = Counter(terms)
    whole = {
        (a, b)
        for a in range(len(row))
        for b in range(a, len(row))
        if not wanted - Counter(row[a : b + 1])
    }
    return sum(
        b - a < len(terms) + slop and (a + 1, b) not in whole and (a, b - 1) not in whole
        for a, b in whole
    )


@given(TEXTS, st.lists(NODE, min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_the_best_child_gives_the_score_and_what_is_not_matched_is_the_rest(
    texts: list[list[str]], nodes: list[Node]
) -> None:
    # Whoosh's DisjunctionMax takes the score of a child that stands at another document, its Not
    # adds 1 to a score, and its AndNot lets some documents through
    with tempfile.TemporaryDirectory() as folder:
        index = build(folder, texts)
        wanted: dict[str, float] = {}
        for node in nodes:
            for record, score in ours(index.view, node).items():
                wanted[record] = max(score, wanted.get(record, 0.0))
        assert ours(index.view, Best(tuple(nodes))) == wanted
        first, unwanted = ours(index.view, nodes[0]), ours(index.view, nodes[-1])
        kept = {record: score for record, score in first.items() if record not in unwanted}
        assert ours(index.view, All((nodes[0], Not(nodes[-1])))) == kept
        rest = ours(index.view, Not(Any(tuple(nodes))))
        assert rest.keys() == {document(n, "").record for n in range(len(texts))} - wanted.keys()
        index.close()


@given(TEXTS, st.sampled_from(WORDS))
@settings(max_examples=20, deadline=None)
def test_dates_and_values_are_those_of_the_documents(texts: list[list[str]], tag: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = build(folder, texts)
        touched = ours(index.view, Dates("2024-02-10", "2024-02-11"))
        assert touched.keys() == {document(n, "").record for n in range(2, len(texts), 4)}
        tagged = ours(index.view, All((Value("tag", tag), Not(Dates("2023-01-01", "2023-12-31")))))
        assert tagged.keys() == {
            document(n, "").record
            for n, text in enumerate(texts)
            if text[:1] == [tag] and n % 4 != 1
        }
        assert set(tagged.values()) <= {0.0}
        index.close()


@given(TEXTS, st.lists(NODE, min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_one_shard_and_eight_give_the_same_scores_to_the_last_bit(
    texts: list[list[str]], nodes: list[Node]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, eight = build(folder, texts, 1), build(folder, texts, 8)
        for node in nodes:
            assert ours(one.view, node) == ours(eight.view, node)
        one.close()
        eight.close()
