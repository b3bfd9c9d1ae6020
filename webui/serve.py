"""Running the web door on this machine until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType

from archive import policy
from archive.errors import ArchiveError, InvalidValue, WriteFailed
from archive.model.access import Role
from archive.services.cosigning import ask_witnesses
from archive.services.parts import Archive
from archive.services.searchers import shared
from webui.app import create_app
from webui.desk import EXTENSION, Desk
from webui.gate import bind, make_server
from webui.settings import LOOPBACK, Settings

_ADDRESSES = {"localhost": "127.0.0.1", "[::1]": "::1"}
_LAST_ANSWER = 1.0  # seconds that a witness may still take when the pages end
_SWEEP = 15.0  # seconds between looks for sessions that are due to end


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


def serve(
    archive: Archive,
    listen: str = "127.0.0.1:8443",
    *,
    on_ready: Callable[[str], None],
    hosts: frozenset[str] = frozenset(),
    second_factor: frozenset[Role] = policy.SECOND_FACTOR,
    cosign_every: float = 60.0,
) -> None:
    """Serve until SIGTERM or SIGINT, then end every session and return.

    Members of the roles in `second_factor` must set one up at their first sign-in. `hosts` are
    further names that requests may be addressed to, such as the name of a TLS proxy or an onion
    service. `on_ready` is told the URL once connections are accepted. The witnesses of the
    archive's policy are asked at once and every `cosign_every` minutes.

    Raises:
        InvalidValue: `listen` is malformed or not a loopback address.
        WriteFailed: the address is in use or not permitted.
    """
    host, port = parse_listen(listen)
    settings = Settings(hosts=LOOPBACK | hosts, second_factor=second_factor, keyholders=True)
    logging.getLogger("waitress").setLevel(logging.CRITICAL + 1)
    try:
        listening = bind(host, port)
    except OSError:
        raise WriteFailed(
            "That address cannot be listened on.", hint="Choose another port with --listen."
        ) from None
    archive = replace(archive, searchers=shared())
    app = create_app(archive, settings)
    desk: Desk = app.extensions[EXTENSION]
    server = make_server(app, settings, desk.sessions.live, listening)
    stop = threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(desk, stop), daemon=True)
    sweeper.start()
    beat = threading.Thread(target=_ask, args=(archive, stop, cosign_every * 60), daemon=True)
    beat.start()
    try:
        with _stopping():
            on_ready(f"http://{f'[{host}]' if ':' in host else host}:{server.effective_port}/")
            server.run()
    finally:
        stop.set()
        server.close()
        desk.sessions.end_all()
        desk.uploads.close()
        archive.searchers.close()
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
