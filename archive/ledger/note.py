"""Signed checkpoints: C2SP signed-note, tlog-checkpoint and tlog-cosignature.

A log signs each checkpoint twice: with Ed25519 over the note's text (signature type 0x01), and as
its own cosigner with a timestamped ML-DSA-44 signature over the tree head (0x06). A witness adds
its own line of each timestamped kind (0x04 and 0x06).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from archive.errors import LedgerTampered
from archive.ledger.canonical import from_base64
from archive.model.provenance import Checkpoint
from keys.errors import KeysError
from keys.signing import Ed25519Verifier, MlDsa44Verifier, Signer, Verifier, sign_each

ED25519 = 0x01
"""Signature type of Ed25519 (C2SP signed-note)."""

COSIGNATURE = 0x04
"""Signature type of timestamped Ed25519 cosignatures (C2SP tlog-cosignature)."""

MLDSA44 = 0x06
"""Signature type of timestamped ML-DSA-44 cosignatures (C2SP tlog-cosignature)."""

_VERIFIERS: dict[int, type[Ed25519Verifier] | type[MlDsa44Verifier]] = {
    ED25519: Ed25519Verifier,
    COSIGNATURE: Ed25519Verifier,
    MLDSA44: MlDsa44Verifier,
}
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_LINE = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LABEL = b"subtree/v1\n\0"
_TIME = 8  # bytes of a timestamp: big-endian seconds since the epoch
_SHORT = 600  # characters of a line; ML-DSA-44 alone has 3,240 in base64
_LONGEST = 255  # bytes of a name or origin (tlog-cosignature, `<1..2^8-1>`)
_LAST_TIME = 2**63 - 1  # tlog-cosignature, Format


@dataclass(frozen=True, slots=True)
class LogKey:
    """A verification key of a log: name, signature type, public key.

    Its signatures count under checkpoints of `since` to `until` entries, both included: a key that
    was handed over to another signs the checkpoint of the handover last.
    """

    name: str
    kind: int
    public: bytes
    since: int = 0
    until: int | None = None

    @property
    def key_hash(self) -> bytes:
        """First 4 bytes of SHA-256 over name, newline, type and key (signed-note)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public

    def encode(self) -> str:
        """Return the vkey: name, key hash in hex, type and key in base64, joined by `+`."""
        return f"{self.name}+{self.key_hash.hex()}+{base64.b64encode(self._typed).decode()}"

    @classmethod
    def parse(cls, text: str) -> LogKey:
        """Return the key of a vkey.

        Raises:
            LedgerTampered: malformed, of an unknown type, or with a wrong key hash.
        """
        name, _, rest = text.partition("+")
        key_hash, _, encoded = rest.partition("+")
        typed = from_base64(encoded)
        named = _NAME.fullmatch(name) and len(name.encode()) <= _LONGEST
        if not named or not typed or typed[0] not in _VERIFIERS:
            raise LedgerTampered
        key = cls(name, typed[0], typed[1:])
        if key.key_hash.hex() != key_hash:
            raise LedgerTampered
        _verifier(key)
        return key


@lru_cache(maxsize=64)
def _verifier(key: LogKey) -> Verifier:
    try:
        return _VERIFIERS[key.kind](key.public)
    except KeysError:
        raise LedgerTampered from None


def encode_checkpoint(
    checkpoint: Checkpoint, signers: Sequence[tuple[LogKey, Signer]], *, now: datetime
) -> str:
    """Return the signed note of a checkpoint, one signature line for each signer.

    `now` goes, in whole seconds, into the ML-DSA-44 line.
    """
    text = _text(checkpoint)
    return text + "\n" + signature_lines(text, signers, now=now)


def signature_lines(text: str, signers: Sequence[tuple[LogKey, Signer]], *, now: datetime) -> str:
    """Return a signature line of each signer for a checkpoint's text."""
    stamp = int(now.timestamp()).to_bytes(_TIME, "big")
    prefixes = [b"" if key.kind == ED25519 else stamp for key, _ in signers]
    asked = [
        (signer, _message(key, text, prefix))
        for (key, signer), prefix in zip(signers, prefixes, strict=True)
    ]
    lines = []
    for (key, _), prefix, signature in zip(signers, prefixes, sign_each(asked), strict=True):
        encoded = base64.b64encode(key.key_hash + prefix + signature).decode()
        lines.append(f"\u2014 {key.name} {encoded}\n")
    return "".join(lines)


def open_note(note: str, keys: Sequence[LogKey]) -> str:
    """Return the text of a signed note after checking one valid signature of every key.

    Signatures of other keys are passed over, as signed-note asks.

    Raises:
        LedgerTampered: malformed, no key was given, or a key's signature is missing or wrong.
    """
    if not keys:
        raise LedgerTampered
    text, signatures = _parts(note)
    for key in keys:
        _check(key, text, signatures)
    return text


def short_note(text: str) -> str:
    """Return a text that ends in signature lines without those of post-quantum signatures.

    What is left fits into one QR code, and is a note by itself.
    """
    head, separator, tail = text.rpartition("\n\n")
    lines = [line for line in tail.splitlines(keepends=True) if len(line) <= _SHORT]
    return head + separator + "".join(lines)


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if not isinstance(note, str) or _CONTROL.search(note):
        raise LedgerTampered
    body, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise LedgerTampered
    return body + "\n", [_signature(line) for line in tail[:-1].split("\n")]


def signed_at(note: str, key: LogKey) -> datetime | None:
    """Return when `key` signed a note with a timestamped signature; `None` if it did not sign.

    A key that states no time gives the epoch.

    Raises:
        LedgerTampered: malformed, or a line that names the key does not verify.
    """
    text, signatures = _parts(note)
    if not any(name == key.name and raw[:4] == key.key_hash for name, raw in signatures):
        return None
    try:
        return datetime.fromtimestamp(_check(key, text, signatures), UTC)
    except (ValueError, OverflowError, OSError):
        raise LedgerTampered from None


def serving(keys: Sequence[LogKey], size: int) -> tuple[LogKey, ...]:
    """Return the keys whose signatures count under a checkpoint of `size` entries."""
    return tuple(
        key for key in keys if key.since <= size and (key.until is None or size <= key.until)
    )


def leading(keys: Sequence[LogKey]) -> tuple[LogKey, ...]:
    """Return the keys of the first one's signature type: what a shortened note is signed with."""
    return tuple(key for key in keys if key.kind == keys[0].kind) if keys else ()


def open_checkpoint(note: str, keys: Sequence[LogKey]) -> Checkpoint:
    """Return the checkpoint of a note that every one of the log's keys of its time signed.

    Raises:
        LedgerTampered: not such a note, or its origin is not the name of the keys.
    """
    if not isinstance(note, str):
        raise LedgerTampered
    size = unverified_checkpoint(note).size
    checkpoint = parse_checkpoint(open_note(note, serving(keys, size)))
    if any(key.name != checkpoint.origin for key in keys):
        raise LedgerTampered
    return checkpoint


def unverified_checkpoint(note: str) -> Checkpoint:
    """Return what a signed note claims, without looking at its signatures.

    Raises:
        LedgerTampered: malformed.
    """
    return parse_checkpoint(note.rpartition("\n\n")[0] + "\n")


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text states: origin, size and root, one line each.

    Extension lines are refused: tlog-cosignature leaves them out of what ML-DSA-44 signs.

    Raises:
        LedgerTampered: any other text.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise LedgerTampered
    root = from_base64(lines[2])
    if len(root) != 32 or len(lines[0].encode()) > _LONGEST:
        raise LedgerTampered
    return Checkpoint(lines[0], int(lines[1]), root)


def _text(checkpoint: Checkpoint) -> str:
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def _message(key: LogKey, text: str, stamp: bytes) -> bytes:
    """Return what `key` signs: the text, or `cosigned_message` of tlog-cosignature."""
    if key.kind == ED25519:
        return text.encode()
    if key.kind == COSIGNATURE:
        return f"cosignature/v1\ntime {int.from_bytes(stamp, 'big')}\n{text}".encode()
    head = parse_checkpoint(text)
    name, origin = key.name.encode(), head.origin.encode()
    return b"".join(
        (
            _LABEL,
            len(name).to_bytes(1, "big") + name,
            stamp,
            len(origin).to_bytes(1, "big") + origin,
            bytes(8),  # start: a checkpoint covers the tree from its first leaf
            head.size.to_bytes(8, "big"),
            head.root,
        )
    )


def _signature(line: str) -> tuple[str, bytes]:
    match = _LINE.fullmatch(line)
    if not match:
        raise LedgerTampered
    return match[1], from_base64(match[2])


def _check(key: LogKey, text: str, signatures: Sequence[tuple[str, bytes]]) -> int:
    """Return the time, in seconds since the epoch, that the one signature of `key` states."""
    mine = [raw[4:] for name, raw in signatures if name == key.name and raw[:4] == key.key_hash]
    if len(mine) != 1:
        raise LedgerTampered
    cut = 0 if key.kind == ED25519 else _TIME
    stamp, signature = mine[0][:cut], mine[0][cut:]
    if int.from_bytes(stamp, "big") > _LAST_TIME or len(stamp) != cut:
        raise LedgerTampered
    try:
        _verifier(key).verify(_message(key, text, stamp), signature)
    except KeysError:
        raise LedgerTampered from None
    return int.from_bytes(stamp, "big")
