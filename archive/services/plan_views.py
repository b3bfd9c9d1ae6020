"""What the redaction services answer with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from archive.model.ids import RecordId
from archive.model.redaction import Leak, Lost, PlanState, Redaction, Region
from archive.redaction import model_states
from archive.services.crowds import Crowd
from archive.services.plans import StoredPlan


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as its workers see it; `proposer` and `approver` are member ids."""

    record: RecordId
    state: PlanState
    version: int
    redactions: tuple[Redaction, ...]
    proposer: str | None
    approver: str | None
    copy_digest: str | None
    lost: tuple[Lost, ...] = ()
    regions: tuple[Region, ...] = ()

    @property
    def found_by(self) -> dict[str, int]:
        """How many redactions each finder led to, by its name, most first."""
        return dict(Counter(one.detector for one in self.redactions).most_common())


def unread_models() -> tuple[str, ...]:
    """Return the detectors that find nothing here, since their models are not installed."""
    return tuple(name for name, state in model_states().items() if state != "ready")


@dataclass(frozen=True, slots=True)
class Released:
    """A record whose reading copy went out, and the SHA-256 (hex) of that copy."""

    record: RecordId
    reading_copy: str


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What the gate finds in one record's reading copy.

    `error` is the code of why a released copy cannot be opened; `crowds` are warnings.
    """

    record: RecordId
    leaks: tuple[Leak, ...]
    error: str | None = None
    crowds: tuple[Crowd, ...] = ()


def view_of(stored: StoredPlan) -> PlanView:
    """Return what is shown of a stored plan."""
    row = stored.row
    return PlanView(
        record=stored.plan.record,
        state=PlanState(row.state),
        version=row.version,
        redactions=stored.plan.redactions,
        proposer=row.proposer,
        approver=row.approver,
        copy_digest=row.copy_digest,
        lost=stored.plan.lost,
        regions=stored.plan.regions,
    )
