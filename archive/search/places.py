"""Where in a folded text a leaf of a query stands, by reading the text as the analysis does."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property

from archive.search.analysis import MAX_TERM, UNPARTED, Piece, stem
from archive.search.patterns import late
from archive.search.query import Expansion, Fuzzy, Prefix, Wildcard, Words

Span = tuple[int, int]

_LETTERS = late(f"[^\\W_{UNPARTED}]+")
_UNIT = late(f"[{UNPARTED}]|[^\\W_{UNPARTED}]+")
_GAP = re.compile(r"[\W_]+")
_CLOSE = 16  # occurrences of one word beside one of another that are marked


class Passage:
    """A folded text that is read for several leaves; what they share is read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows: dict[Piece, list[Span]] = {}

    def places(self, leaf: Words | Expansion) -> Iterator[Span]:
        """Yield the spans of the text where `leaf` stands, from the left, without overlap."""
        text = self._text
        match leaf:
            case Prefix(start):
                return _words(text, start, lambda _: True)
            case Wildcard(pattern):
                return _words(text, re.split(r"[*?]", pattern)[0], lambda w: glob(pattern, w))
            case Fuzzy(word, edits):
                return _words(text, word[:1], lambda w: _alike(word, w, edits))
            case Words() if leaf.slop and len(leaf.parts) > 1:
                return iter(self._near(leaf))
            case Words():
                return _row(text, leaf.parts)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each word begins, and each character of a run."""
        return [match.start() for match in _UNIT.finditer(self._text)]

    def _spans(self, part: Piece) -> list[Span]:
        if part not in self._rows:
            self._rows[part] = list(_row(self._text, (part,)))
        return self._rows[part]

    def _near(self, leaf: Words) -> list[Span]:
        """Return the parts of `leaf` that stand near enough to all the others."""
        rows = []
        for part in dict.fromkeys(leaf.parts):
            rows.append(self._spans(part))
            if not rows[-1]:
                return []
        units = [[bisect_right(self._starts, span[0]) for span in row] for row in rows]
        reach = leaf.slop + len(leaf.parts)
        found: set[Span] = set()
        for here in units[rows.index(min(rows, key=len))]:
            close = [
                row[bisect_left(unit, here - reach + 1) : bisect_left(unit, here + reach)][:_CLOSE]
                for row, unit in zip(rows, units, strict=True)
            ]
            if all(close):
                found.update(span for row in close for span in row)
        return sorted(found)


def _words(text: str, start: str, fits: Callable[[str], bool]) -> Iterator[Span]:
    """Yield the words that begin with `start` and fit; each different word is asked once."""
    known: dict[str, bool] = {}
    word = re.compile(f"(?<![^\\W_{UNPARTED}]){re.escape(start)}[^\\W_{UNPARTED}]*")
    for found in word.finditer(text):
        short = found.group()[:MAX_TERM]
        if short not in known:
            known[short] = bool(short) and fits(short)
        if known[short]:
            yield found.span()


def _alike(word: str, other: str, edits: int) -> bool:
    from whoosh.support.levenshtein import damerau_levenshtein  # noqa: PLC0415 - 25 ms

    close = abs(len(word) - len(other)) <= edits
    return close and damerau_levenshtein(word, other) <= edits


def glob(pattern: str, word: str) -> bool:
    """Tell whether `pattern` matches the whole word; `?` is one character, `*` any number.

    Takes steps in proportion to the product of both lengths (Krauss, "Matching Wildcards: An
    Algorithm", Dr. Dobb's Journal, 2008).
    """
    at = p = 0
    star = mark = -1
    while at < len(word):
        if p < len(pattern) and pattern[p] == "*":
            star, mark, p = p, at, p + 1
        elif p < len(pattern) and pattern[p] in ("?", word[at]):
            p, at = p + 1, at + 1
        elif star >= 0:
            mark += 1
            p, at = star + 1, mark
        else:
            return False
    return not pattern[p:].strip("*")


def _row(text: str, parts: tuple[Piece, ...]) -> Iterator[Span]:
    root = _root(parts[0])
    at = text.find(root)
    while at >= 0:
        end = _end(text, at, parts)
        if end is not None:
            yield at, end
        at = text.find(root, end or at + 1)


def _root(part: Piece) -> str:
    """Return the beginning that all words of one term share: a stemmer changes last letters."""
    if not part.parted:
        return part.text
    shared = _shared(part.terms[0], part.text)
    return shared[:-1] if len(shared) > 2 else shared


def _shared(one: str, other: str) -> str:
    length = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[: min(len(one), len(other)) if length is None else length]


def _end(text: str, at: int, parts: tuple[Piece, ...]) -> int | None:
    for number, part in enumerate(parts):
        if number:
            at = _gap_end(text, at)
        if part.parted:
            word = _word(text, at)
            if word is None or stem(word.group()[:MAX_TERM]) != part.terms[0]:
                return None
            at = word.end()
        elif text.startswith(part.text, at):
            at += len(part.text)
        else:
            return None
    return at


def _word(text: str, at: int) -> re.Match[str] | None:
    """Return the word that begins at `at`, unless none does."""
    return None if at and _is_letter(text[at - 1]) else _LETTERS.match(text, at)


def _is_letter(character: str) -> bool:
    """Tell whether a character is one of `_LETTERS`; most are of ASCII, and asked by thousands."""
    alone = character.isalnum()
    return alone if character.isascii() else alone and _LETTERS.match(character) is not None


def _gap_end(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at
