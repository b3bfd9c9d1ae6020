"""The auditor's verifier: stored rows in, verdict out; no input or output, no clock, no secret.

Steps 1 to 6 recompute the structure and stand here, steps 7 to 16 read the entries and stand in
`history`, step 17 looks outside; docs/formats/ledger.md says what each of them proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from archive.errors import LedgerTampered
from archive.ledger.history import History
from archive.ledger.merkle import Frontier, leaf_hash, leaf_hashes
from archive.ledger.note import LogKey, open_checkpoint, unverified_checkpoint
from archive.ledger.succession import HANDOVER, Handover, succession
from archive.model.provenance import Checkpoint, LedgerRow, LedgerTail

_BATCH = 1000  # entries hashed at a time
_TOLD = 100  # checkpoints between two reports


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not verify: a stable code, the entry it is about, and plain words."""

    code: str
    index: int | None
    message: str


@dataclass(slots=True)
class Verdict:
    """What verification found: number of entries, root hash (hex), and everything wrong.

    `cosigned` is how many of the entries a quorum of witnesses has seen, where that was checked.
    `keys` are the log's keys of all times, as those that were given lead to them.
    """

    size: int = 0
    root: str = ""
    failures: list[Finding] = field(default_factory=list)
    cosigned: int | None = None
    keys: tuple[LogKey, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures

    def fail(self, code: str, index: int | None, message: str) -> None:
        """Add a finding."""
        self.failures.append(Finding(code, index, message))


@dataclass(frozen=True, slots=True)
class Stored:
    """A ledger as it is stored: all entries in the order of their index, all checkpoints, the tail.

    Checkpoints are size and note, in the order of their size.
    """

    rows: Iterable[LedgerRow]
    checkpoints: Sequence[tuple[int, str]]
    tail: LedgerTail


def row_hash(row: LedgerRow) -> bytes:
    """Return the leaf hash of a stored entry; a column of another type counts as empty."""
    return leaf_hash(row.body if isinstance(row.body, bytes) else b"")


def verify_log(
    stored: Stored,
    keys: Sequence[LogKey],
    *,
    openings: dict[int, str] | None = None,
    quoted: Set[int] = frozenset(),
    outside: Mapping[str, str] | None = None,
    signatures: bool = True,
    told: Callable[[int], object] = lambda _count: None,
) -> Verdict:
    """Recompute the ledger from what is stored and return what is wrong with it.

    `keys` are the log's public keys as the auditor pinned them, of one time;
    the ledger itself leads from them to those before and after. `openings` maps an entry's index to
    the SHA-256 (hex) of the sealed values stored beside it. `quoted` are sizes of checkpoints that
    are not stored, but quoted by entries. `outside` holds, by name, checkpoints of the log that are
    kept outside of the catalog. `told` hears how many checkpoints were checked.

    Without `signatures` the structure alone is recomputed: positions, leaf hashes, the tree, the
    root of every checkpoint, the log's signature of the newest one, the frontier. With them the
    entries are read too: who says what about which object, when, and signed by whom.
    """
    verdict, checkpoints = Verdict(), stored.checkpoints
    heads = {size for size, _ in checkpoints if isinstance(size, int)} | quoted
    run = _Run(verdict, History(verdict.fail) if signatures else None, heads)
    run.wanted = heads | set(_claimed(outside or {}))
    for batch in _batches(iter(stored.rows), sorted(run.wanted)):
        run.read(batch)
        verdict.size = run.frontier.size
    if run.history is not None:
        run.history.settle()
    verdict.root = run.frontier.root().hex()
    verdict.keys = _succession(run, checkpoints, keys)
    _checkpoints(run, checkpoints, verdict.keys, told)
    _ending(run, checkpoints, stored.tail)
    _outside(run, _kept(outside or {}, verdict.keys, verdict))
    if run.history is not None and openings is not None:
        run.history.close(openings)
    return verdict


class _Run:
    def __init__(self, verdict: Verdict, history: History | None, heads: Set[int]) -> None:
        self.verdict = verdict
        self.history = history
        self.heads = heads
        self.wanted = heads
        self.frontier = Frontier()
        self.after = (0, self.frontier.root().hex())
        self.roots: dict[int, str] = {0: self.after[1]}
        self.handovers: list[tuple[int, bytes]] = []

    def read(self, batch: Sequence[LedgerRow]) -> None:
        start = self.frontier.size
        try:
            leaves = leaf_hashes([row.body for row in batch])
        except TypeError:
            leaves = [row_hash(row) for row in batch]
        self._stored(batch, leaves)
        places = range(start, start + len(batch))
        for index, row in zip(places, batch, strict=True):
            if isinstance(row.body, bytes) and HANDOVER in row.body:
                self.handovers.append((index, row.body))
        if self.history is not None:
            for index, row, leaf in zip(places, batch, leaves, strict=True):
                self.history.read(index, row, leaf, self.after)
        self.frontier.extend(leaves)
        if (size := self.frontier.size) in self.wanted:
            self.roots[size] = self.frontier.root().hex()
        if size in self.heads:
            self.after = (size, self.roots[size])

    def _stored(self, batch: Sequence[LedgerRow], leaves: Sequence[bytes]) -> None:
        # step 1: positions are 0, 1, 2, ... without a gap
        start = self.frontier.size
        places = range(start, start + len(batch))
        if [row.index for row in batch] != list(places):
            wrong = next(i for i, row in zip(places, batch, strict=True) if row.index != i)
            self.verdict.fail("position", wrong, "an entry is missing or out of place")
        # step 2: the stored leaf hash is that of the entry (RFC 9162, 2.1.1)
        if [row.leaf_hash for row in batch] != leaves:
            for index, row, leaf in zip(places, batch, leaves, strict=True):
                if row.leaf_hash != leaf:
                    self.verdict.fail("leaf-hash", index, "the stored leaf hash is another")


def _batches(rows: Iterator[LedgerRow], heads: Sequence[int]) -> Iterator[list[LedgerRow]]:
    """Yield the rows in pieces that never reach across the size of a checkpoint."""
    size = 0
    for head in heads:
        while size < head and (batch := list(islice(rows, min(_BATCH, head - size)))):
            size += len(batch)
            yield batch
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _succession(
    run: _Run, checkpoints: Sequence[tuple[int, str]], keys: Sequence[LogKey]
) -> tuple[LogKey, ...]:
    # step 3: each handover of the log's keys is signed by those before and those after
    try:
        handovers = [Handover.parse(index, body) for index, body in run.handovers]
        return succession(keys, handovers, dict(checkpoints).get)
    except LedgerTampered:
        at = run.handovers[0][0]
        run.verdict.fail("log-key", at, "the log's keys were not handed over by both pairs")
        return tuple(keys)


def _claimed(outside: Mapping[str, str]) -> Iterator[int]:
    for note in outside.values():
        with suppress(LedgerTampered):
            yield unverified_checkpoint(note).size


def _checkpoints(
    run: _Run,
    checkpoints: Sequence[tuple[int, str]],
    keys: Sequence[LogKey],
    told: Callable[[int], object],
) -> None:
    newest = len(checkpoints) - 1
    for place, (size, note) in enumerate(checkpoints):
        if place % _TOLD == 0 or place == newest:
            told(place + 1)
        try:
            # step 3: the log signed the checkpoint, with every one of its keys
            signed = run.history is not None or place == newest
            head = open_checkpoint(note, keys) if signed else unverified_checkpoint(note)
        except LedgerTampered:
            run.verdict.fail("checkpoint", size, "a checkpoint is not signed by the log")
            continue
        # step 4: its root is the one that the entries below it have
        if head.size != size or run.roots.get(size) != head.root.hex():
            run.verdict.fail("checkpoint", size, "a checkpoint does not match the entries")


def _kept(
    outside: Mapping[str, str], keys: Sequence[LogKey], verdict: Verdict
) -> dict[str, Checkpoint]:
    kept = {}
    for name, note in outside.items():
        try:
            kept[name] = open_checkpoint(note, keys)
        except LedgerTampered:
            verdict.fail("kept", None, f"the checkpoint `{name}` is not signed by the log")
    return kept


def _outside(run: _Run, kept: Mapping[str, Checkpoint]) -> None:
    # step 17: the ledger reaches every checkpoint that is kept outside, with the same entries
    for name, head in kept.items():
        if head.size > run.verdict.size:
            run.verdict.fail("behind", head.size, f"entries below the checkpoint `{name}` are gone")
        elif run.roots.get(head.size) != head.root.hex():
            run.verdict.fail("split", head.size, f"the checkpoint `{name}` tells another history")


def _ending(run: _Run, checkpoints: Sequence[tuple[int, str]], tail: LedgerTail) -> None:
    # step 5: the newest checkpoint covers every entry
    size, note = checkpoints[-1] if checkpoints else (None, None)
    if size != run.verdict.size or tail.checkpoint_note != note:
        run.verdict.fail("end", None, "the newest checkpoint does not cover the whole ledger")
    # step 6: the stored right edge of the tree is the recomputed one
    if (tail.size, list(tail.frontier)) != (run.frontier.size, run.frontier.hashes):
        run.verdict.fail("frontier", None, "the stored frontier is not that of the entries")
