"""Text between whose letters stands markup: what a reader or a program sees once that is gone.

Markup is tags, commands of TeX, troff and terminals, signs of Markdown and forums, times of
subtitles, quotation marks where strings are joined, folds of lines in cards and directories.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import KINDS, MOVED, ODD
from archive.redaction.encoded import unescaped
from archive.redaction.folding import invisible
from archive.redaction.letters import Letters, Places

_LAST_ASCII = "\x7f"
_FIRST_MARK, _LAST_MARK = 0x300, 0x36F  # Unicode, the block Combining Diacritical Marks
_AROUND = 120  # code points beside markup in which a name may stand at most
_LEAST, _LEAST_OTHER = 6, 3  # letters of a name within which markup stands: alphabetic, others
_APART = "\n\0\n"  # between windows; no name has it
_LETTERS = "o O l L i j ss ae AE oe OE aa AA dh DH dj DJ th TH ng NG"
_TEX_LETTERS = frozenset(_LETTERS.split(" "))  # The TeXbook, 9; LaTeX2e font encodings, T1
_CUE = (  # SubRip and WebVTT; MicroDVD; SubStation Alpha
    r"\n[ \t]{0,8}\n(?:[^\n]{1,80}\n)?[0-9:.,]{4,15}[ ]-->[^\n]{4,200}\n"
    r"|(?:\n|\A)\{\d+\}\{\d+\}|\n(?:Dialogue|Comment):[ ](?:[^,\n]{0,80},){9}"
)
_SIGNS = r"(?<=[^\W\d_])[^\w\s<>{}\\:;=@,]{1,6}(?=[^\W\d_])"
_PLAIN = (
    rf"(?P<line>{_CUE})"
    r"|(?P<tags>(?:(?:<!--(?s:.{0,2000}?)-->|<!\[CDATA\[|\]\]>|<[^<>]{1,300}>)(?:\s{1,8}(?=<))?)+)"
    r"|(?P<entity>&[A-Za-z_][\w.-]{0,40};)"
    r"|(?:\ufffd|\x1b)\[[0-9;]{0,20}m"  # ECMA-48, 8.3.117, SGR
    r"|\\f(?:[BIRP1-4]|\([A-Z]{2}|\[[A-Z]{0,4}\])|\\s[-+]?\d"  # groff(7), escape sequences
    r"|(?P<next>\\[nNh](?=[^\W\d_a-z])|\\\\)|\\\n[ \t]*"
    r"|\\(?![uxX][0-9A-Fa-f])(?P<word>[A-Za-z]+)\*?(?:-?[0-9]{1,6})?[ ]?"  # The TeXbook, 7
    r"|(?P<space>\\[ ])|\\[^\w\s]|[{}]"
    r"|[\"'][ \t]{0,16}(?:[+.&|]{1,2}|\\)?[ \t]{0,16}\n?[ \t]{0,16}[\"']"
    rf"|\[/?[A-Za-z]{{1,12}}(?:=[^\[\]\s]{{1,60}})?\]|{_SIGNS}"
)
_MARKUP = re.compile(_PLAIN)
_FOLDED = re.compile(rf"\n[ \t](?=\S)|{_PLAIN}")  # RFC 5545, 3.1; RFC 6350, 3.2; RFC 2849
_IN_WORD = re.compile(_SIGNS)
_MARKS = ("<", "\\", "{", "\ufffd[", "\x1b[", "-->")
_MORE_MARKS = (
    re.compile(r"\[/[A-Za-z]"),
    re.compile(r"[\"'][ \t]{0,16}[+.&|]{0,2}[ \t]{0,16}\n?[ \t]{0,16}[\"']"),
)
_PROPERTY = re.compile(r"^[A-Za-z][\w.-]{0,40}[;:][^\n]*\n[ \t]\S", re.MULTILINE)
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+[\"']([^\"'<>]{0,200})[\"']")  # XML 1.0, 4.2
_CODES = re.compile(
    r"(?:\\+u[0-9A-Fa-f]{4})+|(?:%[0-9A-Fa-f]{2})+|(?:=[0-9A-F]{2}(?:=\n)?)+|&#\w{1,8};"
)
_LINE_CUES = ("-->", "\nDialogue: ", "\nComment: ", "\n{")
_PLAIN_BEGINS = "<]&\x1b\\{}\"'["


def _table(characters: str) -> NDArray[np.bool_]:
    table = np.zeros(0x80, np.bool_)
    table[[ord(one) for one in characters]] = True
    return table


_CODE_BEGINS = _table("\\%=&")
_MARKUP_BEGINS, _LINE_BEGINS = _table(_PLAIN_BEGINS), _table(_PLAIN_BEGINS + "\n")
_SIGN_BEGINS = _table("!\"#$%&'()*+-./?[]^_`|~" + "".join(map(chr, (*range(0x1C), 0x7F))))
_SPACES = _table(" \t\n\r\x0b\x0c")


@dataclass(frozen=True, slots=True)
class Peeled:
    """Stretches of a text in which some parts read otherwise, and the way back.

    Piece `i` begins at `at[i]` and stands for the text from `origin[i]` to `until[i]`. It is
    `kept` as it is, or replaced; of a joint between stretches, `origin` is negative. With `glued`,
    nothing stands where markup stood.
    """

    text: str
    at: tuple[int, ...]
    origin: tuple[int, ...]
    until: tuple[int, ...]
    kept: tuple[bool, ...]
    glued: bool

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of the text; nothing where a joint is in it."""
        first, last = bisect_right(self.at, start) - 1, bisect_right(self.at, end - 1) - 1
        if min(self.origin[first : last + 1]) < 0:
            return None
        begin, stop = self.origin[first], self.until[last]
        if self.kept[first]:
            begin += start - self.at[first]
        if self.kept[last]:
            stop = self.origin[last] + end - self.at[last]
        return begin, stop

    def marked(self, start: int, end: int) -> bool:
        """Return whether markup is within what stands there."""
        first, last = bisect_right(self.at, start) - 1, bisect_right(self.at, end - 1) - 1
        return first != last or not self.kept[first]

    def telling(self, start: int, end: int) -> bool:
        """Return whether what stands there is too long to be a word that markup made by chance."""
        letters = [one for one in self.text[start:end] if one.isalpha()]
        least = _LEAST if any(one < "\u1100" for one in letters) else _LEAST_OTHER
        return not self.glued or len(letters) >= least


def peeled(letters: Letters) -> Iterator[Peeled]:
    """Yield readings of a text without its markup; nothing where there is none.

    Where tags follow on one another, a second reading has a space for them.
    """
    text = letters.text
    found = [one for one in _markup(letters) if not _unseen(one[0])]
    if not found:
        return
    entities = dict(_ENTITY.findall(text)) if "<!ENTITY" in text else {}
    for between in ("", " ")[: 1 + any(_parting(one) for one in found)]:
        yield _peeled(text, found, _said(entities, between), glued=not between)


def decoded(letters: Letters) -> Iterator[Peeled]:
    """Yield the text with the escapes of JSON, links and markup read; nothing without any."""
    found = list(_at(_CODES, letters.text, _beginning(letters, _CODE_BEGINS)))
    if found:
        yield _peeled(letters.text, found, lambda one: unescaped(one[0]), glued=False)


def _markup(letters: Letters) -> Iterator[re.Match[str]]:
    text = letters.text
    if "\n " in text and _PROPERTY.search(text):
        return _at(_FOLDED, text, _begins(letters, _LINE_BEGINS))
    if any(one in text for one in _MARKS) or any(one.search(text) for one in _MORE_MARKS):
        cued = any(one in text for one in _LINE_CUES)
        return _at(_MARKUP, text, _begins(letters, _LINE_BEGINS if cued else _MARKUP_BEGINS))
    return _at(_IN_WORD, text, _signs(letters))


def _unseen(signs: str) -> bool:
    """Return whether all are marks on letters or invisible: folding takes them out anyhow."""
    return signs[0] > _LAST_ASCII and all(map(invisible, signs))


def _at(pattern: re.Pattern[str], text: str, places: Places) -> Iterator[re.Match[str]]:
    """Yield what a pattern finds that begins at one of the places; they are in order."""
    reached = 0
    for at in places.tolist():
        found = pattern.match(text, at) if at >= reached else None
        if found:
            reached = found.end()
            yield found


def _begins(letters: Letters, table: NDArray[np.bool_]) -> Places:
    """Return every place at which markup may begin."""
    return np.union1d(_beginning(letters, table), _signs(letters))


def _beginning(letters: Letters, table: NDArray[np.bool_]) -> Places:
    places = np.flatnonzero(letters.written < len(table))
    return places[table.take(letters.written.take(places))]


def _signs(letters: Letters) -> Places:
    """Return every place at which a sign within a word may begin, and some more."""
    written, flags = letters.written, letters.flags
    ascii_signs = _beginning(letters, _SIGN_BEGINS)
    before = written.take(ascii_signs - 1, mode="clip")
    after = written.take(ascii_signs + 1, mode="clip")
    inside = (letters.flags.take(ascii_signs - 1, mode="clip") != 0) | (before >= len(_SPACES))
    inside &= ~_SPACES.take(after, mode="clip") | (after >= len(_SPACES))
    others = (written >= len(_SPACES)) & (((flags & KINDS) == 0) | ((flags & (ODD | MOVED)) != 0))
    found = np.flatnonzero(others)
    marks = (written.take(found) >= _FIRST_MARK) & (written.take(found) <= _LAST_MARK)
    marks &= (flags.take(found + 1, mode="clip") & KINDS) != 0  # alone on its letter, no sign
    return np.union1d(ascii_signs[inside], found[~marks])


def _parting(found: re.Match[str]) -> bool:
    tags = found.groupdict().get("tags")
    return tags is not None and tags.count("<") > 1


def _said(entities: Mapping[str, str], between: str) -> Callable[[re.Match[str]], str]:
    """Return what a stretch of markup says."""

    def said(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind in ("line", "next"):
            return "\n"
        if kind == "entity":
            return entities.get(found[0][1:-1], found[0])
        if kind == "word" and found["word"] in _TEX_LETTERS:
            return found["word"]
        if kind == "tags" and _parting(found):
            return between
        return " " if kind == "space" else ""

    return said


def _peeled(
    text: str, found: Iterable[re.Match[str]], said: Callable[[re.Match[str]], str], *, glued: bool
) -> Peeled:
    pieces: list[tuple[str, int, int, bool]] = []
    reached = 0
    for one in found:
        before = max(reached, one.start() - _AROUND)
        if pieces and before > min(reached + _AROUND, one.start()):
            pieces.append((text[reached : reached + _AROUND], reached, reached + _AROUND, True))
            pieces.append((_APART, -1, -1, False))
        elif pieces:
            before = reached
        pieces.append((text[before : one.start()], before, one.start(), True))
        pieces.append((said(one), *one.span(), False))
        reached = one.end()
    pieces.append((text[reached : reached + _AROUND], reached, reached + _AROUND, True))
    return _joined([one for one in pieces if one[0]], glued)


def _joined(pieces: list[tuple[str, int, int, bool]], glued: bool) -> Peeled:
    at, size = [], 0
    for piece, *_ in pieces:
        at.append(size)
        size += len(piece)
    texts, origin, until, kept = zip(*pieces, strict=True) if pieces else ((), (), (), ())
    return Peeled("".join(texts), tuple(at), origin, until, kept, glued)
