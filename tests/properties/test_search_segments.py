"""What is looked up over all segments at once is what each segment by itself gives."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.analysis import pieces
from archive.search.matching import Matches
from archive.search.query import All, Any, Best, Boost, Node, Not, Words
from archive.search.ranking import LUCENE, Ranking
from tests.unit.search.shelf import Shelf, document

VOCABULARY = ("amber", "stone", "river", "wall", "cobalt", "heron")
SEGMENTS = st.lists(
    st.lists(st.lists(st.sampled_from(VOCABULARY), max_size=9), min_size=1, max_size=6),
    min_size=1,
    max_size=4,
)
ASKED = st.lists(st.sampled_from((*VOCABULARY, "absent")), min_size=1, max_size=4)
RANKINGS = st.sampled_from([LUCENE, Ranking(title=2.0), Ranking(recency=1.0)])


def word(text: str) -> Words:
    return Words(tuple(pieces(text)), text)


def apart(node: Node) -> Node:
    """Return a query that means the same and that no short way is taken for."""
    return All((node, Not(word("nowhere"))))


def same(one: Matches, other: Matches) -> bool:
    """Tell whether documents and scores are the same to the last bit."""
    return one.documents.tobytes() == other.documents.tobytes() and np.array_equal(
        one.scores, other.scores
    )


@given(SEGMENTS, ASKED, RANKINGS)
@settings(max_examples=60, deadline=None)
def test_words_over_all_segments_score_as_they_do_in_each(
    segments: list[list[list[str]]], asked: list[str], ranking: Ranking
) -> None:
    words = tuple(word(text) for text in asked)
    with tempfile.TemporaryDirectory() as folder:
        index = Shelf(Path(folder)).create()
        for number, texts in enumerate(segments):
            batch = [
                document(10 * number + n, " ".join(text), " ".join(text[:2]))
                for n, text in enumerate(texts)
            ]
            index.update(batch, [])
        for whole, each in (
            (words[0], apart(words[0])),
            (All(words), All((*words, Not(word("nowhere"))))),
            (Any(words), Any(tuple(map(apart, words)))),
            (Best(words), Best(tuple(map(apart, words)))),
            (Boost(Any(words), 0.5), Boost(Any(tuple(map(apart, words))), 0.5)),
        ):
            first = index.view.execute(whole, ranking)
            assert same(first, index.view.execute(each, ranking))
            assert same(first, index.view.execute(whole, ranking))
        index.close()
