"""Web pages: what a visitor would read, in reading order, as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from lxml import etree

from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.dates import iso_date
from archive.extraction.decoding import Decoded, decode_anyhow
from archive.extraction.limits import Confinement
from archive.extraction.reasons import NoText
from archive.model.objects import CanonicalText, Extraction

_CHARSET = re.compile(
    rb"<meta[^>]{0,512}?charset\s{0,8}=\s{0,8}[\"']?\s{0,8}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_PRESCAN = 1024  # bytes; HTML Standard, 13.2.3.2
_UNSEEN = frozenset({"script", "style", "template", "iframe"})
_UTF_7 = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7", "x-utf-7"})  # no browser knows it
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)  # text in XHTML; a comment to libxml2
_SHOWN = {  # attributes that a visitor sees, by element
    "img": ("alt", "title"),
    "area": ("alt",),
    "input": ("value", "placeholder", "alt"),
    "textarea": ("placeholder",),
    "abbr": ("title",),
    "option": ("label",),
    "optgroup": ("label",),
    "track": ("label",),
}
_SECTIONS = {"article", "aside", "body", "footer", "form", "header", "main", "nav", "section"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {"address", "blockquote", "fieldset", "figure", "hr", "p", "pre"}
_PARAGRAPHS = frozenset(_SECTIONS | _HEADINGS | _BLOCKS | {"dl", "ol", "table", "ul"})
_ITEMS = {"caption", "dd", "dt", "figcaption", "legend", "li", "option", "summary", "tr"}
_LINES = frozenset(_ITEMS | {"br", "details", "dialog", "div"})
_CELLS = frozenset({"td", "th"})
_VOID = {
    "area",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
_READINGS = frozenset({"rt", "rp"})  # over characters; HTML Standard, 4.5.11
_NOT_SHOWN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9]))",
    re.IGNORECASE,
)
_SPACES = re.compile("[ \t\n\r\f]+")  # HTML Standard, "ASCII whitespace"
_NOTHING, _SPACE, _CELL, _LINE, _PARAGRAPH = range(5)
_GAPS = ("", " ", "\t", "\n", "\n\n")
_META = {
    "author": "author",
    "description": "description",
    "keywords": "keywords",
    "dc.creator": "author",
    "dcterms.creator": "author",
}
_META_DATES = frozenset({"date", "dc.date", "dcterms.date", "article:published_time"})


class HtmlReader:
    """Reads `text/html` as a stream of events, so that neither size nor depth matters."""

    name = f"html/3 (lxml {etree.__version__})"
    media_types = ("text/html", "application/xhtml+xml")
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the visible text, the title, and what the page says of itself."""
        declared = _CHARSET.search(data[:_PRESCAN])
        label = declared.group(1).decode("ascii").lower() if declared else None
        decoded = decode_anyhow(data, None if label in _UTF_7 else label)
        text, metadata = page_text(decoded)
        if is_blank(text):
            return Extraction(None, metadata, reason=NoText.EMPTY.value)
        return Extraction(CanonicalText(text, self.name, encoding=decoded.encoding), metadata)


def page_text(page: Decoded) -> tuple[str, dict[str, str]]:
    """Return the visible text and the metadata of a decoded page.

    A page that shows nothing is told by what it hides, and by a title with markup in it: an element
    that is never closed swallows all that follows, and some pages are written by their scripts.
    """
    target = _Page()
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    source = neutralise(_CDATA.sub(lambda match: escape(match.group(1)), page.text))
    if source.strip():
        parser.feed(source.encode("utf-8"))
        parser.close()
    return target.text(), target.metadata()


class _Page:
    """Collects text from the parser's events."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._title: list[str] = []
        self._fields: dict[str, str] = {}
        self._unseen: list[str] = []
        self._gap = _NOTHING  # owed before the next visible character
        self._hidden = 0  # depth inside elements that are not shown
        self._pre = 0
        self._in_title = False
        self._apart: list[str] = []  # words that part those around them in the source alone
        self._within = ""  # the element that is set apart,
        self._nested = 0  # and how many of its name are open in it

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        if tag in _UNSEEN:
            self._hidden += 1
        elif tag == "title":
            self._in_title = True
        elif tag == "meta":
            self._describe(attributes)
        self._pre += tag in ("pre", "textarea")
        self._set_apart(tag, attributes)
        self._break(tag)
        if not self._hidden and attributes.get("type") != "hidden":
            for name in _SHOWN.get(tag, ()):
                self._show(attributes.get(name) or "")

    def end(self, tag: str) -> None:
        """Close an element."""
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "title":
            self._in_title = False
        if tag in ("pre", "textarea"):
            self._pre = max(0, self._pre - 1)
        if tag != "br":
            self._break(tag)
        if tag == self._within:
            self._nested -= 1
            self._within = self._within if self._nested else ""

    def _set_apart(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Enter an element that is not read among the words that it stands between."""
        if self._within:
            self._nested += tag == self._within
        elif tag in _READINGS or (tag not in _VOID and _is_hidden(attributes)):
            self._within, self._nested = tag, 1
            self._apart.append("\n")

    def data(self, content: str) -> None:
        """Take character data."""
        if self._in_title:
            self._title.append(content)
        elif self._hidden:
            self._unseen.append(content)
        else:
            self._visible(content)

    def comment(self, content: str) -> None:
        """Drop a comment: nobody sees it."""

    def pi(self, target: str, content: str | None = None) -> None:
        """Drop a processing instruction."""

    def close(self) -> None:
        """End the page."""

    def text(self) -> str:
        """Return what was collected, as canonical text."""
        self._put_behind()
        text = neutralise("".join(self._pieces))
        if not is_blank(text):
            return text
        title = "".join(self._title)
        return neutralise("\n".join([title if "<" in title else "", *self._unseen]).strip())

    def metadata(self) -> dict[str, str]:
        """Return title, author, description, keywords and date where the page has them."""
        title = " ".join("".join(self._title).split())
        return ({"title": title} if title else {}) | self._fields

    def _describe(self, attributes: Mapping[str, str]) -> None:
        name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
        content = (attributes.get("content") or "").strip()
        if name in _META and content:
            self._fields.setdefault(_META[name], content)
        elif name in _META_DATES:
            date = iso_date(content)
            if date is not None:
                self._fields.setdefault("date", date)

    def _show(self, content: str) -> None:
        """Take the words of an attribute, apart from those beside them."""
        if content.strip():
            self._owe(_SPACE)
            self._visible(content)
            self._owe(_SPACE)

    def _visible(self, content: str) -> None:
        if self._pre:
            self._emit(content)
            return
        words = _SPACES.sub(" ", content)
        if words.startswith(" "):
            self._owe(_SPACE)
        self._emit(words.strip(" "))
        if words.endswith(" "):
            self._owe(_SPACE)

    def _emit(self, content: str) -> None:
        if content and self._within:
            self._apart.append(content)
        elif content:
            if self._gap >= _LINE:
                self._put_behind()
            if self._pieces:
                self._pieces.append(_GAPS[self._gap])
            self._pieces.append(content)
            self._gap = _NOTHING

    def _put_behind(self) -> None:
        """Put what was set apart in lines behind the one that it stood in."""
        lines = (" ".join(line.split()) for line in "".join(self._apart).split("\n"))
        shown = [line for line in lines if line]
        self._apart.clear()
        if shown:
            self._pieces.append("\n".join([""] * bool(self._pieces) + shown))

    def _break(self, tag: str) -> None:
        if self._within:
            self._apart.append("\n" if tag in _PARAGRAPHS | _LINES else "")
            return
        if tag in _PARAGRAPHS or (tag == "br" and self._gap >= _LINE):
            self._owe(_PARAGRAPH)
        elif tag in _LINES:
            self._owe(_LINE)
        elif tag in _CELLS:
            self._owe(_CELL)

    def _owe(self, gap: int) -> None:
        """Keep the widest gap asked for since the last visible character."""
        if self._within:
            self._apart.append(" ")
            return
        self._gap = max(self._gap, gap)


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return "hidden" in attributes or _NOT_SHOWN.search(attributes.get("style") or "") is not None
