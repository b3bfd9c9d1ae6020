"""Full-text search on an index that is sealed on disk.

`SearchIndex` is the plug point; `WhooshIndex` stands behind it. An index is built from the
documents that it is given and nothing else, and everything that a search returns (hits, counts,
scores, order, facets, snippets, suggestions, refusals) is computed from that one index.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from archive.model.ids import RecordId
from archive.model.search import IndexDocument, SearchRequest, SearchResults
from archive.search.manifest import IndexState
from archive.search.schema import FACETS

if TYPE_CHECKING:
    from archive.search.whoosh_index import WhooshIndex

# NumPy's library for matrices, which nothing here uses, would start a thread for each processor
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__all__ = ["FACETS", "IndexState", "SearchIndex", "WhooshIndex"]


def __getattr__(name: str) -> object:
    """Import `WhooshIndex` when it is asked for: NumPy and its like take 0.2 s."""
    if name != "WhooshIndex":
        raise AttributeError(name)
    from archive.search.whoosh_index import WhooshIndex  # noqa: PLC0415

    return WhooshIndex


class SearchIndex(Protocol):
    """An index at one generation; `update` moves it to the next."""

    @property
    def state(self) -> IndexState:
        """The generation that is open: what must be given to open it again."""

    def update(self, add: Iterable[IndexDocument], remove: Iterable[RecordId]) -> IndexState:
        """Write the next generation durably and return what names it.

        Records of `remove` go first; those of `add` are put in, or in the place of their own.
        The generation before stays on disk and can be opened until `prune`, so the caller keeps
        the new state first and prunes afterwards. Until then this object stays the one writer.

        Raises:
            ArchiveBusy: somebody else is writing, or has written since this was opened.
            InvalidValue: a document has a facet that no index keeps.
            DiskFull, WriteFailed: the disk refused; this generation stands as it was.
        """

    def search(self, request: SearchRequest) -> SearchResults:
        """Return one page of the records that match, best first unless asked otherwise.

        Words side by side must all match: a count means what it says. Where a word is not in the
        index, or no record has all words, `suggestion` offers another query; it is never run
        unasked. Records of one score are ordered by their id.

        Raises:
            QuerySyntax: the query is empty or does not follow the grammar.
            QueryTooBroad: it exceeds a limit.
            InvalidValue: a filter, the order or the page makes no sense.
            IndexTampered: a file is not what was written.
        """

    def prune(self) -> None:
        """Remove every file that this generation does not need, and stop being the writer.

        Raises:
            ArchiveBusy: somebody else is writing; nothing was removed.
            IndexTampered: a file of this generation is missing; nothing was removed.
        """

    def close(self) -> None:
        """Close all files and stop being the writer."""
