"""What a person makes of marks: accept them, take them back, or give them another reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from archive.errors import InvalidValue
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.provenance import EventType
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan, Review
from archive.services.parts import Archive
from archive.services.redaction.changing import change
from archive.services.redaction.plan_views import PlanView
from archive.services.redaction.plans import Desk, Seen
from archive.services.refusals import tells_refusals
from archive.services.session import Session

_SURE = 100  # percent


@dataclass(frozen=True, slots=True)
class Choice:
    """Which marks are meant: the `spans`, or else all of a finder within a range of confidence.

    `found_by` is a detector or a method, or `None` for all; `least` and `most` are percent.
    """

    spans: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    found_by: str | None = None
    least: int = 0
    most: int = _SURE

    def holds(self, one: Redaction) -> bool:
        """Return whether a mark is meant."""
        if self.spans:
            return (one.start, one.end) in self.spans
        named = self.found_by in (None, one.detector, one.method.value)
        return named and self.least <= one.confidence <= self.most


@tells_refusals(Action.REDACT)
def accept(
    archive: Archive, session: Session, record: RecordId, choice: Choice, seen: Seen | None = None
) -> PlanView:
    """Let marks stay as a person looked at them: nothing asks for a review of them any more.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: no such mark.
        PlanChanged: plan or text is not what was `seen`.
    """
    return _each(archive, session, record, choice, seen, _accepted)


def _accepted(one: Redaction) -> Redaction | None:
    return replace(one, review=Review.ACCEPTED)


@tells_refusals(Action.REDACT)
def take_back(
    archive: Archive, session: Session, record: RecordId, choice: Choice, seen: Seen | None = None
) -> PlanView:
    """Hide these places no more.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: no such mark.
        PlanChanged: plan or text is not what was `seen`.
    """
    return _each(archive, session, record, choice, seen, lambda _: None)


@tells_refusals(Action.REDACT)
def give_reason(
    archive: Archive,
    session: Session,
    record: RecordId,
    choice: Choice,
    reason: Reason,
    seen: Seen | None = None,
) -> PlanView:
    """Hide these places for another reason; where a source is named that stays.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: no such mark.
        PlanChanged: plan or text is not what was `seen`.
    """
    return _each(archive, session, record, choice, seen, lambda one: replace(one, reason=reason))


def _each(
    archive: Archive,
    session: Session,
    record: RecordId,
    choice: Choice,
    seen: Seen | None,
    act: Callable[[Redaction], Redaction | None],
) -> PlanView:
    def edit(_desk: Desk, plan: RedactionPlan) -> RedactionPlan:
        meant = [one for one in plan.redactions if choice.holds(one)]
        if not meant:
            raise InvalidValue("No mark is chosen that is in the plan.", hint="Choose one first.")
        changed = (act(one) if choice.holds(one) else one for one in plan.redactions)
        redactions = tuple(one for one in changed if one is not None)
        if redactions == plan.redactions:
            raise InvalidValue("These marks are like that already.", hint="Choose others.")
        return replace(plan, redactions=redactions)

    return change(archive, session, record, EventType.REDACTION_MARKED, edit, seen)


def finders(redactions: tuple[Redaction, ...]) -> tuple[str, ...]:
    """Return the methods and detectors of marks, as `Choice.found_by` takes them."""
    methods = {one.method.value for one in redactions}
    detectors = {one.detector for one in redactions if one.method is Method.DETECTOR}
    return tuple(sorted(methods | detectors))
