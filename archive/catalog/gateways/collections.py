"""Collections."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import CollectionRow
from archive.catalog.tables import collections


class Collections(Gateway):
    """Which collections there are."""

    def add(self, row: CollectionRow) -> None:
        """Add a collection.

        Raises:
            NameTaken: a collection has that name tag.
        """
        self._insert(collections, [row])

    def by_tag(self, name_tag: str) -> CollectionRow | None:
        """Return the collection with that name tag, or `None`."""
        chosen = select(collections).where(collections.c.name_tag == name_tag)
        return self._one(CollectionRow, chosen)

    def all(self) -> Iterator[CollectionRow]:
        """Yield every collection by id."""
        return self._stream(CollectionRow, select(collections).order_by(collections.c.id))
