"""Public keys of compartments, grants to members, and named sealed secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, delete, func, select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import CompartmentRow, GrantRow
from archive.catalog.tables import compartments, grants
from archive.model.ids import CollectionId, MemberId


class Keys(Gateway):
    """Key material as the catalog may hold it: public or sealed."""

    def add_compartment(self, row: CompartmentRow) -> None:
        """Add an epoch of a compartment."""
        self._insert(compartments, [row])

    def current(self, collection: CollectionId, compartment: str) -> CompartmentRow | None:
        """Return the newest epoch of a compartment, or `None`."""
        chosen = self._epochs(collection, compartment).order_by(compartments.c.epoch.desc())
        return self._one(CompartmentRow, chosen.limit(1))

    def all_epochs(self, collection: CollectionId, compartment: str) -> Iterator[CompartmentRow]:
        """Yield the epochs of a compartment, oldest first."""
        chosen = self._epochs(collection, compartment).order_by(compartments.c.epoch)
        return self._stream(CompartmentRow, chosen)

    @staticmethod
    def _epochs(collection: CollectionId, compartment: str) -> Select[Any]:
        return select(compartments).where(
            compartments.c.collection == collection, compartments.c.compartment == compartment
        )

    def put_grant(self, row: GrantRow) -> None:
        """Add a grant, or put it in place of the member's grant of the same purpose and epoch."""
        self._put(grants, row)

    def grants_for(self, member: MemberId) -> Iterator[GrantRow]:
        """Yield the grants of a member by collection, purpose and epoch."""
        order = (grants.c.collection, grants.c.purpose, grants.c.epoch)
        chosen = select(grants).where(grants.c.member == member).order_by(*order)
        return self._stream(GrantRow, chosen)

    def newest_epoch(self, member: MemberId, purpose: str) -> int:
        """Return the newest epoch of a purpose that a member was granted; 0 when there is none."""
        chosen = select(func.max(grants.c.epoch)).where(
            grants.c.member == member, grants.c.purpose == purpose
        )
        return self._connection.execute(chosen).scalar() or 0

    def remove_grants(self, member: MemberId, purposes: Collection[str]) -> None:
        """Remove every grant of a member for these purposes."""
        chosen = (grants.c.member == member, grants.c.purpose.in_(purposes))
        self._connection.execute(delete(grants).where(*chosen))
