"""One pass over the whole ledger: its structure is recomputed, and chosen entries are kept.

Whatever an auditor asks about one object, one member or one day is answered from all entries and
not from an index beside them, so that nothing can be left out: a million take seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from archive.errors import LedgerTampered
from archive.ledger import Stored, Verdict, leaf_hash, parse_entry, verify_log
from archive.ledger.history import History, erases
from archive.ledger.persons import alone_until
from archive.model.provenance import Entry, EventOutcome, EventType, LedgerRow
from archive.services.audit.checking import (
    EVERYTHING,
    Quoting,
    Reader,
    Rows,
    TimelineEntry,
    tail_of,
)
from archive.services.audit.timeline import line_of
from archive.services.log_files import CHECKPOINT, COSIGNED, SIGNED, LogFiles, log_keys
from keys.signing import key_id

Wanted = Callable[[bytes], bool]
"""Says of the bytes of an entry whether it is to be kept."""

_MEMBERSHIP = (
    EventType.ARCHIVE_CREATED,
    EventType.MEMBER_ADDED,
    EventType.MEMBER_DISABLED,
    EventType.MEMBER_ROLE_CHANGED,
)
_PERSONS = (EventType.TWO_PERSONS_BEGUN,)
FOREVER = 1 << 62
"""Above every entry."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that was asked for, where it stands, and its leaf hash (hex)."""

    index: int
    entry: Entry
    leaf: str


@dataclass(frozen=True, slots=True)
class Tenure:
    """A member in one role: from entry `start` on, up to and without entry `end`."""

    member: str
    kid: str
    role: str
    start: int
    started: str
    end: int = FOREVER
    ended: str | None = None


@dataclass(slots=True)
class Roster:
    """Who was a member when, in which role and with which key, as the ledger says."""

    tenures: list[Tenure] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)

    def take(self, kept: Kept) -> None:
        """Take up what an entry says about members; one that is not about them is passed over."""
        entry, links = kept.entry, kept.entry.links
        if entry.type not in _MEMBERSHIP or entry.outcome is not EventOutcome.SUCCESS:
            return
        kid = links.get("kid", "")
        if entry.type is not EventType.MEMBER_ADDED or self._open(kid) is None:
            self._close(kid, kept)
        if entry.type is EventType.MEMBER_DISABLED or self._open(kid) is not None:
            return
        role, member = links.get("role", ""), links.get("member", entry.object)
        self.tenures.append(Tenure(member, kid, role, kept.index, entry.time))
        if "ed25519" in links:
            self.keys.setdefault(kid, _public(kid, links["ed25519"]))

    def _open(self, kid: str) -> Tenure | None:
        return next((one for one in self.tenures if one.kid == kid and one.end == FOREVER), None)

    def _close(self, kid: str, kept: Kept) -> None:
        for place, one in enumerate(self.tenures):
            if one.kid == kid and one.end == FOREVER:
                closed = (one.member, one.kid, one.role, one.start, one.started)
                self.tenures[place] = Tenure(*closed, kept.index, kept.entry.time)

    def at(self, kid: str, index: int) -> Tenure | None:
        """Return the membership of a key when entry `index` was written, if there was one."""
        found = (one for one in self.tenures if one.kid == kid)
        return next((one for one in found if one.start <= index < one.end), None)

    def on(self, time: str) -> list[Tenure]:
        """Return every membership at a time (RFC 3339 in UTC, as in entries)."""
        return [
            one
            for one in self.tenures
            if one.started <= time and (one.ended is None or time < one.ended)
        ]


def _public(kid: str, text: str) -> bytes:
    try:
        public = bytes.fromhex(text)
    except ValueError:
        return b""
    return public if key_id(public) == kid else b""


@dataclass(slots=True)
class Scan:
    """What a pass found: the verdict on the structure, the entries that were kept, the members.

    Below entry `alone_until` one person was enough, since the archive was founded for one.
    """

    verdict: Verdict
    kept: list[Kept]
    roster: Roster
    alone_until: int = 0

    def line(self, kept: Kept) -> TimelineEntry:
        """Return an entry as a line, with the member who signed it."""
        entry = kept.entry
        tenure = self.roster.at(entry.agent.key_id, kept.index)
        return replace(line_of(kept.index, entry), member=tenure.member if tenure else None)


def destroys(entry: Entry) -> bool:
    """Return whether an entry destroys its object: a custodian on authority, or a sealed reason."""
    if entry.type is not EventType.DELETION or entry.outcome is not EventOutcome.SUCCESS:
        return False
    return erases(entry) or "opening" in entry.links


def mark(event: EventType) -> bytes:
    """Return the bytes that an entry of a type holds."""
    return f'"type":"{event.value}"'.encode()


def of_types(events: Iterable[EventType]) -> Wanted:
    """Return what keeps the entries of some types."""
    marks = [mark(event) for event in events]
    return lambda body: any(one in body for one in marks)


def mentions(*texts: str) -> Wanted:
    """Return what keeps every entry that holds one of some texts as a whole value."""
    marks = [f'"{text}"'.encode() for text in texts]
    return lambda body: any(one in body for one in marks)


def scan(
    catalog: Reader, vkeys: Sequence[str], wanted: Wanted, *, files: LogFiles | None = None
) -> Scan:
    """Recompute the structure of the ledger and keep the entries that are `wanted`.

    The kept ones are checked further: who signed them, whether that was a member in that role then,
    and whether those who changed members were allowed to. With `files` the checkpoints that are
    kept beside the catalog are compared too.

    Raises:
        LedgerTampered: the log's public keys are not usable.
        ArchiveDamaged: the catalog file cannot be read.
    """
    members = of_types((*_MEMBERSHIP, *_PERSONS))
    found: list[tuple[int, bytes]] = []
    with catalog.read() as view:
        verdict = _structure(view.ledger, vkeys, files, lambda body: members(body) or wanted(body), found)  # fmt: skip  # noqa: E501
    roster, history, kept = Roster(), History(verdict.fail), []
    told: list[tuple[int, Entry]] = []
    for index, body in found:
        try:
            one = Kept(index, parse_entry(body), leaf_hash(body).hex())
        except LedgerTampered:
            verdict.fail("malformed", index, "the entry is not canonical or not complete")
            continue
        roster.take(one)
        told.append((one.index, one.entry))
        history.acted(one.index, one.entry)
        if wanted(body):
            kept.append(one)
    history.settle()
    return Scan(verdict, kept, roster, alone_until(told))


def _structure(
    rows: Rows,
    vkeys: Sequence[str],
    files: LogFiles | None,
    keep: Wanted,
    found: list[tuple[int, bytes]],
) -> Verdict:
    outside = {}
    for name in _names(rows) if files is not None else ():
        note = _note(files, name)
        if note is not None:
            outside[name] = note
    return verify_log(
        Stored(
            _noting(rows.entries(*EVERYTHING), keep, found),
            tuple(rows.checkpoints()),
            tail_of(rows),
        ),
        log_keys(vkeys),
        outside=outside,
        signatures=False,
    )


def _names(rows: Rows) -> tuple[str, ...]:
    """Return the checkpoints that entries are compared with; a copy may be older than `signed`."""
    return (CHECKPOINT, COSIGNED) if isinstance(rows, Quoting) else (SIGNED, CHECKPOINT, COSIGNED)


def _note(files: LogFiles | None, name: str) -> str | None:
    try:
        return files.note(name) if files is not None else None
    except LedgerTampered:
        return ""


def _noting(
    rows: Iterator[LedgerRow], keep: Wanted, found: list[tuple[int, bytes]]
) -> Iterator[LedgerRow]:
    for row in rows:
        if isinstance(row.body, bytes) and keep(row.body):
            found.append((row.index, row.body))
        yield row
