"""Comparing this ledger with a checkpoint that somebody else has: one history, or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archive.errors import LedgerTampered
from archive.ledger import (
    LogKey,
    TileTree,
    Verdict,
    leading,
    open_checkpoint,
    verify_consistency,
)
from archive.model.provenance import Checkpoint
from archive.services.audit.checking import Reader, Rows, tail_of, tree_of
from archive.services.log_files import every_key, log_keys

_PIN = "strongroom pinned checkpoint v1\n"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How this ledger stands to another checkpoint: `same`, `ahead`, `behind`, `fork` or `foreign`.

    `unknown` where the entries here are not those of the newest checkpoint here.

    `proof` are the hashes (hex) by which the larger tree extends the smaller (RFC 9162, 2.1.4);
    `None` where there is none, because it is a fork or the larger tree is out of reach.
    """

    relation: str
    here: Checkpoint | None
    there: Checkpoint | None
    proof: tuple[str, ...] | None
    verdict: Verdict


def compare(
    catalog: Reader,
    vkeys: Sequence[str],
    text: str,
    *,
    tiles: Callable[[str], bytes] | None = None,
) -> Comparison:
    """Compare with a checkpoint or pin; `tiles` reads the other's tiles, if they can be had.

    Of the other checkpoint the log's first signature is enough, so that one from a QR code will do.

    Raises:
        LedgerTampered: the log's public keys are not usable.
    """
    verdict = Verdict()
    try:
        with catalog.read() as view:
            keys = every_key(view.ledger, log_keys(vkeys))
        there = _other(text, keys)
    except LedgerTampered:
        verdict.fail("foreign", None, "the other checkpoint is not signed by this log")
        return Comparison("foreign", None, None, None, verdict)
    with catalog.read() as view:
        note = tail_of(view.ledger).checkpoint_note or ""
        try:
            here = open_checkpoint(note, keys)
        except LedgerTampered:
            verdict.fail("checkpoint", None, "the newest checkpoint is not signed by the log")
            return Comparison("foreign", None, there, None, verdict)
        verdict.size, verdict.root = here.size, here.root.hex()
        if there.size > here.size:
            return _behind(here, there, tiles, verdict)
        return _ahead(view.ledger, here, there, verdict)


def _other(text: str, keys: Sequence[LogKey]) -> Checkpoint:
    if text.startswith(_PIN):
        return open_checkpoint(text.partition("\n\n")[2], leading(keys))
    return open_checkpoint(text, leading(keys))


def _ahead(rows: Rows, here: Checkpoint, there: Checkpoint, verdict: Verdict) -> Comparison:
    tree = tree_of(rows)
    if tree.size != here.size or tree.root() != here.root:
        verdict.fail("checkpoint", here.size, "the newest checkpoint is not that of the entries")
        if there != here:
            words = "whether the other checkpoint is of this history cannot be told"
            verdict.fail("unproven", there.size, words)
        return Comparison("same" if there == here else "unknown", here, there, None, verdict)
    proof = tree.consistency(there.size)
    if not verify_consistency(there.size, here.size, there.root, here.root, proof):
        verdict.fail("fork", there.size, "the log signed two histories that do not fit")
        return Comparison("fork", here, there, None, verdict)
    relation = "same" if there.size == here.size else "ahead"
    return Comparison(relation, here, there, tuple(one.hex() for one in proof), verdict)


def _behind(
    here: Checkpoint,
    there: Checkpoint,
    tiles: Callable[[str], bytes] | None,
    verdict: Verdict,
) -> Comparison:
    proof: tuple[str, ...] | None = None
    if tiles is not None:
        try:
            hashes = TileTree(tiles, there.size).consistency(here.size)
        except LedgerTampered:
            hashes = []
        if verify_consistency(here.size, there.size, here.root, there.root, hashes):
            proof = tuple(one.hex() for one in hashes)
        elif hashes:
            verdict.fail("fork", here.size, "the log signed two histories that do not fit")
            return Comparison("fork", here, there, None, verdict)
    words = "entries that the log signed are not here: this is an older copy, or they are gone"
    verdict.fail("behind", here.size, words)
    return Comparison("behind", here, there, proof, verdict)
