"""Which documents a query matches, and how well: sets and sums over postings.

Every leaf costs what its posting lists are long, whatever stands around it: no query can make
Whoosh's matchers walk a tree of unions again and again.
"""

from __future__ import annotations

from archive.errors import QueryTooBroad
from archive.search.query import All, Any, Node, Not, Prefix, Words
from archive.search.ranking import Statistics, rarity, scores
from archive.search.segments import Segment

MAX_EXPANSION = 256  # words that a prefix may stand for

Scores = dict[int, float]


class Matcher:
    """Evaluates one query on the segments of an index.

    Raises:
        QueryTooBroad: on construction, when a prefix stands for too many words.
    """

    def __init__(self, query: Node, segments: tuple[Segment, ...], statistics: Statistics) -> None:
        self._query = query
        self._segments = segments
        self._statistics = statistics
        self._expansions: dict[Prefix, tuple[str, ...]] = {}
        self._rarities: dict[Words | Prefix, float] = {}
        self._prepare(query)

    def _prepare(self, node: Node) -> None:
        match node:
            case Words():
                self._rarities[node] = sum(self._rarity("text", term) for term in node.terms)
            case Prefix():
                words = self._expansions[node] = self._expand(node)
                total = sum(s.frequency("words", word) for s in self._segments for word in words)
                documents = self._statistics.documents
                self._rarities[node] = rarity(documents, min(total, documents))
            case All(children) | Any(children):
                for child in children:
                    self._prepare(child)
            case Not(child):
                self._prepare(child)

    def _rarity(self, field: str, term: str) -> float:
        frequency = sum(segment.frequency(field, term) for segment in self._segments)
        return rarity(self._statistics.documents, frequency)

    def _expand(self, prefix: Prefix) -> tuple[str, ...]:
        words: set[str] = set()
        for segment in self._segments:
            for word in segment.words(prefix.start):
                words.add(word)
                if len(words) > MAX_EXPANSION:
                    raise QueryTooBroad
        return tuple(sorted(words))

    def scores(self, segment: Segment) -> Scores:
        """Return the documents of `segment` that match, with their scores."""
        return self._scores(self._query, segment)

    def _scores(self, node: Node, segment: Segment) -> Scores:
        match node:
            case Words():
                return self._words(node, segment)
            case Prefix():
                return self._prefix(node, segment)
            case All(children):
                return _all([self._scores(child, segment) for child in children])
            case Any(children):
                return _any([self._scores(child, segment) for child in children])
            case Not(child):
                matched = self._scores(child, segment)
                return {d: 0.0 for d in range(segment.size) if d not in matched}

    def _words(self, leaf: Words, segment: Segment) -> Scores:
        terms = leaf.terms
        if len(terms) == 1:
            text = segment.weights("text", terms[0])
            title = segment.weights("title", terms[0]) if text else {}
        else:
            text = segment.occurrences(terms)
            title = {}
        return scores(segment, self._statistics, self._rarities[leaf], text, title)

    def _prefix(self, leaf: Prefix, segment: Segment) -> Scores:
        documents: set[int] = set()
        for word in self._expansions[leaf]:
            documents |= segment.documents("words", word)
        return dict.fromkeys(documents, self._rarities[leaf])


def _all(children: list[Scores]) -> Scores:
    first, *others = sorted(children, key=len)
    documents = [d for d in first if all(d in other for other in others)]
    return {d: sum(child[d] for child in children) for d in documents}


def _any(children: list[Scores]) -> Scores:
    total: Scores = {}
    for child in children:
        for document, score in child.items():
            total[document] = total.get(document, 0.0) + score
    return total
