"""The gate run again: over one record, or over everything released, from where it was stopped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from archive.catalog.rows import ReleaseRow
from archive.errors import (
    ArchiveError,
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
from archive.services.parts import Archive
from archive.services.reading import RELEASED, released_copy
from archive.services.reading_pages import released_pages
from archive.services.redaction.copies import submitted_copy
from archive.services.redaction.crowds import thin_crowds
from archive.services.redaction.gatekeeping import betraying, gate, question
from archive.services.redaction.pages import Progress, silent
from archive.services.redaction.pages_gate import page_leaks
from archive.services.redaction.plan_views import LeakReport
from archive.services.redaction.plans import open_desk
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
) -> Iterator[LeakReport]:
    """Check every released copy, oldest first, then ask the live index every registered form.

    A run that is cut off goes on where it was, at the first copy that was not clean, as long as
    the register is the same; `restart` begins anew. Takes memory for some copies at a time.

    Raises:
        NotPermitted: the member may not redact.
    """
    authorise(archive, session, Action.REDACT)
    look(archive, session, EventType.LEAKS_CHECKED)
    register = all_sources(archive, session)
    at = _begin(archive, restart)
    with archive.catalog.read() as snapshot:
        total = snapshot.releases.count(RELEASED)
    with closing(archive.sandbox()) as sandbox:
        check = _Check(archive, session, sandbox, matcher(archive, session))
        yield from _copies(check, at, lambda done: progress(done, total))
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


def _copies(check: _Check, at: int, tell: Callable[[int], None]) -> Iterator[LeakReport]:
    clean, done = True, 0
    while rows := _next(check.archive, at):
        reports = _batch(check, rows)
        done += len(rows)
        tell(done)
        clean = clean and not any(one.leaks or one.error for one in reports)
        yield from reports
        at = rows[-1].entry_index
        if clean:
            with check.archive.catalog.write() as tx:
                tx.progress.put(check.archive.collection, Mark.LEAKCHECK, at)


def _next(archive: Archive, at: int) -> list[ReleaseRow]:
    with archive.catalog.read() as snapshot:
        return snapshot.releases.after(at, RELEASED, _BATCH)


def _batch(check: _Check, rows: Sequence[ReleaseRow]) -> list[LeakReport]:
    copies: list[ReadingCopy] = []
    reports: dict[RecordId, LeakReport] = {}
    with check.archive.catalog.read() as snapshot:
        for row in rows:
            try:
                copies.append(released_copy(check.session, snapshot, row.record))
            except (IntegrityError, ObjectMissing) as error:
                reports[row.record] = LeakReport(row.record, (), error.code)
            except ArchiveError:
                continue  # withdrawn since the rows were fetched
    for copy, found in sweep(copies, check.register):
        reports[copy.record] = _with_pages(check, copy, found)
    return [reports[row.record] for row in rows if row.record in reports]


def _with_pages(check: _Check, copy: ReadingCopy, found: tuple[Leak, ...]) -> LeakReport:
    """Return what was found in a copy's text and what its pages show."""
    if copy.pages is None:
        return LeakReport(copy.record, found)
    try:
        with check.archive.catalog.read() as snapshot:
            pdf = released_pages(check.archive, check.session, snapshot, copy)
        shown = page_leaks(check.sandbox, pdf, copy, check.register)
    except (IntegrityError, ObjectMissing, PageNotRebuilt) as error:
        return LeakReport(copy.record, found, error.code)
    return LeakReport(copy.record, (*found, *shown))


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
