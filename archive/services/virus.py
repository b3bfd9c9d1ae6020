"""Virus scan on arrival through clamd, over its documented protocol (clamd(8), `INSTREAM`).

It fails closed: a scanner that cannot be reached, refuses a file or answers anything but a verdict
is an `UnreadableFile`, and nothing of that file is stored.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from archive.errors import InvalidValue, UnreadableFile
from archive.services.checksums import printable

_CONNECT_SECONDS = 5.0
_SCAN_SECONDS = 180.0  # clamd's own limit, MaxScanTime, is 120 seconds by default
_CHUNK = 1 << 17  # bytes; clamd takes chunks up to StreamMaxLength
_MAX_ANSWER = 4096  # bytes
_FOUND = re.compile(r"stream: (.+) FOUND", re.DOTALL)
_HOST = re.compile(r"\[?([^\[\]/]+?)\]?:([0-9]{1,5})")
_UNREACHABLE = "the virus scanner could not be asked; start it and run the same ingest again"
_REFUSED = (
    "the virus scanner did not check it, perhaps for its size; raise StreamMaxLength of clamd and "
    "run the same ingest again"
)


class Scanner(Protocol):
    """Looks for malicious code in the bytes of one file."""

    def scan(self, blocks: Iterable[bytes]) -> str | None:
        """Return the name of what was found, printable and short, or `None`.

        Raises:
            UnreadableFile: no verdict could be had.
        """


@dataclass(frozen=True, slots=True)
class Clamd:
    """A clamd daemon at a Unix socket or at a host and port."""

    address: str | tuple[str, int]

    @classmethod
    def at(cls, place: str) -> Clamd:
        """Return the scanner at an absolute socket path or at `HOST:PORT`.

        Raises:
            InvalidValue: it is neither.
        """
        if place.startswith("/"):
            return cls(place)
        found = _HOST.fullmatch(place)
        if found is None or not 0 < int(found[2]) <= 65535:
            raise InvalidValue(
                "That is not the address of a virus scanner.",
                hint="Give the absolute path of clamd's socket, or HOST:PORT.",
            )
        return cls((found[1], int(found[2])))

    def scan(self, blocks: Iterable[bytes]) -> str | None:
        """Send the blocks as one stream and return the signature that matched, or `None`."""
        try:
            with self._connect() as connection:
                connection.settimeout(_SCAN_SECONDS)
                connection.sendall(b"zINSTREAM\0")
                with suppress(BrokenPipeError, ConnectionResetError):
                    _send(connection, blocks)
                answer = _receive(connection)
        except OSError:
            raise UnreadableFile(_UNREACHABLE) from None
        return _verdict(answer)

    def _connect(self) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, timeout=_CONNECT_SECONDS)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(_CONNECT_SECONDS)
            connection.connect(self.address)
        except BaseException:
            connection.close()
            raise
        return connection


def _send(connection: socket.socket, blocks: Iterable[bytes]) -> None:
    for block in blocks:
        for start in range(0, len(block), _CHUNK):
            piece = block[start : start + _CHUNK]
            connection.sendall(struct.pack(">I", len(piece)) + piece)
    connection.sendall(struct.pack(">I", 0))


def _receive(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) <= _MAX_ANSWER:
        piece = connection.recv(_MAX_ANSWER)
        if not piece:
            break
        answer += piece
    return answer


def _verdict(answer: bytes) -> str | None:
    text = answer.removesuffix(b"\0").decode("utf-8", "replace")
    if not answer.endswith(b"\0") or len(answer) > _MAX_ANSWER:
        raise UnreadableFile(_UNREACHABLE)
    if text == "stream: OK":
        return None
    if found := _FOUND.fullmatch(text):
        return printable(found[1])
    raise UnreadableFile(_REFUSED)
