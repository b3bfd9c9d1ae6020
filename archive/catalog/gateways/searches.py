"""Saved searches: one sealed envelope for each member who has any."""

from __future__ import annotations

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import SavedSearchesRow
from archive.catalog.tables import saved_searches
from archive.model.ids import MemberId


class SavedSearches(Gateway):
    """Envelopes by member."""

    def get(self, member: MemberId) -> SavedSearchesRow | None:
        """Return a member's envelope, or `None`."""
        return self._get(SavedSearchesRow, saved_searches, member=member)

    def put(self, row: SavedSearchesRow) -> None:
        """Put an envelope in the place of the member's last one."""
        self._put(saved_searches, row)
