"""Coming in, going out and being turned away at the doors, as entries of the ledger.

Who gives a wrong passphrase holds no key to sign an entry with. Such attempts are added up in the
catalog, one row for each member and kind, and the next member who signs in signs them with their
own entry (docs/adr/0030-what-nobody-can-sign.md). What was typed is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from archive.catalog.rows import AttemptsRow
from archive.errors import ArchiveError, CodeRefused, WrongPassphrase
from archive.ledger import timestamp
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services import session as keys
from archive.services.events import append
from archive.services.granting import about
from archive.services.members import unlocking
from archive.services.membership import find_member
from archive.services.parts import Archive
from archive.services.session import Session


class AttemptKind(StrEnum):
    """What was refused at a door: a passphrase, a one-time code, a token, or a try too soon."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a kind of attempt
    CODE = "code"
    TOKEN = "token"  # noqa: S105 - a kind of attempt
    TOO_SOON = "too-soon"


_KINDS = {WrongPassphrase: AttemptKind.PASSPHRASE, CodeRefused: AttemptKind.CODE}


@contextmanager
def watched(archive: Archive, name: str) -> Iterator[None]:
    """Count an attempt in the name of a member that fails inside the block."""
    try:
        yield
    except (WrongPassphrase, CodeRefused) as error:
        note_attempt(archive, name, _KINDS[type(error)])
        raise


def note_attempt(archive: Archive, name: str, kind: AttemptKind) -> None:
    """Count a failed attempt; the same is done for a name that nobody has."""
    with suppress(ArchiveError), archive.catalog.write() as tx:
        row = find_member(archive, tx, name)
        tx.attempts.note(row.id if row else "", kind.value, archive.clock())


def sign_in(archive: Archive, name: str, passphrase: bytearray, door: str) -> Session:
    """Open a member's keys in this process; the ledger knows before the session is handed out.

    `door` says where: `command-line`, `web`.

    Raises:
        WrongPassphrase, BindingMismatch: see `session.sign_in`.
        StorageError, LedgerBehind: the ledger cannot be written; nobody is signed in.
    """
    with watched(archive, name):
        session = keys.sign_in(archive, name, passphrase)
    return entered(archive, session, door)


def unlock(archive: Archive, name: str, passphrase: bytearray, door: str) -> Session:
    """Let a keyholder open a member's keys for later commands, as `sign_in`.

    Raises:
        WrongPassphrase, KeysLocked, BindingMismatch: see `unlocking.enter`.
        StorageError, LedgerBehind: the ledger cannot be written; the keys are locked again.
    """
    with watched(archive, name):
        session = unlocking.unlock(archive, name, passphrase)
    try:
        return entered(archive, session, door)
    except BaseException:
        unlocking.lock(archive, name)
        raise


def entered(archive: Archive, session: Session, door: str, **links: str) -> Session:
    """Write that a member signed in, and the attempts that failed before; return the session.

    When that cannot be written, the session's keys are forgotten.
    """
    try:
        with archive.catalog.write() as tx:
            failed = [_failed(archive, row) for row in tx.attempts.take()]
            mine = about(EventType.SIGN_IN, session.member.id, door=door, **links)
            append(archive, session, tx, [*failed, mine])
    except BaseException:
        session.lock()
        raise
    return session


def left(archive: Archive, session: Session, door: str) -> None:
    """Write that a member signed out, and what a keyholder did for them with their keys.

    Keys are forgotten whether or not it could be written.
    """
    with suppress(ArchiveError):
        used = {} if session.unlocked is None else session.unlocked.tally()
        told = ", ".join(f"{name} {count}" for name, count in sorted(used.items()))
        links = {"door": door, "used": told} if told else {"door": door}
        with archive.catalog.write() as tx:
            append(archive, session, tx, [about(EventType.SIGN_OUT, session.member.id, **links)])


def ended(archive: Archive, session: Session, door: str, count: int) -> None:
    """Write that a member ended `count` other sessions of their own at a door.

    They end whether or not it could be written, as when a member signs out.
    """
    links = {"door": door, "others": str(count)}
    with suppress(ArchiveError), archive.catalog.write() as tx:
        append(archive, session, tx, [about(EventType.SIGN_OUT, session.member.id, **links)])


def _failed(archive: Archive, row: AttemptsRow) -> EntryDraft:
    links = {"attempt": row.kind, "count": str(row.count)}
    links |= {"first": timestamp(row.since), "last": timestamp(row.last)}
    obj = row.member or archive.folder.archive_id
    return EntryDraft(EventType.SIGN_IN_FAILED, obj, EventOutcome.DENIED, links, {})
