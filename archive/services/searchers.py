"""The search processes of one program: one for each level, as long as a session there needs it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from archive.errors import ArchiveBusy
from archive.model.access import Compartment, Level, Member
from archive.model.ids import MemberId
from archive.search import IndexState
from archive.search.process import Child, SearchProcess, forked, started
from keys.identity import CompartmentKey

_TURN_SECONDS = 30.0  # that a member's question waits for the one before it


class Asker(Protocol):
    """Whoever asks: a session."""

    member: Member
    on_lock: list[Callable[[], None]]

    def opening(self, compartment: Compartment) -> list[CompartmentKey]:
        """Return the identities that open a compartment, newest first.

        Raises:
            NotPermitted: none was granted.
        """

    def index_key(self, level: Level) -> bytes:
        """Return the key of the search index at `level`.

        Raises:
            NotPermitted: the level's compartment was not granted.
        """


class Searchers:
    """Search processes by level, shared by the sessions that hold the level's key.

    The first question of a session starts the process if there is none; when the last session
    that asked is locked, the process ends and its key is gone. A session's key is derived at its
    first question and after it was rolled. A member asks one thing at a time, in however many
    sessions. May be used from several threads.
    """

    def __init__(self, start: Callable[[], Child] = forked, *, eager: bool = False) -> None:
        self._start = start
        self._eager = eager
        self._lock = Lock()
        self._processes: dict[Level, SearchProcess] = {}
        self._keys: dict[Level, bytes] = {}
        self._users: dict[Level, dict[int, tuple[CompartmentKey, bytes]]] = {}
        self._turns: dict[MemberId, Lock] = {}

    def ask(
        self,
        session: Asker,
        level: Level,
        folder: Path,
        state: IndexState,
        question: dict[str, Any],
    ) -> Any:
        """Return the answer to `question` from the level's index at exactly `state`.

        Raises:
            NotPermitted: the session does not hold the level's key.
            ArchiveBusy: the member's earlier question, or those of others, are still at work.
            SearchTimeout, SearchFailed, ArchiveError: see `SearchProcess.ask`.
        """
        with self._turn(session.member.id):
            return self._process(session, level).ask(folder, state, question)

    @contextmanager
    def _turn(self, member: MemberId) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(member, Lock())
        if not turn.acquire(timeout=_TURN_SECONDS):
            raise ArchiveBusy("Your last search is still at work.")
        try:
            yield
        finally:
            turn.release()

    def _process(self, session: Asker, level: Level) -> SearchProcess:
        identity = session.opening(Compartment(level.value))[0]
        with self._lock:
            known = self._users.get(level, {}).get(id(session))
            process = self._processes.get(level)
            if known == (identity, self._keys.get(level)) and process is not None:
                return process
        return self._entrusted(session, level, identity)

    def _entrusted(self, session: Asker, level: Level, identity: CompartmentKey) -> SearchProcess:
        """Return the process that holds the session's key of a level, given the key if need be."""
        key = session.index_key(level)
        digest = hashlib.sha256(key).digest()
        with self._lock:
            rolled = self._processes.pop(level, None) if self._keys.get(level) != digest else None
            self._keys[level] = digest
            users = self._users.setdefault(level, {})
            if id(session) not in users:
                session.on_lock.append(partial(self._leave, id(session), level))
            users[id(session)] = identity, digest
            if level not in self._processes:
                self._processes[level] = SearchProcess(key, start=self._start, eager=self._eager)
            process = self._processes[level]
        if rolled is not None:
            rolled.close()
        return process

    def _leave(self, user: int, level: Level) -> None:
        with self._lock:
            users = self._users.get(level, {})
            users.pop(user, None)
            unused = None if users else self._processes.pop(level, None)
        if unused is not None:
            unused.close()

    def pids(self) -> dict[Level, int]:
        """Return the ids of the processes that run."""
        with self._lock:
            running = {level: one.pid for level, one in self._processes.items()}
        return {level: pid for level, pid in running.items() if pid is not None}

    def close(self) -> None:
        """End every process."""
        with self._lock:
            ended = list(self._processes.values())
            self._processes.clear()
        for one in ended:
            one.close()


def shared() -> Searchers:
    """Return searchers for a program with threads and many sessions: each index is kept open."""
    return Searchers(started, eager=True)
