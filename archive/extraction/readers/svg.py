"""SVG drawings: the words in them. Nothing is drawn, run or fetched."""

from __future__ import annotations

import re

from lxml import etree

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.limits import Confinement
from archive.extraction.readers.xml_text import local_name, parse
from archive.extraction.reasons import Concern, NoText
from archive.model.objects import CanonicalText, Extraction

_SHOWN = frozenset({"title", "desc", "text", "foreignObject", "a"})  # SVG 2, 5.7, 11.2, 12.4
_PLACED = frozenset({"x", "y", "dx", "dy"})
_ACTIVE = frozenset({"script", "handler", "foreignObject", "set", "animate"})
_REFERENCES = frozenset({"href", "src", "data"})
_FETCHED = re.compile(
    r"@import|url\(\s*[\"']?(?!\s|[\"']|#|data:)", re.IGNORECASE
)  # CSS Values 4, 4.5
_ENTITIES = (b"<!ENTITY", b"<!entity")


class SvgReader:
    """Reads `image/svg+xml`."""

    name = f"svg/1 (lxml {etree.__version__})"
    media_types = ("image/svg+xml",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return titles, descriptions and texts, a line each, in the order of the file.

        Raises:
            ReaderFailed: there is no element in it.
        """
        root = parse(data)
        if root is None:
            raise ReaderFailed
        lines = [line for element in root.iter() if (line := _line(element))]
        text = neutralise("\n".join(lines))
        title = root.findtext("{*}title")
        metadata = {"title": title.strip()} if title and title.strip() else {}
        concerns = {concern for element in root.iter() for concern in _concerns(element)}
        if any(mark in data for mark in _ENTITIES):
            concerns.add(Concern.INCOMPLETE)
        ordered = tuple(one.value for one in Concern if one in concerns)
        if is_blank(text):
            return Extraction(None, metadata, (), NoText.EMPTY.value, ordered)
        return Extraction(CanonicalText(text, self.name), metadata, concerns=ordered)


def _line(element: etree._Element) -> str:
    """Return the words of an outermost element that shows text."""
    if not _shows(element) or any(map(_shows, element.iterancestors())):
        return ""
    pieces: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            apart = not _PLACED.isdisjoint(part.attrib)  # a piece with a place of its own
            pieces += [" " if apart else "", part.text or ""]
        elif part is not element:
            pieces.append(part.tail or "")
    return " ".join("".join(pieces).split())


def _shows(element: etree._Element) -> bool:
    return local_name(element) in _SHOWN


def _concerns(element: etree._Element) -> set[Concern]:
    found = {Concern.ACTIVE_CONTENT} if local_name(element) in _ACTIVE else set()
    style = element.text or "" if local_name(element) == "style" else ""
    if _FETCHED.search(style):
        found.add(Concern.OUTSIDE_REFERENCE)
    for name, value in element.attrib.items():
        local = etree.QName(name).localname.lower()
        if local.startswith("on"):
            found.add(Concern.ACTIVE_CONTENT)
        outside = local in _REFERENCES and not value.lstrip().startswith(("#", "data:"))
        if outside or _FETCHED.search(value):
            found.add(Concern.OUTSIDE_REFERENCE)
    return found
