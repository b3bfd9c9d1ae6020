import hashlib

import pytest

from keys.errors import MalformedKey, SignatureInvalid
from keys.signing import (
    Ed25519Signer,
    Ed25519Verifier,
    MlDsa44Signer,
    MlDsa44Verifier,
    MlDsa65Signer,
    MlDsa65Verifier,
    key_id,
)

SEED = bytes(range(32))
PAIRS = {
    "ed25519": (Ed25519Signer, Ed25519Verifier, 32, 64),
    "ml-dsa-44": (MlDsa44Signer, MlDsa44Verifier, 1312, 2420),
    "ml-dsa-65": (MlDsa65Signer, MlDsa65Verifier, 1952, 3309),
}
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the group; RFC 8032, section 5.1


@pytest.fixture(params=PAIRS.values(), ids=PAIRS)
def pair(request):
    return request.param


def test_a_signature_verifies_and_has_the_standard_size(pair):
    signer_kind, verifier_kind, key_size, signature_size = pair
    signer = signer_kind.from_seed(SEED)
    signature = signer.sign(b"an entry")
    assert (len(signer.public), len(signature)) == (key_size, signature_size)
    verifier = verifier_kind(signer.public)
    verifier.verify(b"an entry", signature)
    assert verifier.public == signer.public


def test_another_message_key_or_signature_does_not_verify(pair):
    signer_kind, verifier_kind, _, _ = pair
    signer = signer_kind.from_seed(SEED)
    signature = signer.sign(b"an entry")
    verifier = verifier_kind(signer.public)
    other = verifier_kind(signer_kind.from_seed(SEED[::-1]).public)
    spoilt = bytes([signature[0] ^ 1]) + signature[1:]
    for judge, message, mark in (
        (verifier, b"an entrY", signature),
        (verifier, b"", signature),
        (other, b"an entry", signature),
        (verifier, b"an entry", spoilt),
        (verifier, b"an entry", signature[:-1]),
        (verifier, b"an entry", signature + b"\0"),
        (verifier, b"an entry", b""),
    ):
        with pytest.raises(SignatureInvalid):
            judge.verify(message, mark)


def test_bytes_cannot_move_between_message_and_signature(pair):
    signer = pair[0].from_seed(SEED)
    signature, verifier = signer.sign(b"an entry"), pair[1](signer.public)
    for message, mark in (
        (b"n entry", signature + b"a"),
        (signature[-1:] + b"an entry", signature[:-1]),
    ):
        with pytest.raises(SignatureInvalid):
            verifier.verify(message, mark)


def test_one_seed_gives_one_key(pair):
    signer_kind = pair[0]
    assert signer_kind.from_seed(SEED).public == signer_kind.from_seed(SEED).public


def test_seeds_and_public_keys_of_another_length_are_refused(pair):
    signer_kind, verifier_kind, key_size, _ = pair
    for size in (0, 31, 33, 64):
        with pytest.raises(MalformedKey):
            signer_kind.from_seed(bytes(size))
    for size in (0, key_size - 1, key_size + 1):
        with pytest.raises(MalformedKey):
            verifier_kind(bytes(size))


def test_ed25519_gives_the_second_answer_of_rfc_8032():
    """RFC 8032, section 7.1, test 2."""
    signer = Ed25519Signer.from_seed(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",
        b"\xee" + b"\xff" * 30 + b"\x7f",
        b"\x01" + bytes(30) + b"\x80",
        b"\xff" * 32,
        b"\x02" + bytes(31),
    ],
    ids=["order-4", "identity", "order-2", "p", "p+1", "signed-identity", "2^255-1", "off-curve"],
)
def test_small_order_and_non_canonical_keys_are_refused(public):
    with pytest.raises(MalformedKey):
        Ed25519Verifier(public)


def test_a_scalar_that_is_not_reduced_is_refused():
    signer = Ed25519Signer.from_seed(SEED)
    signature = signer.sign(b"an entry")
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    forged = signature[:32] + scalar.to_bytes(32, "little")
    with pytest.raises(SignatureInvalid):
        Ed25519Verifier(signer.public).verify(b"an entry", forged)


def test_a_small_order_commitment_is_refused():
    signer = Ed25519Signer.from_seed(SEED)
    forged = b"\x01" + bytes(31) + signer.sign(b"an entry")[32:]
    with pytest.raises(SignatureInvalid):
        Ed25519Verifier(signer.public).verify(b"an entry", forged)


def test_a_key_id_is_half_a_sha256():
    assert key_id(b"public key") == hashlib.sha256(b"public key").digest()[:16].hex()


def test_no_repr_shows_a_seed(pair):
    assert SEED.hex() not in repr(pair[0].from_seed(SEED))
