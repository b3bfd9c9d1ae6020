"""Appending: entries, tree and checkpoint in the caller's catalog transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger.entry import build_entry, timestamp
from archive.ledger.merkle import Frontier, leaf_hash
from archive.ledger.note import ED25519, MLDSA44, LogKey, encode_checkpoint, open_checkpoint
from archive.model.provenance import Agent, Checkpoint, EntryDraft, LedgerRow, LedgerTail
from keys.signing import Ed25519Signer, MlDsa44Signer, Signer, key_id

Row = tuple[int, str, int, bytes, bytes]
"""An entry as it is stored: index, object, sequence number, body, leaf hash."""


class LedgerRows(Protocol):
    """What the log needs of the catalog: rows that are only ever added."""

    def tail(self) -> LedgerTail:
        """Return size, frontier and newest checkpoint."""

    def last_of(self, objects: Collection[str]) -> dict[str, tuple[int, bytes]]:
        """Return sequence number and leaf hash of the newest entry of each object that has one."""

    def append(
        self,
        rows: Sequence[Row],
        frontier: Sequence[bytes],
        checkpoint_note: str,
    ) -> None:
        """Add entries (index, object, seq, body, leaf hash) with the checkpoint over them."""

    def entries(self, start: int, stop: int) -> Iterator[LedgerRow]:
        """Yield the entries with `start` <= index < `stop` in order."""

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Yield every checkpoint as size and note, smallest first."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the first of the new entries stands, and the checkpoint that covers all of them.

    `note` is the checkpoint as it was signed.
    """

    first_index: int
    checkpoint: Checkpoint
    note: str


class Log:
    """Writes to one ledger with the log's two signing keys."""

    def __init__(self, origin: str, signers: tuple[Ed25519Signer, MlDsa44Signer]) -> None:
        ed25519, mldsa = signers
        self.origin = origin
        self.keys = (
            LogKey(origin, ED25519, ed25519.public),
            LogKey(origin, MLDSA44, mldsa.public),
        )
        self.signers = ((self.keys[0], ed25519), (self.keys[1], mldsa))

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The log's verification keys, as vkeys (C2SP signed-note)."""
        return tuple(key.encode() for key in self.keys)

    def append(
        self,
        rows: LedgerRows,
        drafts: Sequence[EntryDraft],
        agent: Agent,
        signer: Signer,
        *,
        now: datetime,
        successor: Log | None = None,
    ) -> Appended:
        """Sign and add entries; one checkpoint covers them all.

        With `successor` it is signed with that one's keys too: they sign alone from then on.

        Raises:
            InvalidValue: there is no draft, a draft is not well formed, or the signer is not the
                agent's.
            LedgerTampered: the stored tail is not what the newest checkpoint says.
        """
        growth = self.begin(rows, now=now)
        growth.add(drafts, agent, signer)
        return growth.finish(self, successor=successor)

    def begin(self, rows: LedgerRows, *, now: datetime) -> Growth:
        """Return what takes the entries of several members under one checkpoint.

        Raises:
            LedgerTampered: the stored tail is not what the newest checkpoint says.
        """
        tail = rows.tail()
        frontier = _frontier(tail)
        return Growth(rows, frontier, self._seen(rows, tail, frontier), now)

    def _seen(self, rows: LedgerRows, tail: LedgerTail, frontier: Frontier) -> Checkpoint:
        """Return the newest checkpoint, which must be the one over the stored tail."""
        present = Checkpoint(self.origin, tail.size, frontier.root())
        if tail.checkpoint_note is None:
            if tail.size or any(True for _ in rows.entries(0, 1)):
                raise LedgerTampered
            return present
        if open_checkpoint(tail.checkpoint_note, self.keys[:1]) != present:
            raise LedgerTampered
        return present


class Growth:
    """Entries that come into the ledger together: each is signed by its own member.

    None of them is stored before `finish`.
    """

    def __init__(
        self, rows: LedgerRows, frontier: Frontier, after: Checkpoint, now: datetime
    ) -> None:
        """`after` is the newest checkpoint, over the tree with `frontier`."""
        self._stored = rows
        self._frontier = frontier
        self._after = after
        self._now = now
        self._new: list[Row] = []
        self._last: dict[str, tuple[int, bytes]] = {}

    def add(self, drafts: Sequence[EntryDraft], agent: Agent, signer: Signer) -> int:
        """Sign entries behind those that were added, all or none; return the first one's index.

        Raises:
            InvalidValue: there is no draft, a draft is not well formed, or the signer is not the
                agent's.
        """
        if not drafts or agent.key_id != key_id(signer.public):
            raise InvalidValue("There is nothing to write, or the key is not the agent's.")
        about = {draft.object for draft in drafts}
        last = {**self._stored.last_of(about - self._last.keys()), **self._last}
        first = self._after.size + len(self._new)
        after, time = self._after, timestamp(self._now)
        new = _signed(last, drafts, agent, signer, first=first, after=after, time=time)
        self._new += new
        self._last |= {row[1]: (row[2], row[4]) for row in new}
        return first

    def finish(self, log: Log, *, successor: Log | None = None) -> Appended:
        """Let `log` sign the checkpoint over all that was added; store entries and checkpoint.

        With `successor` it is signed with that one's keys too: they sign alone from then on.
        """
        self._frontier.extend([row[4] for row in self._new])
        checkpoint = Checkpoint(log.origin, self._frontier.size, self._frontier.root())
        signers = log.signers if successor is None else (*log.signers, *successor.signers)
        note = encode_checkpoint(checkpoint, signers, now=self._now)
        self._stored.append(self._new, self._frontier.hashes, note)
        return Appended(self._after.size, checkpoint, note)


def _frontier(tail: LedgerTail) -> Frontier:
    try:
        return Frontier(tail.size, tail.frontier)
    except (ValueError, TypeError):
        raise LedgerTampered from None


def _signed(
    last: dict[str, tuple[int, bytes]],
    drafts: Sequence[EntryDraft],
    agent: Agent,
    signer: Signer,
    *,
    first: int,
    after: Checkpoint,
    time: str,
) -> list[Row]:
    """Return signed entries from index `first` on; `last` is brought up to the newest of them."""
    new = []
    for index, draft in enumerate(drafts, start=first):
        about = draft.object
        before = last.get(about)
        seq, prev = (0, None) if before is None else (before[0] + 1, before[1])
        body = build_entry(draft, agent, signer, seq=seq, prev=prev, after=after, time=time)
        leaf = leaf_hash(body)
        new.append((index, about, seq, body, leaf))
        last[about] = (seq, leaf)
    return new
