"""Unlocking once for many commands: tickets to keyholders, kept in a folder in memory."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import KeysLocked, WriteFailed, WrongPassphrase
from archive.model.ids import MemberId
from archive.services.membership import find_member, name_tag
from archive.services.parts import Archive
from archive.services.session import (
    Session,
    open_session,
    passphrase_slot,
)
from archive.services.supervising import Another, spawned
from archive.services.unlocked import Elsewhere
from keys.agent import client
from keys.agent.client import Ticket
from keys.errors import AgentUnreachable, KeysError, WrongSecret

_START = 10.0  # seconds that a new agent has to begin listening
_OURS = 0o700
_TRY = 0.05  # seconds between two looks for an agent that is being started
WEB = "web"
"""The door of the web pages, as the agent is told."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """A live session at the agent: opaque id of the member, seconds since it began and was used.

    `uses` is how many requests were made of its keys.
    """

    member: str
    age: int
    idle: int
    uses: int


def _folder() -> Path:
    """Return a folder of this user's own that no disk holds.

    Raises:
        WriteFailed: it cannot be made, or somebody else made it.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    place = Path(runtime) / "strongroom" if runtime else Path(f"/dev/shm/strongroom-{os.getuid()}")  # noqa: S108
    try:
        with suppress(FileExistsError):
            place.mkdir(mode=_OURS)
        found = place.lstat()
    except OSError:
        raise WriteFailed("There is no place in memory for the key agent's socket.") from None
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != os.getuid()
        or stat.S_IMODE(found.st_mode) != _OURS
    ):
        raise WriteFailed("The key agent's folder is not this user's own.")
    return place


def socket_of(archive: Archive) -> Path:
    """Return where the archive's key agent listens; raises as the folder does."""
    return _folder() / f"{archive.folder.archive_id}.sock"


def _ticket_file(archive: Archive, name: str) -> Path:
    tag = name_tag(archive.folder.archive_id, "member", name)[:32]
    return _folder() / f"{archive.folder.archive_id}-{tag}.ticket"


def unlock(archive: Archive, name: str, passphrase: bytearray) -> Session:
    """Let a keyholder open the member's slot, and keep the ticket for later commands.

    Raises:
        WrongPassphrase, KeysLocked, BindingMismatch: see `enter`.
    """
    lock(archive, name)
    session, ticket = login(archive, name, passphrase, "command-line")
    body = json.dumps({"session": ticket.session, "half": ticket.half.hex()})
    _keep(_ticket_file(archive, name), body.encode())
    return session


def enter(archive: Archive, name: str, passphrase: bytearray) -> tuple[Session, bytes]:
    """Let a keyholder open the member's slot; return the session and the caller's half.

    Raises:
        WrongPassphrase: see `sign_in`; the time taken tells nothing either.
        KeysLocked: the agent could not be started.
        BindingMismatch: see `open_session`.
    """
    session, ticket = login(archive, name, passphrase, WEB)
    return session, ticket.half


def login(archive: Archive, name: str, passphrase: bytearray, door: str) -> tuple[Session, Ticket]:
    """Let a keyholder open the member's slot; return the session and what reaches it again.

    Raises:
        WrongPassphrase, KeysLocked, BindingMismatch: see `enter`.
    """
    row, slot = passphrase_slot(archive, name, passphrase)
    return enter_by(archive, name, row.id, slot.body, passphrase, door)


def enter_by(
    archive: Archive,
    name: str,
    member: str,
    slot: str,
    secret: bytearray,
    door: str,
) -> tuple[Session, Ticket]:
    """Let a keyholder open a member's slot, as JSON, by what opens it, which is wiped.

    Raises:
        WrongPassphrase: it does not.
        KeysLocked: the agent could not be started.
        BindingMismatch: see `open_session`.
    """
    path = _running(archive)
    try:
        ticket = client.login(path, slot, secret, member=member, door=door)
    except WrongSecret:
        raise WrongPassphrase from None
    except KeysError:
        raise KeysLocked from None
    return _session(archive, name, ticket), ticket


def _keep(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def unlocked(archive: Archive, name: str) -> Session | None:
    """Return the session of the member's ticket, or `None` when there is none that is live.

    Raises:
        BindingMismatch: see `open_session`.
    """
    try:
        path = _ticket_file(archive, name)
        told = json.loads(path.read_bytes())
        ticket = Ticket(told["session"], bytes.fromhex(told["half"]))
        return _session(archive, name, ticket)
    except (OSError, ValueError, KeyError, TypeError, WriteFailed, KeysLocked):
        return None


def resume(archive: Archive, member: MemberId, ticket: Ticket) -> Session:
    """Return a session of an active member over a keyholder that lives.

    Raises:
        KeysLocked: there is no such member or keyholder, or the ticket does not fit.
        BindingMismatch: see `open_session`.
    """
    with archive.catalog.read() as snapshot:
        row = snapshot.members.get(member)
        if row is None or row.state != "active":
            raise KeysLocked
        unlocked = Elsewhere(socket_of(archive), ticket)
        return open_session(archive, snapshot, row, row.id, unlocked)


def go_on(archive: Archive, member: MemberId, name: str, holder: str, half: bytes) -> Session:
    """Return the session of a keyholder by the name of its session, for a member called `name`.

    Raises:
        KeysLocked, BindingMismatch: see `resume`.
    """
    session = resume(archive, member, Ticket(holder, half))
    session.name = name
    return session


def live(archive: Archive) -> dict[str, int]:
    """Return the live keyholders by the name of their session: seconds since they were used."""
    try:
        told = client.sessions(socket_of(archive))
    except (AgentUnreachable, WriteFailed):
        return {}
    return {str(one["session"]): int(one["idle"]) for one in told}


def end(archive: Archive, session: str) -> bool:
    """End one keyholder by the name of its session; return whether it lived."""
    try:
        return client.end(socket_of(archive), session=session) > 0
    except (KeysError, WriteFailed):
        return False


def _session(archive: Archive, name: str, ticket: Ticket) -> Session:
    with archive.catalog.read() as snapshot:
        row = find_member(archive, snapshot, name)
        if row is None or row.state != "active":
            raise KeysLocked
        unlocked = Elsewhere(socket_of(archive), ticket)
        return open_session(archive, snapshot, row, name, unlocked)


def _running(archive: Archive) -> Path:
    """Return the socket of a running agent, started when there is none.

    Raises:
        KeysLocked: it could not be started, or whoever looks after it has not done so in time.
    """
    path = socket_of(archive)
    deadline = time.monotonic() + (_START if archive.attended else 0.0)
    while not (answers := _answers(path)) and time.monotonic() < deadline:
        time.sleep(_TRY)
    if answers:
        return path
    if archive.attended:
        raise KeysLocked("The key agent is being started.")
    path.unlink(missing_ok=True)
    try:
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "keys.agent.server", str(path), "--detach"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=True,
            timeout=_START,
        )
    except (OSError, subprocess.SubprocessError):
        raise KeysLocked("The key agent could not be started.") from None
    return path


def _answers(path: Path) -> bool:
    try:
        client.sessions(path)
    except AgentUnreachable:
        return False
    return True


def attend(archive: Archive, *limits: float) -> int | Another:
    """Start an agent that stays as long as this process does, if none answers; return its id.

    `limits` are the seconds after which its keyholders end without use, and in any case.

    Raises:
        OSError: it cannot be started.
        WriteFailed: there is no place for its socket.
    """
    path = socket_of(archive)
    if _answers(path):
        return Another.AT_WORK
    path.unlink(missing_ok=True)
    program = [sys.executable, "-P", "-m", "keys.agent.server"]
    return spawned([*program, str(path), *map(str, limits), f"--attend={os.getpid()}"])


def end_web(archive: Archive) -> int:
    """End every keyholder of a member who came in by the pages; return how many there were."""
    try:
        return client.end(socket_of(archive), door=WEB)
    except (KeysError, WriteFailed):
        return 0


def lock(archive: Archive, name: str) -> bool:
    """End the member's keyholder and forget the ticket; return whether there was one."""
    path = _ticket_file(archive, name)
    try:
        told = json.loads(path.read_bytes())
        path.unlink()
        return client.end(socket_of(archive), session=str(told["session"])) > 0
    except (OSError, ValueError, KeyError, TypeError, KeysError):
        return False


def end_all_of(archive: Archive, member: str) -> int:
    """End every keyholder of a member, by id; return how many there were."""
    try:
        return client.end(socket_of(archive), member=member)
    except (KeysError, WriteFailed):
        return 0


def seal(archive: Archive) -> int:
    """End every keyholder and the agent; return how many keyholders there were."""
    for path in _folder().glob(f"{archive.folder.archive_id}-*.ticket"):
        path.unlink(missing_ok=True)
    try:
        return client.seal(socket_of(archive))
    except AgentUnreachable:
        return 0


def sessions(archive: Archive) -> tuple[Unlock, ...]:
    """Return the live sessions at the agent."""
    try:
        told = client.sessions(socket_of(archive))
    except AgentUnreachable:
        return ()
    return tuple(
        Unlock(str(one["member"]), int(one["age"]), int(one["idle"]), int(one["uses"]))
        for one in told
    )
