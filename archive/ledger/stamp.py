"""Checkpoints with time-stamp tokens: until when the entries below them must have been written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.errors import LedgerTampered
from archive.ledger.note import LogKey, open_checkpoint
from archive.model.provenance import Checkpoint
from keys.errors import KeysError
from keys.timestamps import Token, check_token


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checkpoint's signed note and the reply (DER) of the authority `authority` over its text."""

    authority: str
    note: str
    reply: bytes


@dataclass(frozen=True, slots=True)
class Stamped:
    """What a stamp proves: the log had this checkpoint at the token's time."""

    checkpoint: Checkpoint
    token: Token


def stamped_text(note: str) -> bytes:
    """Return what an authority stamps: origin, size and root, the text of the note."""
    return (note.rpartition("\n\n")[0] + "\n").encode()


def check_stamp(stamp: Stamp, keys: Sequence[LogKey], trusted: bytes) -> Stamped:
    """Check the log's signatures and the token against trusted certificates (PEM).

    Raises:
        LedgerTampered: the log did not sign the checkpoint.
        TokenInvalid: the token proves nothing about it; the text says why.
        MalformedKey: `trusted` is not PEM.
    """
    head = open_checkpoint(stamp.note, keys)
    return Stamped(head, check_token(stamp.reply, stamped_text(stamp.note), trusted))


def upper_bounds(
    stamps: Iterable[Stamp], keys: Sequence[LogKey], trusted: dict[str, bytes]
) -> Iterator[tuple[int, datetime]]:
    """Yield, smallest first, (size, time): the first `size` entries existed at `time` (UTC).

    `trusted` holds each authority's certificates (PEM) by name. A stamp that proves nothing is
    passed over, and so is one that a larger checkpoint with an earlier time makes useless. That
    the checkpoints are of the ledger at hand is for verification to say.
    """
    found = []
    for stamp in stamps:
        try:
            proven = check_stamp(stamp, keys, trusted.get(stamp.authority, b""))
        except (LedgerTampered, KeysError):
            continue
        found.append((proven.checkpoint.size, proven.token.time))
    earliest: datetime | None = None
    useful = []
    for size, time in sorted(found, key=lambda one: (-one[0], one[1])):
        if earliest is None or time < earliest:
            useful.append((size, time))
            earliest = time
    yield from reversed(useful)
