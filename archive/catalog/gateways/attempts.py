"""Failed attempts to sign in, added up until a member's entry takes them to the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import AttemptsRow
from archive.catalog.tables import attempts

_FIRST = insert(attempts)
_ONE_MORE = _FIRST.on_conflict_do_update(
    index_elements=[attempts.c.member, attempts.c.kind],
    set_={"count": attempts.c.count + 1, "last": _FIRST.excluded.last},
)


class Attempts(Gateway):
    """At most one row for each member and kind, however many attempts there were."""

    def note(self, member: str, kind: str, now: datetime) -> None:
        """Count one more attempt; `member` is an id, or empty when nobody has the name."""
        values = {"member": member, "kind": kind, "count": 1, "since": now, "last": now}
        self._connection.execute(_ONE_MORE, [values])

    def count(self) -> int:
        """Return how many attempts wait to be entered."""
        return int(self._connection.execute(select(func.sum(attempts.c.count))).scalar() or 0)

    def take(self) -> list[AttemptsRow]:
        """Return every row and remove them all."""
        chosen = select(attempts).order_by(attempts.c.member, attempts.c.kind)
        found = list(self._stream(AttemptsRow, chosen))
        if found:
            self._connection.execute(delete(attempts))
        return found
