"""Redaction plans, every version of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, func, select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import PlanRow
from archive.catalog.tables import plans
from archive.model.ids import RecordId


class Plans(Gateway):
    """The newest version of a plan counts; the older ones are kept as they were."""

    def put(self, row: PlanRow) -> None:
        """Add a version of a plan.

        Raises:
            WrongPlanState: that version is there already; somebody else changed the plan.
        """
        self._insert(plans, [row])

    def get(self, record: RecordId) -> PlanRow | None:
        """Return the newest version of a record's plan, or `None`."""
        chosen = select(plans).where(plans.c.record == record)
        return self._one(PlanRow, chosen.order_by(plans.c.version.desc()).limit(1))

    def forget(self, record: RecordId) -> None:
        """Remove every version of the plan of a record that was destroyed."""
        self._connection.execute(delete(plans).where(plans.c.record == record))

    def history(self, record: RecordId) -> Iterator[PlanRow]:
        """Yield every version of a record's plan, oldest first."""
        chosen = select(plans).where(plans.c.record == record)
        return self._stream(PlanRow, chosen.order_by(plans.c.version))

    def all(self, state: str | None = None) -> Iterator[PlanRow]:
        """Yield the newest version of every plan by record; only those in `state` when given."""
        newest = select(plans.c.record, func.max(plans.c.version).label("version"))
        top = newest.group_by(plans.c.record).subquery()
        same = (plans.c.record == top.c.record) & (plans.c.version == top.c.version)
        chosen = select(plans).join(top, same).order_by(plans.c.record)
        if state is not None:
            chosen = chosen.where(plans.c.state == state)
        return self._stream(PlanRow, chosen)
