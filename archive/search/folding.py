"""One spelling for what readers take to be the same: width, case, accents, hidden characters.

Folding is Unicode compatibility composition (UAX #15, NFKC) of the lower-case text, without the
accents of Latin letters and without format characters (category Cf: soft hyphens, zero-width
characters, direction marks). Hangul and kana keep their marks, which tell syllables apart.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f"
_CLUSTER = re.compile(
    f"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[^{_MARKS}][{_MARKS}]+", re.DOTALL
)
_LAST_LATIN = "\u024f"  # Latin Extended-B ends here


def _fold_cluster(cluster: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).lower())
    apart = unicodedata.normalize("NFD", plain)
    if apart != plain and apart[0] <= _LAST_LATIN:
        plain = "".join(c for c in apart if not unicodedata.combining(c))
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


class _Table(dict[int, str]):
    """Folds single characters, each computed once."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_cluster(chr(code))
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """Return `text` folded."""
    if text.isascii():
        return text.lower()
    return _CLUSTER.sub(lambda m: _fold_cluster(m.group()), text).translate(_TABLE)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of folded text that begins at `folded` and came from `start` to `end`.

    `even` when it has one character for each of the original's.
    """

    folded: int
    start: int
    end: int
    even: bool


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text that remembers where each of its characters came from."""

    text: str
    stretches: tuple[_Stretch, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text for a non-empty span of the folded one."""
        first, last = self._stretch(start), self._stretch(end - 1)
        return (
            first.start + (start - first.folded if first.even else 0),
            last.start + (end - last.folded) if last.even else last.end,
        )

    def _stretch(self, at: int) -> _Stretch:
        return self.stretches[bisect_right(self.stretches, at, key=lambda s: s.folded) - 1]


def fold_with_origins(text: str) -> FoldedText:
    """Return `text` folded like `fold`, with the origin of each character."""
    if text.isascii():
        return FoldedText(text.lower(), (_Stretch(0, 0, len(text), True),))
    uneven = "".join(re.escape(c) for c in sorted(set(text)) if len(_TABLE[ord(c)]) != 1)
    special = re.compile(f"{_CLUSTER.pattern}|[{uneven}]", re.DOTALL) if uneven else _CLUSTER
    folded: list[str] = []
    stretches: list[_Stretch] = []
    length = 0

    def take(start: int, end: int, *, even: bool) -> None:
        nonlocal length
        piece = fold(text[start:end])
        if piece:
            stretches.append(_Stretch(length, start, end, even))
            folded.append(piece)
            length += len(piece)

    at = 0
    for match in special.finditer(text):
        take(at, match.start(), even=True)
        take(*match.span(), even=False)
        at = match.end()
    take(at, len(text), even=True)
    return FoldedText("".join(folded), tuple(stretches))
