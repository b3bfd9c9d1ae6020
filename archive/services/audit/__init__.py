"""Everything an auditor does, with public keys only: nothing in here can open anything."""

from archive.ledger import Finding, LogKey, Policy, Verdict, short_note
from archive.services.audit.checking import (
    TimelineEntry,
    checkpoint,
    extend,
    log_keys,
    parse_pin,
    pin,
    timeline,
    verify,
    verify_quorum,
)
from archive.services.audit.proofs import ProofVerdict, check_proof, prove
from archive.services.audit.witnesses import (
    Answer,
    Standing,
    ask,
    request,
    settle,
    standing,
    take,
)
from archive.services.log_files import LogFiles

__all__ = [
    "Answer",
    "Finding",
    "LogFiles",
    "LogKey",
    "Policy",
    "ProofVerdict",
    "Standing",
    "TimelineEntry",
    "Verdict",
    "ask",
    "check_proof",
    "checkpoint",
    "extend",
    "log_keys",
    "parse_pin",
    "pin",
    "prove",
    "request",
    "settle",
    "short_note",
    "standing",
    "take",
    "timeline",
    "verify",
    "verify_quorum",
]
