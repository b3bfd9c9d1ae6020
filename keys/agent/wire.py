"""Messages between agent, keyholders and those who use keys: a length, then JSON or raw bytes."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keys.errors import AgentUnreachable

_LENGTH = struct.Struct(">I")
_LARGEST = 1 << 20  # bytes
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid; unix(7), SO_PEERCRED
TIMEOUT = 30.0  # seconds; Argon2id of a slot is the slowest answer


def send_raw(to: socket.socket, data: bytes | bytearray) -> None:
    """Send bytes with their length."""
    to.sendall(_LENGTH.pack(len(data)))
    to.sendall(data)


def receive_raw(source: socket.socket) -> bytearray:
    """Return the bytes of one message in a buffer that the caller can wipe.

    Raises:
        AgentUnreachable: the other side closed, or sends too much.
    """
    length = _LENGTH.unpack(_exactly(source, _LENGTH.size))[0]
    if length > _LARGEST:
        raise AgentUnreachable("a message is too long")
    return _exactly(source, length)


def _exactly(source: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view, at = memoryview(data), 0
    while at < length:
        try:
            count = source.recv_into(view[at:])
        except OSError:
            count = 0
        if not count:
            raise AgentUnreachable("the other side closed the connection")
        at += count
    return data


def send(to: socket.socket, *messages: dict[str, Any]) -> None:
    """Send JSON objects, each with its length, at once: whoever waits is woken but once."""
    bodies = [json.dumps(message).encode() for message in messages]
    to.sendall(b"".join(_LENGTH.pack(len(body)) + body for body in bodies))


def receive(source: socket.socket) -> dict[str, Any]:
    """Return one JSON object.

    Raises:
        AgentUnreachable: the other side closed, or it is none.
    """
    try:
        message = json.loads(receive_raw(source))
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise AgentUnreachable("a message is not an object")
    return message


def connect(path: Path) -> socket.socket:
    """Return a connection to the agent.

    Raises:
        AgentUnreachable: nobody listens there, or it is another user's socket.
    """
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(TIMEOUT)
    try:
        with short_name(path) as name:
            made.connect(name)
    except OSError:
        made.close()
        raise AgentUnreachable("no key agent is listening") from None
    if peer_user(made) != os.getuid():
        made.close()
        raise AgentUnreachable("the key agent is another user's")
    return made


@contextmanager
def short_name(path: Path) -> Iterator[str]:
    """Give a name of a socket that fits into 108 bytes (unix(7)) however deep its folder is.

    Raises:
        OSError: the folder cannot be opened.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def peer_user(connection: socket.socket) -> int:
    """Return the user id of the process at the other end, as the kernel knows it (unix(7))."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(raw)[1])
