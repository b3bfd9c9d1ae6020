"""The C2SP tlog-witness protocol: what is asked, and whether it may be cosigned."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.errors import LedgerTampered
from archive.ledger.canonical import from_base64
from archive.ledger.merkle import EMPTY_ROOT, verify_consistency
from archive.ledger.note import LogKey, leading, open_checkpoint, signed_at, unverified_checkpoint
from archive.model.provenance import Checkpoint

MOST_BYTES = 1 << 16
"""Length of the longest request or answer that is looked at."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_HASHES = 63  # tlog-witness, add-checkpoint


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint to be cosigned, and the proof that it extends the first `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def encode(self) -> str:
        """Return the body of an `add-checkpoint` request."""
        hashes = [base64.b64encode(one).decode() for one in self.proof]
        return "\n".join([f"old {self.old}", *hashes]) + "\n\n" + self.note

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Return the request of a body.

        Raises:
            LedgerTampered: malformed.
        """
        try:
            head, separator, note = body[:MOST_BYTES].decode().partition("\n\n")
        except UnicodeDecodeError:
            raise LedgerTampered from None
        first, *hashes = head.split("\n")
        old = _OLD.fullmatch(first)
        if not separator or old is None or len(hashes) > _MOST_HASHES:
            raise LedgerTampered
        proof = tuple(map(from_base64, hashes))
        if any(len(one) != 32 for one in proof):
            raise LedgerTampered
        return cls(int(old[1]), proof, note)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a checkpoint is not cosigned: HTTP status (tlog-witness) and plain words.

    `evidence` says that the log did sign what is refused, so that the request proves something.
    """

    status: int
    reason: str
    evidence: bool = False


def judge(
    request: Request, logs: Mapping[str, Sequence[LogKey]], seen: Mapping[str, Checkpoint]
) -> Checkpoint | Refusal:
    """Return the checkpoint that may be cosigned, or why not.

    `logs` holds the keys of each known log by origin, the Ed25519 key first; `seen` the newest
    checkpoint of each that was cosigned. The Ed25519 signature must be there and valid, one by a
    further key must be valid if it is there.
    """
    try:
        claimed = unverified_checkpoint(request.note)
    except LedgerTampered:
        return Refusal(400, "the checkpoint is malformed")
    keys = logs.get(claimed.origin)
    if keys is None:
        return Refusal(404, "the log is not known here")
    try:
        first = leading(keys)
        head = open_checkpoint(request.note, first)
        for key in keys[len(first) :]:
            signed_at(request.note, key)
    except LedgerTampered:
        return Refusal(403, "the checkpoint is not signed by the log")
    return _grown(request, head, seen.get(head.origin, Checkpoint(head.origin, 0, EMPTY_ROOT)))


def _grown(request: Request, head: Checkpoint, last: Checkpoint) -> Checkpoint | Refusal:
    if request.old > head.size:
        return Refusal(400, "the old size is above the new one")
    if request.old != last.size:
        return Refusal(409, str(last.size), evidence=head.size < last.size)
    if head.size == 0 and head.root != EMPTY_ROOT:
        return Refusal(422, "an empty tree has another root", evidence=True)
    if not verify_consistency(last.size, head.size, last.root, head.root, request.proof):
        return Refusal(422, "the checkpoint does not extend the last one", evidence=True)
    return head
