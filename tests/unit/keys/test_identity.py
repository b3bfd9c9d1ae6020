import os

import pytest

from keys.errors import MalformedHeader, MalformedKey
from keys.identity import (
    HybridIdentity,
    HybridRecipient,
    Identity,
    Recipient,
    X25519Identity,
    X25519Recipient,
    parse_identity,
    parse_recipient,
)
from keys.stanza import Stanza, decode_base64, encode_base64

KINDS = [HybridIdentity, X25519Identity]
FILE_KEY = bytes(range(16))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def identity(request):
    return request.param(os.urandom(32))


def test_a_file_key_comes_back_to_its_identity_only(identity):
    stanza = identity.recipient().wrap(FILE_KEY, random=os.urandom)
    assert identity.unwrap([stanza]) == FILE_KEY
    assert type(identity)(os.urandom(32)).unwrap([stanza]) is None


def test_two_wraps_of_one_file_key_share_nothing(identity):
    first = identity.recipient().wrap(FILE_KEY, random=os.urandom)
    second = identity.recipient().wrap(FILE_KEY, random=os.urandom)
    assert first.args[1] != second.args[1]
    assert first.body != second.body


def test_the_right_stanza_is_found_among_others(identity):
    others = [kind(os.urandom(32)).recipient() for kind in KINDS * 2]
    stanzas = [other.wrap(bytes(16), random=os.urandom) for other in others]
    stanzas.insert(2, identity.recipient().wrap(FILE_KEY, random=os.urandom))
    stanzas.insert(1, Stanza((b"a-foreign-type", b"argument"), b"body"))
    assert identity.unwrap(stanzas) == FILE_KEY


def test_text_forms_round_trip(identity):
    assert parse_identity(f" {identity.encode()}\n").seed == identity.seed
    recipient = parse_recipient(identity.recipient().encode() + "\n")
    assert recipient == identity.recipient()
    assert hash(recipient) == hash(identity.recipient())
    assert recipient != X25519Recipient(bytes(32))


def test_both_kinds_keep_the_protocols(identity):
    assert isinstance(identity, Identity)
    assert isinstance(identity.recipient(), Recipient)


def test_text_forms_are_those_of_age():
    hybrid, classical = HybridIdentity(bytes(32)), X25519Identity(b"\x01" * 32)
    assert hybrid.encode().startswith("AGE-SECRET-KEY-PQ-1")
    assert hybrid.recipient().encode().startswith("age1pq1")
    assert classical.encode().startswith("AGE-SECRET-KEY-1")
    assert classical.recipient().encode().startswith("age1")
    assert len(hybrid.encode()) == 77


def test_no_repr_shows_a_secret(identity):
    for text in (repr(identity), repr(identity.recipient())):
        assert identity.seed.hex() not in text
        assert identity.encode() not in text


def test_identities_are_made_from_the_given_randomness():
    assert HybridIdentity.generate(lambda size: b"\x07" * size).seed == b"\x07" * 32


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.lower(),
        lambda text: text[:-1],
        lambda text: text.replace("KEY", "KEX"),
        lambda _: "",
        lambda _: HybridIdentity(bytes(32)).recipient().encode(),
    ],
)
def test_a_spoilt_identity_text_is_refused(identity, change):
    with pytest.raises(MalformedKey):
        parse_identity(change(identity.encode()))


@pytest.mark.parametrize(
    "change",
    [lambda text: text.upper(), lambda text: text[:-1], lambda _: "age1", lambda _: "x1qqqqqq"],
)
def test_a_spoilt_recipient_text_is_refused(identity, change):
    with pytest.raises(MalformedKey):
        parse_recipient(change(identity.recipient().encode()))


def test_a_classical_key_is_never_taken_for_a_hybrid_one():
    classical = X25519Identity(b"\x01" * 32)
    with pytest.raises(MalformedKey):
        HybridRecipient.parse(classical.recipient().encode())
    with pytest.raises(MalformedKey):
        HybridIdentity.parse(classical.encode())


@pytest.mark.parametrize("size", [0, 31, 33])
def test_keys_of_another_length_are_refused(size):
    for kind in (HybridIdentity, X25519Identity, X25519Recipient, HybridRecipient):
        with pytest.raises(MalformedKey):
            kind(bytes(size))


def test_a_stanza_with_a_wrong_share_or_body_is_malformed(identity):
    stanza = identity.recipient().wrap(FILE_KEY, random=os.urandom)
    share = decode_base64(stanza.args[1])
    for spoilt in (
        Stanza((stanza.type,), stanza.body),
        Stanza((*stanza.args, b"more"), stanza.body),
        Stanza((stanza.type, encode_base64(share[:-1])), stanza.body),
        Stanza((stanza.type, encode_base64(share + b"\0")), stanza.body),
        Stanza(stanza.args, stanza.body + b"\0"),
        Stanza((stanza.type, encode_base64(share[:-32] + bytes(32))), stanza.body),
    ):
        with pytest.raises(MalformedHeader):
            identity.unwrap([spoilt])


def test_nothing_is_sealed_to_a_small_order_point():
    with pytest.raises(MalformedKey):
        X25519Recipient(bytes(32)).wrap(FILE_KEY, random=os.urandom)
