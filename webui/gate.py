"""The socket's side of the door: what waitress may take in before anybody is known.

Waitress writes larger requests and answers to temporary files; here every limit lies beyond the
largest that is let in, so both stay in memory. Requests of unknown length are refused, and large
ones are taken only with a live session or a good token, before a byte of their body is kept.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, ClassVar

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import Error, RequestEntityTooLarge

from webui.bearers import token_of
from webui.settings import API, COOKIE, Settings

_NEVER = 1 << 62  # bytes; a buffer of this size would go to a temporary file
_THREADS = 8
_CONNECTIONS = 200
_IDLE_CONNECTION = 60  # seconds


@dataclass(frozen=True, slots=True)
class Known:
    """Who may send large bodies: whether a cookie has a live session, whether a token stands."""

    cookie: Callable[[str], bool]
    token: Callable[[str], bool] = lambda _: False


class LengthRequired(Error):  # type: ignore[misc]
    """A body without Content-Length (RFC 9110 section 15.5.12)."""

    code = 411
    reason = "Length Required"


def cookie_of(header: str) -> str:
    """Return the session cookie of a Cookie header, empty when there is none."""
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request parser that asks about the cookie before it takes a large body."""

    max_small: ClassVar[int]
    known: ClassVar[Known]

    def received(self, data: bytes) -> int:
        """Take bytes of a request, and judge it as soon as its header is complete."""
        consumed: int = super().received(data)
        if self.headers_finished and self.error is None and self.body_rcv is not None:
            self._judge()
        return consumed

    def _judge(self) -> None:
        if self.chunked:
            self._refuse(LengthRequired("a length is required"))
        elif self.content_length > self.max_small and not self._known():
            self._refuse(RequestEntityTooLarge("sign in first"))

    def _known(self) -> bool:
        token = token_of(self.headers.get("AUTHORIZATION", ""))
        if self.path.startswith(f"{API}/"):
            return bool(token) and self.known.token(token)
        return self.known.cookie(cookie_of(self.headers.get("COOKIE", "")))

    def _refuse(self, error: Error) -> None:
        self.error = error
        self.completed = True
        self.expect_continue = False


def make_parser(settings: Settings, known: Known) -> type[Parser]:
    """Return a parser that takes what `settings` allow and asks `known` about who sends."""
    members = {"max_small": settings.max_small, "known": known}
    return type("SettledParser", (Parser,), members)


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: the address is in use or not permitted.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def make_server(app: Any, settings: Settings, known: Known, listening: socket.socket) -> Any:
    """Return a waitress server over a listening socket, not yet running."""
    server = create_server(
        app,
        sockets=[listening],
        threads=_THREADS,
        connection_limit=_CONNECTIONS,
        channel_timeout=_IDLE_CONNECTION,
        cleanup_interval=10,
        max_request_body_size=settings.max_upload + 1,
        max_request_header_size=32 << 10,
        inbuf_overflow=_NEVER,
        outbuf_overflow=_NEVER,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    parser = make_parser(settings, known)
    server.channel_class = type("Channel", (HTTPChannel,), {"parser_class": parser})
    return server
