"""Known answers from the standards, and a second implementation as oracle where there is one."""

import os

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys import primitives
from keys.errors import AuthenticationFailed, MalformedKey, PrimitivesUnavailable

KEY = bytes(range(32))


def test_hkdf_gives_the_first_answer_of_rfc_5869():
    derived = primitives.hkdf(
        b"\x0b" * 22,
        salt=bytes.fromhex("000102030405060708090a0b0c"),
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
    )
    assert derived.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


@pytest.mark.parametrize("length", [1, 16, 32, 33, 64, 255, 8160])
def test_hkdf_agrees_with_openssl_at_every_length(length):
    expected = HKDF(hashes.SHA256(), length, b"salt", b"info").derive(KEY)
    assert primitives.hkdf(KEY, salt=b"salt", info=b"info", length=length) == expected


def test_aes_gcm_gives_the_answer_of_the_gcm_specification():
    """Test case 16 of the GCM specification (McGrew and Viega, 2005)."""
    cipher = primitives.AesGcm256(bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2))
    plaintext = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    sealed = cipher.seal(nonce, plaintext, aad)
    assert sealed[-16:].hex() == "76fc6ece0f4e1768cddf8853bb2d551b"
    assert cipher.open(nonce, sealed, aad) == plaintext


@pytest.mark.parametrize("part", ["key", "nonce", "aad", "body", "tag", "cut"])
def test_aes_gcm_opens_nothing_that_differs(part):
    nonce, aad = bytes(12), b"place 1"
    sealed = primitives.AesGcm256(KEY).seal(nonce, b"a block of an index file", aad)
    key = KEY[::-1] if part == "key" else KEY
    nonce = b"\x01" + nonce[1:] if part == "nonce" else nonce
    aad = b"place 2" if part == "aad" else aad
    changed = {
        "body": bytes([sealed[0] ^ 1]) + sealed[1:],
        "tag": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "cut": sealed[:15],
    }.get(part, sealed)
    with pytest.raises(AuthenticationFailed):
        primitives.AesGcm256(key).open(nonce, changed, aad)


def test_an_aes_key_of_another_length_is_refused():
    with pytest.raises(MalformedKey):
        primitives.AesGcm256(bytes(16))


def test_chacha_gives_the_answer_of_rfc_8439():
    """RFC 8439, section 2.8.2; its associated data changes the tag only."""
    cipher = primitives.ChaCha20Poly1305(bytes(range(0x80, 0xA0)))
    nonce = bytes.fromhex("070000004041424344454647")
    text = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        b"future, sunscreen would be it."
    )
    sealed = cipher.seal(nonce, text)
    assert sealed[:16].hex() == "d31a8d34648e60db7b86afbc53ef7ec2"
    assert cipher.open(nonce, sealed) == text


def test_sealing_into_a_buffer_gives_the_same_bytes():
    cipher, out = primitives.ChaCha20Poly1305(KEY), bytearray(116)
    assert cipher.seal_into(bytes(12), bytes(100), out) == 116
    assert bytes(out) == cipher.seal(bytes(12), bytes(100))


@pytest.mark.parametrize("size", [0, 1, 32, 16384, 16385, 100_000])
def test_committing_seal_round_trips_any_length(size):
    content = os.urandom(size)
    sealed = primitives.committing_seal(KEY, b"context", content)
    assert primitives.committing_open(KEY, b"context", sealed) == content


def test_committing_seal_is_bound_to_key_and_context():
    sealed = primitives.committing_seal(KEY, b"slot 1", b"seed")
    for key, context in ((KEY, b"slot 2"), (KEY[::-1], b"slot 1")):
        with pytest.raises(AuthenticationFailed):
            primitives.committing_open(key, context, sealed)


def test_committing_seal_shows_every_flipped_bit_and_every_cut():
    sealed = primitives.committing_seal(KEY, b"c", b"seed")
    for at in range(len(sealed)):
        spoilt = sealed[:at] + bytes([sealed[at] ^ 0x80]) + sealed[at + 1 :]
        for changed in (spoilt, sealed[:at], sealed + sealed[:1]):
            with pytest.raises(AuthenticationFailed):
                primitives.committing_open(KEY, b"c", changed)


def stretch(passphrase: bytes, salt: bytes = bytes(16), **changes: object) -> bytearray:
    given = {"associated": b"slot", "memory_kib": 64, "passes": 2, "lanes": 2} | changes
    return primitives.argon2id(bytearray(passphrase), salt, **given)


def test_argon2id_agrees_with_openssl_including_associated_data():
    oracle = Argon2id(
        salt=b"s" * 16, length=32, iterations=3, lanes=4, memory_cost=128, ad=b"member|slot"
    )
    ours = stretch(
        b"a passphrase", b"s" * 16, associated=b"member|slot", memory_kib=128, passes=3, lanes=4
    )
    assert bytes(ours) == oracle.derive(b"a passphrase")


def test_argon2id_depends_on_every_input():
    results = [
        stretch(b"one"),
        stretch(b"two"),
        stretch(b"one", bytes(15) + b"\x01"),
        stretch(b"one", associated=b"slow"),
        stretch(b"one", memory_kib=72),
        stretch(b"one", passes=3),
        stretch(b"one", lanes=1),
    ]
    assert len({bytes(result) for result in results}) == len(results)


def test_argon2id_wipes_the_passphrase_that_it_was_given():
    passphrase = bytearray(b"harbour lantern seventeen")
    primitives.argon2id(passphrase, bytes(16), associated=b"", memory_kib=64, passes=1, lanes=1)
    assert not any(passphrase)


def test_argon2id_refuses_parameters_outside_the_standard():
    with pytest.raises(MalformedKey):
        stretch(b"one", memory_kib=1, lanes=4)
    with pytest.raises(MalformedKey):
        stretch(b"one", bytes(4))


def test_x25519_gives_the_answer_of_rfc_7748():
    """RFC 7748, section 6.1."""
    bob = primitives.X25519Key(
        bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    )
    alice = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    assert bob.public.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    assert (
        bob.exchange(alice).hex()
        == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    )


@pytest.mark.parametrize(
    "share",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",
        b"short",
    ],
)
def test_x25519_refuses_small_order_and_odd_shares(share):
    with pytest.raises(MalformedKey):
        primitives.X25519Key(KEY).exchange(share)


def test_the_hybrid_key_opens_only_its_own_and_only_under_the_same_info():
    key, other = primitives.HybridKey(KEY), primitives.HybridKey(KEY[::-1])
    sealed = primitives.HybridPublicKey(key.public).seal(b"info", b"file key")
    assert len(sealed) == primitives.HYBRID_ENC_SIZE + 8 + primitives.TAG_SIZE
    assert key.open(b"info", sealed) == b"file key"
    for opener, info in ((key, b"other"), (other, b"info")):
        with pytest.raises(AuthenticationFailed):
            opener.open(info, sealed)


def test_the_hybrid_key_expands_its_seed_as_x_wing_does():
    """First test vector of draft-connolly-cfrg-xwing-kem: seed, and the start of its public key."""
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    public = primitives.HybridKey(seed).public
    assert len(public) == primitives.HYBRID_PUBLIC_SIZE
    assert public.hex().startswith(
        "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5"
    )


@pytest.mark.parametrize("public", [b"", bytes(1215), bytes(1217), b"\xff" * 1216])
def test_a_hybrid_public_key_that_is_not_one_is_refused(public):
    with pytest.raises(MalformedKey):
        primitives.HybridPublicKey(public)


def test_a_hybrid_seed_of_another_length_is_refused():
    with pytest.raises(MalformedKey):
        primitives.HybridKey(bytes(31))


def test_the_self_test_passes_here():
    primitives.self_test()


def test_the_self_test_notices_a_wrong_answer(monkeypatch):
    wrong = (bytes(32), primitives._KNOWN_ANSWERS[1])
    monkeypatch.setattr(primitives, "_KNOWN_ANSWERS", wrong)
    with pytest.raises(PrimitivesUnavailable):
        primitives.self_test()
