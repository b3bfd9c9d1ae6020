"""What members keep for themselves, and what they ask the archivists."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import AccessRequestRow, PapersRow
from archive.catalog.tables import access_requests, papers
from archive.model.ids import CollectionId, MemberId


class Papers(Gateway):
    """Envelopes by member."""

    def get(self, member: MemberId) -> PapersRow | None:
        """Return a member's envelope, or `None`."""
        return self._get(PapersRow, papers, member=member)

    def put(self, row: PapersRow) -> None:
        """Put an envelope in the place of the member's last one."""
        self._put(papers, row)


class AccessRequests(Gateway):
    """Requests by id; one is changed only by its answer."""

    def get(self, request: str) -> AccessRequestRow | None:
        """Return a request, or `None`."""
        return self._get(AccessRequestRow, access_requests, id=request)

    def put(self, row: AccessRequestRow) -> None:
        """Add a request, or put it with its answer in the place of the one without."""
        self._put(access_requests, row)

    def all(self, collection: CollectionId) -> Iterator[AccessRequestRow]:
        """Yield every request, newest first."""
        chosen = select(access_requests).where(access_requests.c.collection == collection)
        newest = chosen.order_by(access_requests.c.entry_index.desc())
        return self._stream(AccessRequestRow, newest)
