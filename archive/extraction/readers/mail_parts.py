"""The parts of a message as they stand in it (RFC 2046, 5.1), found without recursion or copies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from archive.extraction.readers.mail_fields import AnyMessage, boundary, kind

_MAX_PARTS = 10_000  # a message has a handful; more is an attack on the walk
_MAX_DEPTH = 200  # multiparts in one another; what is deeper is one part, whole
_HEADERS = re.compile(  # RFC 5322, 2.2; the first line may be an envelope of a mailbox
    rb"(?:From [^\n]*\n)?((?:[!-9;-~]*[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*+)*+)"
)
_GAP = re.compile(rb"\r?(?:\n|\Z)")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Headers, and where the body stands in `data`."""

    headers: AnyMessage
    data: bytes
    start: int
    end: int

    @property
    def body(self) -> bytes:
        """The body as it stands, without its transfer encoding undone."""
        return self.data[self.start : self.end]


def whole(data: bytes) -> Part:
    """Return a message as one part; line ends of old Macintoshes become LF."""
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return _part(data, 0, len(data), "text/plain")


def parts(parent: Part) -> list[Part]:
    """Return the parts that a multipart holds directly, one more than are opened at most.

    Text before the first delimiter and behind the last is for programs without MIME and is left
    out, as the standard says. Empty when there is no delimiter.
    """
    inner = "message/rfc822" if kind(parent.headers) == "multipart/digest" else "text/plain"
    found = []
    for start, end in _spans(parent):
        found.append(_part(parent.data, start, end, inner))
        if len(found) > _MAX_PARTS:
            break
    return found


def _spans(parent: Part) -> Iterator[tuple[int, int]]:
    """Yield start and end of each part; the line end before a delimiter belongs to that."""
    name = boundary(parent.headers)
    if not name:
        return
    seam = re.compile(rb"^--" + re.escape(name) + rb"(--)?[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
    start = None
    for match in seam.finditer(parent.data, parent.start, parent.end):
        if start is not None:
            yield start, _before(parent.data, start, match.start())
        start = None if match.group(1) else match.end()
        if start is None:
            return
    if start is not None:
        yield start, parent.end


def _before(data: bytes, start: int, end: int) -> int:
    for line_end in (b"\r\n", b"\n"):
        if data.endswith(line_end, start, end):
            return end - len(line_end)
    return end


def _part(data: bytes, start: int, end: int, default: str) -> Part:
    match = _HEADERS.match(data, start, end)
    head = match.group(1) if match else b""
    body = match.end() if match else start
    headers: AnyMessage = BytesHeaderParser().parsebytes(head) if head else Message()
    headers.set_default_type(default)
    gap = _GAP.match(data, body, end)
    return Part(headers, data, gap.end() if gap else body, end)


class Walk:
    """The leaves of a message in their order; `cut` tells afterwards whether there were too many.

    Of alternatives (RFC 2046, 5.1.4) the first that `speaks` is the one whose words count; files
    enclosed in the others are leaves all the same.
    """

    def __init__(self, message: Part, speaks: Callable[[Part], bool]) -> None:
        self._speaks = speaks
        self._waiting = [(message, True, 0)]
        self.cut = False

    def leaves(self) -> Iterator[tuple[Part, bool]]:
        """Yield parts that hold no parts, and whether words of theirs belong to the text."""
        for _ in range(_MAX_PARTS):
            if not self._waiting:
                return
            part, wanted, depth = self._waiting.pop()
            multipart = kind(part.headers).startswith("multipart/") and depth < _MAX_DEPTH
            inside = parts(part) if multipart else []
            if not inside:
                yield part, wanted
                continue
            chosen = None
            if kind(part.headers) == "multipart/alternative":
                chosen = next((one for one in inside if self._speaks(one)), None)
            self._waiting.extend(
                (one, wanted and chosen in (None, one), depth + 1) for one in reversed(inside)
            )
        self.cut = bool(self._waiting)
