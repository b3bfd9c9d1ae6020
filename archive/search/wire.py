"""What a search process and its parent say to one another: JSON behind a 32-bit length.

JSON, so that neither side can make the other do more than read. Big-endian lengths; text is ASCII
with escapes, so that a lone surrogate of a query survives.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from archive import errors
from archive.errors import ArchiveError, SearchFailed
from archive.model.ids import RecordId
from archive.model.search import BatchRow, SearchHit, SearchRequest, SearchResults, Snippet

MAX_MESSAGE = 1 << 26  # bytes
_LENGTH = struct.Struct(">I")
_MARK = b"c"  # the byte that a channel comes with
_PIECE = 1 << 18  # bytes of one receive


def send(channel: socket.socket, message: object, deadline: float | None = None) -> None:
    """Send one message before `deadline` (monotonic seconds).

    Raises:
        TimeoutError: it was not taken in time.
        OSError: the other side is gone.
    """
    data = json.dumps(message, separators=(",", ":")).encode()
    _wait_until(channel, deadline)
    channel.sendall(_LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket, deadline: float | None = None) -> Any:
    """Return the next message.

    Raises:
        TimeoutError: it did not come in time.
        EOFError: the other side is gone.
        OSError: the same.
        ValueError: it is no message.
    """
    length = _LENGTH.unpack(_exactly(channel, _LENGTH.size, deadline))[0]
    if length > MAX_MESSAGE:
        raise ValueError("a message is too long")
    return json.loads(_exactly(channel, length, deadline))


def send_channel(channel: socket.socket, other: socket.socket) -> None:
    """Send another channel behind a message (unix(7), SCM_RIGHTS).

    Raises:
        OSError: the other side is gone.
    """
    socket.send_fds(channel, [_MARK], [other.fileno()])


def receive_channel(channel: socket.socket) -> socket.socket:
    """Return the channel that comes behind a message.

    Raises:
        EOFError, OSError: the other side is gone.
    """
    _, numbers, _, _ = socket.recv_fds(channel, len(_MARK), 1)
    if not numbers:
        raise EOFError
    return socket.socket(fileno=numbers[0])


def _exactly(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        _wait_until(channel, deadline)
        piece = channel.recv(min(count - len(data), _PIECE))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _wait_until(channel: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        channel.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    channel.settimeout(left)


def encode_request(request: SearchRequest) -> dict[str, Any]:
    """Return a request as plain values."""
    return asdict(request)


def decode_request(body: dict[str, Any]) -> SearchRequest:
    """Return the request that `encode_request` gave."""
    facets = {name: tuple(values) for name, values in body["facets"].items()}
    return SearchRequest(**{**body, "within": tuple(body["within"]), "facets": facets})


def encode_results(results: SearchResults) -> dict[str, Any]:
    """Return results as plain values."""
    return asdict(results)


def decode_results(body: dict[str, Any]) -> SearchResults:
    """Return the results that `encode_results` gave."""
    return SearchResults(**{**body, "hits": tuple(decode_hit(hit) for hit in body["hits"])})


def decode_hit(body: dict[str, Any]) -> SearchHit:
    """Return a hit from its plain values."""
    cut = body["snippet"]
    marks = tuple((start, end) for start, end in cut["hits"])
    return SearchHit(
        **{
            **body,
            "record": RecordId(body["record"]),
            "snippet": Snippet(cut["text"], marks, cut["start"]),
            "places": tuple(body["places"]),
            "ends": tuple(body["ends"]),
            "pages": {int(page): count for page, count in body["pages"].items()},
            "similar": tuple(RecordId(one) for one in body["similar"]),
        }
    )


def decode_row(body: dict[str, Any]) -> BatchRow:
    """Return a row of a batch from its plain values."""
    top = tuple((RecordId(record), title) for record, title in body["top"])
    return BatchRow(body["line"], body["total"], top, body["error"])


def encode_error(error: ArchiveError) -> dict[str, Any]:
    """Return a refusal as plain values."""
    return {
        "error": type(error).__name__,
        "message": error.public_message,
        "hint": error.next_step,
        "diagnostics": error.diagnostics,
    }


def decode_error(body: dict[str, Any]) -> ArchiveError:
    """Return the refusal that `encode_error` gave; one of an unknown kind is `SearchFailed`."""
    kind: Callable[..., Any] = getattr(errors, str(body["error"]), SearchFailed)
    if not (isinstance(kind, type) and issubclass(kind, ArchiveError)):
        kind = SearchFailed
    found: ArchiveError = kind(body["message"], hint=body["hint"], **body["diagnostics"])
    return found
