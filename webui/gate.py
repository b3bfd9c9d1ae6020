"""The socket's side of the door: what waitress may take in before anybody is known.

Waitress writes larger requests and answers to temporary files; here every limit lies beyond the
largest that is let in, so both stay in memory. Requests of unknown length are refused, and large
ones are taken only with a live session or a good token, before a byte of their body is kept.
Nobody holds it by dawdling (`webui.dawdlers`), or by asking much at once (`webui.turns`).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, ClassVar

from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import Error, RequestEntityTooLarge

from webui.bearers import token_of
from webui.dawdlers import Channel, mind
from webui.settings import API, COOKIE, Settings
from webui.turns import Turns, Who

_NEVER = 1 << 62  # bytes; a buffer of this size would go to a temporary file
_THREADS = 8
_CONNECTIONS = 200
_IDLE_CONNECTION = 60  # seconds


@dataclass(frozen=True, slots=True)
class Known:
    """What a cookie and a token are good for.

    `cookie` and `token` say how many bytes who has them may send in one request, 0 for a stranger;
    `session` and `bearer` say whose they are, with the least work.
    """

    cookie: Callable[[str], int]
    token: Callable[[str], int] = lambda _: 0
    session: Callable[[str], Who] = lambda _: Who()
    bearer: Callable[[str], Who] = lambda _: Who()

    def who(self, request: Any) -> Who | None:
        """Return who sends a request with a whole header; `None` for files that anybody gets."""
        if request.path.startswith("/static/"):
            return None
        if _for_api(request):
            return self.bearer(_token(request))
        return self.session(_cookie(request))


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
    large = False
    """Whether it carries more than a stranger may send, from somebody who may."""
    owner = Who()

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.begun = time.time()
        self.taken = 0

    def received(self, data: bytes) -> int:
        """Take bytes of a request, and judge it once its header is complete."""
        begins = not self.headers_finished
        consumed: int = super().received(data)
        self.taken += consumed
        if begins and self.headers_finished and self.error is None:
            self._judge()
        return consumed

    def _judge(self) -> None:
        if self.chunked or "TRANSFER_ENCODING" in self.headers:  # RFC 9112 section 6.1
            self._refuse(LengthRequired("a length is required"))
        elif self.content_length > self.max_small:
            if self.content_length > self._most():
                self._refuse(RequestEntityTooLarge("that is more than you may send"))
            else:
                self.large, self.owner = True, self.known.who(self) or Who()

    def _most(self) -> int:
        if _for_api(self):
            token = _token(self)
            return self.known.token(token) if token else 0
        return self.known.cookie(_cookie(self))

    def _refuse(self, error: Error) -> None:
        self.error = error
        self.completed = True
        self.expect_continue = False


def _for_api(request: Any) -> bool:
    return bool(request.path.startswith(f"{API}/"))


def _token(request: Any) -> str:
    return token_of(request.headers.get("AUTHORIZATION", ""))


def _cookie(request: Any) -> str:
    return cookie_of(request.headers.get("COOKIE", ""))


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
    turns = Turns(known.who)
    turns.set_thread_count(_THREADS)
    server = create_server(
        app,
        _dispatcher=turns,
        sockets=[listening],
        connection_limit=_CONNECTIONS,
        channel_timeout=_IDLE_CONNECTION,
        max_request_body_size=settings.max_upload + 1,
        max_request_header_size=32 << 10,
        inbuf_overflow=_NEVER,
        outbuf_overflow=_NEVER,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    parser = make_parser(settings, known)
    server.channel_class = type("SettledChannel", (Channel,), {"parser_class": parser})
    mind(server)
    return server
