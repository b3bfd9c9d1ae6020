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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.errors import LedgerTampered
from archive.ledger.merkle import Frontier, leaf_hash
from archive.model.provenance import Entry, EventOutcome, EventType
from archive.model.redaction import PlanState

FORMAT = "strongroom-redaction-proof-1"
"""What `format` holds (docs/formats/redaction-proof.md)."""

FAILURES = {
    "proof": "the stored proof is not the one that the release names",
    "format": "the stored proof is not well formed",
    "root": "the passages in the proof do not make up the root that the release names",
    "approval": "who approved did not sign these passages",
    "submission": "who submitted did not sign these passages",
    "signatures": "an entry about the copy is not signed by a certified member",
    "one-person": "one member both submitted and approved",
    "missing": "there is no proof of the copy that is out",
    "count": "readers get more or fewer passages than the proof shows",
    "unit": "a passage that readers get is not the one that was signed",
}
"""What can be wrong with the proof of a reading copy that is out, in words."""

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


@dataclass(frozen=True, slots=True)
class Signed:
    """The entries in which members signed one reading copy; one that there is not is `None`."""

    submitted: Entry | None
    approved: Entry | None
    released: Entry | None

    def verify(self, data: bytes) -> tuple[str, ...]:
        """Return what is wrong with the bytes of its proof: keys of `FAILURES`, none if all holds.

        `one-person` compares keys; whoever knows the members compares those too.
        """
        failures = verify_redaction(
            data, *map(_claim, (self.submitted, self.approved, self.released))
        )
        agents = [one.agent.key_id for one in (self.submitted, self.approved) if one is not None]
        return (*failures, "one-person") if len(agents) > len(set(agents)) else failures


def signed(entries: Iterable[Entry], copy: str) -> Signed:
    """Return who signed a reading copy (SHA-256, hex), by all entries about its record."""
    mine = [
        one
        for one in entries
        if one.outcome is EventOutcome.SUCCESS and one.links.get("reading_copy") == copy
    ]
    kinds = (EventType.PLAN_SUBMITTED, EventType.PLAN_APPROVED, EventType.RELEASE)
    return Signed(*(_last(mine, kind) for kind in kinds))


def released(entries: Iterable[Entry]) -> Entry | None:
    """Return the release of the copy that is out, by all entries about its record in order.

    Copies that came out before there were proofs have none; they are passed over.
    """
    found = None
    for one in entries:
        if one.outcome is not EventOutcome.SUCCESS:
            continue
        if one.type is EventType.RELEASE:
            found = one if "proof" in one.links else None
        elif one.type in (EventType.WITHDRAWAL, EventType.DELETION):
            found = None
    return found


def _last(entries: Iterable[Entry], event: EventType) -> Entry | None:
    """Return the newest entry of a kind; the approval itself, not what came after."""
    found = [
        one
        for one in entries
        if one.type is event
        and one.links.get("state", PlanState.APPROVED.value) != PlanState.RELEASED.value
    ]
    return found[-1] if found else None


def _claim(entry: Entry | None) -> Claim:
    links = entry.links if entry is not None else {}
    return Claim(links.get("reading_copy", ""), links.get("units", ""), links.get("proof", ""))
