"""Readings of text that is written in some code which programs undo: links, mail, markup, forms.

Each yields an edit: the stretch that is coded, and what it says. What is found in a stretch hides
all of it, since a part of a code tells its neighbours.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from archive.redaction.rewriting import Edit
from archive.redaction.spelled import from_base64, from_hex, said_in

_LONGEST = 4_000  # code points of a stretch of escapes; longer ones are read in parts
_ESCAPE = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+"  # RFC 3986, 2.1
    r"|=\n|(?:=[0-9A-F]{2})+"  # RFC 2045, 6.7
    r"|\\(?:u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|x[0-9A-Fa-f]{2}|[nNrt,;])"  # ECMA-262; RFC 5545
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"  # HTML Standard, 13.1.4
)
_SIGNS = ("%", "=", "\\", "&")
_LINE_BREAKS = frozenset("nNrt")
_TOKEN = re.compile(r"(?:=\n|\S)*")
_BLANKS = re.compile(r"[^\S\n]{0,4}\n?[^\S\n]{0,4}")
_BEFORE = re.compile(r"\S*\Z")
_CODE_RUN = 12  # characters of Base64 or hexadecimal: what a name of eight letters needs
_CODE = re.compile(r"(?:[A-Za-z0-9+/_-]{40,}\n[>| \t]{0,8})*[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){6,}")
_UUENCODED = re.compile(r"\bbegin [0-7]{3,4} [^\n]*\n((?:[ -`]{1,62}\n)+)end\b")
_ALPHABET = np.zeros(128, bool)
_ALPHABET[np.frombuffer(b"+/-_0123456789", np.uint8)] = True
_ALPHABET[ord("A") : ord("Z") + 1] = _ALPHABET[ord("a") : ord("z") + 1] = True
_QUOTED_HYPHEN = re.compile(r"[^\W\d_]+[-\u00ad\u2010]\n[>|][>| \t]{0,15}[^\W\d_]+")
_BOXES = re.compile(r"(?<![^\W\d_])[^\W\d_](?:[ ]?[\t|][\t| ]*[^\W\d_](?![^\W\d_])){2,}")
_A_BOX = re.compile(r"[\t|] ?[^\W\d_] ?[\t|]")
_BOX_EDGES = re.compile(r"[\t| ]+")
_BLANK = np.uint32(ord(" "))
_ONE_SPACE = re.compile("(?<! ) (?! )")
_ROW = re.compile(r"(?<![^\W_])[^\W\d_](?: {1,3}[^\W\d_](?![^\W_])){3,}")
_PAGE_TURN = re.compile(  # a page's number in a line of its own
    r"\n\s*[\[(*\-\u2013\u2014]*[ \t]*(?:(?:page|p\.|seite|стр\.?)[ \t]*)?[0-9]{1,4}"
    r"(?:[ \t]*(?:of|/|von|из)[ \t]*[0-9]{1,4})?[ \t]*[\])*\-\u2013\u2014쪽]*[ \t]*[\n\f]\s*",
    re.IGNORECASE,
)
_WORD_END = re.compile(r"(?<=[^\W\d_])([\-\u00ad\u2010]?\s*)\Z")
_LINES = 3  # line feeds with an empty line among them
_TAGS = re.compile(r"(?:<[^<>\n]{1,80}>\s{0,4}){1,8}")
_ADDRESS = re.compile(
    r"[\w.+-]{1,64}\s?(?:[\[({<]\s?(?:at|@)\s?[\])}>]|\sat\s|\uace8\ubc45\uc774)\s?[\w-]{1,64}"
    r"(?:\s?(?:[\[({<]\s?(?:dot|\.)\s?[\])}>]|\sdot\s|\.)\s?[\w-]{1,64}){1,4}",
    re.IGNORECASE,
)
_SAID_SIGNS = re.compile(r"\W\s?(at|dot)\s?\W|\s(at|dot)\s", re.IGNORECASE)
_SAYS_SIGNS = ("at)", "at]", "AT)", "AT]", " dot ", " DOT ", "골뱅이")
_CARD_NAME = re.compile(r"^N(?:;[^:\n]*)?:([^;\n]+);([^;\n]+)", re.MULTILINE)  # RFC 6350, 6.2.2


def encoded(text: str) -> Iterator[Edit]:
    """Yield stretches of a text that say something else when they are decoded, with what they say.

    Escapes of links, mail, markup and programs; Base64, hexadecimal, uuencoding; words broken in
    quoted mail; a letter in each cell of a form, or with a space after each; names across pages and
    tags; mail addresses with words for signs; names on business cards.
    """
    if any(sign in text for sign in _SIGNS):
        yield from _escaped(text)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    yield from _codes(text, points)
    if "\n>" in text or "\n|" in text:
        yield from _edited(_QUOTED_HYPHEN, text, _unbroken)
    if _A_BOX.search(text):
        yield from _edited(_BOXES, text, lambda found: _BOX_EDGES.sub("", found[0]))
    yield from _rows(text, points)
    yield from _across_pages(text)
    if ">" in text and "</" in text:
        yield from _across_tags(text)
    if any(sign in text for sign in _SAYS_SIGNS):
        yield from _edited(_ADDRESS, text, _address)
    if "BEGIN:VCARD" in text:
        yield from _edited(_CARD_NAME, text, lambda found: f"{found[2]} {found[1]}")


def _edited(
    pattern: re.Pattern[str], text: str, read: Callable[[re.Match[str]], str]
) -> Iterator[Edit]:
    for found in pattern.finditer(text):
        yield Edit(*found.span(), read(found))


def _rows(text: str, points: NDArray[np.uint32]) -> Iterator[Edit]:
    """Yield words of which each letter has a space behind it."""
    blank = points == _BLANK
    done = 0
    for at in np.flatnonzero(blank[:-4] & blank[2:-2] & blank[4:]).tolist():
        row = _ROW.match(text, max(done, at - 1)) or _ROW.match(text, max(done, at + 1))
        if row:
            done = row.end()
            yield Edit(*row.span(), _ONE_SPACE.sub("", row[0]))


def _address(found: re.Match[str]) -> str:
    """Return an address with its signs; as it is, where `at` may be a word of a sentence."""
    said = found[0]
    if re.search(r"[\[({<]|\sdot\s|골뱅이", said, re.IGNORECASE) is None:
        return said
    signs = {"at": "@", "dot": "."}
    return _SAID_SIGNS.sub(lambda sign: signs[(sign[1] or sign[2]).lower()], said)


def _across_pages(text: str) -> Iterator[Edit]:
    for found in _PAGE_TURN.finditer(text):
        before, end = _WORD_END.search(text, max(0, found.start() - 64), found.start()), found.end()
        empty = "\f" in found[0] or found[0].count("\n") >= _LINES
        if before and empty and text[end : end + 1].isalpha():
            yield Edit(before.start(1), end, "" if before[1].strip() else " ")


def _across_tags(text: str) -> Iterator[Edit]:
    for found in _TAGS.finditer(text):
        after = text[found.end() : found.end() + 1]
        if (
            after.isalpha()
            and not after.islower()
            and text[found.start() - 1 : found.start()].isalpha()
        ):
            yield Edit(*found.span(), " " if " " in found[0] else "")


def _unbroken(found: re.Match[str]) -> str:
    first, _, last = found[0].partition("\n")
    return first[:-1] + last.lstrip(">| \t")


def _escaped(text: str) -> Iterator[Edit]:
    for start, end in _stretches(text):
        stretch = text[start:end]
        said = _ESCAPE.sub(_unescaped, stretch)
        if said != stretch:
            yield Edit(start, end, said)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield words with escapes in them; those beside one another are one stretch."""
    start = end = -1
    for found in _ESCAPE.finditer(text):
        if found.start() < end:
            continue
        before = _BEFORE.search(text, max(0, end, found.start() - _LONGEST), found.start())
        first = before.start() if before else found.start()
        token = _TOKEN.match(text, found.start(), found.start() + _LONGEST)
        last = token.end() if token else found.end()
        if end >= 0 and last - start <= _LONGEST and _BLANKS.fullmatch(text, end, first):
            end = last
            continue
        if end >= 0:
            yield start, end
        start, end = first, last
    if end >= 0:
        yield start, end


def _unescaped(found: re.Match[str]) -> str:
    escape = found[0]
    if escape == "=\n":
        return ""
    if escape[0] in "%=":
        return said_in(bytes.fromhex(escape.replace(escape[0], "")))
    if escape[0] == "&":
        return html.unescape(escape)
    if len(escape) == 2:
        return " " if escape[1] in _LINE_BREAKS else escape[1]
    code = int(escape[2:].strip("{}"), 16)
    return chr(code) if code <= 0x10FFFF else ""


def _codes(text: str, points: NDArray[np.uint32]) -> Iterator[Edit]:
    reached = 0
    for first, last in _code_runs(points):
        for found in _HEX.finditer(text, first, last):
            yield from _said(found.start(), found.end(), from_hex(found[0]))
        found_code = _CODE.match(text, first) if first >= reached else None
        if found_code:
            reached = found_code.end()
            yield from _said(first, reached, from_base64(found_code[0]))
    if "begin " in text:
        for block in _UUENCODED.finditer(text):
            yield from _said(block.start(), block.end(), said_in(_from_uuencoding(block[1])))


def _said(start: int, end: int, words: str) -> Iterator[Edit]:
    if words:
        yield Edit(start, end, words)


def _code_runs(points: NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """Yield runs of twelve or more of the characters that codes are written in."""
    inside = np.zeros(len(points) + 2, bool)
    low = points < len(_ALPHABET)
    inside[1:-1][low] = _ALPHABET[points[low]]
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= _CODE_RUN
    yield from zip(starts[long].tolist(), ends[long].tolist(), strict=True)


def _from_uuencoding(lines: str) -> bytes:
    decoded = bytearray()
    for line in lines.splitlines():
        try:
            decoded += binascii.a2b_uu(line.encode("ascii"))
        except (binascii.Error, UnicodeEncodeError):
            break
    return bytes(decoded)
