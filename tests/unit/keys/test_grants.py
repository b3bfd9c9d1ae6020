import json
import os

import pytest

from keys.errors import (
    AuthenticationFailed,
    KeysError,
    MalformedKey,
    NoMatchingIdentity,
    SignatureInvalid,
)
from keys.identity import HybridIdentity
from keys.keyring import Grant, make_grant
from keys.member import MemberPublic, MemberSecret
from keys.signing import key_id
from tests.grants import open_grant

CUSTODIAN = MemberSecret(b"\x01" * 32)
ARCHIVIST = MemberSecret(b"\x02" * 32)
STRANGER = MemberSecret(b"\x03" * 32)
COMPARTMENT = HybridIdentity(b"\x04" * 32)


def grant_to(member: MemberSecret, granter: MemberSecret = CUSTODIAN) -> Grant:
    return make_grant(
        COMPARTMENT.seed,
        collection="collection-1",
        purpose="originals",
        epoch=1,
        member="member-2",
        recipient=member.public.recipient,
        granter=granter,
        random=os.urandom,
    )


GRANT = grant_to(ARCHIVIST)


def changed(**changes: object) -> Grant:
    return Grant.from_json(json.dumps(json.loads(GRANT.to_json()) | changes))


def test_a_grant_gives_the_member_the_payload():
    grant = Grant.from_json(GRANT.to_json())
    assert grant == GRANT
    assert open_grant(grant, ARCHIVIST.identity, CUSTODIAN.public) == COMPARTMENT.seed


def test_a_grant_names_its_granter_by_key_id():
    assert GRANT.granter == key_id(CUSTODIAN.signer.public)


def test_nobody_else_opens_a_grant():
    with pytest.raises(NoMatchingIdentity):
        open_grant(GRANT, STRANGER.identity, CUSTODIAN.public)


def test_a_grant_by_somebody_else_is_refused():
    forged = grant_to(ARCHIVIST, granter=STRANGER)
    with pytest.raises(SignatureInvalid):
        open_grant(forged, ARCHIVIST.identity, CUSTODIAN.public)
    relabelled = Grant.from_json(
        json.dumps(json.loads(forged.to_json()) | {"granter": GRANT.granter})
    )
    with pytest.raises(SignatureInvalid):
        open_grant(relabelled, ARCHIVIST.identity, CUSTODIAN.public)


@pytest.mark.parametrize(
    "change",
    [
        {"collection": "collection-2"},
        {"purpose": "sources"},
        {"epoch": 2},
        {"member": "member-3"},
        {"sealed": grant_to(ARCHIVIST).sealed.hex()},
        {"sealed": ""},
        {"ed25519": "00" * 64},
        {"ed25519": ""},
        {"mldsa65": "00" * 3309},
        {"mldsa65": grant_to(ARCHIVIST).mldsa65.hex()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_field_can_be_changed(change):
    with pytest.raises(SignatureInvalid):
        open_grant(changed(**change), ARCHIVIST.identity, CUSTODIAN.public)


@pytest.mark.parametrize("missing", ["ed25519", "mldsa65"])
def test_both_signatures_count(missing):
    """A key pair of which one half is the granter's and one the forger's is not enough."""
    half = MemberPublic(
        CUSTODIAN.public.recipient,
        CUSTODIAN.public.ed25519 if missing == "mldsa65" else STRANGER.public.ed25519,
        CUSTODIAN.public.mldsa65 if missing == "ed25519" else STRANGER.public.mldsa65,
    )
    with pytest.raises(SignatureInvalid):
        open_grant(GRANT, ARCHIVIST.identity, half)


def test_damage_inside_a_signed_grant_is_still_noticed():
    broken = Grant("c", "p", 1, "m", GRANT.granter, GRANT.sealed[:-1], b"", b"")
    statement = broken.statement()
    signed = Grant(
        "c",
        "p",
        1,
        "m",
        GRANT.granter,
        broken.sealed,
        CUSTODIAN.signer.sign(statement),
        CUSTODIAN.pq_signer.sign(statement),
    )
    with pytest.raises(AuthenticationFailed):
        open_grant(signed, ARCHIVIST.identity, CUSTODIAN.public)


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"epoch": "1"}, {"epoch": True}, {"sealed": "x"}, {"extra": ""}],
    ids=str,
)
def test_a_grant_of_another_form_is_malformed(change):
    with pytest.raises(MalformedKey):
        changed(**change)


def test_a_grant_does_not_show_its_payload():
    text = GRANT.to_json()
    assert COMPARTMENT.seed.hex() not in text
    assert COMPARTMENT.encode() not in text


def test_a_payload_of_any_kind_can_be_granted():
    payload = b'{"originals":"age1pq1..."}' * 40
    grant = make_grant(
        payload,
        collection="collection-1",
        purpose="recipients",
        epoch=3,
        member="member-2",
        recipient=ARCHIVIST.public.recipient,
        granter=CUSTODIAN,
        random=os.urandom,
    )
    assert open_grant(grant, ARCHIVIST.identity, CUSTODIAN.public) == payload


def test_a_signature_of_one_document_is_none_of_another():
    """The label at the start keeps a grant's statement apart from every other signed thing."""
    assert GRANT.statement().startswith(b"strongroom/grant/v1\0")
    with pytest.raises(KeysError):
        open_grant(
            changed(ed25519=CUSTODIAN.signer.sign(b"").hex()), ARCHIVIST.identity, CUSTODIAN.public
        )
