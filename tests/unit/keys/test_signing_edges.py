"""CCTV's 914 edge cases of Ed25519: libsodium's verdict is normative, ours never milder."""

import json
from pathlib import Path

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from keys.errors import KeysError, MalformedKey
from keys.signing import Ed25519Verifier

CASES = Path(__file__).parents[2] / "vectors" / "ed25519" / "ed25519vectors.json"


def accepted_here(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519Verifier(key).verify(message, signature)
    except KeysError:
        return False
    return True


def accepted_by_libsodium(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(key).verify(message, signature)
    except BadSignatureError:
        return False
    return True


def cases() -> list[tuple[bytes, bytes, bytes, set[str]]]:
    found = json.loads(CASES.read_text())
    return [
        (bytes.fromhex(c["key"]), c["msg"].encode(), bytes.fromhex(c["sig"]), set(c["flags"] or ()))
        for c in found
    ]


def test_no_signature_is_accepted_that_libsodium_refuses():
    found = cases()
    assert len(found) == 914
    verdicts = [(accepted_here(*case[:3]), accepted_by_libsodium(*case[:3])) for case in found]
    assert verdicts.count((True, False)) == 0
    assert 0 < sum(theirs for _, theirs in verdicts) < 914


def test_a_key_that_is_small_or_not_canonical_is_never_registered():
    refused = 0
    for key, _, _, flags in cases():
        if flags & {"low_order_A", "non_canonical_A", "low_order_component_A"}:
            with pytest.raises(MalformedKey):
                Ed25519Verifier(key)
            refused += 1
    assert refused > 0
