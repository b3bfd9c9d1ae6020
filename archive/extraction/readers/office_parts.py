"""What the parts of an office container hold beside what Tika tells: text, people, files, flags.

Tika leaves out, among others, the authors of comments and changes, alternative texts, custom
properties, cached names of pivot tables and whole formats. A name that is not in the canonical text
cannot be redacted later, so every part is read here too, and what Tika has not told is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from archive.extraction.decoding import decode_anyhow
from archive.extraction.readers.html import page_text
from archive.extraction.readers.office_asides import set_apart
from archive.extraction.readers.office_package import Package, Part
from archive.extraction.readers.office_xml import (
    attributes,
    changes,
    lines,
    parse,
    serialise,
)
from archive.model.objects import Attachment

_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_MAX_ATTACHMENTS = 1_000  # `Limits.attachments`; the rest are counted
_XML = re.compile(r".*\.(?:xml|rels|vml|opf|ncx|fdseq|fdoc|fpage|apxl)\Z", re.IGNORECASE)
_PAGE = re.compile(r".*\.(?:xhtml|html?)\Z", re.IGNORECASE)
_BINARY = re.compile(r"xl/(?!media/|embeddings/).*\.bin\Z", re.IGNORECASE)  # [MS-XLSB]
_MACROS = re.compile(r".*vbaProject\.bin\Z", re.IGNORECASE)
_EQUIPMENT = re.compile(
    r"(?:.*/)?(?:theme|printerSettings|Configurations2|\[trash\]|Fonts|Thumbnails)/.*"
    r"|.*\.(?:odttf|[ot]tf|woff2?|fntdata|css|js|iwa|icc|rdf)"
    r"|mimetype|layout-cache|\[Content_Types\]\.xml|META-INF/.*|.*activeX\d*\.bin"
    r"|docProps/thumbnail\..*",
    re.IGNORECASE,
)
_MUTE = re.compile(  # no words of the document's people, or told as properties
    r"(?:.*/)?(?:fontTable|tableStyles|numbering)\.xml|settings\.xml"
    r"|(?:word|xl)/styles\.xml|docProps/(?:core|app)\.xml|meta\.xml"
)
_FREE = re.compile(r".*customXml/(?!itemProps|_rels).*\.xml\Z")
_ACTIVE = (
    (re.compile(r".*vbaProject\.bin|(?:Basic|Scripts)/.*", re.IGNORECASE), "macros"),
    (re.compile(r".*/activeX/.*|.*/ctrlProps/.*", re.IGNORECASE), "controls"),
)
_DDE = re.compile(r"\s*DDE(?:AUTO)?\b", re.IGNORECASE)
_REMOTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|\\\\|//|\.\./)", re.IGNORECASE)
_CODED = re.compile(rb"encryption-data|EncryptedKey")
_PROLOG = 64  # bytes in which XML shows itself, with any mark
_PROPERTIES = {
    "title": "title",
    "creator": "author",
    "initial-creator": "author",
    "lastModifiedBy": "last-modified-by",
    "subject": "subject",
    "keywords": "keywords",
    "keyword": "keywords",
    "description": "description",
    "category": "category",
    "Company": "company",
    "Manager": "manager",
    "created": "created",
    "creation-date": "created",
    "modified": "modified",
    "printed-by": "printed-by",
    "language": "language",
    "publisher": "publisher",
    "contributor": "contributor",
    "HyperlinkBase": "hyperlink-base",
}
_PROPERTY_PARTS = re.compile(r"docProps/(?:core|app)\.xml|meta\.xml|.*\.opf")


@dataclass(slots=True)
class Contents:
    """What was found in a container. `copy` is what Tika may see: no media, no document types."""

    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    copy: list[Part] = field(default_factory=list)
    active: set[str] = field(default_factory=set)
    external: set[str] = field(default_factory=set)
    unreadable: int = 0
    left_out: int = 0

    def flags(self) -> dict[str, str]:
        """Return as metadata what an archivist should know before opening the original."""
        counted = {"unreadable-parts": self.unreadable, "attachments-left-out": self.left_out}
        found = {name: str(count) for name, count in counted.items() if count}
        if self.active:
            found["active-content"] = ", ".join(sorted(self.active))
        if self.external:
            found["external-references"] = ", ".join(sorted(self.external))
        return found


def is_protected(package: Package) -> bool:
    """Tell encryption of entries, of OpenDocument parts (1.3 part 2, 4.4) of EPUB or iWork."""
    if package.encrypted or package.find("META-INF/rights.xml") is not None:
        return True
    manifest = package.find("META-INF/manifest.xml") or b""
    index = package.find("index.xml") or package.find("index.apxl") or b"<"  # of iWork '09
    return _CODED.search(manifest) is not None or b"<" not in index[:_PROLOG]


def read_parts(package: Package) -> Contents:
    """Read every part of a container.

    Raises:
        ReaderFailed: a part declares an entity.
    """
    found = Contents(unreadable=package.unreadable)
    for part in package.parts:
        found.active.update(flag for names, flag in _ACTIVE if names.match(part.name))
        if not part.data:
            found.copy.append(part)
        elif _XML.match(part.name):
            _xml_part(part, found)
        elif _PAGE.match(part.name):
            _page_part(part, found)
        else:
            _other_part(part, found)
    return found


def _xml_part(part: Part, found: Contents) -> None:
    root, whole = parse(part.data)
    if root is None:
        found.unreadable += 1
        return
    found.unreadable += not whole
    set_apart(root)
    found.copy.append(Part(part.name, serialise(root)))
    if _PROPERTY_PARTS.fullmatch(part.name):
        found.metadata |= properties(root) | found.metadata
        found.sections.append((part.name, _own_properties(root)))
    _look_out(part.name, root, found)
    if _MUTE.fullmatch(part.name) or _EQUIPMENT.fullmatch(part.name):
        return
    free = _FREE.match(part.name) is not None
    told = [*lines(root), *changes(root), *attributes(root, everything=free)]
    if told:
        found.sections.append((part.name, told))


def _page_part(part: Part, found: Contents) -> None:
    """Read a page of a publication; it may be no XML at all, as on the web."""
    parse(part.data)
    found.copy.append(part)
    text, _ = page_text(decode_anyhow(part.data))
    told = [line for line in map(str.strip, text.replace("\t", "\n").split("\n")) if line]
    if told:
        found.sections.append((part.name, told))


def _other_part(part: Part, found: Contents) -> None:
    keep = _BINARY.match(part.name) or _MACROS.match(part.name) or part.name == "mimetype"
    found.copy.append(part if keep else Part(part.name, b""))
    if keep or not part.data or _EQUIPMENT.fullmatch(part.name):
        return
    if len(found.attachments) < _MAX_ATTACHMENTS:
        name = part.name.rpartition("/")[2]
        found.attachments.append(Attachment(name, _UNTOLD, part.data))
    else:
        found.left_out += 1


def properties(root: Any) -> dict[str, str]:
    """Return the properties of a document that an XML part tells, by our names."""
    found: dict[str, str] = {}
    for element in root.iter(etree.Element):
        name = _PROPERTIES.get(element.tag.rpartition("}")[2])
        value = " ".join((element.text or "").split())
        if name and value:
            found.setdefault(name, value)
    return found


def _own_properties(root: Any) -> list[str]:
    """Return the properties that people made up (OpenDocument 1.3 part 3, 4.3.3)."""
    own = root.iter("{*}user-defined")
    return [f"{next(iter(one.attrib.values()), '')}: {one.text or ''}" for one in own]


def _look_out(name: str, root: Any, found: Contents) -> None:
    """Note what a program would fetch or run on opening; nothing is followed."""
    if name.endswith(".rels"):
        found.external.update(_external(root))
        return
    for element in root.iter(etree.Element):
        local = element.tag.rpartition("}")[2]
        if local in ("instrText", "ddeLink", "fldSimple", "dde-source"):
            code = f"{element.text or ''} {' '.join(element.attrib.values())}"
            if local in ("ddeLink", "dde-source") or _DDE.match(code):
                found.active.add("dde")
        elif local in ("script", "event-listener"):
            found.active.add("scripts")
        elif local in (
            "image",
            "object",
            "object-ole",
            "plugin",
            "floating-frame",
            "section-source",
        ):
            href = element.get("{http://www.w3.org/1999/xlink}href") or ""
            if _REMOTE.match(href):
                found.external.add(local)


def _external(root: Any) -> Iterator[str]:
    """Yield the kinds of relationships that lead outside (ECMA-376 part 2, 6.5), bar hyperlinks."""
    for element in root.iter("{*}Relationship"):
        kind = (element.get("Type") or "").rpartition("/")[2]
        if (element.get("TargetMode") or "").lower() == "external" and kind != "hyperlink":
            yield kind
