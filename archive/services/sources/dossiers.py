"""Dossiers: who a source is by name, sealed to nobody's key alone, and shared out to custodians.

A dossier has a file key of its own. It is sealed to the `sources` compartment, which only the
recovery sheet opens, and split into shares of which two give it back (Shamir's scheme, SLIP-0039):
one for each custodian, sealed to them as a grant and signed by whoever registers the source. The
share of one custodian tells nothing (ADR 0029).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archive import policy
from archive.catalog import Transaction
from archive.catalog.rows import DossierShareRow, HeaderRow, SourceRow
from archive.errors import BindingMismatch, InvalidValue
from archive.model.access import Action, Compartment, Role
from archive.model.ids import MemberId, SourceRef
from archive.sealing import FileKey, open_bytes, seal_bytes
from archive.services.codec import decode, encode
from archive.services.headers import fresh_header
from archive.services.parts import Archive
from archive.services.session import Session
from keys.errors import KeysError
from keys.identity import HybridRecipient
from keys.keyring import Grant, make_grant, verify_grant
from keys.shares import MAX_SHARES, combine_secret, split_secret

_NEEDED = 2
_LONGEST = 4000  # code points of notes


@dataclass(frozen=True, slots=True)
class Dossier:
    """Which form is a source's name, and what else was noted with it."""

    name: str = field(repr=False)
    notes: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SealedDossier:
    """A dossier ready to be stored: its header, its payload, and the custodians' shares."""

    header: HeaderRow
    sealed: bytes
    shares: tuple[DossierShareRow, ...]


def seal_dossier(
    archive: Archive, session: Session, tx: Transaction, ref: SourceRef, dossier: Dossier
) -> SealedDossier:
    """Seal a dossier and share its key out to the custodians that there are, 16 at most.

    With fewer than two of them there are no shares: then the recovery sheet alone opens it.

    Raises:
        InvalidValue: the notes are too long.
    """
    if len(dossier.notes) > _LONGEST:
        raise InvalidValue(f"Notes have at most {_LONGEST} characters.")
    header, key = fresh_header(archive, session, Compartment.SOURCES)
    body = encode({"name": dossier.name, "notes": dossier.notes})
    sealed = seal_bytes(key, body, random=archive.random)
    holders = list(_custodians(session, tx))[:MAX_SHARES]
    if len(holders) < _NEEDED:
        return SealedDossier(header, sealed, ())
    words = split_secret(key.raw, _NEEDED, len(holders))
    shares = tuple(
        DossierShareRow(
            ref,
            archive.collection,
            member,
            granted(archive, session, one.encode(), purpose(header.id), (member, recipient)),
        )
        for (member, recipient), one in zip(holders, words, strict=True)
    )
    return SealedDossier(header, sealed, shares)


def _custodians(session: Session, tx: Transaction) -> Iterator[tuple[MemberId, HybridRecipient]]:
    """Yield active custodians, whose certificates are checked, and what seals to them."""
    rows = list(tx.members.all())
    session.directory.learn(rows)
    for row in rows:
        if row.state == "active" and row.role == Role.CUSTODIAN.value:
            certified = session.directory.member(row.id)
            if certified.held(Role.CUSTODIAN):
                yield MemberId(row.id), certified.public.recipient


def purpose(header: str) -> str:
    """Return the purpose of the shares of one dossier, named by its header."""
    return f"dossier/{header}"


def granted(
    archive: Archive,
    session: Session,
    payload: bytes,
    label: str,
    to: tuple[MemberId, HybridRecipient],
) -> str:
    """Return a share as a grant to a member, signed by the session's member."""
    member, recipient = to
    return make_grant(
        payload,
        collection=archive.collection,
        purpose=label,
        epoch=1,
        member=member,
        recipient=recipient,
        granter=session.secret,
        random=archive.random,
    ).to_json()


def own_share(archive: Archive, session: Session, body: str, label: str) -> str:
    """Open a share that was granted to the session's member for exactly this.

    Raises:
        BindingMismatch: it is for another member or purpose, or was granted by nobody who may.
    """
    try:
        grant = Grant.from_json(body)
        granter = session.directory.by_key_id(grant.granter)
        verify_grant(grant, granter.public)
        named = (grant.collection, grant.purpose, grant.epoch, grant.member)
        if named != (archive.collection, label, 1, session.member.id):
            raise BindingMismatch
        if not policy.decide(granter.member, Action.MANAGE_SOURCES).allowed:
            raise BindingMismatch
        if session.unlocked is None:
            raise BindingMismatch
        return session.unlocked.reveal(grant).decode()
    except (KeysError, UnicodeDecodeError):
        raise BindingMismatch from None


def open_dossier(row: SourceRow, shares: tuple[str, str]) -> Dossier:
    """Open a dossier by two shares of its key.

    Raises:
        BindingMismatch: the shares do not belong together.
        SealedObjectDamaged: they are of another dossier, or it was changed.
    """
    try:
        key = FileKey(combine_secret(shares))
    except KeysError:
        raise BindingMismatch from None
    body = decode(open_bytes(key, row.dossier))
    return Dossier(str(body["name"]), str(body["notes"]))
