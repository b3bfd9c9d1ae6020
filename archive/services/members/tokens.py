"""Tokens for programs: each is the caller's half of a keyholder of its own, within a scope.

A token holds the name of its keyholder's session and the half that opens it; the ledger holds the
half's SHA-256, the member, the scope and the end, signed by the member. So a token opens nothing
once its keyholder is gone (docs/adr/0038-tokens-are-halves-of-keyholders.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from archive import policy
from archive.catalog import Snapshot
from archive.errors import (
    InvalidValue,
    KeysLocked,
    RecordNotFound,
    ScopeMissing,
    SessionEnded,
    TokenRefused,
)
from archive.ledger import parse_entry, timestamp
from archive.model.access import Member, Role, Scope
from archive.model.ids import MemberId, new_uuid
from archive.model.provenance import Entry, EntryDraft, EventOutcome, EventType
from archive.services.events import checked_signer, look, record_event
from archive.services.granting import about
from archive.services.members import unlocking
from archive.services.members.entering import entered, watched
from archive.services.names import Names
from archive.services.parts import Archive
from archive.services.session import Session, refresh
from keys.agent.client import Ticket

DOOR = "token"
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=8)
"""How long a token may last; a keyholder lives 8 hours at most (ASVS 5.0, 7.3.2)."""

MOST = 10  # tokens of one member that can be used
_PREFIX = "strongroom_"
_NAME, _HALF = 16, 32  # bytes
_TOKEN = re.compile(_PREFIX + r"([A-Za-z0-9_-]{64})")


@dataclass(frozen=True, slots=True)
class Token:
    """What the ledger says of a token: opaque id, whose it is, what for, from when until when."""

    id: str
    member: Member
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A token that was just made, with its text, which is shown this once."""

    token: Token
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A token whose keyholder lives, and the seconds since it was last used."""

    token: Token
    idle: int


def create(
    archive: Archive,
    name: str,
    passphrase: bytearray,
    scopes: tuple[Scope, ...],
    lasting: timedelta,
) -> Made:
    """Let a keyholder of its own open the member's keys, and return the token that reaches it.

    `passphrase` is wiped. The ledger has the sign-in and the token before its text is returned.

    Raises:
        InvalidValue: no scope, one that the role does not allow, `lasting` is out of bounds, or the
            member has too many tokens.
        WrongPassphrase, KeysLocked, BindingMismatch: see `unlocking.login`.
        StorageError, LedgerBehind: the ledger cannot be written; there is no token then.
    """
    chosen = tuple(one for one in Scope if one in scopes)
    if not chosen:
        raise InvalidValue("A token needs a scope.", hint=f"Choose among {_words(tuple(Scope))}.")
    if not SHORTEST <= lasting <= LONGEST:
        raise InvalidValue("A token lasts between a minute and 8 hours.")
    with watched(archive, name):
        session, ticket = unlocking.login(archive, name, passphrase, "token")
    try:
        entered(archive, session, DOOR)
        _require(archive, session, chosen)
        _require_room(archive, session)
        made = _enter(archive, session, ticket, chosen, lasting)
    except BaseException:
        unlocking.end(archive, ticket.session)
        session.lock()
        raise
    session.lock()
    return made


def _require(archive: Archive, session: Session, scopes: tuple[Scope, ...]) -> None:
    """Raises: InvalidValue: the role does not allow all of a scope; the ledger has the refusal."""
    allowed = policy.scopes(session.member.role)
    if not set(scopes) <= set(allowed):
        _denied(archive, session, "create-token")
        raise InvalidValue(
            "Your role does not allow that scope.", hint=f"Yours are {_words(allowed)}."
        )


def _require_room(archive: Archive, session: Session) -> None:
    """Raises: InvalidValue: the member has `MOST` tokens; each has a process that has its keys."""
    if sum(1 for _ in _own(archive, session)) >= MOST:
        raise InvalidValue(f"You have at most {MOST} tokens at once.", hint="Revoke one first.")


def _enter(
    archive: Archive,
    session: Session,
    ticket: Ticket,
    scopes: tuple[Scope, ...],
    lasting: timedelta,
) -> Made:
    now = archive.clock()
    token = Token(_id_of(ticket.session), session.member, scopes, now, now + lasting)
    links = {
        "member": session.member.id,
        "scope": _words(scopes),
        "expires": timestamp(token.expires),
        "sha256": hashlib.sha256(ticket.half).hexdigest(),
    }
    record_event(archive, session, about(EventType.TOKEN_CREATED, token.id, **links))
    packed = bytes.fromhex(ticket.session) + ticket.half
    return Made(token, _PREFIX + base64.urlsafe_b64encode(packed).decode())


def parse(text: str) -> Ticket:
    """Return what a token's text reaches.

    Raises:
        TokenRefused: it is no token.
    """
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise TokenRefused
    packed = base64.urlsafe_b64decode(found[1])
    return Ticket(packed[:_NAME].hex(), packed[_NAME:])


def stands(archive: Archive, text: str) -> Token:
    """Return the token of a text, as the ledger has it; whether its keyholder lives is not asked.

    Raises:
        TokenRefused: there is none, it is revoked, or its time is over.
    """
    ticket = parse(text)
    with archive.catalog.read() as snapshot:
        token, entry = _find(snapshot, _id_of(ticket.session))
    digest = hashlib.sha256(ticket.half).hexdigest()
    if not hmac.compare_digest(digest, entry.links.get("sha256", "")):
        raise TokenRefused
    _require_time(archive, token)
    return token


def resume(archive: Archive, text: str) -> tuple[Session, Token]:
    """Return a session of the token's member that can do no more than its scope says.

    It has the member's name where its keys open that, and else the member's id.

    Raises:
        TokenRefused: see `stands`; or its keyholder is gone, or its member may not come in.
    """
    token, ticket = stands(archive, text), parse(text)
    try:
        session = unlocking.resume(archive, token.member.id, ticket)
    except KeysLocked:
        raise TokenRefused from None
    with archive.catalog.read() as snapshot:
        _, entry = _find(snapshot, token.id)
        signer = checked_signer(session, snapshot, entry)
    if not signer == token.member == session.member:
        session.lock()
        raise TokenRefused
    _narrow(session, token)
    with archive.catalog.read() as snapshot:
        session.name = Names(session, snapshot).of(session.member.id) or session.member.id
    return session, token


def renew(archive: Archive, session: Session, token: Token) -> None:
    """Look again, at each use, whether a resumed session may go on; take up what changed.

    Raises:
        TokenRefused: the token is over or revoked, or its member has other rights by now.
    """
    _require_time(archive, token)
    try:
        with archive.catalog.read() as snapshot:
            _find(snapshot, token.id)
        refresh(archive, session)
    except (SessionEnded, KeysLocked):
        raise TokenRefused from None
    _narrow(session, token)


def used(archive: Archive, session: Session, token: Token, operation: str) -> None:
    """Make durable that a token is about to be used for an operation of the API.

    Raises:
        KeysLocked: its keyholder signs nothing any more.
    """
    look(archive, session, EventType.TOKEN_USED, None, token=token.id, operation=operation)


def refuse(archive: Archive, session: Session, token: Token, operation: str) -> ScopeMissing:
    """Return the refusal of an operation that is outside of a token's scope, once it is entered."""
    _denied(archive, session, operation, token=token.id, code=ScopeMissing.code)
    return ScopeMissing()


def listed(archive: Archive, session: Session) -> tuple[Listed, ...]:
    """Return the member's own tokens that can be used, oldest first; the ledger knows first."""
    look(archive, session, of="tokens")
    return tuple(sorted(_own(archive, session), key=lambda one: one.token.created))


def _own(archive: Archive, session: Session) -> Iterator[Listed]:
    with archive.catalog.read() as snapshot:
        for name, idle in unlocking.live(archive).items():
            try:
                token, entry = _find(snapshot, _id_of(name))
            except TokenRefused:
                continue
            if (
                token.member.id == session.member.id
                and checked_signer(session, snapshot, entry).id == session.member.id
                and archive.clock() < token.expires
            ):
                yield Listed(token, idle)


def revoke(archive: Archive, session: Session, token: str) -> None:
    """End one of the member's own tokens, by its id; its keyholder ends in any case.

    Raises:
        RecordNotFound: the member has no such token; the refusal is in the ledger.
    """
    if all(one.token.id != token for one in _own(archive, session)):
        _denied(archive, session, "revoke-token", code=RecordNotFound.code)
        raise RecordNotFound("You have no such token.", hint="See `strongroom token list`.")
    try:
        links = {"member": session.member.id}
        record_event(archive, session, about(EventType.TOKEN_REVOKED, token, **links))
    finally:
        unlocking.end(archive, UUID(token).hex)


def _denied(archive: Archive, session: Session, action: str, **links: str) -> None:
    obj = new_uuid(archive.ids)
    links = {"action": action, **links}
    record_event(
        archive, session, EntryDraft(EventType.DENIED, obj, EventOutcome.DENIED, links, {})
    )


def _find(snapshot: Snapshot, token: str) -> tuple[Token, Entry]:
    """Raises: TokenRefused: there is no such token, or it was revoked."""
    entries = [parse_entry(body) for _, body in snapshot.ledger.about(token)]
    if [one.type for one in entries] != [EventType.TOKEN_CREATED]:
        raise TokenRefused
    (entry,) = entries
    try:
        member = Member(MemberId(entry.links["member"]), Role(entry.agent.role))
        scopes = tuple(Scope(word) for word in entry.links["scope"].split())
        times = datetime.fromisoformat(entry.time), datetime.fromisoformat(entry.links["expires"])
    except (KeyError, ValueError):
        raise TokenRefused from None
    return Token(token, member, scopes, *times), entry


def _require_time(archive: Archive, token: Token) -> None:
    if not token.created <= archive.clock() < token.expires:
        raise TokenRefused


def _narrow(session: Session, token: Token) -> None:
    """Take every act and every compartment's key that the scope does not need from a session."""
    session.within = frozenset().union(*(policy.WITHIN[one] for one in token.scopes))
    needed = frozenset().union(*(policy.NEEDED[one] for one in token.scopes))
    for compartment in set(session.identities) - needed:
        del session.identities[compartment]


def _words(scopes: tuple[Scope, ...]) -> str:
    return " ".join(one.value for one in scopes)


def _id_of(name: str) -> str:
    return str(UUID(hex=name))
