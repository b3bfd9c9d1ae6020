"""Compound files ([MS-CFB]): what they are, whether they are encrypted, what is enclosed."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass, field

import olefile

from archive.errors import ReaderFailed
from archive.model.objects import Attachment

_MAX_STREAM = 128 << 20  # bytes
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_KINDS = (
    # a stream or storage that only this format has at the top, and the name of the format
    ("EncryptedPackage", "encrypted"),
    ("\tDRMContent", "encrypted"),  # [MS-OFFCRYPTO] 1.3.2, rights management
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
    ("Quill", "application/x-mspublisher"),
    ("FileHeader", "application/x-hwp-v5"),
    ("\x01Ole10Native", "application/x-ole-package"),
    ("Package", "application/x-ole-package"),
    ("CONTENTS", "application/x-ole-package"),
)
CONTAINERS = frozenset({"application/x-ole-package", "application/x-ole-storage"})
"""Kinds without words of their own: what they enclose is all there is."""

_MACROS = frozenset({"macros", "_vba_project_cur", "vba", "_vba_project"})
_FIB_FLAGS = 0x0A  # [MS-DOC] 2.5.2, FibBase; bit 8 is fEncrypted
_FILEPASS, _EOF = 0x002F, 0x000A  # [MS-XLS] 2.3
_CURRENT_USER_TOKEN = 12  # [MS-PPT] 2.3.2, CurrentUserAtom.headerToken
_PPT_ENCRYPTED = 0xF3D1C4DF
_HWP_SIGNATURE = b"HWP Document File"
_HWP_FLAGS = 36  # bytes before the attribute word; bit 1 password, bit 4 rights management
_CARRIERS = frozenset({"\x01Ole10Native", "Package", "CONTENTS", "EmbeddedOdf"})
_COUNT_OF_TEXT = 0x4C  # [MS-DOC] 2.5.3, FibRgLw97.ccpText
_TEXT_ATOM = re.compile(rb"\x00\x00[\xa0\xa8]\x0f(?!\0\0\0\0)")  # [MS-PPT] 2.9.41, 2.9.42
_TRUSTED = frozenset({"application/vnd.ms-excel", "application/vnd.visio"})
_RECORDS = 4096  # records of a workbook's globals looked through


@dataclass(slots=True)
class Compound:
    """A compound file, opened."""

    file: olefile.OleFileIO
    kind: str
    streams: list[list[str]] = field(default_factory=list)

    def read(self, *path: str) -> bytes:
        """Return a stream, or nothing where there is none that can be read."""
        try:
            if not self.file.exists(list(path)) or self.file.get_size(list(path)) > _MAX_STREAM:
                return b""
            with self.file.openstream(list(path)) as stream:
                return bytes(stream.read())
        except (OSError, ValueError, IndexError, struct.error, TypeError):
            return b""

    @property
    def has_macros(self) -> bool:
        """Whether a project of Visual Basic is in it ([MS-OVBA] 2.2)."""
        return any(step.lower() in _MACROS for path in self.streams for step in path)


def open_compound(data: bytes) -> Compound:
    """Open a compound file.

    Raises:
        ReaderFailed: it is none, or its directory is damaged.
    """
    try:
        opened = olefile.OleFileIO(io.BytesIO(data))
        streams = opened.listdir(streams=True, storages=False)
        top = {path[0] for path in opened.listdir(streams=True, storages=True)}
    except (OSError, ValueError, IndexError, struct.error, TypeError, KeyError, AttributeError):
        pass
    else:
        kind = next((kind for name, kind in _KINDS if name in top), "application/x-ole-storage")
        return Compound(opened, kind, streams)
    raise ReaderFailed


def is_encrypted(compound: Compound) -> bool:
    """Tell whether a password is needed, by what each format says of itself."""
    if compound.kind == "encrypted":
        return True
    if compound.kind == "application/msword":
        flags = compound.read("WordDocument")[_FIB_FLAGS : _FIB_FLAGS + 2]
        return len(flags) == 2 and bool(struct.unpack("<H", flags)[0] & 0x0100)
    if compound.kind == "application/vnd.ms-excel":
        return _has_filepass(compound.read("Workbook") or compound.read("Book"))
    if compound.kind == "application/vnd.ms-powerpoint":
        token = compound.read("Current User")[_CURRENT_USER_TOKEN : _CURRENT_USER_TOKEN + 4]
        encrypted = len(token) == 4 and struct.unpack("<I", token)[0] == _PPT_ENCRYPTED
        return encrypted or bool(compound.file.exists("EncryptedSummary"))
    header = compound.read("FileHeader")
    if header.startswith(_HWP_SIGNATURE) and len(header) >= _HWP_FLAGS + 4:
        return bool(struct.unpack_from("<I", header, _HWP_FLAGS)[0] & 0b10010)
    return False


def _has_filepass(workbook: bytes) -> bool:
    """Tell whether a FilePass record stands among the first records of a workbook."""
    at = 0
    for _ in range(_RECORDS):
        if at + 4 > len(workbook):
            return False
        kind, size = struct.unpack_from("<HH", workbook, at)
        if kind == _FILEPASS:
            return True
        if kind == _EOF:
            return False
        at += 4 + size
    return False


def enclosed(compound: Compound) -> list[Attachment]:
    """Return the files that objects in a compound file carry whole ([MS-OLEDS] 2.3.6)."""
    found = []
    for path in compound.streams:
        if path[-1] == "CONTENTS" and compound.kind not in CONTAINERS:
            continue
        content = compound.read(*path) if path[-1] in _CARRIERS else b""
        if not content:
            continue
        if path[-1] == "\x01Ole10Native":
            name, content = unwrap_package(content)
        else:
            name = ""
        if content:
            found.append(Attachment(name, _UNTOLD, content))
    return found


def unwrap_package(content: bytes) -> tuple[str, bytes]:
    """Return label and bytes of a packaged file.

    Size, flags, label, path, four bytes, length and text of a command, size, bytes: as Object
    Packager writes it; [MS-OLEDS] 2.3.6 gives only the size before it.
    """
    try:
        label, at = _until_zero(content, 6)
        _, at = _until_zero(content, at)
        at += 4
        at += 4 + int(struct.unpack_from("<I", content, at)[0])
        size = struct.unpack_from("<I", content, at)[0]
    except (struct.error, ValueError):
        return "", content[4:]
    packed = content[at + 4 : at + 4 + size]
    return (label.decode("cp1252", "replace"), packed) if packed else ("", content[4:])


def _until_zero(content: bytes, at: int) -> tuple[bytes, int]:
    end = content.index(0, at)
    return content[at:end], end + 1


def says_nothing(compound: Compound) -> bool:
    """Tell whether a document has no text by its own account."""
    if compound.kind == "application/msword":
        counted = compound.read("WordDocument")[_COUNT_OF_TEXT : _COUNT_OF_TEXT + 4]
        return len(counted) == 4 and struct.unpack("<i", counted)[0] <= 1  # the final paragraph
    if compound.kind == "application/vnd.ms-powerpoint":
        return not _TEXT_ATOM.search(compound.read("PowerPoint Document"))
    return compound.kind in _TRUSTED
