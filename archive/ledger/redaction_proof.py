"""A reading copy is its original with some units hidden: hashes alone show that none was dropped.

The original's text is parted into units, what the copy shows and what it hides. Each becomes a leaf
of an RFC 6962 tree: SHA-256 of a zero byte, a salt and the unit's text. Whoever has the salts of
the shown units can check their words; whoever has the leaves alone can check that all of them make
up the root that two people signed. Bytes in, verdict out: no key, no clock, no file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import LedgerTampered
from archive.ledger.merkle import Frontier, leaf_hash

FORMAT = "strongroom-redaction-proof-1"
"""What `format` holds (docs/formats/redaction-proof.md)."""

SALT_SIZE = 16  # bytes
_DOMAIN = b"strongroom/redaction-proof/v1\0"
_HASH = 32  # bytes


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text and whether the reading copy hides it."""

    text: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class RedactionProof:
    """The leaf hashes of all units in order, and the numbers of the hidden ones, ascending."""

    leaves: tuple[bytes, ...]
    hidden: tuple[int, ...]

    @property
    def root(self) -> bytes:
        """The root of the tree over the leaves (RFC 6962, 2.1)."""
        frontier = Frontier()
        frontier.extend(self.leaves)
        return frontier.root()

    def encode(self) -> bytes:
        """Return the canonical bytes: ASCII JSON, sorted keys, no spaces."""
        body = {
            "format": FORMAT,
            "hidden": list(self.hidden),
            "leaves": [leaf.hex() for leaf in self.leaves],
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> RedactionProof:
        """Return the proof of its canonical bytes.

        Raises:
            LedgerTampered: they are not those of a proof.
        """
        try:
            body = json.loads(data)
            leaves = tuple(map(bytes.fromhex, body["leaves"]))
            proof = cls(leaves, tuple(body["hidden"]))
            same = proof.encode() == data
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise LedgerTampered from None
        if not same or not proof._holds():
            raise LedgerTampered
        return proof

    def _holds(self) -> bool:
        numbers = all(type(number) is int for number in self.hidden)
        return (
            numbers
            and all(len(leaf) == _HASH for leaf in self.leaves)
            and list(self.hidden) == sorted(set(self.hidden))
            and all(0 <= number < len(self.leaves) for number in self.hidden)
        )


def salt_of_unit(key: bytes, number: int) -> bytes:
    """Return the salt (16 bytes) of a unit: the head of HMAC-SHA-256 of domain and number."""
    message = _DOMAIN + number.to_bytes(8, "big")
    return hmac.digest(key, message, hashlib.sha256)[:SALT_SIZE]


def unit_hash(salt: bytes, text: str) -> bytes:
    """Return the leaf hash of a unit."""
    return leaf_hash(salt + text.encode("utf-8", "surrogatepass"))


def prove(units: Sequence[Unit], key: bytes) -> RedactionProof:
    """Return the proof over units; `key` (32 bytes) must stay with those who may see them all."""
    leaves = (unit_hash(salt_of_unit(key, n), unit.text) for n, unit in enumerate(units))
    hidden = (n for n, unit in enumerate(units) if unit.hidden)
    return RedactionProof(tuple(leaves), tuple(hidden))


def verify_units(
    proof: RedactionProof, root: bytes, shown: Sequence[tuple[bytes, str]]
) -> tuple[str, ...]:
    """Return what is wrong with the shown units, each with its salt, in order; nothing if all hold.

    Failures are of a closed list: `root`, `count`, and `unit:N` for a unit whose words are others.
    """
    failures = [] if proof.root == root else ["root"]
    hidden = set(proof.hidden)
    numbers = [n for n in range(len(proof.leaves)) if n not in hidden]
    if len(numbers) != len(shown):
        return (*failures, "count")
    failures += [
        f"unit:{number}"
        for number, (salt, text) in zip(numbers, shown, strict=True)
        if len(salt) != SALT_SIZE or unit_hash(salt, text) != proof.leaves[number]
    ]
    return tuple(failures)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an entry says of a reading copy: its digest, the root of the units, the proof's digest.

    All are SHA-256 in hex; an entry that says nothing has empty text.
    """

    reading_copy: str
    root: str
    proof: str = ""


def verify_redaction(
    data: bytes, submitted: Claim, approved: Claim, released: Claim
) -> tuple[str, ...]:
    """Return what is wrong with a proof as the ledger knows it; nothing if all holds.

    1. the bytes are those that the release names; 2. they are a proof; 3. its leaves make up the
    root that the release names; 4. the approval and 5. the submission of the same copy name that
    root too. Failures are of a closed list: `proof`, `format`, `root`, `approval`, `submission`.
    """
    failures = [] if hashlib.sha256(data).hexdigest() == released.proof else ["proof"]
    try:
        proof = RedactionProof.decode(data)
    except LedgerTampered:
        return (*failures, "format")
    if not released.root or proof.root.hex() != released.root:
        failures.append("root")
    signed = (released.reading_copy, released.root)
    for name, claim in (("approval", approved), ("submission", submitted)):
        if (claim.reading_copy, claim.root) != signed:
            failures.append(name)
    return tuple(failures)
