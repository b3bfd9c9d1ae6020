"""Outlook messages ([MS-OXMSG]): body, people, and everything enclosed, each whole.

Tika would go through the enclosed files too, of which each is a record of its own here; and it
loses their names. A message inside a message is written out as mail (RFC 5322) and read as such.
"""

from __future__ import annotations

import email.generator  # noqa: F401 - a confined child can import nothing
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import SMTP
from email.utils import format_datetime

from archive.extraction.canonical import is_blank, join_line_ends, one_line
from archive.extraction.decoding import Decoded, decode_anyhow
from archive.extraction.readers.html import page_text
from archive.extraction.readers.mail_fields import field
from archive.extraction.readers.office_compound import Compound
from archive.extraction.readers.office_rtf import read_rtf
from archive.model.objects import Attachment

# Property tags ([MS-OXPROPS]): identifiers, without their types
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_HEADERS = "007D"
_THREAD = {"1035": "message-id", "1042": "in-reply-to", "1039": "references"}
_SENDER = ("0C1A", "5D01", "0C1F", "0042", "5D02", "0065")
_SHOWN = {"0E04": "to", "0E03": "cc", "0E02": "bcc"}
_RECIPIENT = ("3001", "39FE", "3003")
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = "3701", "3707", "3704", "3001"
_SENT, _DELIVERED = 0x00390040, 0x0E060040
_CODE_PAGES = (0x3FFD0003, 0x3FDE0003)
_EMBEDDED = "__substg1.0_3701000D"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # [MS-DTYP] 2.3.3
_PROPERTIES = "__properties_version1.0"
_ENTRY = struct.Struct("<IIQ")  # [MS-OXMSG] 2.4.2.1: tag, flags, value
_DEPTH = 20  # messages inside messages; deeper ones are left out and counted
_MAX_ATTACHMENTS = 1_000
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)  # [MS-OXRTFCP] 2.1.2.1
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_MAX_RTF = 64 << 20  # bytes
_TAG = re.compile(r"__substg1\.0_([0-9A-F]{4})(001F|001E|0102)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says, by the names of mail; `text` may be empty."""

    text: str
    metadata: dict[str, str]
    attachments: tuple[Attachment, ...]
    left_out: int = 0


def read_message(compound: Compound, at: tuple[str, ...] = (), depth: int = 0) -> Message:
    """Return the message in the storage `at` of a compound file."""
    store = _Storage(compound, at)
    metadata = _metadata(store)
    attachments: list[Attachment] = []
    left_out = 0
    for path in store.children("__attach_version1.0_"):
        if len(attachments) >= _MAX_ATTACHMENTS or depth >= _DEPTH:
            left_out += 1
        else:
            attachments.append(_attachment(compound, path, depth))
    return Message(_body(store), metadata, tuple(attachments), left_out)


class _Storage:
    """One storage and the properties in it."""

    def __init__(self, compound: Compound, at: tuple[str, ...]) -> None:
        self._compound = compound
        self._at = at
        self._tags = {
            match.group(1).upper(): path[-1]
            for path in compound.streams
            if tuple(path[:-1]) == at and (match := _TAG.match(path[-1]))
        }
        content = compound.read(*at, _PROPERTIES)
        header = 24 if at else 32  # bytes; [MS-OXMSG] 2.4.1
        whole = max(0, len(content) - header) // _ENTRY.size * _ENTRY.size
        entries = _ENTRY.iter_unpack(content[header : header + whole])
        self._fixed = {tag: value for tag, _, value in entries}
        pages = [self._fixed[tag] & 0xFFFFFFFF for tag in _CODE_PAGES if tag in self._fixed]
        self._page = "utf-8" if pages[:1] == [65001] else f"cp{pages[0]}" if pages else None

    def children(self, prefix: str) -> list[tuple[str, ...]]:
        """Return the paths of storages here whose names begin with `prefix`, in order."""
        depth = len(self._at)
        found = {
            tuple(path[: depth + 1])
            for path in self._compound.streams
            if tuple(path[:depth]) == self._at and path[depth].startswith(prefix)
        }
        return sorted(found)

    def raw(self, tag: str) -> bytes:
        """Return the bytes of a property of variable length."""
        name = self._tags.get(tag)
        return self._compound.read(*self._at, name) if name else b""

    def text(self, *tags: str) -> str:
        """Return the first of these properties that says something."""
        for tag in tags:
            name, content = self._tags.get(tag, ""), self.raw(tag)
            if name.upper().endswith("001F"):
                value = content.decode("utf-16-le", "replace")
            else:
                value = decode_anyhow(content, self._page).text if content else ""
            if value.strip("\0 \r\n\t"):
                return value.rstrip("\0")
        return ""

    def moment(self, *tags: int) -> datetime | None:
        """Return the first of these times that is set."""
        for tag in tags:
            if 0 < self._fixed.get(tag, 0) < 1 << 62:
                try:
                    return _EPOCH + timedelta(microseconds=self._fixed[tag] // 10)
                except OverflowError:
                    continue
        return None


def _metadata(store: _Storage) -> dict[str, str]:
    header = HeaderParser().parsestr(store.text(_HEADERS))
    fields = {
        "subject": store.text(_SUBJECT),
        "from": _distinct(store.text(tag) for tag in _SENDER),
        **{name: store.text(tag) or field(header, name) for tag, name in _THREAD.items()},
        **{name: store.text(tag) for tag, name in _SHOWN.items()},
        "recipients": _distinct(
            _Storage(store._compound, path).text(tag)
            for path in store.children("__recip_version1.0_")
            for tag in _RECIPIENT
        ),
        "headers": " | ".join(store.text(_HEADERS).splitlines()),
    }
    sent = store.moment(_SENT, _DELIVERED)
    if sent is not None:
        fields["date"], fields["sent"] = sent.date().isoformat(), sent.isoformat()
    return {name: value for name, value in fields.items() if value}


def _distinct(values: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))


def _body(store: _Storage) -> str:
    """Return the body: plain where there is one, else of the page, else of the rich text."""
    return told_body(store.text(_BODY), store.raw(_HTML), unpack_rtf(store.raw(_RTF)))


def told_body(plain: str, page: bytes, rich: bytes) -> str:
    """Return the text of a body that is there in up to three forms; `rich` is unpacked."""
    if not is_blank(plain):
        return join_line_ends(plain)
    if page:
        return page_text(decode_anyhow(page))[0]
    if not rich.startswith(b"{\\rtf"):
        return ""
    found = read_rtf(rich)
    if b"\\fromhtml1" in rich[:4096]:
        source = "\n".join(line for line in found.asides if "<" in line)
        told = page_text(Decoded(source, "utf-8"))[0]
        return found.body if is_blank(told) else f"{found.body}\n{told}"
    return "\n".join([found.body, *found.asides])


def _attachment(compound: Compound, path: tuple[str, ...], depth: int) -> Attachment:
    store = _Storage(compound, path)
    name = store.text(_LONG_NAME, _SHORT_NAME, _SHOWN_NAME)
    content = store.raw(_DATA)
    if not content and compound.file.exists([*path, _EMBEDDED]):
        inner = read_message(compound, (*path, _EMBEDDED), depth + 1)
        name = name or one_line(inner.metadata.get("subject", ""), 200)
        return Attachment(f"{name or 'message'}.eml", "message/rfc822", as_mail(inner))
    return Attachment(name, _UNTOLD, content)


def as_mail(message: Message) -> bytes:
    """Return a message as mail; the same message gives the same bytes."""
    mail = EmailMessage(policy=SMTP.clone(utf8=True, cte_type="8bit"))
    for name, header in (("from", "From"), ("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")):
        _set(mail, header, message.metadata.get(name, ""))
    _set(mail, "Subject", message.metadata.get("subject", ""))
    _set(mail, "X-Recipients", message.metadata.get("recipients", ""))
    if "sent" in message.metadata:
        _set(mail, "Date", format_datetime(datetime.fromisoformat(message.metadata["sent"])))
    _set(mail, "MIME-Version", "1.0")
    mail.set_content(message.text or "", cte="base64")
    for one in message.attachments:
        mail.add_attachment(
            one.data,
            maintype="application",
            subtype="octet-stream",
            filename=one_line(one.untrusted_name, 200) or "attachment",
        )
    if mail.is_multipart():
        mail.set_boundary("=_enclosed_message")
    return mail.as_bytes()


def _set(mail: EmailMessage, name: str, value: str) -> None:
    line = one_line(value, 4096)
    if line:
        mail.add_header(f"{name}", line)


def unpack_rtf(packed: bytes) -> bytes:
    """Return rich text out of its packing ([MS-OXRTFCP] 2.2); what is cut short ends early."""
    if len(packed) < 16:
        return b""
    size, kind = struct.unpack_from("<4xII", packed)
    if kind == _PLAIN:
        return packed[16:]
    if kind != _PACKED:
        return b""
    out = bytearray(_DICTIONARY)
    goal = len(_DICTIONARY) + min(size, _MAX_RTF)
    for is_copy, value in _steps(packed[16:]):
        if len(out) >= goal:
            break
        if not is_copy:
            out.append(value)
            continue
        back = (len(out) - (value >> 4)) % _WINDOW
        if not back:
            break
        for _ in range((value & 15) + 2):
            out.append(out[-back] if back <= len(out) else 0x20)
    return bytes(out[len(_DICTIONARY) : goal])


def _steps(packed: bytes) -> Iterator[tuple[bool, int]]:
    """Yield the literals (bytes) and copies (place and length, 16 bits) of packed rich text."""
    at = 0
    while at < len(packed):
        control, at = packed[at], at + 1
        for bit in range(8):
            is_copy = bool(control >> bit & 1)
            if at + is_copy >= len(packed):
                return
            if is_copy:
                yield True, packed[at] << 8 | packed[at + 1]
            else:
                yield False, packed[at]
            at += 1 + is_copy
