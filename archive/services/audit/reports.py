"""A report on the ledger for a court: process, hashes, checkpoint, times, and a blank to be signed.

It follows what Rule 902(13) and (14) of the Federal Rules of Evidence (United States) ask of a
certification: which process made the records, how a copy is known to be one, and who certifies it.
Public facts of the ledger alone; no name, text or query.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from archive import __version__
from archive.errors import LedgerTampered
from archive.ledger import LogKey, Policy, Verdict, parse_entry, timestamp
from archive.ledger.history import erases
from archive.ledger.persons import FOREVER, alone_until, tells_persons
from archive.model.provenance import Entry
from archive.preservation.history import short
from archive.services.audit.checking import EVERYTHING, Reader, verify
from archive.services.audit.stamps import Authority, check
from archive.services.audit.witnesses import standing
from archive.services.log_files import LogFiles

_MOST = 500  # findings, or erasures, that are listed
_PROCESS = """
Every act of a member of the archive that changes, shows or hands out something, and every
refusal, is written by the archive's program as one entry of the ledger, at the time of the act
and before its result is shown. Nobody writes entries by hand.

An entry states type, time, object, outcome, the member's key and role, and public references such
as SHA-256 digests of what is stored. Confidential fields are committed to by a salted SHA-256
digest. The member's program signs the entry (Ed25519, RFC 8032).

Entries are leaves of a hash tree (SHA-256, RFC 6962 and RFC 9162). After each act the program
signs a checkpoint, the number of entries and the root of the tree, with Ed25519 and with
ML-DSA-44 (FIPS 204). A changed, dropped, added or reordered entry gives another root.

Stored documents are encrypted (age version 1). Each file is named by the SHA-256 of its encrypted
bytes, which the entry of its arrival states.
"""
_FORM = """
I am a custodian of the archive named above, or another person who is qualified to certify this,
because: ____________________________________________________________

The ledger was made by the electronic process described above, which produces an accurate result.
The copy that this report is about was identified by the digital identification stated above
(hashes, root and checkpoint), which was verified as stated above.

I declare under penalty of perjury that the foregoing is true and correct (28 U.S.C. 1746).

Name: ______________________________    Title: ______________________________

Organisation: ______________________________________________________________

Executed on (date): ____________________    at: ____________________________

Signature: _________________________________________________________________
"""


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n"))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: its heading, paragraphs, and a table whose first row names columns."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report, ready to be set; `verdict` is that of the verification which it tells of."""

    title: str
    made: str
    sections: tuple[Section, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: archive, the log's keys, whom to believe, and the time span.

    Entries count whose time is from `start` on and before `end`, where those are given.
    """

    archive: str
    vkeys: Sequence[str]
    authorities: Sequence[Authority]
    policy: Policy | None = None
    start: datetime | None = None
    end: datetime | None = None


def report(catalog: Reader, files: LogFiles, asked: Asked, *, now: datetime) -> Report:
    """Verify the whole ledger and return a report on it, and on what happened in a time span.

    Raises:
        LedgerTampered: the log's public keys are not usable.
        ArchiveDamaged: the catalog file cannot be read.
    """
    verdict = verify(
        catalog, asked.vkeys, files=files, policy=asked.policy, authorities=asked.authorities
    )
    found = _read(catalog, asked)
    sections = (
        _identity(asked, verdict, found),
        Section("2. The process that makes the ledger", _paragraphs(_PROCESS)),
        _verified(verdict, now),
        _events(found),
        _erasures(found),
        _times(files, verdict.keys, asked, verdict),
        Section("7. Certification", _paragraphs(_FORM)),
    )
    return Report("Report on a provenance ledger", timestamp(now), sections, verdict)


@dataclass(slots=True)
class _Found:
    """What the entries of a span say."""

    total: int = 0
    first: int | None = None
    last: int | None = None
    counts: Counter[tuple[str, str]] | None = None
    erased: list[tuple[int, Entry]] | None = None
    note: str | None = None
    persons: list[tuple[int, Entry]] = field(default_factory=list)


def _read(catalog: Reader, asked: Asked) -> _Found:
    found = _Found(counts=Counter(), erased=[])
    with catalog.read() as view:
        try:
            found.note = view.ledger.tail().checkpoint_note
        except LedgerTampered:
            found.note = None
        for row in view.ledger.entries(*EVERYTHING):
            try:
                entry = parse_entry(row.body)
            except LedgerTampered:
                continue
            _count(found, row.index, entry, asked)
            if tells_persons(row.body):
                found.persons.append((row.index, entry))
    return found


def _count(found: _Found, index: int, entry: Entry, asked: Asked) -> None:
    time = datetime.fromisoformat(entry.time)
    early = asked.start is not None and time < asked.start
    if early or (asked.end is not None and time >= asked.end):
        return
    found.total += 1
    found.first = index if found.first is None else found.first
    found.last = index
    if found.counts is not None and found.erased is not None:
        found.counts[short(entry.type.value), entry.outcome.value] += 1
        if erases(entry):
            found.erased.append((index, entry))


def _identity(asked: Asked, verdict: Verdict, found: _Found) -> Section:
    note = found.note or ""
    rows = [
        ("What", "Value"),
        ("Archive", asked.archive),
        *(("Public key of the log", key.encode()) for key in verdict.keys),
        ("Entries", str(verdict.size)),
        ("Root of the tree (SHA-256)", verdict.root),
        ("Newest checkpoint, SHA-256 of its file", hashlib.sha256(note.encode()).hexdigest()),
        ("From", "the beginning" if asked.start is None else timestamp(asked.start)),
        ("To", "the end" if asked.end is None else timestamp(asked.end)),
        ("Entries in that time", f"{found.total} (numbers {found.first} to {found.last})"),
        ("Program", f"strongroom {__version__}"),
        *_persons(found),
    ]
    text = (
        "This report identifies one state of the ledger. Whoever has a copy computes the same root"
        " from it, and otherwise has another copy. The keys must be known from elsewhere."
    )
    return Section("1. What is certified", (text,), tuple(rows))


def _persons(found: _Found) -> tuple[tuple[str, str], ...]:
    """Return the row that says that nobody else checked what was released, where that is so."""
    until = alone_until(found.persons)
    if not until:
        return ()
    span = "from the beginning" if until == FOREVER else f"in the entries below number {until}"
    words = f"one, {span}: by its founding, whoever made a plan could approve it"
    return (("Persons who release takes", words),)


def _verified(verdict: Verdict, now: datetime) -> Section:
    words = "Every check held." if verdict.ok else "Not every check held; see the list."
    text = (
        f"On {timestamp(now)} the program recomputed every entry, hash, checkpoint and signature"
        f" of the ledger from its stored bytes, with public keys alone. {words}"
    )
    told = [(one.code, str(one.index), one.message) for one in islice(verdict.failures, _MOST)]
    rows = (("Finding", "Entry", "Meaning"), *told) if told else ()
    return Section("3. Verification", (text,), tuple(rows))


def _events(found: _Found) -> Section:
    counts = sorted((found.counts or Counter()).items())
    rows = [(kind, outcome, str(count)) for (kind, outcome), count in counts]
    return Section("4. What happened", (), (("Event", "Outcome", "Number"), *rows))


def _erasures(found: _Found) -> Section:
    rows = [
        (str(index), entry.time, entry.object, entry.links["authority"])
        for index, entry in (found.erased or [])[:_MOST]
    ]
    heads = ("Entry", "Time", "Record", "Authority")
    text = () if rows else ("Nothing was erased in that time.",)
    return Section("5. Erasures", text, (heads, *rows) if rows else ())


def _times(files: LogFiles, keys: Sequence[LogKey], asked: Asked, verdict: Verdict) -> Section:
    rows = []
    for view, _ in check(files, keys, asked.authorities):
        problem = "not checked" if view.problem is None else f"proves nothing: {view.problem}"
        time = timestamp(view.time) if view.time else problem
        rows.append((view.authority, f"the first {view.size}", time))
    if asked.policy is not None:
        for one in standing(files, asked.policy, verdict.size):
            time = "never" if one.time is None else timestamp(one.time)
            rows.append((one.witness, f"the first {one.size or 0}", f"{time} (cosigned)"))
    text = (
        "Times in entries are those of the members' machines. Time-stamping authorities (RFC 3161)"
        " and witnesses saw the checkpoint of that many entries at the times below."
    )
    heads = ("By", "Entries", "Time")
    return Section("6. Times by others", (text,), (heads, *rows) if rows else ())
