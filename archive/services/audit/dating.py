"""When an event must have happened: after the checkpoint it quotes, before the first outside mark.

What an entry says of its time is what a member's machine said. It quotes the root of everything
before it, so it was not made before that tree was; and whoever outside the archive put a time to a
checkpoint above it shows that it was there by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.errors import LedgerTampered
from archive.ledger import (
    LogKey,
    Policy,
    Verdict,
    leading,
    open_checkpoint,
    serving,
    signed_at,
    timestamp,
)
from archive.ledger.history import TOLERANCE
from archive.services.audit.checking import Reader, TimelineEntry
from archive.services.audit.scanning import Kept, Scan, scan
from archive.services.audit.stamps import Authority, check
from archive.services.log_files import COSIGNATURES, LogFiles


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody outside says that a checkpoint of `size` entries was there at a time."""

    size: int
    time: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Dated:
    """An event with the time that it claims, and the interval in which it must have happened.

    `not_before` is when the log says it made the checkpoint that the entry quotes; `not_after` and
    `by` come from the first outside mark above it, and are missing while there is none.
    """

    line: TimelineEntry
    not_before: datetime | None
    not_after: datetime | None
    by: str | None


@dataclass(slots=True)
class Dating:
    """Every event that was asked for with its interval, and what does not fit."""

    verdict: Verdict
    found: list[Dated] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


def marks_of(
    files: LogFiles,
    keys: Sequence[LogKey],
    policy: Policy | None,
    authorities: Sequence[Authority] = (),
) -> list[Mark]:
    """Return the times of all cosignatures and tokens that were kept, by whom one trusts."""
    tokens = [one for one, _ in check(files, keys, authorities) if one.time and not one.problem]
    found = {Mark(one.size, one.time, one.authority) for one in tokens if one.time}
    for name in files.names(COSIGNATURES):
        try:
            note = files.note(name) or ""
            head = open_checkpoint(note, leading(keys))
            for witness in policy.witnesses if policy is not None else ():
                time = signed_at(note, witness.key)
                if time is not None:
                    found.add(Mark(head.size, time, witness.name))
        except LedgerTampered:
            continue
    return sorted(found, key=lambda one: (one.size, one.time))


def date(
    catalog: Reader,
    vkeys: Sequence[str],
    marks: Iterable[Mark],
    *,
    files: LogFiles | None = None,
    obj: str | None = None,
) -> Dating:
    """Return the interval of every event, or of those about one object.

    A time that an entry claims outside of its interval, by more than clocks differ, is a finding.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    wanted = f'"object":"{obj}"'.encode() if obj else b""
    seen = scan(catalog, vkeys, lambda body: wanted in body, files=files)
    told = Dating(seen.verdict, marks=sorted(marks, key=lambda one: one.time))
    heads = _heads(catalog, seen.verdict.keys)
    _consistent(told, heads)
    for one in seen.kept:
        told.found.append(_dated(one, seen, heads, told))
    return told


def _heads(catalog: Reader, keys: Sequence[LogKey]) -> dict[int, datetime]:
    """Return when the log says that it made each checkpoint."""
    found: dict[int, datetime] = {}
    with catalog.read() as view:
        for size, note in view.ledger.checkpoints():
            try:
                time = signed_at(note, serving(keys, size)[-1])
            except (LedgerTampered, IndexError):
                time = None
            if time is not None:
                found[size] = time
    return found


def _consistent(told: Dating, heads: dict[int, datetime]) -> None:
    """Compare what the log says of a checkpoint with what those outside say of it."""
    for one in told.marks:
        made = heads.get(one.size)
        if made is None:
            told.verdict.fail("mark", one.size, f"{one.by} cosigned what is no checkpoint here")
        elif made > one.time + TOLERANCE:
            words = f"a checkpoint is dated after {one.by} had seen it"
            told.verdict.fail("back-dated", one.size, words)


def _dated(one: Kept, seen: Scan, heads: dict[int, datetime], told: Dating) -> Dated:
    claimed = datetime.fromisoformat(one.entry.time)
    before = heads.get(one.entry.after_size)
    above = next((each for each in told.marks if each.size > one.index), None)
    if before is not None and claimed + TOLERANCE < before:
        words = f"it claims {one.entry.time}, and quotes a checkpoint of {timestamp(before)}"
        seen.verdict.fail("back-dated", one.index, words)
    if above is not None and claimed > above.time + TOLERANCE:
        words = f"it claims {one.entry.time}, and {above.by} had seen it {timestamp(above.time)}"
        seen.verdict.fail("post-dated", one.index, words)
    after = above.time if above else None
    return Dated(seen.line(one), before, after, above.by if above else None)
