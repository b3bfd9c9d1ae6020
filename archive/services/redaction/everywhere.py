"""Marking in all documents at once, and taking such an act back as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from archive.catalog import Snapshot
from archive.errors import (
    ArchiveError,
    InQuarantine,
    InvalidValue,
    RecordNotFound,
    WrongPlanState,
)
from archive.ledger import parse_entry
from archive.model.access import Action, Level
from archive.model.ids import RecordId, SourceRef, new_uuid, parse_record_id
from archive.model.provenance import EventType
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan
from archive.redaction import merge, occurrences, register_finds
from archive.redaction.patterns import SafePattern
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.reading import RELEASED
from archive.services.records import canonical_text, open_record
from archive.services.redaction.plans import blank_plan, open_desk, plan_history, put_draft
from archive.services.refusals import tells_refusals
from archive.services.register import compiled, open_source, require_row
from archive.services.session import Session

_MOST_PLACES = 20_000  # in one record; more is a pattern that was not meant
_BATCH = 100  # records fetched at a time
_MANUAL = "everywhere"
Finder = Callable[[str], Iterable[Redaction]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What to mark: a text, a pattern, or everything that names a source; exactly one."""

    text: str | None = None
    pattern: str | None = None
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of one record: how many places, and the plan's state before.

    `version` is the new version of its plan, `None` where nothing was changed; `released` says that
    an older reading copy is out, `error` is the code of what stood in the way, `title` that of the
    original.
    """

    record: RecordId
    places: int
    version: int | None = None
    state: str | None = None
    released: bool = False
    error: str | None = None
    title: str | None = field(default=None, repr=False)


def new_act(archive: Archive) -> str:
    """Return the reference of an act on many records, by which it can be taken back."""
    return new_uuid(archive.ids)


def mark_everywhere(
    archive: Archive,
    session: Session,
    act: str,
    target: Target,
    reason: Reason = Reason.SOURCE_IDENTITY,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Iterator[Marked]:
    """Mark in the plans of all records and yield those that have it, in the order of the ledger.

    Each plan becomes a draft; a reading copy that is out stays out. A run that was cut off is done
    again: what is marked already stays as it is.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: there is no such source.
        InvalidValue: not exactly one thing is named, or the pattern cannot be used.
    """
    authorise(archive, session, Action.REDACT)
    finder = _finder(archive, session, target, reason)
    look(archive, session, of="everywhere", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        total = snapshot.records.count(archive.collection)
    return _marked(archive, session, act, finder, dry_run, lambda n: _tell(progress, n, total))


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _finder(archive: Archive, session: Session, target: Target, reason: Reason) -> Finder:
    given = [one for one in (target.text, target.pattern, target.source) if one is not None]
    if len(given) != 1:
        raise InvalidValue("Name a text, a pattern or a source.")
    if target.source is not None:
        with archive.catalog.read() as snapshot:
            row = require_row(archive, snapshot, target.source)
            register = compiled([open_source(session, snapshot, row)[1]])
        return lambda text: (
            replace(one, reason=reason) for one in register_finds(text, register, hints=False)
        )
    if target.pattern is not None:
        pattern = SafePattern(target.pattern)
        return lambda text: (_manual(place, reason) for place in pattern.find(text))
    needle = (target.text or "").strip()
    if not any(map(str.isalnum, needle)):
        raise InvalidValue("A text to mark has a letter or digit.")
    return lambda text: (_manual(place, reason) for place in occurrences(text, needle))


def _manual(place: tuple[int, int], reason: Reason) -> Redaction:
    return Redaction(*place, reason, Method.MANUAL, _MANUAL)


def _marked(
    archive: Archive,
    session: Session,
    act: str,
    finder: Finder,
    dry_run: bool,
    tell: Callable[[int], None],
) -> Iterator[Marked]:
    done, at = 0, -1
    while True:
        with archive.catalog.read() as snapshot:
            rows = list(snapshot.records.list(archive.collection, at, _BATCH))
        if not rows:
            return
        for row in rows:
            try:
                found = _mark(archive, session, act, row.id, finder, dry_run)
            except InQuarantine:
                found = None
            except ArchiveError as error:
                found = Marked(row.id, 0, error=error.code)
            if found is not None:
                yield found
            done += 1
        at = rows[-1].entry_index
        tell(done)


def _mark(
    archive: Archive, session: Session, act: str, record: RecordId, finder: Finder, dry_run: bool
) -> Marked | None:
    with archive.catalog.read() as snapshot:
        opened = open_record(session, snapshot, record)
        text = canonical_text(archive, opened)
    if text is None or not any(True for _ in finder(text.text)):
        return None
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        plan = blank_plan(desk)
        marks = list(finder(desk.text.text))
        if len(marks) > _MOST_PLACES:
            raise InvalidValue("It stands in too many places of one record.")
        changed = merge([*plan.redactions, *marks])
        told = Marked(
            record,
            len(marks),
            state=None if desk.stored is None else desk.stored.state.value,
            released=_is_out(tx, record),
            title=desk.opened.manifest.title,
        )
        if dry_run or changed == plan.redactions:
            return told
        plan = replace(plan, redactions=changed)
        event = EventType.REDACTION_MARKED
        stored = put_draft(archive, session, tx, desk, plan, event, act=act)
        return replace(told, version=stored.row.version)


def _is_out(snapshot: Snapshot, record: RecordId) -> bool:
    release = snapshot.releases.get(record)
    return release is not None and release.state == RELEASED


@tells_refusals(Action.REDACT)
def undo_act(archive: Archive, session: Session, act: str) -> Iterator[Marked]:
    """Take back what an act marked, in every plan that it changed; later marks stay.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: that is not the reference of an act.
        RecordNotFound: there was no such act.
    """
    authorise(archive, session, Action.REDACT)
    act = str(parse_record_id(act))
    mark = f'"act":"{act}"'.encode()
    with archive.catalog.read() as snapshot:
        size = snapshot.ledger.tail().size
        entries = [
            (row.index, parse_entry(row.body))
            for row in snapshot.ledger.entries(0, size)
            if mark in row.body
        ]
    work = [
        (RecordId(entry.object), index)
        for index, entry in entries
        if entry.type is EventType.REDACTION_MARKED and entry.links.get("act") == act
    ]
    if not work:
        raise RecordNotFound("There was no such act.")
    return (_undone(archive, session, act, record, index) for record, index in work)


def _undone(archive: Archive, session: Session, act: str, record: RecordId, index: int) -> Marked:
    try:
        with archive.catalog.write() as tx:
            desk = open_desk(archive, session, tx, record)
            versions = plan_history(session, tx, desk.opened)
            numbers = [one.row.version for one in versions if one.row.entry_index == index]
            if not numbers or desk.stored is None:
                raise WrongPlanState
            after = versions[numbers[0] - 1].plan
            before = versions[numbers[0] - 2].plan if numbers[0] > 1 else None
            plan = _without(desk.stored.plan, before, after)
            places = len(desk.stored.plan.redactions) - len(plan.redactions)
            told = Marked(
                record,
                places,
                state=desk.stored.state.value,
                released=_is_out(tx, record),
                title=desk.opened.manifest.title,
            )
            if plan.redactions == desk.stored.plan.redactions:
                return told
            event = EventType.REDACTION_MARKED
            stored = put_draft(archive, session, tx, desk, plan, event, undoes=act)
            return replace(told, version=stored.row.version)
    except ArchiveError as error:
        return Marked(record, 0, error=error.code)


def _without(
    now: RedactionPlan, before: RedactionPlan | None, after: RedactionPlan
) -> RedactionPlan:
    """Return a plan without what came between two earlier versions, and with what went."""
    if now.text_digest != after.text_digest:
        raise WrongPlanState("The record has a newer text.")
    earlier = set(before.redactions) if before is not None else set()
    added, taken = set(after.redactions) - earlier, earlier - set(after.redactions)
    kept = [one for one in now.redactions if one not in added]
    if len(kept) == len(now.redactions):
        return now
    return replace(now, redactions=merge([*kept, *taken]))
