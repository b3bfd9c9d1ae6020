"""The gate run again: over one record, or over everything released, from where it was stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from archive.catalog.rows import ReleaseRow
from archive.errors import (
    IntegrityError,
    ObjectMissing,
    PageNotRebuilt,
    RecordNotFound,
)
from archive.extraction import Sandbox
from archive.model.access import Action, Level
from archive.model.ids import RecordId, SourceRef
from archive.model.jobs import Mark
from archive.model.provenance import EventType
from archive.model.redaction import Leak, ReadingCopy
from archive.model.search import SearchHit, SearchRequest
from archive.redaction import SourceMatcher, said
from archive.redaction.sweep import sweep
from archive.search import wire
from archive.services.events import authorise, look
from archive.services.indexes.finding import ask
from archive.services.indexes.near_duplicates import near_records
from archive.services.parts import Archive
from archive.services.reading import RELEASED, released_copy
from archive.services.reading_pages import released_pages
from archive.services.redaction.copies import submitted_copy
from archive.services.redaction.crowds import thin_crowds
from archive.services.redaction.gatekeeping import (
    beside,
    betraying,
    drawn,
    gate,
    is_told_by_lines,
    question,
)
from archive.services.redaction.pages import Progress, silent
from archive.services.redaction.pages_gate import page_leaks
from archive.services.redaction.plan_views import LeakReport
from archive.services.redaction.plans import blank_plan, open_desk
from archive.services.redaction.twins import Nearest, released_desk, twins
from archive.services.refusals import tells_refusals
from archive.services.register import all_sources, matcher
from archive.services.session import Session

_BATCH = 128  # releases looked at in one snapshot
_LINES = 25  # forms asked for at once
_MARKER_WORDS = re.compile(r"(?:source|redacted|s[1-6]|[0-9]{4,9})", re.IGNORECASE)


@tells_refusals(Action.REDACT)
def leakcheck(
    archive: Archive, session: Session, record: RecordId, progress: Progress = silent
) -> LeakReport:
    """Run the gate over one record's submitted or previewed copy, pages included.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record.
        PageNotRebuilt: pages cannot be rebuilt, or not be looked at.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.LEAKS_CHECKED, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    with closing(archive.sandbox()) as sandbox:
        made = submitted_copy(archive, session, sandbox, desk)
        found = gate(archive, session, sandbox, desk, made, progress)
    return LeakReport(record, found, crowds=thin_crowds(archive, session, made.copy))


def leakcheck_all(
    archive: Archive,
    session: Session,
    *,
    restart: bool = False,
    progress: Progress = silent,
    looking: Progress = silent,
) -> Iterator[LeakReport]:
    """Run the gate over every released copy, oldest first, then ask the live index every form.

    Looked at are text, title and metadata of a copy, its pages and the pictures on them, and its
    near-duplicates. A run that is cut off goes on where it was, at the first copy that was not
    clean, as long as the register is the same; `restart` begins anew. Takes memory for some copies
    at a time. `progress` is told of copies, `looking` of the pages of one.

    Raises:
        NotPermitted: the member may not redact.
    """
    authorise(archive, session, Action.REDACT)
    look(archive, session, EventType.LEAKS_CHECKED)
    register = all_sources(archive, session)
    at = _begin(archive, restart)
    with closing(archive.sandbox()) as sandbox:
        nearest = near_records(archive, session)
        check = _Check(archive, session, sandbox, matcher(archive, session), nearest, looking)
        yield from _copies(check, at, progress)
    forms = [(one.source, form) for one in register for form in one.forms]
    yield from _asked(archive, session, [one for one in forms if not _is_marker(one[1])])
    with archive.catalog.write() as tx:
        tx.progress.restart(archive.collection, Mark.LEAKCHECK)


def _is_marker(form: str) -> bool:
    """Return whether a form consists of words that markers are made of: any copy has those."""
    return all(_MARKER_WORDS.fullmatch(word) for word in form.split())


def _begin(archive: Archive, restart: bool) -> int:
    """Return the ledger entry after which to go on, and note for which register."""
    with archive.catalog.write() as tx:
        newest = max((row.entry_index for row in tx.sources.all(archive.collection)), default=-1)
        if restart or tx.progress.get(archive.collection, Mark.LEAKCHECK_REGISTER) != newest:
            tx.progress.restart(archive.collection, Mark.LEAKCHECK)
            tx.progress.restart(archive.collection, Mark.LEAKCHECK_REGISTER)
            tx.progress.put(archive.collection, Mark.LEAKCHECK_REGISTER, newest)
        return tx.progress.get(archive.collection, Mark.LEAKCHECK)


@dataclass(frozen=True, slots=True)
class _Check:
    """What a run looks at copies with."""

    archive: Archive
    session: Session
    sandbox: Sandbox
    register: SourceMatcher
    nearest: Nearest
    looking: Progress


def _copies(check: _Check, at: int, tell: Progress) -> Iterator[LeakReport]:
    """Yield a report on each copy after a ledger entry; how far all before are clean is kept."""
    with check.archive.catalog.read() as snapshot:
        places = snapshot.releases.places(RELEASED).values()
    total, done, clean = len(places), sum(place <= at for place in places), True
    while rows := _next(check.archive, at):
        for row, report in _batch(check, rows):
            clean = clean and (report is None or not (report.leaks or report.error))
            at, done = row.entry_index, done + 1
            tell(min(done, total), total)
            if report is not None:
                yield report
            if clean and (row is rows[-1] or (report is not None and report.pages)):
                with check.archive.catalog.write() as tx:
                    tx.progress.put(check.archive.collection, Mark.LEAKCHECK, at)


def _next(archive: Archive, at: int) -> list[ReleaseRow]:
    with archive.catalog.read() as snapshot:
        return snapshot.releases.after(at, RELEASED, _BATCH)


def _batch(
    check: _Check, rows: Sequence[ReleaseRow]
) -> Iterator[tuple[ReleaseRow, LeakReport | None]]:
    """Yield each release with what was found; nothing of one that was withdrawn meanwhile."""
    copies: dict[RecordId, ReadingCopy] = {}
    broken: dict[RecordId, LeakReport] = {}
    with check.archive.catalog.read() as snapshot:
        for row in rows:
            try:
                copies[row.record] = released_copy(check.session, snapshot, row.record)
            except RecordNotFound:
                continue
            except (IntegrityError, ObjectMissing) as error:
                broken[row.record] = LeakReport(row.record, (), error.code)
    swept = sweep(copies.values(), check.register)
    for row in rows:
        if row.record in copies:
            yield row, _report(check, *next(swept))
        else:
            yield row, broken.get(row.record)


def _report(check: _Check, copy: ReadingCopy, found: tuple[Leak, ...]) -> LeakReport | None:
    """Return what was found in a copy's text, and what its pages, pictures and twins show."""
    try:
        pages = copy.pages.count if copy.pages else 0
        return LeakReport(copy.record, (*found, *_beyond(check, copy)), pages=pages)
    except RecordNotFound:
        return None
    except (IntegrityError, ObjectMissing, PageNotRebuilt) as error:
        return LeakReport(copy.record, found, error.code)


def _beyond(check: _Check, copy: ReadingCopy) -> Iterator[Leak]:
    archive, session = check.archive, check.session
    with archive.catalog.read() as snapshot:
        desk = released_desk(archive, session, snapshot, copy.record)
        pdf = released_pages(archive, session, snapshot, copy) if copy.pages else None
    if pdf is not None:
        if is_told_by_lines(desk, copy):
            yield Leak("pages:lines", 0, 0, None)
        shown = page_leaks(check.sandbox, pdf, copy, check.register, check.looking)
        yield from shown
        yield from beside(shown, drawn(archive, session, check.sandbox, desk, copy))
    plan = blank_plan(desk)
    yield from twins(archive, session, plan, desk.text.text, copy, check.nearest)


def _asked(
    archive: Archive, session: Session, forms: Sequence[tuple[SourceRef, str]]
) -> Iterator[LeakReport]:
    """Ask the live reading index for forms; whatever it finds is a leak of the field `index`."""
    left = iter(forms)
    while chunk := list(islice(left, _LINES)):
        lines = [question(form) for _, form in chunk]
        answer = ask(archive, session, Level.READING, {"act": "batch", "lines": lines, "top": 0})
        rows = map(wire.decode_row, answer.value or ())
        for asked_for, line, row in zip(chunk, lines, rows, strict=False):
            if row.total:
                yield from _found(archive, session, asked_for, line)


def _found(
    archive: Archive, session: Session, asked_for: tuple[SourceRef, str], line: str
) -> Iterator[LeakReport]:
    source, form = asked_for
    request = wire.encode_request(SearchRequest(line))
    answer = ask(archive, session, Level.READING, {"act": "export", "request": request})
    for hit in map(wire.decode_hit, answer.value or ()):
        for place in _betraying(archive, session, form, hit)[:1]:
            yield LeakReport(hit.record, (Leak("index", place, place, source),))


def _betraying(archive: Archive, session: Session, form: str, hit: SearchHit) -> tuple[int, ...]:
    try:
        with archive.catalog.read() as snapshot:
            copy = released_copy(session, snapshot, hit.record)
    except (RecordNotFound, IntegrityError):
        return hit.places[:1] or (0,)
    return betraying(form, hit, said(copy.title), said(copy.text, copy.markers))
