"""Mailboxes of many messages in one file (RFC 4155), in all their dialects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from platform import python_version

from archive.errors import ReaderFailed
from archive.extraction.limits import Confinement
from archive.extraction.readers.mail_fields import readable
from archive.extraction.readers.members import Members
from archive.model.objects import Extraction

_START = re.compile(rb"^From ([^\r\n]*)\r?\n(?=[!-9;-~]{1,76}:|>From )", re.MULTILINE)
_TIME = re.compile(rb"\d{1,2}:\d\d")
_DATED = re.compile(  # RFC 4155, appendix A: asctime(3), here with what may stand around it
    rb"\S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb" +\d{1,2} \d\d:\d\d"
)
_BLANK = (b"\n\n", b"\n\r\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_NEXT = re.compile(rb"(?:\r?\n)?(?:\Z|From [^\r\n]*\r?\n(?:[!-9;-~]{1,76}:|>From ))")
_SUBJECT = re.compile(
    rb"^subject:[ \t]*((?:[^\r\n]|\r?\n[ \t]){0,4096})", re.IGNORECASE | re.MULTILINE
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_SLASHES = str.maketrans("/\\", "__")
_HEAD_BYTES = 1 << 20


class MboxReader:
    """Reads `application/mbox`: a message begins where a `From ` line stands before a header.

    A `Content-Length` field is followed where another message begins right behind it; a quoted
    `>From ` loses one sign, as mboxrd has it. Nothing else of a message is changed.
    """

    name = f"mbox/1 (python {python_version()})"
    media_types = ("application/mbox",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the subjects as text and the messages as attachments.

        Raises:
            ReaderFailed: there is no message.
        """
        members = Members(len(data))
        any_yet = False
        for message in messages(data):
            any_yet = True
            members.add(_file_name(message), (message,))
        if not any_yet:
            raise ReaderFailed
        return members.extraction(self.name)


def messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox without the lines that part them."""
    start = _next_start(data, 0)
    while start is not None:
        begin = start.end()
        end = _counted_end(data, begin)
        following = _next_start(data, begin if end is None else end)
        if end is None:
            end = len(data) if following is None else following.start()
        yield _QUOTED.sub(rb"\1", _without_gap(data[begin:end]))
        start = following


def _next_start(data: bytes, at: int) -> re.Match[bytes] | None:
    """Find a line that parts messages: behind an empty line with a time, else with a full date."""
    for match in _START.finditer(data, at):
        line, place = match.group(1), match.start()
        parted = place == 0 or data[max(0, place - 3) : place].endswith(_BLANK)
        bare = line.strip() in (b"", b"-")
        if _DATED.match(line) or (parted and (bare or _TIME.search(line))) or place == 0:
            return match
    return None


def _counted_end(data: bytes, begin: int) -> int | None:
    """Return where a message ends by its own count (mboxcl), if that is believable."""
    head = _HEAD_END.search(data, begin, begin + _HEAD_BYTES)
    length = head and _LENGTH.search(data, begin, head.end())
    if not head or not length:
        return None
    end = head.end() + int(length.group(1))
    if end > len(data) or not _NEXT.match(data, end):
        return None
    following = _next_start(data, end)
    return end if not data[end : following.start() if following else None].strip() else None


def _without_gap(message: bytes) -> bytes:
    """Drop the empty line that a mailbox puts behind a message."""
    for gap in (b"\r\n\r\n", b"\n\n"):
        if message.endswith(gap):
            return message[: -len(gap) // 2]
    return message


def _file_name(message: bytes) -> str:
    head = _HEAD_END.search(message, 0, _HEAD_BYTES)
    subject = _SUBJECT.search(message, 0, head.end() if head else min(len(message), _HEAD_BYTES))
    text = readable(subject.group(1).decode("ascii", "surrogateescape")) if subject else ""
    return f"{text.translate(_SLASHES).strip() or 'message'}.eml"
