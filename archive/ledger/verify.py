"""The auditor's verifier: stored rows in, verdict out; no input or output, no clock, no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from archive.errors import LedgerTampered
from archive.ledger.entry import parse_entry, verify_entry
from archive.ledger.merkle import Frontier, leaf_hash
from archive.ledger.note import LogKey, open_checkpoint
from archive.model.provenance import Entry, EventType, LedgerRow, LedgerTail
from keys.errors import KeysError
from keys.signing import Ed25519Verifier, key_id

Progress = Callable[[int], None]
_EVERY = 1000  # entries between two reports of progress


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not verify: a stable code, the entry it is about, and plain words."""

    code: str
    index: int | None
    message: str


@dataclass(slots=True)
class Verdict:
    """What verification found: number of entries, root hash (hex), and everything wrong."""

    size: int = 0
    root: str = ""
    failures: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class _Registered:
    role: str
    verifier: Ed25519Verifier


class _Run:
    def __init__(self, verdict: Verdict, *, signatures: bool) -> None:
        self.verdict = verdict
        self.signatures = signatures
        self.frontier = Frontier()
        self.roots: dict[int, str] = {0: self.frontier.root().hex()}
        self.last: dict[str, tuple[int, str]] = {}
        self.members: dict[str, _Registered] = {}
        self.openings: dict[int, str] = {}
        self.time = ""

    def fail(self, code: str, index: int | None, message: str) -> None:
        self.verdict.failures.append(Finding(code, index, message))

    def row(self, index: int, row: LedgerRow) -> None:
        leaf = leaf_hash(row.body)
        # step 1: positions are 0, 1, 2, ... without a gap
        if row.index != index:
            self.fail("position", index, "an entry is missing or out of place")
        # step 2: the stored leaf hash is that of the entry (RFC 9162, 2.1.1)
        if row.leaf_hash != leaf:
            self.fail("leaf-hash", index, "the stored leaf hash is not that of the entry")
        # step 3: the entry is canonical and complete
        try:
            entry = parse_entry(row.body)
        except LedgerTampered:
            self.fail("malformed", index, "the entry is not canonical or not complete")
        else:
            self.entry(index, row, entry, leaf)
        self.frontier.append(leaf)

    def entry(self, index: int, row: LedgerRow, entry: Entry, leaf: bytes) -> None:
        # step 4: the columns beside the entry say what the entry says
        if (row.object, row.seq) != (entry.object, entry.seq):
            self.fail("columns", index, "the columns beside the entry differ from it")
        # step 5: an object's history has no gap
        before = self.last.get(entry.object)
        expected = (0, None) if before is None else (before[0] + 1, before[1])
        if (entry.seq, entry.prev) != expected:
            self.fail("history", index, "the object's history has a gap")
        self.last[entry.object] = (entry.seq, leaf.hex())
        # step 6: the agent had seen a checkpoint of this very tree
        if self.roots.get(entry.after_size) != entry.after_root or entry.after_size > index:
            self.fail("after", index, "the checkpoint that the entry quotes is not of this log")
        # step 7: time does not run backwards
        if entry.time < self.time:
            self.fail("time", index, "the entry is dated before the one above it")
        self.time = max(self.time, entry.time)
        # step 8: the agent is a member whom the log itself registered, in that role
        self.agent(index, entry)
        if "opening" in entry.links:
            self.openings[index] = entry.links["opening"]

    def agent(self, index: int, entry: Entry) -> None:
        if index == 0 and entry.type is not EventType.ARCHIVE_CREATED:
            self.fail("genesis", index, "the log does not begin with its creation")
        if index == 0:
            self.register(index, entry)
        known = self.members.get(entry.agent.key_id)
        if known is None or known.role != entry.agent.role:
            self.fail("agent", index, "the agent is not a member in that role")
            return
        if self.signatures:
            try:
                verify_entry(entry, known.verifier)
            except LedgerTampered:
                self.fail("signature", index, "the entry is not signed by its agent")
        if index and entry.type is EventType.MEMBER_ADDED:
            if known.role != "custodian":
                self.fail("agent", index, "only a custodian may add a member")
            self.register(index, entry)

    def register(self, index: int, entry: Entry) -> None:
        try:
            public = bytes.fromhex(entry.links["ed25519"])
            registered = _Registered(entry.links["role"], Ed25519Verifier(public))
        except (KeyError, ValueError, KeysError):
            self.fail("member-key", index, "the key of the new member is not usable")
            return
        if key_id(public) != entry.links.get("kid"):
            self.fail("member-key", index, "the key id is not that of the key")
        self.members.setdefault(key_id(public), registered)


def verify_log(
    rows: Iterable[LedgerRow],
    checkpoints: Sequence[tuple[int, str]],
    tail: LedgerTail,
    keys: Sequence[LogKey],
    *,
    openings: dict[int, str] | None = None,
    signatures: bool = True,
    progress: Progress | None = None,
) -> Verdict:
    """Recompute the whole ledger from its rows and return what is wrong with it.

    `keys` are the log's public keys as the auditor pinned them. `openings` maps an entry's index to
    the SHA-256 (hex) of the sealed values stored beside it. Without `signatures` the members'
    signatures are left out; structure, checkpoints and their signatures are always checked.
    """
    verdict = Verdict()
    run = _Run(verdict, signatures=signatures)
    heads = {size for size, _ in checkpoints}
    index = 0
    for index, row in enumerate(rows, start=1):
        run.row(index - 1, row)
        if index in heads:
            run.roots[index] = run.frontier.root().hex()
        if progress is not None and index % _EVERY == 0:
            progress(index)
    verdict.size = index
    verdict.root = run.frontier.root().hex()
    _checkpoints(run, checkpoints, keys)
    _ending(run, checkpoints, tail)
    if openings is not None and openings != run.openings:
        wrong = sorted(set(openings.items()) ^ set(run.openings.items()))
        run.fail("opening", wrong[0][0], "sealed values are missing, changed or added")
    return verdict


def _checkpoints(run: _Run, checkpoints: Sequence[tuple[int, str]], keys: Sequence[LogKey]) -> None:
    # step 9: every stored checkpoint is signed by the log and has the recomputed root
    for size, note in checkpoints:
        try:
            head = open_checkpoint(note, keys)
        except LedgerTampered:
            run.fail("checkpoint", size, "a checkpoint is not signed by the log")
            continue
        if head.size != size or run.roots.get(size) != head.root.hex():
            run.fail("checkpoint", size, "a checkpoint does not match the entries")


def _ending(run: _Run, checkpoints: Sequence[tuple[int, str]], tail: LedgerTail) -> None:
    # step 10: the newest checkpoint covers every entry, and the stored frontier is the recomputed
    newest = checkpoints[-1] if checkpoints else (0, None)
    if newest[0] != run.verdict.size or tail.checkpoint_note != newest[1] or not checkpoints:
        run.fail("end", None, "the newest checkpoint does not cover the whole ledger")
    if (tail.size, list(tail.frontier)) != (run.frontier.size, run.frontier.hashes):
        run.fail("frontier", None, "the stored frontier is not that of the entries")
