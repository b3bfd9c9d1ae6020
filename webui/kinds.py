"""What media types, languages and the facts of a record are called on pages.

Services tell codes: IANA media types, BCP 47 tags, names of fields. A page shows words, and the
code itself where there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale

from archive.services.intake.arrival import CLEAN, SCAN
from webui import wording
from webui.wording import lazy, say, told

_KINDS = {
    "application/octet-stream": lazy("unknown"),
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/rtf": "RTF",
    "application/epub+zip": lazy("e-book"),
    "application/hwp+zip": lazy("Hangul document"),
    "application/x-hwp-v5": lazy("Hangul document"),
    "application/mbox": lazy("mailbox"),
    "application/vnd.ms-outlook-pst": lazy("mailbox"),
    "application/vnd.ms-outlook": lazy("mail"),
    "application/vnd.ms-tnef": lazy("mail"),
    "application/vnd.ms-excel": lazy("spreadsheet"),
    "application/vnd.ms-powerpoint": lazy("slides"),
    "application/vnd.oasis.opendocument.presentation": lazy("slides"),
    "application/vnd.oasis.opendocument.spreadsheet": lazy("spreadsheet"),
    "application/vnd.oasis.opendocument.text": "OpenDocument",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": lazy("slides"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": lazy("spreadsheet"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.sqlite3": lazy("database"),
    "application/vnd.ms-access": lazy("database"),
    "message/rfc822": lazy("mail"),
    "text/csv": lazy("table"),
    "text/html": lazy("web page"),
    "text/markdown": "Markdown",
    "text/plain": lazy("plain text"),
}
_PACKED = frozenset(
    f"application/{one}"
    for one in (
        "gzip",
        "vnd.ms-cab-compressed",
        "vnd.rar",
        "x-7z-compressed",
        "x-bzip2",
        "x-tar",
        "x-xz",
        "zip",
        "zstd",
    )
)
_FAMILIES = {
    "image": (lazy("picture"), lazy("picture (%(kind)s)")),
    "audio": (lazy("sound"), lazy("sound (%(kind)s)")),
    "video": (lazy("film"), lazy("film (%(kind)s)")),
}
_FIELDS = {
    "accession": lazy("Accession"),
    "name": lazy("File name"),
    "path": lazy("Where it lay"),
    "type": lazy("Kind"),
    "size": lazy("Size"),
    "attached-to": lazy("Found inside"),
    "reason": lazy("Why there is no text"),
    "quarantine": lazy("In quarantine because"),
    "sha256": "SHA-256",
}
"""Facts in the order of the page."""
_EMBEDDED = {
    "title": lazy("Title"),
    "author": lazy("Author"),
    "subject": lazy("Subject"),
    "from": lazy("From"),
    "to": lazy("To"),
    "cc": lazy("Copy to"),
    "sent": lazy("Sent"),
    "date": lazy("Date"),
    "created": lazy("Created"),
    "modified": lazy("Changed"),
    "printed": lazy("Printed"),
    "last-modified-by": lazy("Last changed by"),
    "keywords": lazy("Keywords"),
    "description": lazy("Description"),
    "category": lazy("Category"),
    "language": lazy("Language"),
    "company": lazy("Company"),
    "manager": lazy("Manager"),
    "publisher": lazy("Publisher"),
    "contributor": lazy("Contributor"),
    "application": lazy("Made with"),
    "creator-tool": lazy("Made with"),
    "producer": lazy("Written by the program"),
    "template": lazy("Template"),
    "identifier": lazy("Identifier"),
    "message-id": lazy("Number of the message"),
    "in-reply-to": lazy("Answer to message"),
    "references": lazy("Earlier messages"),
    "attachments-left-out": lazy("Attachments left out"),
    "unrecognised-pages": lazy("Pages not read for text"),
    "unreadable-parts": lazy("Parts that could not be read"),
    "members": lazy("Files inside"),
    "format": lazy("Format"),
    SCAN: lazy("Virus scan"),
}
_GROUPS = {
    "described": lazy("What was told of it"),
    "embedded": lazy("What the file says of itself"),
    "checked": lazy("Checked on arrival"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a record: the code of its field, what it is called, its value in words."""

    field: str
    name: str
    value: str


def kind(media_type: str) -> str:
    """Return what a media type is called; one without a name stands for itself."""
    base = media_type.partition(";")[0].strip().lower()
    if base in _KINDS:
        return str(_KINDS[base])
    if base in _PACKED:
        return str(lazy("packed files"))
    family, _, member = base.partition("/")
    if family in _FAMILIES:
        plain, named = _FAMILIES[family]
        inner = member.removeprefix("x-")
        return str(named) % {"kind": inner.upper()} if inner.isalnum() else str(plain)
    return media_type


def tongue(tag: str) -> str:
    """Return what a language is called in the language of the request (CLDR)."""
    name = Locale.parse(wording.spoken()).languages.get(tag)
    return str(name) if name else tag


def facet(value: str, name: str) -> str:
    """Return a value of a facet in words."""
    if name == "type":
        return kind(value)
    if name == "language":
        return tongue(value)
    if name == "month":
        try:
            return wording.month_of(date.fromisoformat(f"{value}-01"))
        except ValueError:
            return value
    return value


def facts(metadata: Mapping[str, str]) -> list[Fact]:
    """Return the facts of a record itself, in the order of the page."""
    return [
        Fact(name, str(label), _value(name, metadata[name]))
        for name, label in _FIELDS.items()
        if metadata.get(name) and not (name == "path" and metadata.get("name") == metadata[name])
    ]


def groups(metadata: Mapping[str, str]) -> Iterator[tuple[str, list[Fact]]]:
    """Yield what others say of a record: a heading, and facts; groups without any are left out."""
    for prefix, heading in _GROUPS.items():
        found = {
            name.removeprefix(f"{prefix}-"): value
            for name, value in metadata.items()
            if name.startswith(f"{prefix}-") and value
        }
        order = [name for name in _EMBEDDED if name in found]
        order += sorted(found.keys() - _EMBEDDED.keys())
        if order:
            yield str(heading), [Fact(one, _label(one), _value(one, found[one])) for one in order]


def _label(name: str) -> str:
    if name in _EMBEDDED:
        return str(_EMBEDDED[name])
    algorithm, among, origin = name.partition(" in ")
    return say("%(sum)s in %(list)s", sum=algorithm, list=origin) if among else name


def _value(name: str, value: str) -> str:
    if name == "size" and value.isdecimal():
        return wording.size(int(value))
    if name == "type":
        return kind(value)
    if name in ("date", "created", "modified", "printed", "sent"):
        return wording.moment(value)
    if name == SCAN and value == CLEAN:
        return say("nothing found")
    if name in ("reason", "quarantine"):
        return told(value)
    return value
