"""An index in a folder, with few words to set it up; and invented documents for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.model.ids import RecordId
from archive.model.search import IndexDocument, SearchRequest, SearchResults, Snippet
from archive.search import IndexState, SearchIndex, WhooshIndex, snippets
from archive.search.query import Expansion, Words

KEY = bytes(range(32))


def record(number: int) -> RecordId:
    """Return the record id of document `number`."""
    return RecordId(f"00000000-0000-4000-8000-{number:012x}")


def document(number: int, text: str, title: str = "", **fields: object) -> IndexDocument:
    """Return document `number`."""
    return IndexDocument(record(number), title, text, **fields)  # type: ignore[arg-type]


@dataclass
class Shelf:
    """Makes and opens an index below `parent`."""

    parent: Path
    key: bytes = KEY
    eager: bool = False

    def create(self, *documents: IndexDocument) -> WhooshIndex:
        """Make an index that holds `documents`; its state is taken as accepted."""
        index = WhooshIndex.create(self.parent, self.key, random=os.urandom)
        if documents:
            index.update(documents, [])
            index.prune()
        return index

    def open(self, state: IndexState, *, eager: bool | None = None) -> WhooshIndex:
        """Open the index at `state`."""
        return WhooshIndex.open(
            self.place(state),
            self.key,
            state,
            random=os.urandom,
            eager=self.eager if eager is None else eager,
        )

    def place(self, state: IndexState) -> Path:
        """Return the folder of the index."""
        return self.parent / state.index_id

    def files(self, state: IndexState) -> list[Path]:
        """Return its files, but the lock."""
        return sorted(path for path in self.place(state).iterdir() if path.name != "lock")


def snippet(text: str, leaves: tuple[Words | Expansion, ...]) -> Snippet:
    """Return the snippet of `text` for the leaves of a query."""
    return snippets.snippet(text, snippets.places(text, leaves))


def ask(index: SearchIndex, query: str, **request: object) -> SearchResults:
    """Search `index` for `query`."""
    return index.search(SearchRequest(query, **request))  # type: ignore[arg-type]


def found(index: SearchIndex, query: str, **request: object) -> list[RecordId]:
    """Return the records of the hits in order."""
    return [hit.record for hit in ask(index, query, **request).hits]


def records(numbers: Sequence[int]) -> list[RecordId]:
    """Return the record ids of documents."""
    return [record(number) for number in numbers]
