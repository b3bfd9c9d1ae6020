"""One generation opened for searching."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.model.ids import RecordId
from archive.search import effort, expansion
from archive.search.codec.columns import Column
from archive.search.codec.integers import concatenated
from archive.search.codec.segment import RECORD, Records, Stored, record_id
from archive.search.generation import Generation
from archive.search.matching import Matches, match
from archive.search.query import Field, Node
from archive.search.ranking import LUCENE, Ranking, Scores
from archive.search.segments import OpenSegment

__all__ = ["Column", "Matches", "Stored", "View"]

_STRETCHES = 256  # of scores, of which the best is looked at first
_SHORT = 8  # scores of a stretch, below which that does not pay
_STORED, _LETTERS = 3_000, 4  # steps to open a block, and letters opened in one (`effort`)
_LEXICON = 100_000  # words of one first letter that are compared in `near`


def _above(scores: Scores, count: int) -> NDArray[np.int64]:
    """Return the places of some scores, those of the `count` best among them.

    So many stretches have a best score that is no less than the least of these.
    """
    width = len(scores) // _STRETCHES
    if width < _SHORT or count > _STRETCHES:
        return np.arange(len(scores))
    bests = scores[: width * _STRETCHES].reshape(_STRETCHES, width).max(axis=1)
    return np.flatnonzero(scores >= np.partition(bests, _STRETCHES - count)[_STRETCHES - count])


class View:
    """All shards and segments of one generation, as documents 0 to `documents` - 1."""

    def __init__(self, segments: tuple[OpenSegment, ...]) -> None:
        """Take over `segments`; they are closed by `close`."""
        self.segments = segments
        self._generation = Generation(segments)
        self._columns: dict[str, Column] = {}
        self.documents = self._generation.documents

    def execute(self, node: Node, ranking: Ranking = LUCENE) -> Matches:
        """Return the documents that match, and their scores.

        Raises:
            QueryTooBroad: a prefix or pattern stands for too many words.
            IndexTampered: a file that is read for it is not what was written.
        """
        return match(self._generation, node, ranking)

    def best(self, matches: Matches, count: int) -> NDArray[np.int64]:
        """Return the places in `matches` of the `count` best: by score, then by record id."""
        places = _above(matches.scores, count)
        scores = matches.scores[places]
        if count < len(places):
            least = np.partition(scores, len(scores) - count)[len(scores) - count]
            better, equal = places[scores > least], places[scores == least]
            records = self.records(matches.documents[equal])["high"]
            wanted = count - len(better)
            last = np.partition(records, wanted - 1)[wanted - 1]
            places = np.concatenate((better, equal[records <= last]))
        records = self.records(matches.documents[places])
        order = np.lexsort((records["low"], records["high"], -matches.scores[places]))
        return places[order[:count]]

    def knows(self, term: str) -> bool:
        """Tell whether any document has `term` of the text."""
        return self.term_documents("text", term) > 0

    def term_documents(self, field: Field, term: str) -> int:
        """Return how many documents have `term` in `field`."""
        return self._generation.frequency(field, term)

    def word_documents(self, word: str) -> int:
        """Return how many documents have `word` as it is written, folded."""
        return self._generation.frequency("words", word)

    def words(self, prefix: str, limit: int) -> list[str]:
        """Return the first `limit` written words that begin with `prefix`, in code point order."""
        fields = (part.field("words") for part in self._generation.parts)
        found = {word for words in fields for word in expansion.words_of(words, prefix, limit)}
        return sorted(found)[:limit]

    def near(self, word: str, edits: int) -> list[str]:
        """Return the written words with its first letter, at most `edits` edits from `word`."""
        return sorted(expansion.near(word, self.words(word[:1], _LEXICON), edits))

    def column(self, name: str) -> Column:
        """Return the column of a facet, or `date`: the dates as they are written."""
        if name not in self._columns:
            parts = [part.column(name) for part in self._generation.parts]
            self._columns[name] = Column.joined(parts)
        return self._columns[name]

    def values(self, name: str, document: int) -> tuple[str, ...]:
        """Return what one document has in the column `name`."""
        part, number = self._generation.place(document)
        return part.column(name).of(number)

    @cached_property
    def dates(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """First and last day of each document's date, 1 for 0001-01-01; -1 without a date."""
        first = [part.numbers("first") for part in self._generation.parts]
        last = [part.numbers("last") for part in self._generation.parts]
        return concatenated(first).astype(np.int32), concatenated(last).astype(np.int32)

    def records(self, documents: NDArray[np.integer]) -> Records:
        """Return the record ids of documents as pairs of numbers that sort as the ids do."""
        records = np.empty(len(documents), RECORD)
        offsets = self._generation.offsets
        for part, end in zip(self._generation.parts, offsets[1:].tolist(), strict=True):
            here = (documents >= part.offset) & (documents < end)
            if here.any():
                records[here] = part.segment.records[documents[here] - part.offset]
        return records

    def record(self, document: int) -> RecordId:
        """Return the record of a document."""
        part, number = self._generation.place(document)
        return record_id(part.segment.records[number])

    def stored(self, document: int) -> Stored:
        """Return title and text of a document."""
        part, number = self._generation.place(document)
        stored = part.segment.stored(number)
        effort.spend(_STORED + len(stored.text) // _LETTERS)
        return stored

    def all_stored(self) -> Iterator[tuple[RecordId, Stored]]:
        """Yield the record, title and text of every document, in the order of documents.

        Raises:
            IndexTampered: a file is not what was written.
        """
        for segment in self.segments:
            content = segment.content
            yield from zip(map(record_id, content.records), content.all_stored(), strict=True)

    def close(self) -> None:
        """Close all files that no other generation uses."""
        for segment in self.segments:
            segment.close()
