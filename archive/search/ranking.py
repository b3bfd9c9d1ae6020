"""BM25F over title and text, with the inverse document frequency of Lucene, never negative.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and
Trends in Information Retrieval 3(4), 2009, section 3.6. A word that a query repeats counts again.
All statistics are those of this index, exact and independent of how it was written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.search.codec.integers import Numbers

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How documents are put in order.

    `saturation` (k1) and `normalisation` (b) are Lucene's defaults. `title` is how many times more
    a word counts that stands in the title; `recency` is what the latest document of the index
    gains (1 doubles its score), and `half_life` the days by which an older one gains half of that.
    """

    saturation: float = 1.2
    normalisation: float = 0.75
    title: float = 0.0
    recency: float = 0.0
    half_life: float = 365.0

    def inverse_norms(self, lengths: Numbers, mean: float) -> Scores:
        """Return what a count in documents of these lengths is multiplied by."""
        return 1.0 / (1.0 - self.normalisation + self.normalisation * (lengths / mean))

    def scores(self, weight: float, amounts: Scores) -> Scores:
        """Return scores for normalised counts of something of this rarity."""
        scores = weight * amounts
        scores *= self.saturation + 1
        scores /= self.saturation + amounts
        return scores

    def gains(self, last: Numbers, latest: int) -> Scores:
        """Return what scores of documents are multiplied by, whose dates end on these days."""
        ages = np.where(last < 0, np.inf, latest - last)
        return 1.0 + self.recency * np.exp2(-ages / self.half_life)


LUCENE = Ranking()
"""The order of Lucene: neither titles nor dates count."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of an index: count of documents, and the mean length of each field, at least one word."""

    documents: int
    lengths: Mapping[str, float]

    @staticmethod
    def of(documents: int, totals: Mapping[str, int]) -> Statistics:
        """Return the statistics of so many documents with these sums of lengths."""
        means = {field: max(total, 1) / max(documents, 1) for field, total in totals.items()}
        return Statistics(documents, means)


def rarity(documents: int, frequency: int) -> float:
    """Return the inverse document frequency of a term in `frequency` of `documents` documents."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
