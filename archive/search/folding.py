"""One spelling for what readers take to be the same: width, case, accents, hidden characters.

Folding is Unicode compatibility composition (UAX #15, NFKC) of the lower-case text, without the
accents of Latin letters and without format characters (category Cf: soft hyphens, zero-width
characters, direction marks). Hangul and kana keep their marks, which tell syllables apart.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
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
class FoldedText:
    """A folded text that remembers where each of its characters came from.

    `starts` and `ends` hold, for each code point of `text`, the span of the original that became
    it; both are empty when the two texts correspond one to one.
    """

    text: str
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text for a non-empty span of the folded one."""
        if not self.starts:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold_with_origins(text: str) -> FoldedText:
    """Return `text` folded like `fold`, with the origin of each character."""
    if text.isascii():
        return FoldedText(text.lower())
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def take(piece: str, start: int, end: int) -> None:
        folded.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))

    at = 0
    for match in _CLUSTER.finditer(text):
        for index in range(at, match.start()):
            take(_TABLE[ord(text[index])], index, index + 1)
        take(fold(_fold_cluster(match.group())), *match.span())
        at = match.end()
    for index in range(at, len(text)):
        take(_TABLE[ord(text[index])], index, index + 1)
    return FoldedText("".join(folded), tuple(starts), tuple(ends))
