"""The agent: forks a keyholder for each login, passes callers on, ends sessions; holds no key."""

from __future__ import annotations

import math
import os
import secrets
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keys.agent.hardening import harden
from keys.agent.keyholder import HALF_SIZE, hold
from keys.agent.wire import peer_user, receive, send, short_name
from keys.errors import AgentUnreachable

IDLE = 15 * 60.0  # seconds; ASVS 5.0, 7.3.1
ABSOLUTE = 8 * 3600.0  # seconds; ASVS 5.0, 7.3.2
_LONE = 60.0  # seconds without any session after which the agent ends
_DETACH = "--detach"
_ATTEND = "--attend="
_PATIENCE = 5.0  # seconds that a caller has to say what it wants


@dataclass(slots=True)
class _Held:
    """A keyholder that lives: its process, its socket, the agent's half, and whose it is."""

    pid: int
    control: socket.socket
    half: bytes = field(repr=False)
    member: str
    begun: float
    used: float
    door: str = ""
    uses: int = 0


class Agent:
    """Listens on one socket for its own user; times are in seconds.

    Without a session for `lone` seconds it ends by itself.
    """

    def __init__(
        self,
        path: Path,
        *,
        idle: float = IDLE,
        absolute: float = ABSOLUTE,
        lone: float = _LONE,
    ) -> None:
        self._path = path
        self._lone = lone
        self._idle, self._absolute = idle, absolute
        self._sessions: dict[str, _Held] = {}
        self._sealed = False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            with short_name(path) as name:
                self._socket.bind(name)
        finally:
            os.umask(mask)
        self._socket.listen(64)

    def run(self) -> None:
        """Answer until sealed, told to end, or without a session for too long."""
        self._socket.settimeout(1.0)
        lone = time.monotonic()
        try:
            while not self._sealed:
                self._reap()
                if self._sessions:
                    lone = time.monotonic()
                elif time.monotonic() - lone > self._lone:
                    return
                with suppress(TimeoutError, OSError, AgentUnreachable):
                    connection, _ = self._socket.accept()
                    self._meet(connection)
        finally:
            self._end(list(self._sessions))
            self._path.unlink(missing_ok=True)

    def _meet(self, connection: socket.socket) -> None:
        with connection:
            if peer_user(connection) != os.getuid():
                return
            connection.settimeout(_PATIENCE)
            asked = receive(connection)
            act = {
                "login": self._login,
                "use": self._use,
                "list": self._list,
                "end": self._end_asked,
                "seal": self._seal,
            }.get(str(asked.get("op")))
            if act is not None:
                act(connection, asked)

    def _login(self, connection: socket.socket, asked: dict[str, Any]) -> None:
        """Fork a keyholder; passphrase and halves go to it alone."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        half, agent = secrets.token_bytes(HALF_SIZE), os.getpid()
        name = secrets.token_hex(16)
        pid = os.fork()
        if pid == 0:
            self._become_keyholder(connection, theirs, ours, half, agent)
        theirs.close()
        now = time.monotonic()
        member, door = str(asked.get("member", "")), str(asked.get("door", ""))
        self._sessions[name] = _Held(pid, ours, half, member, now, now, door)
        send(connection, {"ok": True, "session": name})

    def _become_keyholder(
        self,
        connection: socket.socket,
        control: socket.socket,
        ours: socket.socket,
        half: bytes,
        agent: int,
    ) -> None:
        """Never returns; whatever happens, the process ends without a trace of its memory."""
        try:
            harden(parent=agent)
            ours.close()
            self._socket.close()
            for other in self._sessions.values():
                other.control.close()
            self._sessions.clear()
            connection.settimeout(None)
            hold(control, connection, half, self._idle, self._absolute)
        finally:
            os._exit(0)

    def _use(self, connection: socket.socket, asked: dict[str, Any]) -> None:
        held = self._sessions.get(str(asked.get("session")))
        if held is None or self._due(held):
            send(connection, {"ok": False, "error": "sealed"})
            return
        held.used = time.monotonic()
        held.uses += 1
        try:
            socket.send_fds(held.control, [held.half], [connection.fileno()])
        except BlockingIOError:
            send(connection, {"ok": False, "error": "busy"})
        except OSError:
            send(connection, {"ok": False, "error": "sealed"})

    def _list(self, connection: socket.socket, _asked: dict[str, Any]) -> None:
        now = time.monotonic()
        told = [
            {
                "session": name,
                "member": one.member,
                "age": int(now - one.begun),
                "idle": int(now - one.used),
                "uses": one.uses,
            }
            for name, one in self._sessions.items()
        ]
        send(connection, {"ok": True, "sessions": told})

    def _end_asked(self, connection: socket.socket, asked: dict[str, Any]) -> None:
        """End one session, or every session of a member or of a door."""
        ended = [
            name
            for name, one in self._sessions.items()
            if name == asked.get("session")
            or one.member == asked.get("member")
            or one.door == asked.get("door")
        ]
        self._end(ended)
        send(connection, {"ok": True, "ended": len(ended)})

    def _seal(self, connection: socket.socket, _asked: dict[str, Any]) -> None:
        count = len(self._sessions)
        self._end(list(self._sessions))
        self._sealed = True
        send(connection, {"ok": True, "ended": count})

    def _due(self, held: _Held) -> bool:
        now = time.monotonic()
        return now - held.used >= self._idle or now - held.begun >= self._absolute

    def _reap(self) -> None:
        for name, one in list(self._sessions.items()):
            if os.waitpid(one.pid, os.WNOHANG)[0]:
                self._sessions.pop(name).control.close()
            elif self._due(one):
                self._end([name])

    def _end(self, names: list[str]) -> None:
        """Kill keyholders, and wait until the kernel has taken their memory back."""
        for name in names:
            one = self._sessions.pop(name)
            one.control.close()
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(one.pid, signal.SIGKILL)
                os.waitpid(one.pid, 0)


def main() -> None:
    """Run an agent on the socket that the first argument names; idle and absolute limits follow.

    With `--detach` as the last argument it goes on by itself once it listens. With
    `--attend=PID` it stays, also without a session, as long as that parent does.
    """
    options = [word for word in sys.argv[2:] if word.startswith("--")]
    words = [word for word in sys.argv[2:] if not word.startswith("--")]
    attending = [int(one.removeprefix(_ATTEND)) for one in options if one.startswith(_ATTEND)]
    harden(parent=attending[0] if attending else None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    idle, absolute = map(float, words) if words else (IDLE, ABSOLUTE)
    lone = math.inf if attending else _LONE
    agent = Agent(Path(sys.argv[1]), idle=idle, absolute=absolute, lone=lone)
    if _DETACH in options:
        if os.fork():
            os._exit(0)
        os.setsid()
        harden()
    agent.run()


if __name__ == "__main__":
    main()
