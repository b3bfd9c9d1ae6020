"""Which documents a query matches, and how well: whole posting lists at a time.

Every leaf costs what its posting lists are long, whatever stands around it; in a conjunction the
shortest list is taken first, and of the others only those blocks are opened that may matter. A
score is a sum in the order of the query, so it does not depend on how the index was written.

Words and alternatives are looked up over all segments at once, by document of the generation, and
what was read of the words that were asked for last is kept (`Generation.postings`); conjunctions,
phrases, patterns and columns are evaluated segment by segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from archive.search import effort, expansion, phrases
from archive.search.codec.integers import Numbers, concatenated
from archive.search.codec.merging import Keep
from archive.search.codec.postings import Field
from archive.search.codec.terms import Entry
from archive.search.generation import Generation, Part
from archive.search.languages.tags import values_meant
from archive.search.query import (
    All,
    Any,
    Best,
    Boost,
    Dates,
    Expansion,
    Fuzzy,
    Leaf,
    Node,
    Not,
    Prefix,
    Value,
    Wildcard,
    Words,
)
from archive.search.ranking import Ranking, Scores, rarity

Documents = NDArray[np.int32]

_SPARSE = 8  # a list so many times longer than the documents asked for is not opened whole
_WORD = 400  # steps to look a word up (`effort`)


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents of an index, ascending, and the score of each."""

    documents: NDArray[np.int32]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Found:
    """Documents of one segment, or of all, ascending, and the score of each."""

    documents: Numbers
    scores: Scores


def _unscored(documents: Numbers) -> Found:
    return Found(documents, np.zeros(len(documents)))


def match(generation: Generation, query: Node, ranking: Ranking) -> Matches:
    """Return what `query` matches.

    Raises:
        QueryTooBroad: a leaf stands for too many words.
    """
    found = Matcher(generation, query, ranking).found()
    return Matches(found.documents.astype(np.int32, copy=False), found.scores)


class Matcher:
    """Evaluates one query on the segments of a generation."""

    def __init__(self, generation: Generation, query: Node, ranking: Ranking) -> None:
        """Look up what the leaves stand for.

        Raises:
            QueryTooBroad: a leaf stands for too many words.
        """
        self._query = query
        self._generation = generation
        self._ranking = ranking
        self._words: dict[Expansion, tuple[bytes, ...]] = {}
        self._rarities: dict[Words | Expansion, float] = {}
        self._expand_all(query)

    def _expand_all(self, node: Node) -> None:
        match node:
            case Prefix() | Wildcard() | Fuzzy():
                self._expand(node)
            case All(children) | Any(children) | Best(children):
                for child in children:
                    self._expand_all(child)
            case Not(child) | Boost(child, _):
                self._expand_all(child)

    def _rarity(self, leaf: Words) -> float:
        if leaf not in self._rarities:
            generation = self._generation
            self._rarities[leaf] = sum(
                rarity(generation.documents, generation.frequency(leaf.field, term))
                for term in leaf.terms
            )
        return self._rarities[leaf]

    def _expand(self, leaf: Expansion) -> None:
        fields = [part.field("words") for part in self._generation.parts]
        words = expansion.expand(leaf, fields)
        self._words[leaf] = tuple(word.encode() for word in words)
        total = sum(self._generation.frequency("words", word) for word in words)
        documents = self._generation.documents
        self._rarities[leaf] = rarity(documents, min(total, documents))

    def found(self) -> Found:
        """Return the documents of the generation that match, with their scores."""
        found = self._everywhere(self._query)
        if self._ranking.recency:
            last = self._generation.numbers("last")[found.documents]
            gains = self._ranking.gains(last, self._generation.latest)
            return Found(found.documents, found.scores * gains)
        return found

    def _everywhere(self, node: Node) -> Found:
        size = self._generation.documents
        match node:
            case Words() if self._is_plain(node):
                return self._scored(node, *self._generation.postings(node.field, node.terms[0]))
            case All(children) if self._are_common(children):
                return self._all_of([child for child in children if isinstance(child, Words)])
            case Boost(child, factor):
                found = self._everywhere(child)
                return Found(found.documents, found.scores * factor)
            case Any(children):
                return _summed([self._everywhere(child) for child in children], size)
            case Best(children):
                return _best([self._everywhere(child) for child in children], size)
        return self._joined([self._found(node, part) for part in self._generation.parts])

    def _joined(self, founds: Sequence[Found]) -> Found:
        """Return what was found in each segment, by document of the generation."""
        parts = self._generation.parts
        documents = [f.documents + p.offset for f, p in zip(founds, parts, strict=True)]
        scores = [np.empty(0), *(found.scores for found in founds)]
        return Found(concatenated(documents), np.concatenate(scores))

    def _is_plain(self, node: Node) -> bool:
        """Tell whether `node` is a single term that is scored by its postings alone."""
        return isinstance(node, Words) and len(node.terms) == 1 and not self._ranking.title

    def _are_common(self, children: tuple[Node, ...]) -> bool:
        """Tell whether all are plain, and each so frequent that no list is worth sparing."""
        frequencies = [
            self._generation.frequency(child.field, child.terms[0])
            for child in children
            if isinstance(child, Words) and self._is_plain(child)
        ]
        everyone = 0 < len(frequencies) == len(children)
        return everyone and min(frequencies) * _SPARSE > max(frequencies)

    def _scored(self, leaf: Words, documents: Documents, counts: NDArray[np.integer]) -> Found:
        """Return documents with the scores of `leaf`, which they have so many times."""
        effort.spend(len(documents))
        amounts = counts * self._generation.inverse_norms(leaf.field, self._ranking)[documents]
        scores = self._ranking.scores(self._rarity(leaf), amounts)
        return Found(documents.astype(np.int64), scores)

    def _all_of(self, leaves: list[Words]) -> Found:
        """Return the documents that have every one of some plain leaves."""
        rows = [self._generation.postings(leaf.field, leaf.terms[0]) for leaf in leaves]
        first, *others = sorted((documents for documents, _ in rows), key=len)
        for other in others:
            there = np.zeros(self._generation.documents, np.bool_)
            there[other] = True
            first = first[there[first]]
        scores = np.zeros(len(first))
        for leaf, (documents, counts) in zip(leaves, rows, strict=True):
            here = counts[np.searchsorted(documents, first)]
            scores = scores + self._scored(leaf, first, here).scores
        return Found(first.astype(np.int64), scores)

    def _found(self, node: Node, part: Part) -> Found:
        match node:
            case Words() | Prefix() | Wildcard() | Fuzzy() | Dates() | Value():
                return self._leaf(node, part)
            case Boost(child, factor):
                found = self._found(child, part)
                return Found(found.documents, found.scores * factor)
            case Not(child):
                return _unscored(_without(np.arange(part.size), self._found(child, part)))
            case All(children):
                return _Conjunction(self, part).of(children)
            case Any(children):
                return _summed([self._found(child, part) for child in children], part.size)
            case Best(children):
                return _best([self._found(child, part) for child in children], part.size)

    def _leaf(self, leaf: Leaf, part: Part) -> Found:
        match leaf:
            case Words():
                return self._occurring(leaf, part)
            case Prefix() | Wildcard() | Fuzzy():
                return self._standing_for(leaf, part)
            case Dates() | Value():
                return _unscored(np.flatnonzero(_holding(leaf, part)))

    def _occurring(self, leaf: Words, part: Part) -> Found:
        field = part.field(leaf.field)
        terms = tuple(term.encode() for term in leaf.terms)
        if len(terms) > 1:
            documents, counts = phrases.occurrences(field, terms, leaf.slop, part.size)
            return Found(documents, self.scores(leaf, part, documents, counts))
        entry = field.dictionary.find(terms[0])
        if entry is None:
            return _unscored(np.empty(0, np.int64))
        effort.spend(entry.documents)
        documents = field.documents(entry)
        return Found(documents, self.scores(leaf, part, documents, field.counts(entry)))

    def scores(self, leaf: Words, part: Part, documents: Numbers, counts: Numbers) -> Scores:
        """Return the scores of documents in which `leaf` occurs so many times."""
        amounts = counts * self._norms(leaf.field, part)[documents]
        if self._ranking.title and leaf.field == "text" and len(leaf.terms) == 1:
            amounts += self._ranking.title * self._in_title(leaf, part)[documents]
        return self._ranking.scores(self._rarity(leaf), amounts)

    def _in_title(self, leaf: Words, part: Part) -> Scores:
        amounts = np.zeros(part.size)
        field = part.field("title")
        entry = field.dictionary.find(leaf.terms[0].encode())
        if entry is not None:
            documents = field.documents(entry)
            amounts[documents] = field.counts(entry) * self._norms("title", part)[documents]
        return amounts

    def _norms(self, field: str, part: Part) -> Scores:
        whole = self._generation.inverse_norms(field, self._ranking)
        return whole[part.offset : part.offset + part.size]

    def _standing_for(self, leaf: Expansion, part: Part) -> Found:
        words = part.field("words")
        if isinstance(leaf, Prefix):
            ordinals = np.arange(*expansion.stretch(words, leaf.start))
        else:
            entries = [words.dictionary.find(word) for word in self._words[leaf]]
            ordinals = np.array([entry.ordinal for entry in entries if entry], np.int64)
        effort.spend(_WORD * len(ordinals))
        documents = words.having(ordinals)
        return Found(documents, np.full(len(documents), self._rarities[leaf]))

    def found_by(self, node: Node, part: Part) -> Found:
        """Return what `node` of the query matches in a segment."""
        return self._found(node, part)


def _summed(founds: Sequence[Found], size: int) -> Found:
    """Return what any of `founds` has, scores added up in their order."""
    effort.spend(size + sum(len(found.documents) for found in founds))
    together = concatenated(found.documents for found in founds)
    scores = np.concatenate([np.empty(0), *(found.scores for found in founds)])
    total = np.bincount(together, scores, size).astype(np.float64, copy=False)
    hit = total != 0
    if not scores.all():
        hit[together] = True
    documents = np.flatnonzero(hit)
    return Found(documents, total[documents])


def _best(founds: Sequence[Found], size: int) -> Found:
    """Return what any of `founds` has, with the best of its scores."""
    effort.spend(size + sum(len(found.documents) for found in founds))
    best, hit = np.zeros(size), np.zeros(size, np.bool_)
    for found in founds:
        best[found.documents] = np.maximum(best[found.documents], found.scores)
        hit[found.documents] = True
    documents = np.flatnonzero(hit)
    return Found(documents, best[documents])


def _holding(leaf: Dates | Value, part: Part) -> Keep:
    effort.spend(part.size)
    match leaf:
        case Dates(first, last):
            begins, ends = part.numbers("first"), part.numbers("last")
            low, high = (date.fromisoformat(day).toordinal() for day in (first, last))
            return np.asarray((begins >= 0) & (begins <= high) & (ends >= low))
        case Value(facet, value):
            column = part.column(facet)
            return column.matching(values_meant(facet, [value], column.values))


def _without(documents: Numbers, found: Found) -> Numbers:
    effort.spend(len(documents))
    return documents[~_among(documents, found.documents)[0]]


def _among(documents: Numbers, others: Numbers) -> tuple[Keep, Numbers]:
    """Return which of `documents` are in `others`, and the places there; both ascending."""
    if not len(others):
        return np.zeros(len(documents), np.bool_), np.empty(0, np.int64)
    places = np.searchsorted(others, documents)
    places[places == len(others)] = 0
    there: Keep = np.equal(others[places], documents)
    return there, places[there]


class _Conjunction:
    """What all children match in one segment: shortest lists first, scores in order of children."""

    def __init__(self, matcher: Matcher, part: Part) -> None:
        self._matcher = matcher
        self._part = part
        self._documents: Numbers | None = None
        self._scores: dict[int, Scores] = {}

    def of(self, children: tuple[Node, ...]) -> Found:
        """Return the documents that match, each with the sum of its scores."""
        terms: list[tuple[int, int, Words, Field, Entry]] = []
        founds: list[tuple[int, Found]] = []
        for number, child in enumerate(children):
            if isinstance(child, Words) and len(child.terms) == 1:
                field = self._part.field(child.field)
                entry = field.dictionary.find(child.terms[0].encode())
                if entry is None:
                    return _unscored(np.empty(0, np.int64))
                terms.append((entry.documents, number, child, field, entry))
            elif not isinstance(child, Not):
                founds.append((number, self._matcher.found_by(child, self._part)))
        for number, found in sorted(founds, key=lambda one: (len(one[1].documents), one[0])):
            self._take(number, found)
        for _, number, leaf, field, entry in sorted(terms, key=lambda one: one[:2]):
            self._take_term(number, leaf, field, entry)
        documents = np.arange(self._part.size) if self._documents is None else self._documents
        scores = np.zeros(len(documents))
        for number in sorted(self._scores):
            scores = scores + self._scores[number]
        return self._excluding(children, Found(documents, scores))

    def _excluding(self, children: tuple[Node, ...], found: Found) -> Found:
        for child in children:
            if isinstance(child, Not) and len(found.documents):
                unwanted = self._matcher.found_by(child.child, self._part).documents
                stays = ~_among(found.documents, unwanted)[0]
                found = Found(found.documents[stays], found.scores[stays])
        return found

    def _narrow(self, there: Keep) -> None:
        if self._documents is not None and not there.all():
            self._documents = self._documents[there]
            self._scores = {number: scores[there] for number, scores in self._scores.items()}

    def _take(self, number: int, found: Found) -> None:
        if self._documents is None:
            self._documents, self._scores[number] = found.documents, found.scores
            return
        there, places = _among(self._documents, found.documents)
        self._narrow(there)
        self._scores[number] = found.scores[places]

    def _take_term(self, number: int, leaf: Words, field: Field, entry: Entry) -> None:
        documents = self._documents
        if documents is None or len(documents) * _SPARSE > entry.documents:
            self._take_list(number, leaf, field, entry)
            return
        effort.spend(_SPARSE * len(documents))
        there, places = field.among(entry, documents)
        self._narrow(there)
        counts = field.counts_at(places)
        self._scores[number] = self._matcher.scores(leaf, self._part, documents[there], counts)

    def _take_list(self, number: int, leaf: Words, field: Field, entry: Entry) -> None:
        effort.spend(entry.documents)
        whole, counts = field.documents(entry), field.counts(entry)
        if self._documents is None:
            self._documents = whole
        else:
            there, places = _among(self._documents, whole)
            self._narrow(there)
            counts = counts[places]
        self._scores[number] = self._matcher.scores(leaf, self._part, self._documents, counts)
