"""One generation opened for searching."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from archive.search.ranking import Statistics, measure
from archive.search.segments import Segment
from archive.search.storage import SealedStorage
from archive.search.writing import open_index


class View:
    """The segments of one generation; all its files stay open until `close`."""

    def __init__(self, storage: SealedStorage) -> None:
        """Open the generation that `storage` holds.

        Raises:
            IndexTampered: a file is not what was written.
        """
        self._reader = open_index(storage).reader()
        leaves = self._reader.leaf_readers() if self._reader.doc_count_all() else ()
        self.segments = tuple(Segment(leaf) for leaf, _ in leaves)

    @cached_property
    def statistics(self) -> Statistics:
        """Counts and mean lengths over all segments."""
        return measure(self.segments)

    def knows(self, term: str) -> bool:
        """Tell whether any document has `term`."""
        return any(segment.frequency("text", term) for segment in self.segments)

    def words(self, prefix: str, limit: int) -> set[str]:
        """Return words that begin with `prefix`: of each segment the first `limit`."""
        return {word for s in self.segments for word in islice(s.words(prefix), limit)}

    def documents(self, word: str) -> int:
        """Return how many documents have `word` as it is written."""
        return sum(segment.frequency("words", word) for segment in self.segments)

    def close(self) -> None:
        """Close all files."""
        for segment in self.segments:
            segment.close()
