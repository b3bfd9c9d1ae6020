"""The server listens on this machine only and stops cleanly."""

from __future__ import annotations

import socket

import pytest

from archive.errors import InvalidValue, WriteFailed
from webui.serve import open_door, parse_listen


@pytest.mark.parametrize(
    ("listen", "parsed"),
    [
        ("127.0.0.1:8443", ("127.0.0.1", 8443)),
        ("localhost:0", ("127.0.0.1", 0)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_loopback_addresses_are_taken(listen: str, parsed: tuple[str, int]) -> None:
    assert parse_listen(listen) == parsed


@pytest.mark.parametrize(
    "listen",
    [
        "0.0.0.0:80",
        "[::]:80",
        "192.0.2.7:80",
        "archive.example:80",
        "127.0.0.1",
        ":80",
        "",
        "localhost:65536",
        "localhost:-1",
        "localhost:x",
        "::1:80",
    ],
)
def test_other_addresses_are_refused(listen: str) -> None:
    with pytest.raises(InvalidValue):
        parse_listen(listen)


def test_a_port_in_use_is_a_plain_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WriteFailed, match="cannot be listened on"):
            open_door(f"127.0.0.1:{port}")
