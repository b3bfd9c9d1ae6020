"""Appending: entries, tree and checkpoint in the caller's catalog transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from archive.errors import LedgerTampered
from archive.ledger.entry import build_entry, timestamp
from archive.ledger.merkle import Frontier, leaf_hash
from archive.ledger.note import ED25519, MLDSA44, LogKey, encode_checkpoint, open_checkpoint
from archive.model.provenance import Agent, Checkpoint, EntryDraft, LedgerRow, LedgerTail
from keys.signing import Ed25519Signer, MlDsa44Signer


class LedgerRows(Protocol):
    """What the log needs of the catalog: rows that are only ever added."""

    def tail(self) -> LedgerTail:
        """Return size, frontier and newest checkpoint."""

    def last_of(self, object: str) -> tuple[int, bytes] | None:  # noqa: A002
        """Return sequence number and leaf hash of an object's newest entry, or `None`."""

    def append(
        self,
        rows: Sequence[tuple[int, str, int, bytes, bytes]],
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
    """Where the first of the new entries stands, and the checkpoint that covers all of them."""

    first_index: int
    checkpoint: Checkpoint


class Log:
    """Writes to one ledger with the log's two signing keys."""

    def __init__(self, origin: str, signers: tuple[Ed25519Signer, MlDsa44Signer]) -> None:
        ed25519, mldsa = signers
        self.origin = origin
        self.keys = (
            LogKey(origin, ED25519, ed25519.public),
            LogKey(origin, MLDSA44, mldsa.public),
        )
        self._signers = ((self.keys[0], ed25519), (self.keys[1], mldsa))

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The log's verification keys, as vkeys (C2SP signed-note)."""
        return tuple(key.encode() for key in self.keys)

    def append(
        self,
        rows: LedgerRows,
        drafts: Sequence[EntryDraft],
        agent: Agent,
        signer: Ed25519Signer,
        *,
        now: datetime,
    ) -> Appended:
        """Sign and add entries; one checkpoint covers them all.

        Raises:
            LedgerTampered: the stored tail is not what the newest checkpoint says.
        """
        if not drafts:
            raise ValueError("there is nothing to append")
        tail = rows.tail()
        frontier = Frontier(tail.size, tail.frontier)
        after = self._seen(tail, frontier)
        time = timestamp(now)
        known: dict[str, tuple[int, bytes] | None] = {}
        new: list[tuple[int, str, int, bytes, bytes]] = []
        for draft in drafts:
            last = known[draft.object] if draft.object in known else rows.last_of(draft.object)
            seq, prev = (0, None) if last is None else (last[0] + 1, last[1])
            body = build_entry(draft, agent, signer, seq=seq, prev=prev, after=after, time=time)
            leaf = leaf_hash(body)
            new.append((frontier.size, draft.object, seq, body, leaf))
            frontier.append(leaf)
            known[draft.object] = (seq, leaf)
        checkpoint = Checkpoint(self.origin, frontier.size, frontier.root())
        rows.append(new, frontier.hashes, encode_checkpoint(checkpoint, self._signers))
        return Appended(tail.size, checkpoint)

    def _seen(self, tail: LedgerTail, frontier: Frontier) -> Checkpoint:
        """Return the newest checkpoint, which must be the one over the stored tail."""
        present = Checkpoint(self.origin, tail.size, frontier.root())
        if tail.checkpoint_note is None:
            if tail.size:
                raise LedgerTampered
            return present
        if open_checkpoint(tail.checkpoint_note, self.keys[:1]) != present:
            raise LedgerTampered
        return present
