"""Passkeys (W3C Web Authentication Level 3): what a browser is asked for, and if its answer holds.

Nothing of this asks another machine: attestation is not wanted, so no certificate is looked up.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from keys.errors import PasskeyRefused

CHALLENGE_SIZE = 32  # bytes; the specification asks for 16 at least (13.4.3)
_LONGEST = 1 << 14  # characters of an answer


@dataclass(frozen=True, slots=True)
class Site:
    """For which host passkeys are (the RP id), and the origins that its pages have."""

    rp_id: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked beside a signature: that the user was verified, and the output for `prf`."""

    verified: bool
    prf: bytes


@dataclass(frozen=True, slots=True)
class Passkey:
    """A credential: its id, its public key (COSE_Key), the highest signature count seen."""

    credential: bytes
    public: bytes
    count: int


def registration_options(
    site: Site, user: tuple[bytes, str], challenge: bytes, known: Sequence[bytes]
) -> str:
    """Return the options of a registration as JSON; `user` is an id and a name to show.

    Authenticators that hold one of the `known` credentials are passed over.
    """
    made = generate_registration_options(
        rp_id=site.rp_id,
        rp_name="Strongroom",
        user_id=user[0],
        user_name=user[1],
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return json.dumps({**json.loads(options_to_json(made)), "extensions": {"prf": {}}})


def register(answer: str, site: Site, challenge: bytes) -> Passkey:
    """Return the passkey that an answer to these options made.

    Raises:
        PasskeyRefused: it answers another challenge, comes from another origin, or is malformed.
    """
    with _refusing():
        told = _parsed(answer)
        made = verify_registration_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
        )
        return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def question(site: Site, challenge: bytes, known: Sequence[bytes], wish: Wish | None = None) -> str:
    """Return, as JSON, the options by which one of the `known` credentials is asked for.

    Without a known one, any that the authenticator has for the site will do.
    """
    made = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED
        if wish is not None and wish.verified
        else UserVerificationRequirement.PREFERRED,
    )
    options = json.loads(options_to_json(made))
    if wish is not None:
        options["extensions"] = {"prf": {"eval": {"first": bytes_to_base64url(wish.prf)}}}
    return json.dumps(options)


def prf_output(answer: str) -> bytes:
    """Return what the PRF extension gave with an answer; nothing about it is proven by itself.

    Raises:
        PasskeyRefused: it gave nothing, or the answer is malformed.
    """
    with _refusing():
        results = _parsed(answer)["clientExtensionResults"]["prf"]["results"]
        return base64url_to_bytes(results["first"])


def answered(
    answer: str,
    site: Site,
    user: bytes,
    challenge: bytes,
    known: Sequence[Passkey],
    *,
    verified: bool = False,
) -> Passkey:
    """Return the known passkey that answered, with its new count.

    With `verified` the authenticator must have verified its user.

    Raises:
        PasskeyRefused: it is none of the `known`, another user's, an answer to another challenge
            or from another origin, wrongly signed, or its count did not grow as one that is not
            copied does (7.2, step 22).
    """
    with _refusing():
        told = _parsed(answer)
        credential = base64url_to_bytes(told["rawId"])
        mine = next((one for one in known if hmac.compare_digest(one.credential, credential)), None)
        handle = told["response"].get("userHandle")
        if mine is None or (handle and base64url_to_bytes(handle) != user):
            raise PasskeyRefused("the answer is of another passkey or user")
        proven = verify_authentication_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
            credential_public_key=mine.public,
            credential_current_sign_count=mine.count,
            require_user_verification=verified,
        )
        return Passkey(mine.credential, mine.public, proven.new_sign_count)


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST:
        raise PasskeyRefused("the answer is too long")
    told: dict[str, Any] = json.loads(answer)
    client = json.loads(base64url_to_bytes(told["response"]["clientDataJSON"]))
    if client.get("crossOrigin"):
        raise PasskeyRefused("the answer comes from a page inside another site's")
    return told


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (WebAuthnException, ValueError, LookupError, TypeError, AttributeError):
        raise PasskeyRefused("the answer does not hold") from None
