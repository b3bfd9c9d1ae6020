"""Passkeys at the web door, beside one-time passwords: whoever has none at hand types a code.

They are sealed as the second factor is, under the member's own secret, and guard the same
(docs/adr/0037-passkeys-beside-codes.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import KeySlotRow
from archive.errors import BindingMismatch, InvalidValue, RecordNotFound
from archive.model.provenance import EventType
from archive.services.codec import decode, encode
from archive.services.events import append
from archive.services.granting import about
from archive.services.members import second_factor
from archive.services.members.codes import PASSKEY_PRF_SLOT, PASSKEYS_SLOT
from archive.services.membership import normal_name
from archive.services.parts import Archive
from archive.services.session import Session, refresh
from keys.errors import KeysError, PasskeyRefused
from keys.passkeys import (
    CHALLENGE_SIZE,
    Passkey,
    Site,
    Wish,
    answered,
    question,
    register,
    registration_options,
)
from keys.prfslots import PrfSlot
from keys.primitives import committing_open, committing_seal

_LABEL = b"strongroom/passkeys/v1\0"
_MOST = 10
_KIND = {"kind": "passkey"}


@dataclass(frozen=True, slots=True)
class Held:
    """A passkey as its member sees it: id in hex, the name they gave it, where and since when."""

    id: str
    name: str
    site: str
    added: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is asked, as JSON, and the challenge that one answer may use once."""

    challenge: bytes = field(repr=False)
    site: Site
    options: str


@dataclass(frozen=True, slots=True)
class _Stored:
    key: Passkey
    held: Held


def site_of(host: str) -> Site | None:
    """Return the site of pages under a host, with its port if it has one.

    `None` where browsers allow no passkeys: at an address. Only `localhost` is talked to in clear.
    """
    host = host.lower()
    name = urlsplit(f"//{host}").hostname or ""
    try:
        ip_address(name)
    except ValueError:
        schemes = ("https", "http") if name == "localhost" else ("https",)
        return Site(name, tuple(f"{scheme}://{host}" for scheme in schemes))
    return None


def held(archive: Archive, session: Session) -> tuple[Held, ...]:
    """Return the passkeys of the session's member, oldest first.

    Raises:
        BindingMismatch: what is stored is not the member's.
    """
    with archive.catalog.read() as snapshot:
        return tuple(one.held for one in _load(session, snapshot))


def offer(archive: Archive, session: Session, site: Site) -> Asked:
    """Return what a browser is asked to make a passkey for the session's member.

    Raises:
        BindingMismatch: see `held`.
    """
    challenge = archive.random(CHALLENGE_SIZE)
    with archive.catalog.read() as snapshot:
        known = [one.key.credential for one in _load(session, snapshot)]
    user = (session.member.id.encode(), session.name)
    return Asked(challenge, site, registration_options(site, user, challenge, known))


def add(archive: Archive, session: Session, asked: Asked | None, name: str, answer: str) -> None:
    """Keep the passkey that a browser made.

    Raises:
        InvalidValue: there is no one-time password beside it yet, the name is none or in use, or
            there are ten.
        SecondFactorRefused: the answer does not hold; the refusal is in the ledger.
        SessionEnded: see `refresh`.
    """
    refresh(archive, session)
    name = normal_name(name)
    if not second_factor.enrolled(archive, session):
        raise InvalidValue(
            "A passkey stands beside a second factor with codes.",
            hint="Set up an authenticator app first: its codes work where a passkey does not.",
        )
    if asked is None:
        raise second_factor.refused(archive, session)
    try:
        made = register(answer, asked.site, asked.challenge)
    except PasskeyRefused:
        raise second_factor.refused(archive, session) from None
    with archive.catalog.write() as tx:
        stored = _load(session, tx)
        taken = any(one.held.name == name for one in stored)
        if taken or len(stored) >= _MOST or _find(stored, made.credential.hex()):
            raise InvalidValue("That passkey or name is there already, or there are ten.")
        new = Held(made.credential.hex(), name, asked.site.rp_id, archive.clock())
        _store(session, tx, [*stored, _Stored(made, new)])
        append(
            archive, session, tx, [about(EventType.SECOND_FACTOR_SET, session.member.id, **_KIND)]
        )


def remove(archive: Archive, session: Session, credential: str) -> None:
    """Forget a passkey of the session's member.

    Raises:
        RecordNotFound: there is none of that id.
        SessionEnded: see `refresh`.
    """
    refresh(archive, session)
    with archive.catalog.write() as tx:
        stored = _load(session, tx)
        if not _find(stored, credential):
            raise RecordNotFound("There is no such passkey.")
        _store(session, tx, [one for one in stored if one.held.id != credential])
        opening = tx.slots.get(session.member.id, PASSKEY_PRF_SLOT)
        if opening is not None and credential_of(opening.body) == credential:
            tx.slots.remove(session.member.id, PASSKEY_PRF_SLOT)
        gone = about(EventType.SECOND_FACTOR_REMOVED, session.member.id, **_KIND)
        append(archive, session, tx, [gone])


def ask(archive: Archive, session: Session, site: Site | None) -> Asked | None:
    """Return what a browser on these pages is asked, or `None` if no passkey is for them.

    Raises:
        BindingMismatch: see `held`.
    """
    if site is None:
        return None
    with archive.catalog.read() as snapshot:
        known = [
            one.key.credential for one in _load(session, snapshot) if one.held.site == site.rp_id
        ]
    challenge = archive.random(CHALLENGE_SIZE)
    return Asked(challenge, site, question(site, challenge, known)) if known else None


def credential_of(body: str) -> str:
    """Return the id (hex) of the passkey that opens a slot.

    Raises:
        BindingMismatch: it is no such slot.
    """
    try:
        return PrfSlot.from_json(body).credential
    except KeysError:
        raise BindingMismatch from None


def check(
    archive: Archive,
    session: Session,
    asked: Asked | None,
    answer: str,
    wish: Wish | None = None,
) -> str:
    """Take a browser's answer to what it was asked, once; return the id of the passkey, in hex.

    Raises:
        SecondFactorRefused: it does not hold, or nothing was asked; the refusal is in the ledger.
        BindingMismatch: see `held`.
    """
    if asked is None:
        raise second_factor.refused(archive, session)
    try:
        with archive.catalog.write() as tx:
            verified = wish is not None and wish.verified
            return _answered(archive, session, tx, asked, answer, verified=verified)
    except PasskeyRefused:
        raise second_factor.refused(archive, session) from None


def _answered(
    archive: Archive,
    session: Session,
    tx: Transaction,
    asked: Asked,
    answer: str,
    *,
    verified: bool,
) -> str:
    stored = _load(session, tx)
    mine = [one.key for one in stored if one.held.site == asked.site.rp_id]
    user = session.member.id.encode()
    now = answered(answer, asked.site, user, asked.challenge, mine, verified=verified)
    counted = [
        _Stored(now, one.held) if one.key.credential == now.credential else one for one in stored
    ]
    _store(session, tx, counted)
    passed = about(EventType.SECOND_FACTOR_PASSED, session.member.id, **_KIND)
    append(archive, session, tx, [passed])
    return now.credential.hex()


def _find(stored: Sequence[_Stored], credential: str) -> bool:
    return any(one.held.id == credential for one in stored)


def _binding(session: Session) -> bytes:
    return _LABEL + session.member.id.encode()


def _store(session: Session, tx: Transaction, stored: Sequence[_Stored]) -> None:
    state: list[dict[str, Any]] = [
        {
            "id": one.held.id,
            "public": one.key.public.hex(),
            "count": one.key.count,
            "name": one.held.name,
            "site": one.held.site,
            "added": one.held.added.isoformat(),
        }
        for one in stored
    ]
    key = second_factor.sealing_key(session)
    sealed = committing_seal(key, _binding(session), encode({"passkeys": state}))
    member = session.member.id
    body = {"version": 1, "kind": "passkeys", "member": member, "sealed": sealed.hex()}
    tx.slots.replace(KeySlotRow(member, PASSKEYS_SLOT, encode(body).decode()))


def _load(session: Session, snapshot: Snapshot) -> list[_Stored]:
    slot = snapshot.slots.get(session.member.id, PASSKEYS_SLOT)
    if slot is None:
        return []
    try:
        sealed = bytes.fromhex(decode(slot.body.encode())["sealed"])
        key = second_factor.sealing_key(session)
        told = decode(committing_open(key, _binding(session), sealed))["passkeys"]
        return [
            _Stored(
                Passkey(bytes.fromhex(one["id"]), bytes.fromhex(one["public"]), one["count"]),
                Held(one["id"], one["name"], one["site"], datetime.fromisoformat(one["added"])),
            )
            for one in told
        ]
    except (KeysError, KeyError, ValueError, TypeError):
        raise BindingMismatch from None
