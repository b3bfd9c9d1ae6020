"""Apache Tika as a native library: bytes in, XHTML out, text and properties as the rest expects.

The byte stream is read and decoded here, because the string interface of the library damages
characters outside the Basic Multilingual Plane. The library prints to standard error, which leads
nowhere in a child.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from lxml import etree

from archive.errors import ReaderLimit
from archive.extraction import native
from archive.extraction.dates import iso_date
from archive.extraction.decoding import Decoded
from archive.extraction.readers.html import page_text

TIKA = f"iscc-tika {version('iscc-tika')}"
_BLOCK = 1 << 20
_MAX_OUTPUT = 256 << 20  # bytes of XHTML
_INCLUDED = (
    "all_alternatives_from_msg",
    "deleted_content",
    "headers_and_footers",
    "move_from_content",
    "shape_based_content",
    "slide_master_content",
    "slide_notes",
)
_FIELDS = {
    # Tika's name of a property: ours, in the order in which the first one with a value wins
    "dc:title": "title",
    "dc:creator": "author",
    "meta:initial-author": "author",
    "meta:last-author": "last-modified-by",
    "dc:subject": "subject",
    "cp:subject": "subject",
    "meta:keyword": "keywords",
    "dc:description": "description",
    "w:Comments": "description",
    "cp:category": "category",
    "extended-properties:Company": "company",
    "extended-properties:Manager": "manager",
    "extended-properties:Application": "application",
    "generator": "application",
    "extended-properties:Template": "template",
    "dc:publisher": "publisher",
    "dc:contributor": "contributor",
    "dc:identifier": "identifier",
    "dc:language": "language",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
    "meta:print-date": "printed",
}
_FAULTS = (RuntimeError, ValueError, TypeError, OSError)  # what the library makes of Java's
_XHTML = "{http://www.w3.org/1999/xhtml}"
_NOTES = frozenset({"footnote", "endnote", "note", "annotation"})
_PARAGRAPHS = frozenset(f"{_XHTML}{name}" for name in ("p", "h1", "h2", "h3", "h4", "h5", "h6"))
_CUSTOM = "custom:"
_NO_DATE = re.compile(r"(?:1601|1970)-01-01T")  # the zero of Windows and Unix times


@dataclass(frozen=True, slots=True)
class Found:
    """Text, properties by our names, Tika's name for the format, and whether it came to the end."""

    text: str
    metadata: dict[str, str]
    media_type: str
    whole: bool = True


def ask_tika(data: bytes) -> Found | None:
    """Return what Tika finds in a document, or `None` when it gives up on it.

    Raises:
        ReaderLimit: there is no end to what it finds.
    """
    try:
        with native.path_of(data) as path:
            stream, properties = _extractor().extract_file(path)
            source, whole = _read(stream)
    except _FAULTS:
        return None
    text, _ = page_text(Decoded(_body(source), "utf-8"))
    kinds = properties.get("Content-Type") or [""]
    return Found(text, _metadata(properties), kinds[-1].partition(";")[0].strip(), whole)


@cache
def warm(samples: Callable[[], Iterable[bytes]]) -> None:
    """Read documents of our own making, once, so that no child has to prepare their parsers.

    Raises:
        OSError: the virtual machine does not come to rest.
    """
    for sample in samples():
        ask_tika(sample)
    native.settle()


@cache
def _extractor() -> Any:
    library = native.load()
    config = library.OfficeParserConfig().set_extract_macros(True)
    for name in _INCLUDED:
        verb = "set_extract_" if name.startswith("all_") else "set_include_"
        config = getattr(config, verb + name)(True)
    return library.Extractor().set_office_config(config).set_xml_output(True)


def _read(stream: Any) -> tuple[str, bool]:
    """Return what comes before the end, or before the parser gives up; and which of the two."""
    pieces, size, whole = [], 0, True
    try:
        while block := stream.read(_BLOCK):
            pieces.append(bytes(block))
            size += len(block)
            if size > _MAX_OUTPUT:
                break
    except _FAULTS:
        whole = False
    if size > _MAX_OUTPUT:
        raise ReaderLimit
    return b"".join(pieces).decode("utf-8", "replace"), whole


def _body(source: str) -> str:
    """Return the body of the XHTML: the head repeats the properties.

    A note stands where it is called, amid a sentence or a name; it is moved behind its paragraph.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        body = etree.fromstring(source.encode("utf-8"), parser).find(f"{_XHTML}body")
    except (etree.XMLSyntaxError, ValueError):
        body = None
    if body is None:
        return source[max(0, source.find("<body")) :]
    for note in list(body.iter(f"{_XHTML}div", f"{_XHTML}p")):
        if note.get("class") in _NOTES:
            _move_behind(note)
    return str(etree.tostring(body, encoding="unicode", method="html"))


def _move_behind(note: Any) -> None:
    paragraph = next((one for one in note.iterancestors() if one.tag in _PARAGRAPHS), None)
    if paragraph is None:
        return
    before, parent = note.getprevious(), note.getparent()
    tail, note.tail = (note.tail or "").removeprefix("\n"), None
    parent.remove(note)
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    paragraph.addnext(note)


def _metadata(properties: Mapping[str, Sequence[str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for theirs, ours in _FIELDS.items():
        value = "; ".join(dict.fromkeys(one.strip() for one in properties.get(theirs, ())))
        if value.strip("; ") and not _NO_DATE.match(value):
            fields.setdefault(ours, value)
    custom = [
        f"{name.removeprefix(_CUSTOM)}: {'; '.join(values)}"
        for name, values in sorted(properties.items())
        if name.startswith(_CUSTOM)
    ]
    if custom:
        fields["custom-properties"] = "; ".join(custom)
    days = [iso_date(fields[name]) for name in ("created", "modified") if name in fields]
    if days and days[0]:
        fields["date"] = days[0]
    return fields
