"""The search process: it alone holds the index key and the open view while queries run.

It begins with one message that holds the key, and then answers questions one after another until
its parent is gone. A question that takes many steps (`effort`) is put back; asked again as a long
one, it is answered by a copy of this process, while this one goes on with the questions of others.
Memory is bounded by what the index needs and an allowance for the query; how long a question may
take is the parent's business.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError, QueryTooBroad, SearchFailed
from archive.search import effort, wire

QUERY_MEMORY = 512 << 20  # bytes that a query may need beside the index
_INDEX_TIMES = 2  # an index that is opened eagerly takes its own size, and as much on the way
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4  # prctl(2)
_GRACE = 1.0  # seconds after which one is ended that its parent has given up
_KIB = 1024


def confine(parent: int) -> None:
    """Leave no core dump, be read by no debugger, and heed no terminal."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
    if os.getppid() != parent:
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies leave no zombies (wait(2), notes)


def serve(channel: socket.socket) -> None:
    """Answer questions until the parent is gone or memory runs out."""
    gc.disable()  # until the first answer: nothing that is imported and opened for it is garbage
    threading.Thread(target=_end_with, args=(channel.fileno(),), daemon=True).start()
    begin = wire.receive(channel)
    desk = _Desk(bytes.fromhex(begin["key"]), eager=begin["eager"])
    del begin
    try:
        while not desk.exhausted:
            question = wire.receive(channel)
            if "long" in question:
                wire.send(channel, _apart(desk, question, channel))
            else:
                wire.send(channel, desk.answer(question, effort.SHORT, last=False))
    except (EOFError, OSError):
        return


def _apart(desk: _Desk, question: dict[str, Any], channel: socket.socket) -> dict[str, Any]:
    """Have a copy of this process answer a question over a channel of its own.

    Return that it is at work, or that it could not be started.
    """
    parent = os.getpid()
    with wire.receive_channel(channel) as own:
        try:
            pid = os.fork()
        except OSError:
            return wire.encode_error(SearchFailed("The search process could not be started."))
        if pid == 0:
            status = 1
            try:
                channel.close()
                _be_copy(parent, own, question["long"])
                wire.send(own, desk.answer(question, effort.MOST, last=True))
                status = 0
            finally:
                os._exit(status)
    return {"answer": None}


def _be_copy(parent: int, channel: socket.socket, seconds: float) -> None:
    """End with the parent, with the channel, or late."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
    gc.freeze()
    threading.Thread(target=_end_with, args=(channel.fileno(),), daemon=True).start()


def _end_with(channel: int) -> None:
    """End this process, whatever it is at, when the other side of the channel is closed.

    A signal at the parent's death (prctl(2), PR_SET_PDEATHSIG) comes as soon as the thread ends
    that started the process, while others still ask it.
    """
    gone = select.POLLHUP | select.POLLRDHUP | select.POLLERR
    looker = select.poll()
    looker.register(channel, select.POLLRDHUP)
    while not any(events & gone for _, events in looker.poll()):
        continue
    os._exit(0)


class _Desk:
    """The index that is open, and the acts that a question may ask for."""

    def __init__(self, key: bytes, *, eager: bool) -> None:
        self._key = key
        self._eager = eager
        self._index: Any = None
        self.exhausted = False

    def answer(self, question: dict[str, Any], steps: int, *, last: bool) -> dict[str, Any]:
        """Return the answer or the refusal as plain values; say nothing of what went wrong else.

        Where it takes more than so many steps that is a refusal when they are the `last`.
        """
        try:
            with effort.bounded(steps, last=last):
                return {"answer": self._act(question["act"], question)}
        except effort.Exceeded:
            return {"long": True}
        except ArchiveError as error:
            return wire.encode_error(error)
        except MemoryError:
            self.exhausted = True
            return wire.encode_error(QueryTooBroad("The query needs more memory than it may have."))
        except Exception as error:
            return {"error": "SearchFailed", **_place_of(error)}

    def _act(self, act: str, question: dict[str, Any]) -> object:
        if act == "alive":
            return None
        if act == "open":
            self._open(question)
            return None
        answer = _acts()[act](self._index.view, question)
        gc.enable()
        return answer

    def _open(self, question: dict[str, Any]) -> None:
        from archive.search.manifest import IndexState  # noqa: PLC0415 - after the fork
        from archive.search.whoosh_index import WhooshIndex  # noqa: PLC0415

        folder = Path(question["folder"])
        state = IndexState(*question["state"])
        _bound_memory(folder)
        if self._index is not None and self._index.state.index_id == state.index_id:
            self._index.refresh(state)
            return
        if self._index is not None:
            self._index.close()
            self._index = None
        self._index = WhooshIndex.open(
            folder, self._key, state, random=os.urandom, eager=self._eager
        )


def _bound_memory(folder: Path) -> None:
    """Allow what is in use, what the index will take, and an allowance for queries."""
    with Path("/proc/self/status").open() as status:
        used = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
    size = sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0
    limit = used * _KIB + _INDEX_TIMES * size + QUERY_MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))


def _acts() -> dict[str, Callable[[Any, dict[str, Any]], object]]:
    from archive.search import searching, suggestions  # noqa: PLC0415 - after the fork

    def asked(question: dict[str, Any]) -> Any:
        return replace(wire.decode_request(question["request"]), today=question.get("today"))

    return {
        "search": lambda view, q: wire.encode_results(
            searching.search(view, asked(q), facets=q.get("facets", True))
        ),
        "export": lambda view, q: [asdict(hit) for hit in searching.export(view, asked(q))],
        "matching": lambda view, q: searching.matching(view, asked(q)),
        "complete": lambda view, q: suggestions.complete(q["begun"], q["limit"], view),
        "batch": lambda view, q: [
            asdict(row)
            for row in searching.batch(view, tuple(q["lines"]), q["top"], q.get("today"))
        ],
    }


def _place_of(error: Exception) -> dict[str, Any]:
    """Say where an unforeseen error happened; its own words could hold content."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return {
        "message": SearchFailed.message,
        "hint": SearchFailed.hint,
        "diagnostics": {"kind": type(error).__name__, "place": place},
    }


def main() -> None:
    """Run as a program: the channel is standard input, and the parent's id the one argument."""
    confine(int(sys.argv[1]))
    with socket.socket(fileno=os.dup(0)) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
