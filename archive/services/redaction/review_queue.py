"""The plans that wait for a second member, what could hurt most first."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model.access import Action
from archive.model.ids import SourceRef
from archive.model.redaction import Method, PlanState, Reason, Redaction, Review
from archive.model.sources import Threat
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.redaction.plan_views import PlanView, view_of
from archive.services.redaction.plans import open_desk
from archive.services.register import all_sources
from archive.services.session import Session

_DIRECT = frozenset({Reason.SOURCE_IDENTITY, Reason.CONTACT})
_SURE = 100  # percent


@dataclass(frozen=True, slots=True)
class Risk:
    """Why a plan should be read before others: `threat` is that of the source most in danger.

    `direct` counts places that name or locate somebody; `unreviewed` counts finds of detectors,
    uncertain finds, and places that moved with a newer text, which nobody accepted yet.
    """

    threat: Threat | None
    direct: int
    unreviewed: int
    lost: int = 0

    @property
    def order(self) -> tuple[int, int, int, int]:
        """A key by which the greatest risk comes first."""
        rank = -1 if self.threat is None else self.threat.rank
        return -rank, -self.lost, -self.unreviewed, -self.direct

    @property
    def reasons(self) -> tuple[str, ...]:
        """The risk in words, without content."""
        return tuple(
            words
            for words, so in (
                (f"threat {self.threat.value if self.threat else ''}", self.threat is not None),
                (f"marks lost: {self.lost}", self.lost),
                (f"finds to look at: {self.unreviewed}", self.unreviewed),
                (f"direct identifiers: {self.direct}", self.direct),
            )
            if so
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan that waits, and its risk."""

    plan: PlanView
    risk: Risk


def _is_unsure(one: Redaction) -> bool:
    moved = one.review is not Review.NONE
    return moved or one.method is Method.DETECTOR or one.confidence < _SURE


def queue(archive: Archive, session: Session) -> tuple[Waiting, ...]:
    """Return the plans that wait for a second member, the riskiest first.

    Raises:
        NotPermitted: the member may not approve.
    """
    authorise(archive, session, Action.APPROVE)
    look(archive, session, of="queue")
    threats = {one.source: one.threat for one in all_sources(archive, session)}
    with archive.catalog.read() as snapshot:
        records = [row.record for row in snapshot.plans.all(PlanState.SUBMITTED.value)]
        desks = [open_desk(archive, session, snapshot, record) for record in records]
    plans = [view_of(desk.stored) for desk in desks if desk.stored is not None]
    found = [Waiting(one, risk_of(one, threats)) for one in plans]
    return tuple(sorted(found, key=lambda one: (one.risk.order, one.plan.record)))


def risk(archive: Archive, session: Session, plan: PlanView) -> Risk:
    """Return the risk of one plan.

    Raises:
        NotPermitted: the member may not approve.
    """
    authorise(archive, session, Action.APPROVE)
    return risk_of(plan, {one.source: one.threat for one in all_sources(archive, session)})


def risk_of(plan: PlanView, threats: dict[SourceRef, Threat]) -> Risk:
    """Return the risk of a plan; sources that are not in `threats` count as endangered highly."""
    named = {one.source for one in plan.redactions if one.source is not None}
    levels = [threats.get(one, Threat.HIGH) for one in named]
    return Risk(
        threat=max(levels, key=lambda one: one.rank, default=None),
        direct=sum(one.reason in _DIRECT for one in plan.redactions),
        unreviewed=sum(
            one.review is not Review.ACCEPTED and _is_unsure(one) for one in plan.redactions
        ),
        lost=len(plan.lost),
    )
