"""Readings of text that is written in some code which programs undo: links, mail, markup, forms.

Each yields an edit: the stretch that is coded, and what it says. What is found in a stretch hides
all of it, since a part of a code tells its neighbours.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import Codes, codes_of
from archive.redaction.letters import Places
from archive.redaction.rewriting import Edit, crowded, stretches
from archive.redaction.spelled import from_base64, from_hex, said_in

_LONGEST = 4_000  # code points of a stretch of escapes; longer ones are read in parts
_ESCAPE = re.compile(
    r"%(?:25){0,3}[0-9A-Fa-f]{2}(?:%(?:25){0,3}[0-9A-Fa-f]{2})*"  # RFC 3986, 2.1; links in links
    r"|=\n|=[0-9A-F]{2}(?:(?:=\n)?=[0-9A-F]{2})*"  # RFC 2045, 6.7
    r"|(?:\\{1,8}u[0-9A-Fa-f]{4})+"  # RFC 8259, 7; in strings within strings too
    r"|\\(?:u\{[0-9A-Fa-f]{1,6}\}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|[nNrt,;])"  # ECMA-262; RFC 5545
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"  # HTML Standard, 13.1.4
)
_LINE_BREAKS = frozenset("nNrt")
_TOKEN = re.compile(r"(?:=\n|\S)*")
_BLANKS = re.compile(r"[^\S\n]{0,4}\n?[^\S\n]{0,4}")
_BEFORE = re.compile(r"\S*\Z")
_WORD = 40  # characters of Base64 of which what they say is kept in memory
_CODE_RUN = 12  # characters of Base64 or hexadecimal: what a name of eight letters needs
_BESIDE = 400  # characters of a code, beside its first or last line, that a name may stand in
_SHORT_END = (
    r"(?![^\s\"'<,;)\]}])"  # what may stand behind the last line of a code, which is shorter
)
_CODE = re.compile(
    r"(?:[A-Za-z0-9+/_-]{16,}\n[>| \t]{0,8})*"
    rf"(?:[A-Za-z0-9+/_-]{{12,}}={{0,2}}|[A-Za-z0-9+/_-]+={{0,2}}{_SHORT_END})"
)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){6,}")
_HEX_LINES = re.compile(
    rf"(?:(?:[0-9A-Fa-f]{{2}}){{8,}}\n[>| \t]{{0,8}})+(?:[0-9A-Fa-f]{{2}})+{_SHORT_END}"
)
_UUENCODED = re.compile(r"\bbegin [0-7]{3,4} [^\n]*\n((?:[ -`]{1,62}\n)+)end\b")
_ALPHABET = np.zeros(128, bool)
_ALPHABET[np.frombuffer(b"+/-_0123456789", np.uint8)] = True
_ALPHABET[ord("A") : ord("Z") + 1] = _ALPHABET[ord("a") : ord("z") + 1] = True
_LETTER = re.compile(r"[^\W\d_]")
_SIGNS = np.zeros(128, bool)
_SIGNS[np.frombuffer(b"%=\\&", np.uint8)] = True
_QUOTED_HYPHEN = re.compile(r"[-\u00ad\u2010]\n[>|][>| \t]{0,15}([^\W\d_]+)")
_BOXES = re.compile(r"(?<![^\W\d_])[^\W\d_](?:[ ]?[\t|][\t| ]*[^\W\d_](?![^\W\d_])){2,}")
_A_BOX = re.compile(r"[\t|] ?[^\W\d_] ?[\t|]")
_EDGES, _EDGE = "\t|", re.compile(r"[\t|]")
_BOX_EDGES = re.compile(r"[\t| ]+")
_BLANK, _ZERO, _TEN = np.uint32(ord(" ")), np.uint32(ord("0")), np.uint32(10)
_ONE_SPACE = re.compile("(?<! ) (?! )")
_ROW = re.compile(r"(?<![^\W_])[^\W\d_](?: {1,3}[^\W\d_](?![^\W_])){3,}")
_PAGE_TURN = re.compile(  # a page's number in a line of its own
    r"\n\s*[\[(*\-\u2013\u2014]*[ \t]*(?:(?:page|p\.|seite|стр\.?)[ \t]*)?[0-9]{1,4}"
    r"(?:[ \t]*(?:of|/|von|из)[ \t]*[0-9]{1,4})?[ \t]*[\])*\-\u2013\u2014쪽]*[ \t]*[\n\f]\s*",
    re.IGNORECASE,
)
_WORD_END = re.compile(r"(?<=[^\W\d_])([\-\u00ad\u2010]?\s*)\Z")
_LINES = 3  # line feeds with an empty line among them
_SIGN_OF_BYTES = re.compile(r"%(?:25)*(?=[0-9A-Fa-f]{2})|=\n?")
_UNITS = re.compile(r"\\+u(?!\{)")
_WORD_IN_CODE = r"=\?[\w-]{1,40}\?[BbQq]\?[^\s?]{1,300}\?="
_WORDS_IN_CODE = re.compile(rf"{_WORD_IN_CODE}(?:\s{{1,8}}{_WORD_IN_CODE})*")
_BYTES = re.compile(
    r"(?<![^\W_])(?:0x|\\x)?[0-9A-Fa-f]{2}(?:[\s,;:\\]{1,3}(?:0?x)?[0-9A-Fa-f]{2}){5,}(?![^\W_])"
)
_NUMBERS = re.compile(r"(?<!\d)\d{2,5}(?:[\s,;]{1,3}\d{2,5}){5,}(?!\d)")
_BYTE, _DECIMAL = re.compile("[0-9A-Fa-f]{2}(?!x)"), re.compile(r"\d+")
_FEWEST_BYTES, _BYTES_WIDTH = 6, 48  # digits, and code points from the first to the last of them
_ADDRESS = re.compile(
    r"[\w.+-]{1,64}\s?(?:[\[({<]\s?(?:at|@)\s?[\])}>]|\sat\s|\uace8\ubc45\uc774)\s?[\w-]{1,64}"
    r"(?:\s?(?:[\[({<]\s?(?:dot|\.)\s?[\])}>]|\sdot\s|\.)\s?[\w-]{1,64}){1,4}",
    re.IGNORECASE,
)
_SAID_SIGNS = re.compile(r"\W\s?(at|dot)\s?\W|\s(at|dot)\s", re.IGNORECASE)
_SAYS_SIGNS = ("at)", "at]", "AT)", "AT]", " dot ", " DOT ", "골뱅이")
_AROUND = 300  # code points of an address on either side of such a word
_CARD_NAME = re.compile(r"^N(?:;[^:\n]*)?:([^;\n]+);([^;\n]+)", re.MULTILINE)  # RFC 6350, 6.2.2


def encoded(text: str) -> Iterator[Edit]:
    """Yield stretches of a text that say something else when they are decoded, with what they say.

    Escapes of links, mail, markup and programs; Base64, hexadecimal, uuencoding; bytes in a row;
    encoded words; words broken in quoted mail; a letter in each cell of a form, or with a space
    after each; names across pages; mail addresses with words for signs; names on business cards.
    """
    codes = codes_of(text)
    plain = np.flatnonzero(codes < len(_ALPHABET))
    ascii_codes = codes.take(plain)
    yield from _escaped(text, plain[_SIGNS.take(ascii_codes)])
    yield from _codes(text, plain[_ALPHABET.take(ascii_codes)])
    yield from _bytes(text, codes)
    if any(mark in text and f"\n{mark}" in text for mark in ">|"):
        yield from _unbroken(text)
    if any(edge in text for edge in _EDGES) and _A_BOX.search(text):
        yield from _boxed(text)
    yield from _rows(text, codes == _BLANK)
    yield from _across_pages(text)
    if "=?" in text:
        yield from _words_in_code(text)
    yield from _addresses(text)
    if "BEGIN:VCARD" in text:
        for card in _CARD_NAME.finditer(text):
            yield Edit(*card.span(), f"{card[2]} {card[1]}")


def _boxed(text: str) -> Iterator[Edit]:
    """Yield letters in cells, line by line where there are any."""
    at = 0
    while edge := _EDGE.search(text, at):
        start, at = text.rfind("\n", at, edge.start()) + 1 or at, text.find("\n", edge.end())
        at = at if at >= 0 else len(text)
        for found in _BOXES.finditer(text, start, at):
            yield Edit(*found.span(), _BOX_EDGES.sub("", found[0]))


def _unbroken(text: str) -> Iterator[Edit]:
    reached = 0
    for found in _QUOTED_HYPHEN.finditer(text):
        hyphen = start = found.start()
        while start > reached and _LETTER.match(text, start - 1):
            start -= 1
        if start < hyphen:
            reached = found.end()
            yield Edit(start, reached, text[start:hyphen] + found[1])


def _rows(text: str, blank: NDArray[np.bool_]) -> Iterator[Edit]:
    """Yield words of which each letter has a space behind it; `blank` says where spaces are."""
    done = 0
    for at in np.flatnonzero(blank[:-4] & blank[2:-2] & blank[4:]).tolist():
        row = _ROW.match(text, max(done, at - 1)) or _ROW.match(text, max(done, at + 1))
        if row:
            done = row.end()
            yield Edit(*row.span(), _ONE_SPACE.sub("", row[0]))


def _addresses(text: str) -> Iterator[Edit]:
    """Yield addresses around the words that stand for signs."""
    reached = 0
    for sign in sorted(_places_of(_SAYS_SIGNS, text)):
        if sign < reached:
            continue
        first, last = max(reached, sign - _AROUND), sign + _AROUND
        for found in _ADDRESS.finditer(text, first, last):
            reached = found.end()
            yield Edit(*found.span(), _address(found))


def _places_of(signs: Iterable[str], text: str) -> Iterator[int]:
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            yield at
            at = text.find(sign, at + 1)


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


def _words_in_code(text: str) -> Iterator[Edit]:
    """Yield encoded words (RFC 2047), those beside one another together."""
    for found in _WORDS_IN_CODE.finditer(text):
        with suppress(LookupError, ValueError, HeaderParseError):
            yield Edit(*found.span(), str(make_header(decode_header(found[0]))))


def _escaped(text: str, signs: Places) -> Iterator[Edit]:
    for start, end in _stretches(text, signs):
        stretch = text[start:end]
        said = unescaped(stretch)
        if said != stretch:
            yield Edit(start, end, said)


def _stretches(text: str, signs: Places) -> Iterator[tuple[int, int]]:
    """Yield words with escapes in them; those beside one another are one stretch."""
    start = end = -1
    for sign in signs.tolist():
        found = _ESCAPE.match(text, sign) if sign >= end else None
        if found is None:
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


def unescaped(text: str) -> str:
    """Return a text with the escapes of links, mail, markup and programs read."""
    return _ESCAPE.sub(_one_unescaped, text)


def _one_unescaped(found: re.Match[str]) -> str:
    escape = found[0]
    if escape == "=\n":
        return ""
    if escape[0] in "%=":
        return said_in(bytes.fromhex(_SIGN_OF_BYTES.sub("", escape)))
    if escape[0] == "&":
        return html.unescape(escape)
    return _by_backslash(escape)


def _by_backslash(escape: str) -> str:
    if len(escape) == 2:
        return " " if escape[1] in _LINE_BREAKS else escape[1]
    if escape[1].isdigit():
        return chr(int(escape[1:], 8))
    if _UNITS.match(escape):
        return bytes.fromhex(_UNITS.sub("", escape)).decode("utf-16-be", "replace")
    code = int(escape[2:].strip("{}"), 16)
    return chr(code) if code <= 0x10FFFF else ""


def _bytes(text: str, codes: Codes) -> Iterator[Edit]:
    """Yield bytes in hexadecimal and characters by their numbers, with signs or spaces between."""
    digits = codes - _ZERO < _TEN
    for start, end in stretches(crowded(digits, _FEWEST_BYTES), _FEWEST_BYTES, _BYTES_WIDTH):
        first, last = max(0, start - _BYTES_WIDTH), end + _BYTES_WIDTH
        for found in _BYTES.finditer(text, first, last):
            yield from _said(*found.span(), from_hex("".join(_BYTE.findall(found[0]))))
        for found in _NUMBERS.finditer(text, first, last):
            yield Edit(*found.span(), "".join(chr(int(one)) for one in _DECIMAL.findall(found[0])))


def _codes(text: str, inside: Places) -> Iterator[Edit]:
    reached = reached_digits = 0
    for first, last in _code_runs(inside):
        for found in _HEX.finditer(text, max(first, reached_digits), last):
            lines = _HEX_LINES.match(text, found.start()) if found.end() == last else None
            reached_digits = (lines or found).end()
            digits = text[found.start() : reached_digits]
            yield from _said(found.start(), reached_digits, from_hex(digits))
            yield from _within(text, found.start(), reached_digits, from_hex)
        found_code = _CODE.match(text, first) if first >= reached else None
        if found_code:
            reached = found_code.end()
            read = _word if reached - first <= _WORD else from_base64
            yield from _said(first, reached, read(found_code[0]))
            yield from _within(text, first, reached, from_base64)
    if "begin " in text:
        for block in _UUENCODED.finditer(text):
            yield from _said(block.start(), block.end(), said_in(_from_uuencoding(block[1])))


def _within(text: str, start: int, end: int, read: Callable[[str], str]) -> Iterator[Edit]:
    """Yield what a code in lines says without its first or last line: words may stand beside it."""
    head, tail = text.find("\n", start, end), text.rfind("\n", start, end)
    if head >= 0:
        yield from _said(start, tail, read(text[max(start, tail - _BESIDE) : tail]))
        yield from _said(head + 1, end, read(text[head + 1 : min(head + 1 + _BESIDE, end)]))


_word = lru_cache(maxsize=4096)(from_base64)


def _said(start: int, end: int, words: str) -> Iterator[Edit]:
    if words:
        yield Edit(start, end, words)


def _code_runs(inside: Places) -> Iterator[tuple[int, int]]:
    """Yield runs of twelve or more of the places of characters that codes are written in."""
    if not len(inside):
        return
    edges = np.flatnonzero(np.diff(inside) != 1)
    starts, ends = inside[np.append(0, edges + 1)], inside[np.append(edges, -1)] + 1
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
