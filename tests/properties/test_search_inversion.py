"""A segment holds exactly the terms that the analysis of each of its documents gives."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.search.analysis import MAX_TERM, analyse_document
from archive.search.codec import merging
from archive.search.codec.postings import Postings, ungapped
from archive.search.inversion import Batch

GERMAN = "die Häuser und der Krieg sind nicht von dem Mann, er ist auch für das Haus"
LONG = "x" * (MAX_TERM + 6)
PIECES = st.sampled_from(
    [
        *("stones", "Stone's", "running_late", "3.14", LONG, LONG[:-6], LONG + "y"),
        *("Ｓｔｏｎｅ", "ﬁne", "Jose\u0301", "\u0301x", "co\u00adop", "¨", "İ", "ΟΔΟΣ", "Пётр"),
        *("혜산에서", "ｶﾞｲﾄﾞ", "北京", "kbs방송", "\u1112\u1161", "Kim Jong Un,", "Kim Chŏng-ŭn"),
        *(GERMAN, GERMAN.upper(), f"\n\n{GERMAN}\n\n", "je ne sais pas où il est\n"),
    ]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=8).flatmap(
    lambda parts: st.lists(
        st.sampled_from([" ", "\n", "\u00a0", "\u3000", "-", "", "\t"]),
        min_size=len(parts),
        max_size=len(parts),
    ).map(lambda gaps: "".join(a + b for a, b in zip(parts, gaps, strict=True)))
)
Found = dict[str, dict[int, list[int]]]


def batch(texts: list[tuple[str, str]]) -> Batch:
    made = Batch()
    for number, (title, text) in enumerate(texts):
        made.add(IndexDocument(RecordId(f"{number:08}-0000-4000-8000-000000000000"), title, text))
    return made


def listed(postings: Postings) -> Found:
    """Return the positions of each term in each document; none where none are kept."""
    found: Found = defaultdict(dict)
    places = iter(())
    if postings.counts is not None and postings.distances is not None:
        places = iter(ungapped(postings.distances, postings.counts).tolist())
    counts = np.zeros(len(postings.documents)) if postings.counts is None else postings.counts
    rows = zip(postings.documents.tolist(), counts.astype(int).tolist(), strict=True)
    for term, frequency in zip(postings.terms, postings.frequencies.tolist(), strict=True):
        for _ in range(frequency):
            document, count = next(rows)
            found[term.decode()][document] = [next(places) for _ in range(count)]
    assert next(rows, None) is None
    assert list(found) == sorted(found, key=str.encode)
    return found


def expected(texts: list[tuple[str, str]], field: str) -> tuple[Found, list[int]]:
    found: Found = defaultdict(dict)
    lengths = []
    for number, (title, text) in enumerate(texts):
        tokens = analyse_document(title, text, None)
        if field == "words":
            for word in tokens.words:
                found[word][number] = []
            continue
        chosen = getattr(tokens, field)
        lengths.append(chosen.length)
        for term, positions in chosen.by_term().items():
            found[term][number] = sorted(set(positions))
    return found, lengths


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
@example([("¨a", "\u00a0\u0301b"), (LONG, f"{LONG} {GERMAN}")])
@example([("die der das und von", f"{GERMAN} 혜산에서")])
@example([("der und das Haus", "der und das Haus")])
@settings(max_examples=120, deadline=None)
def test_a_segment_has_the_terms_of_its_documents(texts: list[tuple[str, str]]) -> None:
    content = batch(texts).content()
    for field, postings in content.fields.items():
        found, lengths = expected(texts, field)
        assert listed(postings) == found
        if field != "words":
            assert content.numbers[f"{field}.length"].tolist() == lengths


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), st.data())
@settings(max_examples=60, deadline=None)
def test_a_segment_that_lost_documents_is_one_that_never_had_them(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    keep = np.array([data.draw(st.booleans()) for _ in texts])
    left = [pair for pair, stays in zip(texts, keep, strict=True) if stays]
    thinned = merging.thinned(batch(texts).content(), keep)
    for field, postings in batch(left).content().fields.items():
        assert listed(thinned.fields[field]) == listed(postings)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=6), st.data())
@settings(max_examples=60, deadline=None)
def test_joined_segments_are_one_of_all_their_documents(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(texts) - 1))
    joined = merging.joined([batch(texts[:cut]).content(), batch(texts[cut:]).content()])
    for field, postings in batch(texts).content().fields.items():
        assert listed(joined.fields[field]) == listed(postings)
