"""XML parts of office documents: parsed without entities, and all that they say line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Any

from lxml import etree

from archive.errors import ReaderFailed
from archive.extraction.readers.xml_text import hardened

_ENTITY = re.compile(rb"<\0?\0?\0?!\0?\0?\0?E\0?\0?\0?N\0?\0?\0?T\0?\0?\0?I\0?\0?\0?T\0?\0?\0?Y")
_ERROR = etree.ErrorLevels.ERROR
_IDENTIFIER = re.compile(r"true|false|\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}\}?")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_TELLING_DIGITS = 6  # a shorter number tells nothing alone; day counts have five digits


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Local names of elements that end a line, by a piece of the namespace in which all others do not.
_BREAKS: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "wordprocessingml",
        _names("p tc tr tbl comment footnote endnote txbxContent hdr ftr"),
    ),
    ("wordml", frozenset({"p", "tc", "tr"})),
    ("drawingml", frozenset({"p", "tc", "tr"})),
    ("/math", frozenset()),
    (
        "opendocument:xmlns:text:",
        _names(
            """
        p h list list-item note note-body note-citation section deletion insertion
        changed-region index-body tracked-changes sequence-decls
        """
        ),
    ),
)
# Local names of elements that do not end a line, by a piece of the namespace where all others do.
_RUNS = (
    (
        "spreadsheetml",
        _names(
            """
        t r rPr b i u sz color rFont family scheme charset strike vertAlign outline shadow
        condense extend
        """
        ),
    ),
    ("fictionbook", _names("emphasis strong a style strikethrough sub sup code")),
    (
        "1999/xhtml",
        _names(
            """
        a abbr b br cite code del em font i img ins mark q rp rt ruby s small span strong sub
        sup u wbr
        """
        ),
    ),
)
_CODES = frozenset({"instrText", "delInstrText"})
_GAPS = frozenset({"tab", "br", "cr", "s", "line-break", "noBreakHyphen", "ptab"})
_SILENT = _names(
    """
        posOffset pctPosHOffset pctPosVOffset pctWidth pctHeight script style binData
        binary-data binary coordinates
        """
)

# Attributes that people write or that name people, by local name.
_SPEAKING = _names(
    """
 author initials userName user username userId displayName descr title alt tooltip
 prompt
        promptTitle error errorTitle caption displayText instr string description string-value
        label current-value note-text help-text aria-label creator lastModifiedBy sourceFile
        fileName filename command connection UnicodeString contact cite summary
        """
)
_NAMED = _names(
    """
        sheet definedName cmAuthor person docVar table tableColumn cNvPr docPr bookmarkStart
        connection bookmark frame image object object-ole shape custom-shape page user-field-decl
        variable-decl section property user-defined named-range named-expression cacheField
        pivotTableDefinition externalBook author
        """
)
_VALUED = _names(
    """
        docVar alias tag listItem default statusText helpText ddeItem s
        """
)
_GIVEN = re.compile(  # by programs, to things that nobody named
    r"[A-Za-z][A-Za-z ]*\d+\Z|_"
)
_CHANGES = tuple(f"{{*}}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
_LINKS = frozenset({"Target", "href", "src"})
_PLAIN_LINK = re.compile(r"[\w./#-]*\Z")  # inside the container


def parse(data: bytes) -> tuple[Any | None, bool]:
    """Return the root element of an XML part, if any can be parsed, and whether that is all of it.

    Raises:
        ReaderFailed: it declares an entity, which no office program writes.
    """
    if _ENTITY.search(data):
        raise ReaderFailed
    parser = hardened(comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return None, False
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None and any(True for _ in subset.iterentities()):
        raise ReaderFailed
    return root, not any(entry.level >= _ERROR for entry in parser.error_log)


def serialise(root: Any) -> bytes:
    """Return a part as UTF-8 without a document type: one reading for every parser after."""
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, with_tail=False))


def lines(root: Any) -> list[str]:
    """Return the text of a part, white space joined, a line for each paragraph, cell or field.

    Codes of fields stand between words of a paragraph and are lines behind it.
    """
    found: list[str] = []
    piece: list[str] = []
    codes: list[str] = []

    def close() -> None:
        for pieces in (piece, codes):
            line = " ".join("".join(pieces).split())
            pieces.clear()
            if line:
                found.append(line)

    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if isinstance(tag, str):
            name, breaks = _traits(tag)
            if breaks and piece:
                close()
            if event == "start":
                (codes if name in _CODES else piece).append(_said(tag, name, element))
        if event == "end" and element.tail:
            piece.append(element.tail)
    close()
    return found


def _said(tag: str, name: str, element: Any) -> str:
    """Return what an element says before those in it."""
    if name in _GAPS:
        return " "
    return "" if _is_silent(tag, name, element) else element.text or ""


def attributes(root: Any, *, everything: bool = False) -> Iterator[str]:
    """Yield the values of attributes in which people are named or have written.

    `everything` is for parts of an unknown vocabulary.
    """
    for element in root.iter(etree.Element):
        for key, value in element.attrib.items():
            kind = _Kind.WORDS if everything else _kind(element.tag, key)
            if kind is _Kind.NOTHING:
                continue
            line = " ".join(value.split())
            given = kind is _Kind.NAME and _GIVEN.match(line)
            inside = kind is _Kind.LINK and _PLAIN_LINK.match(line)
            if line and not given and not inside:
                yield line


def changes(root: Any) -> Iterator[str]:
    """Yield what tracked changes put in, took out or moved: beside it words may stand unparted."""
    for element in root.iter(*_CHANGES):
        line = " ".join("".join(element.itertext()).split())
        if line:
            yield line


def tells(line: str) -> bool:
    """Tell whether a line may matter: it has a letter, or digits enough for a number of someone."""
    if _IDENTIFIER.fullmatch(line):
        return False
    return _LETTER.search(line) is not None or len(_DIGIT.findall(line)) >= _TELLING_DIGITS


class _Kind(Enum):
    """What the value of an attribute is."""

    NOTHING = 0
    WORDS = 1
    NAME = 2
    LINK = 3


@lru_cache(maxsize=4096)
def _kind(tag: str, key: str) -> _Kind:
    element, name = _split(tag)[1], _split(key)[1]
    if name in _LINKS:
        return _Kind.LINK
    if name == "name" and element in _NAMED:
        return _Kind.WORDS if element == "sheet" else _Kind.NAME
    spoken = name in _SPEAKING or (name in ("val", "value", "v") and element in _VALUED)
    return _Kind.WORDS if spoken else _Kind.NOTHING


@lru_cache(maxsize=4096)
def _traits(tag: str) -> tuple[str, bool]:
    """Return the local name of an element, and whether it begins and ends a line."""
    space, name = _split(tag)
    return name, _ends_line(space.lower(), name)


def _is_silent(tag: str, name: str, element: Any) -> bool:
    """Tell elements whose text says nothing: measures, code, and numbers of shared strings."""
    if name in _SILENT:
        return True
    if name == "v" and "spreadsheetml" in tag:
        parent = element.getparent()
        return parent is not None and parent.get("t") in ("s", "b", "e")
    return False


def _ends_line(space: str, name: str) -> bool:
    for part, names in _BREAKS:
        if part in space:
            return name in names
    for part, names in _RUNS:
        if part in space:
            return name not in names
    return True


def _split(tag: str) -> tuple[str, str]:
    space, _, name = tag.rpartition("}")
    return space[1:], name
