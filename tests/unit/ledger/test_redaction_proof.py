"""A redaction proof holds for what it was made of, and for nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import LedgerTampered
from archive.ledger.redaction_proof import (
    Claim,
    RedactionProof,
    Unit,
    prove,
    salt_of_unit,
    unit_hash,
    verify_redaction,
    verify_units,
)

KEY = bytes(range(32))
UNITS = [
    Unit("The ferry left.\n", False),
    Unit("Maren Kalt", True),
    Unit(" paid.\n", False),
    Unit("Ostrava", True),
]
PROOF = prove(UNITS, KEY)
COPY = "c0" * 32
units = st.lists(st.builds(Unit, st.text(max_size=12), st.booleans()), max_size=9)


def shown(made: list[Unit], key: bytes = KEY) -> list[tuple[bytes, str]]:
    return [(salt_of_unit(key, n), one.text) for n, one in enumerate(made) if not one.hidden]


def claims(proof: RedactionProof) -> tuple[Claim, Claim, Claim]:
    root = proof.root.hex()
    digest = hashlib.sha256(proof.encode()).hexdigest()
    return Claim(COPY, root), Claim(COPY, root), Claim(COPY, root, digest)


@given(units)
def test_what_was_proved_verifies_without_any_key(made: list[Unit]) -> None:
    proof = prove(made, KEY)
    assert RedactionProof.decode(proof.encode()) == proof
    assert verify_redaction(proof.encode(), *claims(proof)) == ()
    assert verify_units(proof, proof.root, shown(made)) == ()


def test_the_root_is_that_of_rfc_6962() -> None:
    def node(*children: bytes) -> bytes:
        return hashlib.sha256(b"\1" + b"".join(children)).digest()

    first, second, third, fourth = (
        hashlib.sha256(b"\0" + salt_of_unit(KEY, n) + one.text.encode()).digest()
        for n, one in enumerate(UNITS)
    )
    assert PROOF.root == node(node(first, second), node(third, fourth))
    assert prove([], KEY).root == hashlib.sha256(b"").digest()


@given(units.filter(bool), st.data())
def test_a_dropped_or_altered_unit_is_refused(made: list[Unit], data: st.DataObject) -> None:
    proof = prove(made, KEY)
    at = data.draw(st.integers(0, len(made) - 1))
    dropped = RedactionProof(
        proof.leaves[:at] + proof.leaves[at + 1 :],
        tuple(n - (n > at) for n in proof.hidden if n != at),
    )
    altered = prove([*made[:at], replace(made[at], text=made[at].text + "x"), *made[at + 1 :]], KEY)
    for other in (dropped, altered):
        assert {"proof", "root"} <= set(verify_redaction(other.encode(), *claims(proof)))
    other = replace(altered, hidden=proof.hidden)
    assert "root" in verify_units(other, proof.root, shown(made))


def test_a_shown_unit_that_is_passed_off_as_hidden_is_refused_by_the_digest() -> None:
    hiding = replace(PROOF, hidden=(0, 1, 3))
    assert verify_redaction(hiding.encode(), *claims(PROOF)) == ("proof",)


@pytest.mark.parametrize(
    ("change", "failures"),
    [
        ({1: Claim("other", PROOF.root.hex())}, ("approval",)),
        ({1: Claim(COPY, "00" * 32)}, ("approval",)),
        ({0: Claim("", "")}, ("submission",)),
        (
            {2: Claim(COPY, "", hashlib.sha256(PROOF.encode()).hexdigest())},
            ("root", "approval", "submission"),
        ),
        ({2: Claim(COPY, PROOF.root.hex(), "00" * 32)}, ("proof",)),
    ],
)
def test_entries_that_say_something_else_are_told_apart(
    change: dict[int, Claim], failures: tuple[str, ...]
) -> None:
    made = [change.get(n, one) for n, one in enumerate(claims(PROOF))]
    assert verify_redaction(PROOF.encode(), *made) == failures


def test_an_altered_shown_word_and_a_missing_one_are_named_by_number() -> None:
    good = shown(UNITS)
    assert verify_units(PROOF, PROOF.root, good) == ()
    assert verify_units(PROOF, PROOF.root, [good[0], (good[1][0], " said.\n")]) == ("unit:2",)
    assert verify_units(PROOF, PROOF.root, [(b"", good[0][1]), good[1]]) == ("unit:0",)
    assert verify_units(PROOF, PROOF.root, good[:1]) == ("count",)
    assert verify_units(PROOF, b"\0" * 32, good) == ("root",)


def test_a_leaf_does_not_betray_a_guess_without_its_salt() -> None:
    guesses = [unit_hash(b"", "Ostrava"), unit_hash(salt_of_unit(bytes(32), 3), "Ostrava")]
    assert not set(guesses) & set(PROOF.leaves)
    assert b"Ostrava" not in PROOF.encode()
    longer = prove([*UNITS[:3], Unit("Ostrava " * 99, True)], KEY)
    assert len(longer.encode()) == len(PROOF.encode())


def _without(name: str) -> bytes:
    body = json.loads(PROOF.encode())
    del body[name]
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        PROOF.encode() + b" ",
        PROOF.encode().replace(b"[1,3]", b"[3,1]"),
        PROOF.encode().replace(b"[1,3]", b"[1,1]"),
        PROOF.encode().replace(b"[1,3]", b"[1,4]"),
        PROOF.encode().replace(b"[1,3]", b"[-1,3]"),
        PROOF.encode().replace(b"[1,3]", b"[true,3]"),
        PROOF.encode().replace(b"[1,3]", b"{}"),
        PROOF.encode().replace(b"proof-1", b"proof-2"),
        PROOF.encode().replace(PROOF.leaves[0].hex().encode(), PROOF.leaves[0].hex()[2:].encode()),
        _without("leaves"),
        b"[" * 100_000,
    ],
)
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(LedgerTampered):
        RedactionProof.decode(data)
    assert "format" in verify_redaction(data, *claims(PROOF))
