"""Signed checkpoints: C2SP signed-note and tlog-checkpoint with Ed25519 and ML-DSA-44 lines."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import LedgerTampered
from archive.model.provenance import Checkpoint
from keys.errors import KeysError
from keys.signing import Ed25519Verifier, MlDsa44Verifier, Signer, Verifier

ED25519 = 0x01
"""Signature type of Ed25519 (C2SP signed-note)."""

MLDSA44 = 0x06
"""Signature type of ML-DSA-44 (C2SP signed-note, key type registry)."""

_VERIFIERS: dict[int, type[Ed25519Verifier] | type[MlDsa44Verifier]] = {
    ED25519: Ed25519Verifier,
    MLDSA44: MlDsa44Verifier,
}
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_LINE = re.compile(r"\u2014 ([^ \n+]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class LogKey:
    """A verification key of a log: name, signature type, public key."""

    name: str
    kind: int
    public: bytes

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
        try:
            name, key_hash, encoded = text.split("+", 2)
            typed = base64.b64decode(encoded, validate=True)
            key = cls(name, typed[0], typed[1:])
        except (ValueError, IndexError):
            raise LedgerTampered from None
        if key.kind not in _VERIFIERS or key.key_hash.hex() != key_hash:
            raise LedgerTampered
        return key

    def verifier(self) -> Verifier:
        """Return the verifier of the key.

        Raises:
            KeysError: the public key is malformed.
        """
        return _VERIFIERS[self.kind](self.public)


def encode_checkpoint(checkpoint: Checkpoint, signers: Sequence[tuple[LogKey, Signer]]) -> str:
    """Return the signed note of a checkpoint, one signature line for each signer."""
    root = base64.b64encode(checkpoint.root).decode()
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"
    lines = []
    for key, signer in signers:
        signature = base64.b64encode(key.key_hash + signer.sign(text.encode())).decode()
        lines.append(f"\u2014 {key.name} {signature}\n")
    return text + "\n" + "".join(lines)


def open_checkpoint(note: str, keys: Sequence[LogKey]) -> Checkpoint:
    """Return the checkpoint of a note after checking one valid signature of every key.

    Raises:
        LedgerTampered: malformed, or a key's signature is missing or wrong.
    """
    body, separator, tail = note.partition("\n\n")
    lines = body.split("\n")
    if not separator or not keys or len(lines) < 3 or not _SIZE.fullmatch(lines[1]):
        raise LedgerTampered
    signatures = _signatures(tail)
    for key in keys:
        _check(key, f"{body}\n".encode(), signatures)
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error:
        raise LedgerTampered from None
    if len(root) != 32 or lines[0] != keys[0].name or base64.b64encode(root).decode() != lines[2]:
        raise LedgerTampered
    return Checkpoint(lines[0], int(lines[1]), root)


def _signatures(tail: str) -> list[tuple[str, bytes]]:
    if not tail.endswith("\n"):
        raise LedgerTampered
    found = []
    for line in tail[:-1].split("\n"):
        match = _LINE.fullmatch(line)
        if not match:
            raise LedgerTampered
        try:
            raw = base64.b64decode(match[2], validate=True)
        except binascii.Error:
            raise LedgerTampered from None
        if base64.b64encode(raw).decode() != match[2]:
            raise LedgerTampered
        found.append((match[1], raw))
    return found


def _check(key: LogKey, text: bytes, signatures: Sequence[tuple[str, bytes]]) -> None:
    mine = [raw[4:] for name, raw in signatures if name == key.name and raw[:4] == key.key_hash]
    if len(mine) != 1:
        raise LedgerTampered
    try:
        key.verifier().verify(text, mine[0])
    except KeysError:
        raise LedgerTampered from None
