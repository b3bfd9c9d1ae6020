"""The provenance ledger: a Merkle log of signed entries with signed checkpoints."""

from archive.ledger.canonical import canonical, jcs
from archive.ledger.canonical import parse as parse_canonical
from archive.ledger.commitment import commit, opens, salt_of
from archive.ledger.entry import parse_entry, timestamp, verify_entry
from archive.ledger.log import Appended, Growth, LedgerRows, Log
from archive.ledger.merkle import (
    Frontier,
    Tree,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from archive.ledger.note import (
    COSIGNATURE,
    MLDSA44,
    LogKey,
    encode_checkpoint,
    leading,
    open_checkpoint,
    serving,
    short_note,
    signature_lines,
    signed_at,
    unverified_checkpoint,
)
from archive.ledger.policy import Policy, PolicyWitness
from archive.ledger.proof import EntryProof
from archive.ledger.succession import HANDOVER, Handover, handover, newest, succession
from archive.ledger.tiles import TileTree, first_new, new_tiles, verify_tiles
from archive.ledger.verify import Finding, Stored, Verdict, row_hash, verify_log
from archive.ledger.witness import MOST_BYTES, Refusal, Request, judge

__all__ = [
    "COSIGNATURE",
    "HANDOVER",
    "MLDSA44",
    "MOST_BYTES",
    "Appended",
    "EntryProof",
    "Finding",
    "Frontier",
    "Growth",
    "Handover",
    "LedgerRows",
    "Log",
    "LogKey",
    "Policy",
    "PolicyWitness",
    "Refusal",
    "Request",
    "Stored",
    "TileTree",
    "Tree",
    "Verdict",
    "canonical",
    "commit",
    "encode_checkpoint",
    "first_new",
    "handover",
    "jcs",
    "judge",
    "leading",
    "leaf_hash",
    "new_tiles",
    "newest",
    "open_checkpoint",
    "opens",
    "parse_canonical",
    "parse_entry",
    "row_hash",
    "salt_of",
    "serving",
    "short_note",
    "signature_lines",
    "signed_at",
    "succession",
    "timestamp",
    "unverified_checkpoint",
    "verify_consistency",
    "verify_entry",
    "verify_inclusion",
    "verify_log",
    "verify_tiles",
]
