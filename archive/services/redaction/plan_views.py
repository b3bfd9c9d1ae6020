"""What the redaction services answer with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import ReleaseBlocked
from archive.extraction import FACE, face_model_state
from archive.model.ids import RecordId
from archive.model.objects import CanonicalText
from archive.model.redaction import Leak, Lost, Method, PlanState, Redaction, Region
from archive.redaction import model_states
from archive.redaction.pages import Run
from archive.services.redaction.crowds import Crowd
from archive.services.redaction.faces import FacesLooked
from archive.services.redaction.plans import StoredPlan, runs_in
from archive.services.redaction.sightings import NamesLooked


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as its workers see it; `proposer` and `approver` are member ids.

    `faces` and `names` are there right after a proposal for a record that has pages; `anew` are
    the pages that line ends would tell too much of, which the copy sets anew unless it has them
    `as_drawn`.
    """

    record: RecordId
    state: PlanState
    version: int
    redactions: tuple[Redaction, ...]
    proposer: str | None
    approver: str | None
    copy_digest: str | None
    lost: tuple[Lost, ...] = ()
    regions: tuple[Region, ...] = ()
    faces: FacesLooked | None = None
    names: NamesLooked | None = None
    title: str = ""
    anew: tuple[Run, ...] = ()
    as_drawn: bool = False

    @property
    def found_by(self) -> dict[str, int]:
        """How many redactions and regions each finder led to, by its name, most first."""
        proposed = (one.detector for one in self.regions if one.method is not Method.MANUAL)
        names = (*map(_finder, self.redactions), *proposed)
        return dict(Counter(names).most_common())


def _finder(one: Redaction) -> str:
    return one.detector if one.method is Method.DETECTOR else one.method.value


def unlooked(looked: FacesLooked | NamesLooked) -> str:
    """Return the pages, from 1, on which nobody looked, as ranges: `4, 21-600`."""
    ends: list[list[int]] = []
    for page in looked.unseen:
        if ends and ends[-1][1] == page:
            ends[-1][1] = page + 1
        else:
            ends.append([page + 1, page + 1])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ends)


def unread_models() -> tuple[str, ...]:
    """Return the detectors that find nothing here, since their models are not installed."""
    states = {**model_states(), FACE: face_model_state()}
    return tuple(name for name, state in states.items() if state != "ready")


@dataclass(frozen=True, slots=True)
class Released:
    """A record whose reading copy went out, and the SHA-256 (hex) of that copy."""

    record: RecordId
    reading_copy: str


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What the gate finds in one record's reading copy.

    `error` is the code of why a released copy cannot be opened or looked at; `crowds` are warnings;
    `pages` is how many were looked at.
    """

    record: RecordId
    leaks: tuple[Leak, ...]
    error: str | None = None
    crowds: tuple[Crowd, ...] = ()
    pages: int = 0


def blocked_report(record: RecordId, error: ReleaseBlocked) -> LeakReport:
    """Return what the gate found when it blocked a release."""
    return LeakReport(record, tuple(one for one in error.found if isinstance(one, Leak)))


def anew_in_words(runs: Sequence[Run]) -> str:
    """Return the pages, from 1, that are set anew, as ranges: `2-3, 7`."""
    ends = ((run.first + 1, run.last + 1) for run in runs)
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ends)


def view_of(stored: StoredPlan, text: CanonicalText | None = None) -> PlanView:
    """Return what is shown of a stored plan; which pages are set anew, with the `text`."""
    row = stored.row
    pages = stored.copy.pages if stored.copy is not None else None
    anew = () if text is None or (stored.copy and pages is None) else runs_in(text, stored)
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
        title=stored.plan.title,
        anew=anew,
        as_drawn=pages is not None and pages.insisted,
    )
