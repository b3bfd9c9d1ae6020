"""Names of members, as far as a session's keys open them."""

from __future__ import annotations

from archive.catalog import Snapshot
from archive.model.access import Compartment
from archive.model.ids import MemberId
from archive.services.session import Session
from keys.age import open_small
from keys.errors import KeysError


class Names:
    """Names of members by id; each is opened once."""

    def __init__(self, session: Session, snapshot: Snapshot) -> None:
        self._session, self._snapshot = session, snapshot
        self._known: dict[str, str | None] = {}

    def of(self, member: MemberId) -> str | None:
        """Return the name of a member, or `None` when the session cannot open it."""
        if member not in self._known:
            self._known[member] = self._open(member)
        return self._known[member]

    def _open(self, member: MemberId) -> str | None:
        row = self._snapshot.members.get(member)
        held = self._session.identities
        keys = [*held.get(Compartment.ORIGINALS, ()), *held.get(Compartment.LEDGER, ())]
        if row is None or not keys:
            return None
        try:
            return open_small(row.name_sealed, keys).decode()
        except KeysError:
            return None
