"""BM25F over title and text, with the inverse document frequency of Lucene, never negative.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and
Trends in Information Retrieval 3(4), 2009, section 3.6. A word that a query repeats counts again.
All statistics are those of this index, exact and independent of how it was written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from archive.search.segments import Segment

_K1 = 1.2  # saturation of repeated words; Lucene's default
_B = 0.75  # how far length is discounted; Lucene's default
_TITLE = 2.0  # a word in the title counts this much again


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of an index: count of documents, and mean lengths of whole documents and of titles."""

    documents: int
    length: float
    title_length: float


def measure(segments: tuple[Segment, ...]) -> Statistics:
    """Return the statistics of an index; means of an index without words are 1."""
    documents = sum(segment.size for segment in segments)
    length = sum(sum(segment.lengths) for segment in segments)
    title = sum(sum(segment.title_lengths) for segment in segments)
    return Statistics(
        documents, max(length, 1) / max(documents, 1), max(title, 1) / max(documents, 1)
    )


def rarity(documents: int, frequency: int) -> float:
    """Return the inverse document frequency of a term in `frequency` of `documents` documents."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def scores(
    segment: Segment,
    statistics: Statistics,
    weight: float,
    text: dict[int, float],
    title: dict[int, float],
) -> dict[int, float]:
    """Return the score of each document of `text`, where something occurs so many times.

    `title` says which of them have it in the title, and how many times; `weight` is its rarity.
    """
    lengths = segment.lengths
    per_word = _B / statistics.length
    scored = {}
    for document, count in text.items():
        amount = count / (1 - _B + per_word * lengths[document])
        if document in title:
            length = segment.title_lengths[document] / statistics.title_length
            amount += _TITLE * title[document] / (1 - _B + _B * length)
        scored[document] = weight * amount * (_K1 + 1) / (_K1 + amount)
    return scored
