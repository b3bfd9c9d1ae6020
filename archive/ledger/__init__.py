"""The provenance ledger: a Merkle log of signed entries with signed checkpoints."""

from archive.ledger.canonical import canonical, jcs
from archive.ledger.canonical import parse as parse_canonical
from archive.ledger.commitment import commit, opens, salt_of
from archive.ledger.entry import parse_entry, timestamp, verify_entry
from archive.ledger.log import Appended, LedgerRows, Log
from archive.ledger.merkle import (
    Frontier,
    Tree,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from archive.ledger.note import (
    LogKey,
    encode_checkpoint,
    open_checkpoint,
    unverified_checkpoint,
)
from archive.ledger.verify import Finding, Verdict, row_hash, verify_log

__all__ = [
    "Appended",
    "Finding",
    "Frontier",
    "LedgerRows",
    "Log",
    "LogKey",
    "Tree",
    "Verdict",
    "canonical",
    "commit",
    "encode_checkpoint",
    "jcs",
    "leaf_hash",
    "open_checkpoint",
    "opens",
    "parse_canonical",
    "parse_entry",
    "row_hash",
    "salt_of",
    "timestamp",
    "unverified_checkpoint",
    "verify_consistency",
    "verify_entry",
    "verify_inclusion",
    "verify_log",
]
