"""Proofs of single entries: made from tiles, checked with public keys alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.errors import LedgerTampered, RecordNotFound
from archive.ledger import (
    EntryProof,
    LogKey,
    Policy,
    TileTree,
    Verdict,
    leaf_hash,
    open_checkpoint,
    parse_entry,
    unverified_checkpoint,
    verify_inclusion,
)
from archive.model.provenance import Entry
from archive.services.audit.checking import Rows, verify_quorum
from archive.services.log_files import CHECKPOINT, COSIGNED, LogFiles


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What a proof shows: the entry, where it stands under which checkpoint, and what is wrong."""

    entry: Entry | None
    index: int | None
    origin: str | None
    verdict: Verdict = field(default_factory=Verdict)


def prove(rows: Rows, files: LogFiles, what: str) -> tuple[EntryProof, ...]:
    """Return a proof for the entry of a number, or for every entry about an object, oldest first.

    A checkpoint that witnesses cosigned is taken for the entries that it covers. The files must be
    up to date (`LogFiles.publish`).

    Raises:
        RecordNotFound: the published ledger has no such entry.
        LedgerTampered: the entries are not those of the published checkpoint.
    """
    newest = files.note(CHECKPOINT)
    if newest is None:
        raise RecordNotFound
    trees = [_tree(files, note) for note in (files.note(COSIGNED), newest) if note is not None]
    size = trees[-1][1].size
    if what.isascii() and what.isdecimal():
        first = min(int(what), size)  # a catalog counts no further than 2**63
        found = [(row.index, row.body) for row in rows.entries(first, first + 1)]
    else:
        found = rows.about(what)
    proofs = tuple(_proof(trees, index, body) for index, body in found if index < size)
    if not proofs:
        raise RecordNotFound
    return proofs


def _tree(files: LogFiles, note: str) -> tuple[str, TileTree]:
    head = unverified_checkpoint(note)
    tree = TileTree(files.read, head.size)
    if tree.root() != head.root:
        raise LedgerTampered("The tiles are not those of a checkpoint.")
    return note, tree


def _proof(trees: list[tuple[str, TileTree]], index: int, body: bytes) -> EntryProof:
    note, tree = next(one for one in trees if index < one[1].size)
    hashes = tree.inclusion(index)
    if not verify_inclusion(leaf_hash(body), index, tree.size, hashes, tree.root()):
        raise LedgerTampered(f"Entry {index} is not the one in the tiles.")
    return EntryProof(index, body, tuple(hashes), note)


def check_proof(text: str, keys: tuple[LogKey, ...], policy: Policy | None) -> ProofVerdict:
    """Check a `.tlog-proof` file offline: form, checkpoint, witnesses, inclusion, entry."""
    verdict = Verdict()
    try:
        proof = EntryProof.parse(text)
    except LedgerTampered:
        verdict.fail("proof", None, "the file is not a proof, or it was cut")
        return ProofVerdict(None, None, None, verdict)
    try:
        head = open_checkpoint(proof.note, keys)
    except LedgerTampered:
        verdict.fail("checkpoint", None, "the checkpoint is not signed by the log")
        return ProofVerdict(None, proof.index, None, verdict)
    verdict.size, verdict.root = head.size, head.root.hex()
    if policy is not None:
        verify_quorum(proof.note, keys, policy, verdict)
    leaf = leaf_hash(proof.body)
    if not verify_inclusion(leaf, proof.index, head.size, proof.hashes, head.root):
        verdict.fail("inclusion", proof.index, "the entry is not in the ledger at that place")
    try:
        entry = parse_entry(proof.body)
    except LedgerTampered:
        verdict.fail("malformed", proof.index, "the entry is not canonical or not complete")
        entry = None
    return ProofVerdict(entry, proof.index, head.origin, verdict)
