"""Everything an auditor does, with public keys only: nothing in here can open anything."""

from archive.ledger import Finding, LogKey, Policy, Verdict, short_note
from archive.services.audit.checking import (
    TimelineEntry,
    checkpoint,
    extend,
    parse_pin,
    pin,
    verify,
    verify_quorum,
)
from archive.services.audit.comparing import Comparison, compare
from archive.services.audit.dating import Dated, Dating, Mark, date, marks_of
from archive.services.audit.holdings import (
    RANGES,
    Committed,
    Holdings,
    Inventory,
    holdings,
    inventory,
    spans,
    state_of,
)
from archive.services.audit.keyholders import KeyHistory, Opener, keys
from archive.services.audit.objects import (
    Derivation,
    Erasures,
    ObjectHistory,
    accesses,
    erasures,
    history,
    redaction,
    releases,
)
from archive.services.audit.proofs import ProofVerdict, check_proof, prove
from archive.services.audit.timeline import timeline
from archive.services.audit.witnesses import (
    Answer,
    Standing,
    ask,
    post,
    request,
    settle,
    standing,
    take,
)
from archive.services.log_files import LogFiles, log_keys

__all__ = [
    "RANGES",
    "Answer",
    "Committed",
    "Comparison",
    "Dated",
    "Dating",
    "Derivation",
    "Erasures",
    "Finding",
    "Holdings",
    "Inventory",
    "KeyHistory",
    "LogFiles",
    "LogKey",
    "Mark",
    "ObjectHistory",
    "Opener",
    "Policy",
    "ProofVerdict",
    "Standing",
    "TimelineEntry",
    "Verdict",
    "accesses",
    "ask",
    "check_proof",
    "checkpoint",
    "compare",
    "date",
    "erasures",
    "extend",
    "history",
    "holdings",
    "inventory",
    "keys",
    "log_keys",
    "marks_of",
    "parse_pin",
    "pin",
    "post",
    "prove",
    "redaction",
    "releases",
    "request",
    "settle",
    "short_note",
    "spans",
    "standing",
    "state_of",
    "take",
    "timeline",
    "verify",
    "verify_quorum",
]
