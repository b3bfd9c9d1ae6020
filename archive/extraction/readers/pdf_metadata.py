"""What a PDF says of itself: document information, then XMP where that says more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.extraction.canonical import one_line
from archive.extraction.dates import iso_date, pdf_date
from archive.extraction.limits import DEFAULT_LIMITS
from archive.extraction.readers.xml_text import local_name, parse

_FIELDS = {  # ISO 32000-2, table 349
    "Title": "title",
    "Author": "author",
    "Subject": "subject",
    "Keywords": "keywords",
    "Creator": "creator-tool",
    "Producer": "producer",
}
_XMP = {  # ISO 16684-1, 8.3 to 8.5: local names of Dublin Core, XMP basic and Adobe PDF properties
    "title": "title",
    "creator": "author",
    "description": "subject",
    "subject": "keywords",
    "Keywords": "keywords",
    "CreatorTool": "creator-tool",
    "Producer": "producer",
}
_XMP_DATES = {"CreateDate": "date", "ModifyDate": "modified"}


def metadata(information: Mapping[str, str], xmp: bytes) -> dict[str, str]:
    """Return title, author, subject, keywords, tools and days; the document's own first."""
    found = {ours: information[name] for name, ours in _FIELDS.items() if information.get(name)}
    made, changed = (pdf_date(information.get(name, "")) for name in ("CreationDate", "ModDate"))
    if made or changed:
        found["date"] = made or changed or ""
    if changed:
        found["modified"] = changed
    for name, value in _properties(xmp):
        known = found.setdefault(name, value)
        if known != value and name in ("title", "author"):
            found.setdefault(f"xmp-{name}", value)
    return found


def _properties(xmp: bytes) -> Iterator[tuple[str, str]]:
    """Yield our name and the value of each property, as an element or as an attribute."""
    root = parse(xmp) if xmp else None
    if root is None:
        return
    for element in root.iter():
        name = local_name(element)
        if name == "Description":
            for key, value in element.attrib.items():
                yield from _property(key.rpartition("}")[2], [value])
        if name in _XMP or name in _XMP_DATES:
            yield from _property(name, map(str, element.itertext()))


def _property(name: str, values: Iterator[str] | list[str]) -> Iterator[tuple[str, str]]:
    lines = (one_line(value, DEFAULT_LIMITS.metadata_code_points) for value in values)
    value = ", ".join(line for line in lines if line)
    if name in _XMP_DATES:
        day = iso_date(value)
        if day:
            yield _XMP_DATES[name], day
    elif name in _XMP and value:
        yield _XMP[name], value
