"""What comes out of a container: every member taken out or refused for a reason, within bounds."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable

from archive.extraction.canonical import is_blank, one_line
from archive.extraction.limits import DEFAULT_LIMITS, Limits
from archive.extraction.reasons import NoText, Refusal
from archive.model.objects import Attachment, CanonicalText, Extraction

BLOCK = 1 << 20
"""Bytes that are unpacked at a time; every bound is looked at once a block."""

_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_SWELLING = 250  # times; deflate reaches 1,032, sparse tables and logs about 100
_SWELLING_FROM = 32 << 20  # bytes; less harms nobody, whatever it was packed into
_CPU_SHARE = 0.6  # of the processor time; what is left is for answering
_HEADER_SHARE = 0.75  # of the header of the answer, for names and reasons of members
_ENTRY_BYTES = 150  # of a member in that header, beside its name: the longest reason and a number
_NAMELESS = "(no name)"
_LISTED_POINTS = 16 << 20  # code points of names in the listing
_FULL_NAME_POINTS = 4096  # PATH_MAX


class Refused(Exception):
    """A member cannot be taken out; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Members:
    """Collects the members of one container in their order; line n of the listing is member n.

    `weight` is the size of the container in bytes.
    """

    def __init__(self, weight: int, limits: Limits = DEFAULT_LIMITS) -> None:
        self._weight = max(weight, 1)
        self._limits = limits
        self._deadline = time.process_time() + limits.cpu_seconds * _CPU_SHARE
        self._taken: list[Attachment] = []
        self._lines: list[str] = []
        self._points = 0  # code points of the listing
        self._room = int(limits.header_bytes * _HEADER_SHARE)
        self._bytes = 0  # taken out
        self._unpacked = 0  # of a stream
        self._beyond = 0

    def add(self, name: str, blocks: Iterable[bytes], packed: int | None = None) -> None:
        """Take out a member that `blocks` unpacks, `packed` bytes of the container, or refuse it.

        `blocks` may raise `Refused` at any block.
        """
        if not self._enter(name):
            return
        try:
            data = self._collect(blocks, packed or self._weight)
        except MemoryError:
            self._refuse(name, Refusal.TOO_LARGE)
        except Refused as refusal:
            self._refuse(name, refusal.reason)
        else:
            self._bytes += len(data)
            self._taken.append(Attachment(self._short(name), _UNTOLD, data))

    def refuse(self, name: str, reason: Refusal) -> None:
        """Report a member that cannot be taken out."""
        if self._enter(name):
            self._refuse(name, reason)

    def pass_over(self, blocks: Iterable[bytes]) -> None:
        """Unpack bytes that lie before a later member.

        Raises:
            Refused: that would take too much.
        """
        for block in blocks:
            self.meter(len(block))

    def meter(self, size: int) -> None:
        """Count `size` more bytes of a stream that cannot be skipped.

        Raises:
            Refused: that is more than is unpacked from one container.
        """
        self._unpacked += size
        if self._unpacked > max(_SWELLING_FROM, _SWELLING * self._weight):
            raise Refused(Refusal.SWELLS)
        self._look_at_the_clock()

    def extraction(self, reader: str, metadata: dict[str, str] | None = None) -> Extraction:
        """Return the listing as text, and the members as attachments."""
        fields = {"members": str(len(self._taken) + self._beyond)} | (metadata or {})
        members = list(self._taken)
        if self._beyond:
            members.append(Attachment("", _UNTOLD, b"", Refusal.TOO_MANY.value))
        if not members:
            return Extraction(None, fields, reason=NoText.EMPTY.value)
        text = CanonicalText("\n".join(self._lines) or _NAMELESS, reader)
        return Extraction(text, fields, tuple(members))

    def _enter(self, name: str) -> bool:
        """Write a member into the listing; tell whether there is room for it in the answer."""
        line = one_line(name, _FULL_NAME_POINTS)
        line = _NAMELESS if is_blank(line) else line
        if self._points + len(line) < _LISTED_POINTS:
            self._lines.append(line)
            self._points += len(line) + 1
        size = _ENTRY_BYTES + len(ascii(self._short(name)))
        if self._beyond or size > self._room or len(self._taken) + 1 >= self._limits.attachments:
            self._beyond += 1
            return False
        self._room -= size
        return True

    def _refuse(self, name: str, reason: Refusal) -> None:
        self._taken.append(Attachment(self._short(name), _UNTOLD, b"", reason.value))

    def _short(self, name: str) -> str:
        """Return the end of a name, where a path has the name of its file."""
        return one_line(name, _FULL_NAME_POINTS)[-self._limits.name_code_points :]

    def _look_at_the_clock(self) -> None:
        if time.process_time() > self._deadline:
            raise Refused(Refusal.TOO_MANY)

    def _collect(self, blocks: Iterable[bytes], packed: int) -> bytes:
        held = io.BytesIO()
        for block in blocks:
            self._look_at_the_clock()
            held.write(block)
            size = held.tell()
            if size > max(_SWELLING_FROM, _SWELLING * packed):
                raise Refused(Refusal.SWELLS)
            if self._bytes + size > self._limits.attachment_bytes:
                raise Refused(Refusal.TOO_LARGE)
        return held.getvalue()
