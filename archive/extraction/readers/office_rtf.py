"""Rich Text Format 1.9.1: all text in a document, whichever destination it stands in.

The body comes in its order; notes, comments and their authors, headers, text boxes, field codes,
properties and everything in destinations that nobody knows follow, a line for each. Tika leaves out
footnotes of some writers, authors, and unknown destinations, so it is not asked.
"""

from __future__ import annotations

import binascii
import codecs
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from archive.errors import ReaderFailed
from archive.extraction.decoding import decode_anyhow
from archive.extraction.readers.office_compound import unwrap_package
from archive.model.objects import Attachment

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n\0]+"
    rb"|([^\\{}\r\n\0]+)",
    re.DOTALL,
)
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_SILENT = _names(
    "colortbl stylesheet listtable listoverridetable themedata colorschememapping datastore "
    "latentstyles datafield blipuid blipid panose falt fontemb fontfile rsidtbl xmlnstbl mmathPr "
    "wgrffmtfilter passwordhash pgdsctbl pnseclvl rtf_skip oleclsid objtime listlevel"
)
_HEX = _names("objdata pict")
_ASIDE = _names(
    "header headerl headerr headerf footer footerl footerr footerf footnote annotation atnauthor "
    "atnid title subject author manager company operator category keywords comment doccomm "
    "hlinkbase fldinst shptxt sn sv revtbl bkmkstart propname staticval linkval xe tc txe rxe "
    "filetbl template docvar objclass objname nextfile private1 buptim creatim revtim printim "
    "ftnsep ftnsepc aftnsep aftnsepc generator do dptxbxtext"
)
_INLINE = _names("listtext pntext fldrslt field result shprslt rtlch ltrch nonshppict shppict shp")
_BREAKS = _names("par line sect page column row softline softpage nestrow")
_SIGNS = {
    "tab": "\t",
    "cell": "\t",
    "nestcell": "\t",
    "emdash": "\u2014",
    "endash": "\u2013",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
_SYMBOLS = {b"~": "\u00a0", b"-": "\u00ad", b"_": "\u2011", b"\t": "\t"}
_PROPERTIES = {
    "title": "title",
    "subject": "subject",
    "author": "author",
    "manager": "manager",
    "company": "company",
    "operator": "last-modified-by",
    "category": "category",
    "keywords": "keywords",
    "doccomm": "description",
}
_CHARSETS = {  # of fonts: RTF 1.9.1, "Font Table"; as code pages
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}
_FIELD_FETCHES = re.compile(r"\s*(?:INCLUDE(?:PICTURE|TEXT)|IMPORT|LINK)\b", re.IGNORECASE)
_FIELD_DDE = re.compile(r"\s*DDE(?:AUTO)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside a pair of braces."""

    words: str = ""  # the destination that its text goes to: empty for the body
    codec: str | None = None
    skip: int = 1  # characters of the stand-in after \\u
    opened: bool = False  # nothing but the mark of an ignorable destination came yet
    starred: bool = False
    unseen: bool = False  # hidden, or struck by somebody who tracked changes


@dataclass(slots=True)
class RichText:
    """What was found: body, lines of all other destinations, properties, files, flags."""

    body: str = ""
    asides: list[str] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    active: set[str] = field(default_factory=set)
    external: set[str] = field(default_factory=set)
    whole: bool = True


def read_rtf(data: bytes) -> RichText:
    """Read a document.

    Raises:
        ReaderFailed: it is no RTF.
    """
    if not data.startswith(b"{\\rtf"):
        raise ReaderFailed
    return _Reader(data).read()


class _Reader:
    """Walks over the tokens; groups are kept on a list, so depth does not matter."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._found = RichText()
        self._groups = [_Group()]
        self._texts: list[list[str]] = [[]]  # of the body, and of each open destination
        self._unseen: list[str] = []
        self._owners = [0]  # depth of the group that opened each of them
        self._bytes = bytearray()
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._pending = 0  # characters to leave out after \\u

    def read(self) -> RichText:
        """Return what is in the document."""
        at = 0
        while match := _TOKEN.match(self._data, at):
            at = match.end()
            word, number, coded, symbol, brace, words = match.groups()
            if word == b"bin":
                at += max(0, int(number or 0))
            elif word:
                self._word(word.decode("ascii"), int(number) if number else None)
            elif coded or words:
                self._literal(bytes.fromhex(coded.decode("ascii")) if coded else words)
            elif symbol:
                self._symbol(symbol)
            elif brace:
                self._open() if brace == b"{" else self._close()
        self._found.whole = len(self._groups) <= 1
        while len(self._groups) > 1:
            self._close()
        self._flush()
        self._found.body = _joined(self._texts[0])
        self._settle("", _joined(self._unseen))
        return self._found

    @property
    def _here(self) -> _Group:
        return self._groups[-1]

    def _set(self, group: _Group) -> None:
        self._groups[-1] = group

    def _open(self) -> None:
        self._flush()
        self._pending = 0
        self._groups.append(replace(self._here, opened=True, starred=False))

    def _close(self) -> None:
        self._flush()
        self._pending = 0
        if len(self._groups) == 1:
            return
        depth = len(self._groups) - 1
        while len(self._owners) > 1 and self._owners[-1] == depth:
            self._owners.pop()
            self._settle(self._here.words, _joined(self._texts.pop()))
        self._groups.pop()

    def _settle(self, name: str, text: str) -> None:
        """File what a destination held away, when it closes."""
        if name in _HEX:
            self._enclose(name, text)
            return
        if name in _PROPERTIES and text.strip():
            self._found.metadata.setdefault(_PROPERTIES[name], text.strip().rstrip(";"))
        if name == "fldinst" and _FIELD_DDE.match(text):
            self._found.active.add("dde")
        if (name == "fldinst" and _FIELD_FETCHES.match(text)) or name == "template":
            self._found.external.add("field" if name == "fldinst" else "attachedTemplate")
        self._found.asides.extend(line for line in map(str.strip, text.split("\n")) if line)

    def _enclose(self, name: str, text: str) -> None:
        digits = re.sub(r"[^0-9A-Fa-f]", "", text)
        content = binascii.unhexlify(digits[: len(digits) & ~1])
        if not content:
            return
        label = ""
        if name == "objdata":
            label, content = _object(content)
        self._found.attachments.append(Attachment(label, _UNTOLD, content))

    def _word(self, word: str, number: int | None) -> None:
        if self._here.opened and (self._here.starred or word in _ASIDE | _SILENT | _HEX):
            self._destination(word)
            return
        self._set(replace(self._here, opened=False))
        act = _ACTS.get(word)
        if word == "u" and number is not None:
            self._unicode(number)
        elif act is not None:
            self._flush()
            act(self, word, number)
        elif word in _BREAKS:
            self._put("\n")
        elif word in _SIGNS:
            self._put(_SIGNS[word])

    def _destination(self, word: str) -> None:
        """Enter the destination that a group opens with; unknown ones are kept as asides."""
        plain = replace(self._here, opened=False, starred=False)
        if word in _INLINE:
            self._set(plain)
            return
        self._flush()
        self._set(replace(plain, words=word))
        self._texts.append([])
        self._owners.append(len(self._groups) - 1)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._set(replace(self._here, starred=True))
        elif symbol in (b"\r", b"\n"):
            self._put("\n")
        elif symbol in _SYMBOLS:
            self._put(_SYMBOLS[symbol])
        elif symbol in b"\\{}":
            self._literal(symbol)

    def _literal(self, words: bytes) -> None:
        if self._here.opened:
            self._set(replace(self._here, opened=False))
        left = words[self._pending :]
        self._pending = max(0, self._pending - len(words))
        if left and self._here.words not in _SILENT and self._here.words != "fonttbl":
            self._bytes += left

    def _unicode(self, number: int) -> None:
        self._put(chr(number & 0xFFFF))
        self._pending = self._here.skip

    def _put(self, text: str) -> None:
        self._flush()
        if self._here.words not in _SILENT and self._here.words != "fonttbl":
            self._take(text)

    def _take(self, text: str) -> None:
        """File text away; what is not seen is told apart, so that it parts no word."""
        if self._here.unseen:
            self._unseen.append(text)
            return
        if self._unseen and self._unseen[-1] != "\n":
            self._unseen.append("\n")
        self._texts[-1].append(text)

    def _flush(self) -> None:
        if not self._bytes:
            return
        codec = self._here.codec or self._default
        text = bytes(self._bytes).decode(codec, "replace")
        self._bytes.clear()
        self._take(text)

    def _choose_page(self, word: str, number: int | None) -> None:
        page = _PAGES.get(word) or f"cp{number}"
        self._default = "utf-8" if number == 65001 else _known(page) or self._default

    def _choose_font(self, _: str, number: int | None) -> None:
        self._font = number or 0
        self._set(replace(self._here, codec=self._fonts.get(self._font)))

    def _name_charset(self, _: str, number: int | None) -> None:
        if number in _CHARSETS:
            self._fonts[self._font] = _CHARSETS[number]

    def _name_page(self, _: str, number: int | None) -> None:
        page = _known(f"cp{number}")
        if page:
            self._fonts[self._font] = page

    def _stand_in(self, _: str, number: int | None) -> None:
        self._set(replace(self._here, skip=max(0, min(number if number is not None else 1, 64))))

    def _reset(self, _: str, __: int | None) -> None:
        self._set(replace(self._here, codec=None, unseen=False))

    def _hide(self, _: str, number: int | None) -> None:
        self._set(replace(self._here, unseen=number != 0))

    def _font_table(self, _: str, __: int | None) -> None:
        self._set(replace(self._here, words="fonttbl"))

    def _link(self, word: str, _: int | None) -> None:
        self._found.external.add("oleObject" if word != "objupdate" else "objectUpdate")

    def _embed(self, _: str, __: int | None) -> None:
        self._found.active.add("objects")


_ACTS: dict[str, Callable[[_Reader, str, int | None], None]] = {
    "ansi": _Reader._choose_page,
    "mac": _Reader._choose_page,
    "pc": _Reader._choose_page,
    "pca": _Reader._choose_page,
    "ansicpg": _Reader._choose_page,
    "f": _Reader._choose_font,
    "af": _Reader._choose_font,
    "fcharset": _Reader._name_charset,
    "cpg": _Reader._name_page,
    "uc": _Reader._stand_in,
    "plain": _Reader._reset,
    "v": _Reader._hide,
    "deleted": _Reader._hide,
    "fonttbl": _Reader._font_table,
    "objautlink": _Reader._link,
    "objlink": _Reader._link,
    "objupdate": _Reader._link,
    "objemb": _Reader._embed,
    "objocx": _Reader._embed,
}


def _joined(pieces: list[str]) -> str:
    """Return pieces as one text, with surrogates joined to the characters that they code."""
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _known(page: str) -> str | None:
    try:
        return codecs.lookup(page).name
    except LookupError:
        return None


def _object(content: bytes) -> tuple[str, bytes]:
    """Return name and bytes of an embedded object ([MS-OLEDS] 2.2.5)."""
    at, names = 8, []
    try:
        for _ in range(3):
            size = struct.unpack_from("<I", content, at)[0]
            names.append(content[at + 4 : at + 4 + size].rstrip(b"\0"))
            at += 4 + size
        size = struct.unpack_from("<I", content, at)[0]
    except struct.error:
        return "", content
    native = content[at + 4 : at + 4 + size]
    if names[0] == b"Package":
        return unwrap_package(struct.pack("<I", len(native)) + native)
    label = decode_anyhow(names[0]).text if names[0] else ""
    return (label, native) if native else ("", content)
