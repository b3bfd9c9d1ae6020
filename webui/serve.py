"""Running the web door on this machine until it is told to stop."""

from __future__ import annotations

import ctypes
import logging
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from types import FrameType

from flask import Flask

from archive.errors import ArchiveError, InvalidValue, WriteFailed
from archive.model.access import Role
from archive.services.oversight.cosigning import ask_witnesses
from archive.services.parts import Archive
from archive.services.searchers import shared
from webui.app import create_app
from webui.desk import EXTENSION, Desk
from webui.gate import Known, bind, make_server
from webui.relief import Relief, lay_down, take_up
from webui.settings import LOOPBACK, Settings

_ADDRESSES = {"localhost": "127.0.0.1", "[::1]": "::1"}
_LAST_ANSWER = 1.0  # seconds that a witness may still take when the pages end
_ARENA_MAX = -8  # mallopt(3)
_HEAPS = 2
_SWEEP = 3.0  # seconds between looks for sessions that are due to end


def parse_listen(listen: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`; port 0 lets the system choose.

    Raises:
        InvalidValue: not of that form, or a host that is not this machine's own.
    """
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise InvalidValue("Give an address as HOST:PORT, such as 127.0.0.1:8443.")
    if host not in LOOPBACK:
        raise InvalidValue(
            "The web interface listens on this machine only.",
            hint="Use 127.0.0.1 or [::1], and put a TLS proxy or an onion service in front.",
        )
    return _ADDRESSES.get(host, host), int(port)


def open_door(listen: str) -> socket.socket:
    """Return a socket that listens at `HOST:PORT`.

    Raises:
        InvalidValue: `listen` is malformed or not a loopback address.
        WriteFailed: the address is in use or not permitted.
    """
    try:
        return bind(*parse_listen(listen))
    except OSError:
        raise WriteFailed(
            "That address cannot be listened on.", hint="Choose another port with --listen."
        ) from None


def url_of(listening: socket.socket) -> str:
    """Return the address of a listening socket as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def settle(
    hosts: frozenset[str], second_factor: frozenset[Role], idle: timedelta, absolute: timedelta
) -> Settings:
    """Return the settings of served pages.

    Members of the roles in `second_factor` must set one up at their first sign-in. `hosts` are
    further names that requests may be addressed to, such as the name of a TLS proxy or an onion
    service. `idle` and `absolute` are how long a session lasts without use, and in any case.
    """
    return Settings(
        hosts=LOOPBACK | hosts,
        second_factor=second_factor,
        keyholders=True,
        idle=idle,
        absolute=absolute,
    )


def serve(
    archive: Archive,
    listening: socket.socket,
    settings: Settings,
    *,
    on_ready: Callable[[str], None],
    baton: int,
    cosign_every: float = 60.0,
    metrics_port: int | None = None,
) -> bool:
    """Serve until SIGTERM or SIGINT, then end every session, close the socket and return false.

    Return true when another process is to go on: a session has ended, and what the others need is
    in the `baton` (`webui.relief`). What it holds at the start is gone on with. `on_ready` is told
    the URL once connections are accepted. The witnesses of the archive's policy are asked at once
    and every `cosign_every` minutes. With `metrics_port`, numbers for Prometheus are given on that
    port of 127.0.0.1. A crash leaves no file with what is in memory (core(5)).
    """
    logging.getLogger("waitress").setLevel(logging.CRITICAL + 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    _share_heaps()
    archive = replace(archive, searchers=shared())
    app = create_app(archive, settings)
    desk: Desk = take_up(app.extensions[EXTENSION], baton)
    app.extensions[EXTENSION] = desk
    live = Known(desk.sessions.most, desk.bearers.most, desk.sessions.whose, desk.bearers.whose)
    server = make_server(app, settings, live, listening)
    relief = Relief(server, desk)
    try:
        with (
            _measured(app, desk, metrics_port),
            _beside(desk, cosign_every * 60),
            relief.watched(),
            _stopping(),
        ):
            on_ready(url_of(listening))
            server.run()
    finally:
        server.close()
        if relief.done:
            lay_down(desk, baton)
        _close(desk)
    return relief.done


def _share_heaps() -> None:
    """Let all threads take memory from a few heaps, where the C library is glibc.

    With one for each of a dozen threads, what each of them once needed stays with it. Threads of
    one interpreter seldom take memory at the same time.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_ARENA_MAX, _HEAPS)


def _close(desk: Desk) -> None:
    desk.sessions.end_all()
    desk.bearers.end_all()
    desk.uploads.close()
    desk.archive.searchers.close()


@contextmanager
def _measured(app: Flask, desk: Desk, port: int | None) -> Iterator[None]:
    """Give numbers for Prometheus while the block runs, if there is a port for them."""
    if port is None:
        yield
        return
    from webui import metrics  # noqa: PLC0415 - 0.1 s, for who wants numbers

    with metrics.told(metrics.measure(app, desk), port):
        yield


@contextmanager
def _beside(desk: Desk, pause: float) -> Iterator[None]:
    """Sweep sessions and ask witnesses while the block runs."""
    stop = threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(desk, stop), daemon=True)
    beat = threading.Thread(target=_ask, args=(desk.archive, stop, pause), daemon=True)
    sweeper.start()
    beat.start()
    try:
        yield
    finally:
        stop.set()
        sweeper.join()
        beat.join(_LAST_ANSWER)


def _ask(archive: Archive, stop: threading.Event, pause: float) -> None:
    """Ask the witnesses until told to stop; who has not cosigned is shown in the audit room."""
    while True:
        with suppress(ArchiveError):
            ask_witnesses(archive)
        if stop.wait(pause):
            return


def _sweep(desk: Desk, stop: threading.Event) -> None:
    while not stop.wait(_SWEEP):
        desk.sessions.sweep()
        desk.bearers.sweep()
        desk.uploads.sweep(desk.archive.clock())


@contextmanager
def _stopping() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the server's loop; only the main thread may set handlers."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
