"""Checkpoints with time-stamp tokens: until when the entries below them must have been written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.ledger.note import LogKey, open_checkpoint
from archive.model.provenance import Checkpoint
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
