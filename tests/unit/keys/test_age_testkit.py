"""The age test kit: its origin and each exclusion are in tests/vectors/age/README.md."""

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from keys.age import open_header, open_small, parse_header
from keys.errors import AuthenticationFailed, KeysError, MalformedHeader, NoMatchingIdentity
from keys.identity import parse_identity
from keys.stream import open_payload

FOLDER = Path(__file__).parents[2] / "vectors" / "age" / "testdata"
NAMES = sorted(path.name for path in FOLDER.iterdir())
ARMOR = [name for name in NAMES if name.startswith("armor_")]
SCRYPT = [name for name in NAMES if name.startswith("scrypt")]
NATIVE = [name for name in NAMES if name not in {*ARMOR, *SCRYPT}]
REFUSALS = {
    "header failure": MalformedHeader,
    "HMAC failure": AuthenticationFailed,
    "no match": NoMatchingIdentity,
    "payload failure": AuthenticationFailed,
}
NONCE_CUT = {"stream_no_nonce", "stream_short_nonce"}


@dataclass
class Vector:
    fields: dict[str, str]
    identities: list[str]
    sealed: bytes


def load(name: str) -> Vector:
    head, _, sealed = (FOLDER / name).read_bytes().partition(b"\n\n")
    pairs = [line.split(": ", 1) for line in head.decode().splitlines()]
    fields = dict(pairs)
    if fields.get("compressed") == "zlib":
        sealed = zlib.decompress(sealed)
    return Vector(fields, [value for key, value in pairs if key == "identity"], sealed)


def test_the_whole_kit_is_there():
    assert (len(NAMES), len(NATIVE), len(ARMOR), len(SCRYPT)) == (143, 85, 33, 25)


def test_every_kind_of_outcome_is_represented():
    outcomes = {load(name).fields["expect"] for name in NATIVE}
    assert outcomes == {"success", *REFUSALS}


@pytest.mark.parametrize("name", NATIVE)
def test_a_file_ends_as_the_kit_says(name):
    vector = load(name)
    identities = [parse_identity(text) for text in vector.identities]
    expected = vector.fields["expect"]
    if expected == "success":
        plaintext = open_small(vector.sealed, identities)
        assert hashlib.sha256(plaintext).hexdigest() == vector.fields["payload"]
        return
    refusal = AuthenticationFailed if name in NONCE_CUT else REFUSALS[expected]
    with pytest.raises(refusal):
        open_small(vector.sealed, identities)


@pytest.mark.parametrize(
    "name", [name for name in NATIVE if load(name).fields["expect"] == "payload failure"]
)
def test_a_spoilt_payload_has_a_sound_header(name):
    vector = load(name)
    header = parse_header(vector.sealed)
    file_key = open_header(header, [parse_identity(text) for text in vector.identities])
    assert file_key.hex() == vector.fields["file key"]
    with pytest.raises(AuthenticationFailed):
        open_payload(file_key, vector.sealed[header.size :])


@pytest.mark.parametrize("name", ARMOR)
def test_armored_files_are_refused(name):
    with pytest.raises(MalformedHeader):
        parse_header(load(name).sealed)


@pytest.mark.parametrize("name", SCRYPT)
def test_passphrase_files_are_refused(name):
    vector = load(name)
    with pytest.raises(KeysError) as refusal:
        open_small(vector.sealed, [parse_identity(text) for text in vector.identities])
    assert refusal.type in {MalformedHeader, NoMatchingIdentity}


def test_a_passphrase_stanza_beside_another_is_malformed_although_the_identity_would_open_it():
    vector = load("scrypt_and_x25519")
    with pytest.raises(MalformedHeader):
        parse_header(vector.sealed)
