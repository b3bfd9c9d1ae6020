import json
import os

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import KeysError, MalformedKey, WrongSecret
from keys.member import MemberPublic, MemberSecret
from keys.profiles import RFC9106_SECOND
from keys.signing import Ed25519Signer, MlDsa65Signer
from keys.slots import KeySlot, make_slot, normal_passphrase, open_slot

SECRET = MemberSecret(bytes(range(32)))
PASSPHRASE = b"lantern harbour seventeen"


def slot_for(passphrase: bytes, member: str = "member-1", slot: int = 0) -> KeySlot:
    return make_slot(
        SECRET,
        bytearray(passphrase),
        member=member,
        slot=slot,
        profile=RFC9106_SECOND,
        random=os.urandom,
    )


@pytest.fixture(scope="module")
def made() -> KeySlot:
    return slot_for(PASSPHRASE)


def changed(made: KeySlot, /, **changes: object) -> KeySlot:
    document = json.loads(made.to_json())
    kdf = {name: changes.pop(name) for name in ("memory_kib", "passes", "lanes") if name in changes}
    return KeySlot.from_json(json.dumps(document | changes | {"kdf": document["kdf"] | kdf}))


def test_every_key_of_a_member_comes_from_the_seed_alone():
    again = MemberSecret(SECRET.seed)
    assert again.public == SECRET.public
    assert again.identity.seed == SECRET.identity.seed
    assert MemberSecret.generate(os.urandom).public != SECRET.public


def test_no_key_of_a_member_is_another_or_the_seed():
    other = MemberSecret(SECRET.seed)
    seen = {other.seed, other.identity.seed, other.signer.public, other.pq_signer.public[:32]}
    assert len(seen) == 4
    assert other.seed.hex() not in repr(other)


def test_keys_are_derived_as_the_format_page_says():
    """docs/formats/key-slot.md, table of infos."""

    def derived(info: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, None, info).derive(SECRET.seed)

    assert SECRET.identity.seed == derived(b"strongroom/member/identity/v1")
    ed25519 = Ed25519Signer.from_seed(derived(b"strongroom/member/ed25519/v1"))
    mldsa65 = MlDsa65Signer.from_seed(derived(b"strongroom/member/ml-dsa-65/v1"))
    assert SECRET.signer.public == SECRET.public.ed25519 == ed25519.public
    assert SECRET.pq_signer.public == SECRET.public.mldsa65 == mldsa65.public


def test_a_field_that_stands_twice_is_refused(made):
    for kind, text in ((MemberPublic, SECRET.public.to_json()), (KeySlot, made.to_json())):
        kind.from_json(text)
        with pytest.raises(MalformedKey):
            kind.from_json(text.replace("{", '{"version":1,', 1))


def test_public_keys_survive_their_json():
    assert MemberPublic.from_json(SECRET.public.to_json()) == SECRET.public
    assert SECRET.seed.hex() not in SECRET.public.to_json()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document | {"version": 2},
        lambda document: document | {"more": 1},
        lambda document: {k: v for k, v in document.items() if k != "mldsa65"},
        lambda document: document | {"ed25519": "00" * 32},
        lambda document: document | {"ed25519": document["ed25519"].upper()},
        lambda document: document | {"ed25519": document["ed25519"] + "00"},
        lambda document: document | {"mldsa65": document["mldsa65"][2:]},
        lambda document: document | {"recipient": document["recipient"][:-1] + "q"},
        lambda document: document | {"version": True},
        lambda document: document | {"ed25519": 7},
        lambda document: [document],
        lambda document: document | {"ed25519": "no hex at all"},
    ],
)
def test_spoilt_public_keys_are_refused(spoil):
    document = json.loads(SECRET.public.to_json())
    with pytest.raises(MalformedKey):
        MemberPublic.from_json(json.dumps(spoil(document)))


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[" * 5000, '{"version":1,"version":1}', " " * (1 << 21)]
)
def test_text_that_is_no_document_is_refused(text):
    for kind in (MemberPublic, KeySlot):
        with pytest.raises(MalformedKey):
            kind.from_json(text)


def test_a_seed_of_another_length_is_refused():
    with pytest.raises(MalformedKey):
        MemberSecret(bytes(31))


def test_the_passphrase_opens_its_slot_and_is_left_to_the_caller(made):
    passphrase = bytearray(PASSPHRASE)
    assert open_slot(KeySlot.from_json(made.to_json()), passphrase).seed == SECRET.seed
    assert passphrase == PASSPHRASE


@pytest.mark.parametrize(
    "passphrase", [b"", b"lantern harbour seventeeN", PASSPHRASE + b"\0", b"\xff"]
)
def test_another_passphrase_opens_nothing(made, passphrase):
    with pytest.raises(WrongSecret):
        open_slot(made, bytearray(passphrase))


def test_two_slots_of_one_passphrase_share_nothing(made):
    other = slot_for(PASSPHRASE)
    assert other.salt != made.salt
    assert other.sealed != made.sealed


@pytest.mark.parametrize(
    "change",
    [
        {"member": "member-2"},
        {"slot": 1},
        {"lanes": 2},
        {"passes": 4},
        {"memory_kib": 65544},
        {"salt": "00" * 16},
        {"sealed": "00" * 104},
        {"sealed": ""},
    ],
    ids=str,
)
def test_a_slot_that_was_moved_relabelled_or_made_cheaper_does_not_open(made, change):
    with pytest.raises(WrongSecret):
        open_slot(changed(made, **change), bytearray(PASSPHRASE))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"kind": "key-file"},
        {"memory_kib": 1024},
        {"passes": 1},
        {"memory_kib": 1 << 30},
        {"salt": "00"},
        {"sealed": "zz"},
        {"slot": "0"},
        {"kdf2": {}},
    ],
    ids=str,
)
def test_a_slot_of_another_form_or_cost_is_malformed(made, change):
    with pytest.raises(MalformedKey):
        changed(made, **change)


def test_a_slot_shows_neither_seed_nor_passphrase(made):
    for text in (made.to_json(), repr(made)):
        assert SECRET.seed.hex() not in text
        assert PASSPHRASE.decode() not in text


def test_composed_and_decomposed_passphrases_are_the_same():
    composed, decomposed = "주황빛 등대 열일곱 é", "주황빛 등대 열일곱 e\u0301"
    slot = slot_for(composed.encode())
    assert open_slot(slot, bytearray(decomposed.encode())).seed == SECRET.seed


@pytest.mark.parametrize("raw", [b"plain ascii", b"\xff\xfe not utf-8", b""])
def test_other_passphrases_stay_as_they_are(raw):
    assert normal_passphrase(bytearray(raw)) == raw


def test_normalising_returns_a_copy_that_can_be_wiped_alone():
    given = bytearray(b"plain ascii")
    normal_passphrase(given)[:] = bytes(11)
    assert given == b"plain ascii"


def test_no_error_of_a_slot_carries_what_was_given(made):
    with pytest.raises(KeysError) as refusal:
        open_slot(made, bytearray(b"a wrong passphrase indeed"))
    assert "wrong passphrase indeed" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
