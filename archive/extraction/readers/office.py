"""Office documents: Tika for the words in order, our own reading of every part for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.metadata import version

from lxml import etree

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.dates import iso_date
from archive.extraction.limits import Confinement
from archive.extraction.readers.office_asides import set_apart
from archive.extraction.readers.office_compound import (
    CONTAINERS,
    Compound,
    enclosed,
    is_encrypted,
    open_compound,
    says_nothing,
)
from archive.extraction.readers.office_merge import complete
from archive.extraction.readers.office_message import read_message
from archive.extraction.readers.office_package import open_package, pack
from archive.extraction.readers.office_parts import is_protected, properties, read_parts
from archive.extraction.readers.office_rtf import read_rtf
from archive.extraction.readers.office_strings import strings
from archive.extraction.readers.office_tika import TIKA, Found, ask_tika, warm
from archive.extraction.readers.office_xml import attributes, lines, parse
from archive.extraction.readers.warming import office_samples
from archive.extraction.reasons import NoText
from archive.model.objects import Attachment, CanonicalText, Extraction

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_MAX_ATTACHMENTS = 1_000
_STREAMS = ("WordDocument", "1Table", "0Table", "Workbook", "Book", "PowerPoint Document")
_ROWS = re.compile(r"[\t ]*\n")
_IWORK_ARCHIVE = ".iwa"


class OfficeReader:
    """Reads office documents, and publications that Tika or their own parts tell."""

    name = f"office/3 ({TIKA}, lxml {etree.__version__}, olefile {version('olefile')})"
    media_types = (
        f"{_OOXML}wordprocessingml.document",
        f"{_OOXML}spreadsheetml.sheet",
        f"{_OOXML}presentationml.presentation",
        "application/vnd.ms-visio.drawing",
        "application/vnd.ms-xpsdocument",
        *(
            f"{_ODF}{kind}{template}"
            for kind in ("text", "spreadsheet", "presentation", "graphics")
            for template in ("", "-template")
        ),
        f"{_ODF}text-master",
        f"{_ODF}text-web",
        f"{_ODF}chart",
        f"{_ODF}formula",
        f"{_ODF}base",
        f"{_ODF}database",
        "application/vnd.sun.xml.writer",
        "application/vnd.sun.xml.calc",
        "application/vnd.sun.xml.impress",
        "application/vnd.sun.xml.draw",
        "application/epub+zip",
        "application/vnd.apple.iwork",
        "application/hwp+zip",
        "application/x-ole-storage",
        "application/rtf",
        "application/vnd.ms-htmlhelp",
        "application/vnd.wordperfect",
        "application/x-office-xml",
    )

    confinement = Confinement.THREADS

    def prepare(self) -> None:
        """Warm the parsers up, in the zygote."""
        warm(office_samples)

    def read(self, data: bytes) -> Extraction:
        """Return text, properties, embedded files, and flags of what the original would do.

        Raises:
            ReaderFailed: it is damaged beyond reading, or built to harm.
            ReaderLimit: it is larger inside than is allowed.
        """
        for magic, read in _BY_MAGIC:
            if data.startswith(magic):
                return read(data)
        return _plain(data)


def _package(data: bytes) -> Extraction:
    package = open_package(data)
    if is_protected(package):
        return Extraction(None, reason=NoText.PROTECTED.value)
    parts = read_parts(package)
    told = ask_tika(pack(parts.copy))
    if told is not None and "protected" in told.media_type:
        return Extraction(None, reason=NoText.PROTECTED.value)
    text = complete(told.text if told else "", parts.sections)
    unknown = any(name.endswith(_IWORK_ARCHIVE) for name in package.names())
    broken = told is None or not told.whole
    if is_blank(text) and (parts.unreadable or (broken and not unknown)):
        raise ReaderFailed
    metadata = _metadata(told, parts.metadata | parts.flags())
    empty = NoText.NO_READER if unknown else NoText.EMPTY
    return _extraction(text, metadata, parts.attachments, empty)


def _compound(data: bytes) -> Extraction:
    compound = open_compound(data)
    if is_encrypted(compound):
        return Extraction(None, reason=NoText.PROTECTED.value)
    if compound.kind == "application/vnd.ms-outlook":
        return _message(compound)
    told = ask_tika(data)
    attachments = enclosed(compound)
    text = complete(told.text if told else "", [])
    broken = told is None or not told.whole
    if (
        is_blank(text)
        and not (attachments and compound.kind in CONTAINERS)
        and (broken or not says_nothing(compound))
    ):
        raise ReaderFailed
    text = complete(text, [(stream, list(strings(compound.read(stream)))) for stream in _STREAMS])
    flags = {"active-content": "macros"} if compound.has_macros else {}
    metadata = _metadata(told, {"format": compound.kind} | flags)
    return _extraction(text, metadata, attachments, NoText.EMPTY)


def _message(compound: Compound) -> Extraction:
    found = read_message(compound)
    metadata = {"format": compound.kind} | found.metadata
    if found.left_out:
        metadata["attachments-left-out"] = str(found.left_out)
    return _extraction(neutralise(found.text), metadata, list(found.attachments), NoText.EMPTY)


def _rich_text(data: bytes) -> Extraction:
    found = read_rtf(data)
    text = complete(neutralise(_ROWS.sub("\n", found.body)), [("rtf", found.asides)])
    flags = {
        "active-content": ", ".join(sorted(found.active)),
        "external-references": ", ".join(sorted(found.external)),
        "incomplete": "" if found.whole else "yes",
        "format": "application/rtf",
    }
    metadata = found.metadata | {name: value for name, value in flags.items() if value}
    return _extraction(text, metadata, found.attachments, NoText.EMPTY)


def _xml(data: bytes) -> Extraction:
    """Read a document that is one XML file: OpenDocument, Word, Excel or FictionBook."""
    root, whole = parse(data)
    if root is None:
        raise ReaderFailed
    set_apart(root)
    text = neutralise("\n".join(lines(root)))
    text = complete(text, [("attributes", list(attributes(root)))])
    metadata = properties(root) | ({} if whole else {"unreadable-parts": "1"})
    return _extraction(text, metadata, [], NoText.EMPTY)


def _plain(data: bytes) -> Extraction:
    told = ask_tika(data)
    if told is None or is_blank(told.text):
        raise ReaderFailed
    return _extraction(complete(told.text, []), _metadata(told), [], NoText.EMPTY)


_BY_MAGIC: tuple[tuple[bytes, Callable[[bytes], Extraction]], ...] = (
    (b"PK", _package),
    (b"\xd0\xcf\x11\xe0", _compound),
    (b"{\\rtf", _rich_text),
    (b"<", _xml),
    (b"\xef\xbb\xbf<", _xml),
    (b"\xff\xfe<\x00", _xml),
    (b"\xfe\xff\x00<", _xml),
)


def _metadata(told: Found | None, ours: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return properties, the exact format, and a note where Tika could not read along."""
    fields = (told.metadata if told else {}) | dict(ours or {})
    if told and told.media_type:
        fields["format"] = told.media_type
    if told is None or not told.whole:
        fields["incomplete"] = "yes"
    day = iso_date(fields.get("created", fields.get("modified", "")))
    if day:
        fields.setdefault("date", day)
    return fields


def _extraction(
    text: str, metadata: dict[str, str], attachments: list[Attachment], empty: NoText
) -> Extraction:
    enclosed = tuple(attachments[:_MAX_ATTACHMENTS])
    if is_blank(text):
        return Extraction(None, metadata, enclosed, empty.value)
    return Extraction(CanonicalText(text, OfficeReader.name), metadata, enclosed)
