"""What Outlook encloses in mail as `winmail.dat` ([MS-OXTNEF]): a body, and files."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.decoding import decode_anyhow
from archive.extraction.limits import Confinement
from archive.extraction.readers.office_message import told_body, unpack_rtf
from archive.extraction.reasons import Concern, NoText
from archive.model.objects import Attachment, CanonicalText, Extraction

_HEAD = struct.Struct("<IH")  # 2.1.3.1: signature, key
_ATTRIBUTE = struct.Struct("<BII")  # 2.1.3.2: level, identifier, length; a checksum follows
_SIGNATURE = 0x223E9F78
_CODE_PAGE, _PROPERTIES, _SUBJECT, _BODY = 0x69007, 0x69003, 0x18004, 0x2800C
_NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x69002, 0x18010, 0x6800F, 0x69005
# [MS-OXPROPS]
_P_SUBJECT, _P_BODY, _P_HTML, _P_RTF = 0x0037, 0x1000, 0x1013, 0x1009
_P_SENDER, _P_TO, _P_CC = 0x0C1A, 0x0E04, 0x0E03
_P_ID, _P_ANSWERED, _P_REFERENCES = 0x1035, 0x1042, 0x1039
_P_DATA, _P_NAMES = 0x3701, (0x3707, 0x3001, 0x3704)
_SHOWN = {
    _P_SUBJECT: "subject",
    _P_SENDER: "from",
    _P_TO: "to",
    _P_CC: "cc",
    _P_ID: "message-id",
    _P_ANSWERED: "in-reply-to",
    _P_REFERENCES: "references",
}
_WIDTHS = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _NARROW, _WIDE, _BINARY, _MANY = 0x0D, 0x1E, 0x1F, 0x102, 0x1000
_NAMED = 0x8000
_IDENTIFIER = 16  # bytes of the interface in front of an embedded object
_FILES = 1_000
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes


class TnefReader:
    """Reads `application/vnd.ms-tnef`; a message in it is itself of that type."""

    name = "tnef/2"
    media_types = ("application/vnd.ms-tnef",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the body, who wrote to whom, and the files.

        Raises:
            ReaderFailed: it is not what its signature says.
        """
        told = _Message()
        whole = _walk(data, told)
        text = neutralise(told.body())
        if is_blank(text) and not told.files and not whole:
            raise ReaderFailed
        files = tuple(one.attachment() for one in told.files[:_FILES])
        metadata = told.metadata()
        if len(told.files) > _FILES:
            metadata["attachments-left-out"] = str(len(told.files) - _FILES)
        concerns = () if whole else (Concern.DAMAGED.value,)
        if is_blank(text):
            return Extraction(None, metadata, files, NoText.EMPTY.value, concerns)
        return Extraction(CanonicalText(text, self.name), metadata, files, concerns=concerns)


@dataclass
class _File:
    title: bytes = b""
    data: bytes = b""
    properties: dict[int, str | bytes] = field(default_factory=dict)

    def attachment(self) -> Attachment:
        names = (one for tag in _P_NAMES if isinstance(one := self.properties.get(tag), str))
        name = next(names, "") or decode_anyhow(self.title).text.rstrip("\0")
        embedded = self.properties.get(_P_DATA)
        return Attachment(name, _UNTOLD, self.data or _bytes(embedded))


@dataclass
class _Message:
    subject: bytes = b""
    plain: bytes = b""
    page: str | None = None
    properties: dict[int, str | bytes] = field(default_factory=dict)
    files: list[_File] = field(default_factory=list)

    def take(self, identifier: int, value: bytes) -> None:
        """Take an attribute in."""
        if identifier == _CODE_PAGE and len(value) >= 4:
            self.page = f"cp{int.from_bytes(value[:4], 'little')}"
        elif identifier == _PROPERTIES:
            self.properties |= _properties(value, self.page)
        elif identifier == _SUBJECT:
            self.subject = value
        elif identifier == _BODY:
            self.plain = value
        elif identifier == _NEW_FILE:
            self.files.append(_File())
        elif self.files:
            self._take_of_file(self.files[-1], identifier, value)

    def _take_of_file(self, file: _File, identifier: int, value: bytes) -> None:
        if identifier == _TITLE:
            file.title = value
        elif identifier == _DATA:
            file.data = value
        elif identifier == _FILE_PROPERTIES:
            file.properties |= _properties(value, self.page)

    def body(self) -> str:
        """Return the body, of whichever form there is."""
        plain = self.properties.get(_P_BODY) or self.plain
        told = plain if isinstance(plain, str) else decode_anyhow(plain, self.page).text
        page = self.properties.get(_P_HTML, b"")
        raw = page.encode() if isinstance(page, str) else page
        return told_body(told.rstrip("\0"), raw, unpack_rtf(_bytes(self.properties.get(_P_RTF))))

    def metadata(self) -> dict[str, str]:
        """Return subject and people by the names of mail."""
        found = {"subject": decode_anyhow(self.subject, self.page).text.rstrip("\0")}
        for tag, name in _SHOWN.items():
            value = self.properties.get(tag)
            if isinstance(value, str) and value:
                found[name] = value
        return {name: value for name, value in found.items() if value}


def _bytes(value: str | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else b""


def _walk(data: bytes, told: _Message) -> bool:
    """Take every attribute in, and tell whether the last one ends where the data does."""
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _SIGNATURE:
        raise ReaderFailed
    at = _HEAD.size
    while at + _ATTRIBUTE.size <= len(data):
        level, identifier, length = _ATTRIBUTE.unpack_from(data, at)
        value = data[at + _ATTRIBUTE.size :][:length] if level in (1, 2) else b""
        if level not in (1, 2) or len(value) < length:
            return False
        told.take(identifier, value)
        at += _ATTRIBUTE.size + length + 2
    return at == len(data)


def _properties(data: bytes, page: str | None) -> dict[int, str | bytes]:
    """Return the texts and bytes of a list of properties (2.1.3.4), as far as it can be read."""
    found: dict[int, str | bytes] = {}
    reading = _Reading(data)
    try:
        for _ in range(reading.number()):
            kind, tag = struct.unpack("<HH", reading.take(4))
            if tag >= _NAMED:
                reading.skip_name()
            for value in _values(reading, kind):
                base = kind & ~_MANY
                if base == _WIDE:
                    found[tag] = value.decode("utf-16-le", "replace").rstrip("\0")
                elif base == _NARROW:
                    found[tag] = decode_anyhow(value, page).text.rstrip("\0")
                elif base in (_OBJECT, _BINARY):
                    found[tag] = value[_IDENTIFIER:] if base == _OBJECT else value
    except EOFError:
        pass
    return found


def _values(reading: _Reading, kind: int) -> Iterator[bytes]:
    base = kind & ~_MANY
    width = _WIDTHS.get(base)
    sized = base in (_OBJECT, _NARROW, _WIDE, _BINARY)
    if width is None and not sized:
        raise EOFError  # where the next one begins is not known
    for _ in range(reading.number() if sized or kind & _MANY else 1):
        yield reading.take(reading.number() if width is None else width, padded=True)


class _Reading:
    """Values of a list, end to end; each raises `EOFError` where the list is cut off."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int, *, padded: bool = False) -> bytes:
        """Return so many bytes, and pass over those that fill up four."""
        if self._at + size > len(self._data):
            raise EOFError
        value = self._data[self._at : self._at + size]
        self._at += size + (-size % 4 if padded else 0)
        return value

    def number(self) -> int:
        """Return a number of four bytes."""
        return int.from_bytes(self.take(4), "little")

    def skip_name(self) -> None:
        """Pass over the name of a property: a set, and a number or a text."""
        self.take(16)
        if self.number():
            self.take(self.number(), padded=True)
        else:
            self.take(4)
