"""Numbers about a running archive that say nothing about a document, a member or a question."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from archive.errors import ReaderFailed
from archive.model.jobs import JobState, Stage
from archive.services.intake.readers import sandbox_check
from archive.services.members import unlocking
from archive.services.members.administration import Status, status
from archive.services.parts import Archive

UNTRIED = "untried"
"""The tier where readers cannot be started at all."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """Counts of what is kept and what waits, by stage; keyholders that live; the sandbox's tier."""

    status: Status
    jobs: dict[Stage, int]
    keyholders: int
    sealed: bool
    tier: str


def gauges(archive: Archive) -> Gauges:
    """Return the numbers as they are now; needs no key and writes nothing."""
    with archive.catalog.read() as snapshot:
        waiting = Counter(
            row.stage
            for row in snapshot.jobs.all(archive.collection)
            if row.state == JobState.OPEN.value
        )
    holders = unlocking.live(archive)
    return Gauges(
        status=status(archive),
        jobs={stage: waiting[stage.value] for stage in Stage if stage is not Stage.INDEX},
        keyholders=len(holders),
        sealed=not holders,
        tier=_tier(archive),
    )


def _tier(archive: Archive) -> str:
    try:
        return sandbox_check(archive).tier.value
    except ReaderFailed:
        return UNTRIED
