"""Everything an auditor does, with public keys only: nothing in here can open anything."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from archive.errors import InvalidValue, LedgerTampered, RecordNotFound
from archive.ledger import (
    Finding,
    LogKey,
    Tree,
    Verdict,
    open_checkpoint,
    parse_entry,
    row_hash,
    unverified_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_log,
)
from archive.model.provenance import Checkpoint, Entry, LedgerRow, LedgerTail

__all__ = [
    "Finding",
    "TimelineEntry",
    "Verdict",
    "checkpoint",
    "extend",
    "log_keys",
    "parse_pin",
    "pin",
    "prove",
    "timeline",
    "verify",
]

_PIN = "strongroom pinned checkpoint v1"
_PROOF = "c2sp.org/tlog-proof@v1"
_EVERYTHING = (-(2**63), 2**63 - 1)  # every index that SQLite can hold, also those out of place


class Rows(Protocol):
    """What verification reads: the ledger's rows of one catalog snapshot."""

    def tail(self) -> LedgerTail:
        """Return size, frontier and newest checkpoint."""

    def entries(self, start: int, stop: int) -> Iterator[LedgerRow]:
        """Yield the entries with `start` <= index < `stop` in order."""

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Yield every checkpoint as size and note, smallest first."""

    def count(self) -> int:
        """Return how many entries are stored."""

    def opening_digests(self) -> dict[int, str]:
        """Return the SHA-256 (hex) of the sealed values beside each entry that has some."""


class View(Protocol):
    """One consistent view of the catalog."""

    @property
    def ledger(self) -> Rows:
        """The ledger's rows."""


class Reader(Protocol):
    """A catalog, seen by an auditor."""

    def read(self) -> AbstractContextManager[View]:
        """Return one consistent view."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline; no field of it is confidential."""

    index: int
    time: str
    type: str
    object: str
    role: str
    key_id: str
    outcome: str
    links: dict[str, str]


def log_keys(vkeys: Sequence[str]) -> tuple[LogKey, ...]:
    """Return the log's keys from their vkeys.

    Raises:
        LedgerTampered: a vkey is malformed or there is none.
    """
    if not vkeys:
        raise LedgerTampered
    return tuple(LogKey.parse(text) for text in vkeys)


def verify(
    catalog: Reader,
    vkeys: Sequence[str],
    *,
    signatures: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Recompute the whole ledger offline and return what is wrong with it.

    Without `signatures` only the structure is recomputed: entries, tree, checkpoints, but not what
    members say and sign in the entries.

    Raises:
        LedgerTampered: the log's public keys are not usable.
        ArchiveDamaged: the catalog file cannot be read.
    """
    keys = log_keys(vkeys)
    with catalog.read() as view:
        return _verify(view.ledger, keys, signatures, progress)


def _verify(
    rows: Rows,
    keys: Sequence[LogKey],
    signatures: bool,
    progress: Callable[[int], None] | None,
) -> Verdict:
    return verify_log(
        rows.entries(*_EVERYTHING),
        tuple(rows.checkpoints()),
        _tail(rows),
        keys,
        openings=rows.opening_digests(),
        signatures=signatures,
        progress=progress,
    )


def _tail(rows: Rows) -> LedgerTail:
    """Return the stored tail; one that cannot be read is like none."""
    try:
        return rows.tail()
    except LedgerTampered:
        return LedgerTail(0, (), None)


def checkpoint(catalog: Reader) -> str:
    """Return the newest checkpoint, a C2SP signed note.

    Raises:
        LedgerTampered: the ledger has none.
    """
    with catalog.read() as view:
        note = view.ledger.tail().checkpoint_note
    if note is None:
        raise LedgerTampered
    return note


def pin(catalog: Reader, vkeys: Sequence[str]) -> str:
    """Return what an auditor keeps outside: the log's keys and the newest checkpoint.

    Raises:
        LedgerTampered: the newest checkpoint is not signed by these keys.
    """
    note = checkpoint(catalog)
    open_checkpoint(note, log_keys(vkeys))
    return "\n".join([_PIN, *vkeys, "", note])


def parse_pin(text: str) -> tuple[tuple[str, ...], Checkpoint]:
    """Return the keys and the checkpoint of a pin.

    Raises:
        InvalidValue: that is not a pin.
        LedgerTampered: the pinned checkpoint is not signed by the pinned keys.
    """
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != _PIN:
        raise InvalidValue("That is not a pinned checkpoint.", hint="Make one with `audit pin`.")
    vkeys = tuple(lines[1:])
    return vkeys, open_checkpoint(note, log_keys(vkeys))


def extend(
    catalog: Reader, pinned: str, *, progress: Callable[[int], None] | None = None
) -> Verdict:
    """Verify the ledger with the pinned keys, and that it only grew since the pinned checkpoint.

    Raises:
        InvalidValue: that is not a pin.
        LedgerTampered: the pin itself does not verify.
    """
    vkeys, old = parse_pin(pinned)
    keys = log_keys(vkeys)
    with catalog.read() as view:
        verdict = _verify(view.ledger, keys, True, progress)
        tree = _tree(view.ledger)
        note = _tail(view.ledger).checkpoint_note
    if old.size > tree.size:
        verdict.fail("truncated", tree.size, "entries below the pinned checkpoint are gone")
    elif not _extends(old, tree, note, keys):
        verdict.fail("rewritten", old.size, "the ledger does not extend the pinned checkpoint")
    return verdict


def _extends(old: Checkpoint, tree: Tree, note: str | None, keys: Sequence[LogKey]) -> bool:
    try:
        new = open_checkpoint(note or "", keys)
    except LedgerTampered:
        return False
    proof = tree.consistency(old.size)
    return verify_consistency(old.size, new.size, old.root, new.root, proof)


def _tree(rows: Rows) -> Tree:
    return Tree(row_hash(row) for row in rows.entries(*_EVERYTHING))


def timeline(
    catalog: Reader,
    *,
    newest: int | None = None,
    limit: int = 50,
    type_contains: str | None = None,
    outcome: str | None = None,
    object_id: str | None = None,
) -> tuple[TimelineEntry, ...]:
    """Return entries, newest first, from index `newest` down, that match every given filter."""
    found: list[TimelineEntry] = []
    with catalog.read() as view:
        stop = view.ledger.count() if newest is None else newest + 1
        while stop > 0 and len(found) < limit:
            start = max(0, stop - 500)
            for row in reversed(list(view.ledger.entries(start, stop))):
                entry = parse_entry(row.body)
                if len(found) < limit and _matches(entry, type_contains, outcome, object_id):
                    found.append(_line(row.index, entry))
            stop = start
    return tuple(found)


def _matches(entry: Entry, kind: str | None, outcome: str | None, object_id: str | None) -> bool:
    return (
        (not kind or kind in entry.type.value or kind.upper().replace("-", "_") in entry.type.name)
        and (not outcome or entry.outcome.value == outcome)
        and (not object_id or entry.object == object_id)
    )


def _line(index: int, entry: Entry) -> TimelineEntry:
    return TimelineEntry(
        index=index,
        time=entry.time,
        type=entry.type.value,
        object=entry.object,
        role=entry.agent.role,
        key_id=entry.agent.key_id,
        outcome=entry.outcome.value,
        links=entry.links,
    )


def prove(catalog: Reader, object_id: str) -> tuple[str, ...]:
    """Return a C2SP tlog-proof for every entry about an object, oldest first.

    Raises:
        RecordNotFound: the ledger has no entry about it.
        LedgerTampered: the entries are not those of the newest checkpoint.
    """
    with catalog.read() as view:
        tree = _tree(view.ledger)
        about = [row for row in view.ledger.entries(*_EVERYTHING) if row.object == object_id]
        note = view.ledger.tail().checkpoint_note
    if not about or note is None:
        raise RecordNotFound
    head = unverified_checkpoint(note)
    return tuple(_proof(row, tree, head) + note for row in about)


def _proof(row: LedgerRow, tree: Tree, head: Checkpoint) -> str:
    hashes = tree.inclusion(row.index)
    if not verify_inclusion(row_hash(row), row.index, head.size, hashes, head.root):
        raise LedgerTampered
    lines = [_PROOF, f"index {row.index}"]
    lines += [base64.b64encode(one).decode() for one in hashes]
    return "\n".join(lines) + "\n\n"
