"""Lines of a paragraph put together so that nobody sees where they ended.

A space where the script has none, half a word, or the hyphen of a divided one would tell it, and
with it how long a hidden name is (docs/adr/0068-pages-set-anew.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from archive.redaction.spans import is_unspaced

_HANGUL = re.compile("[\uac00-\ud7a3]")
_WIDE = re.compile("[\u3001-\u3003\u3008-\u301f\uff01-\uff60]")  # punctuation of Han and kana
_DIVIDED = re.compile(r"([^\W\d_]{2,})[-\u2010]$")
_HYPHENS, _CLOSING = "-\u2010", ".,;:!?)]}\u2026\u00bb\u201d"
_REST = re.compile(r"[^\W\d_]{2,}")
_ENDED = re.compile(  # what Korean words end with: particles, endings of verbs, plural, adnominals
    "(?:[다요까죠은는이가을를의에와과도로만서고며면지게들한할된될인던려히씩쯤뿐]|[^가-힣])$"
)
_ENDING = re.compile(  # what is no word by itself
    "(?:은|는|이|가|을|를|의|에|와|과|도|로|만|에서|에게|에는|에도|으로|까지|부터|보다|처럼|들이|들은|들을|들의"
    "|다|고|며|면|지|게|서|이다|이었다|였다|했다|하다|하고|하며|하여|한다|하였다|된다|되었다|됐다|었다|았다)"
    "[.,!?]*"
)


class Joiner:
    """Joins lines of one text; `hole` is the character that stands for what is hidden."""

    def __init__(self, text: str, hole: str) -> None:
        self._text, self._hole = text, hole

    def joined(self, lines: Sequence[str]) -> str:
        """Return lines as one."""
        pieces = [lines[0].strip()] if lines else []
        for before, after in pairwise(lines):
            end, begin = before.rstrip(), after.strip()
            divided = _DIVIDED.search(end)
            if divided and self._is_one_word(divided[1], begin):
                pieces[-1] = pieces[-1][:-1]
                between = ""
            else:
                between = self._between(before, end, begin)
            pieces += [between, begin]
        return "".join(pieces).strip()

    def _is_one_word(self, half: str, begin: str) -> bool:
        """Return whether a hyphen was put in where a line ended; the text may show that not."""
        rest = _REST.match(begin)
        return rest is not None and rest[0].islower() and f"{half}-{rest[0]}" not in self._text

    def _between(self, before: str, end: str, begin: str) -> str:
        if not end or not begin:
            return " "
        last, first = end[-1], begin[0]
        if first in _CLOSING or (last in _HYPHENS and first.isalnum()):
            return ""
        if self._is_dense(last, first):
            return ""
        if before == end and _HANGUL.match(last) and _HANGUL.match(first):
            return (
                "" if self._runs_on(end.rsplit(maxsplit=1)[-1], begin.split(maxsplit=1)[0]) else " "
            )
        return " "

    def _is_dense(self, last: str, first: str) -> bool:
        """Return whether the script of both has no spaces; what is hidden goes with either."""
        sides = [one for one in (last, first) if one != self._hole]
        return bool(sides) and all(is_unspaced(one) or bool(_WIDE.match(one)) for one in sides)

    def _runs_on(self, end: str, begin: str) -> bool:
        """Return whether two halves, rather than two words of Korean, stand where a line ended."""
        if end + begin in self._words:
            return True
        if end in self._words and begin in self._words:
            return False
        return bool(_ENDING.fullmatch(begin)) or not _ENDED.search(end)

    @cached_property
    def _words(self) -> frozenset[str]:
        """All words but those at the ends of lines, which may be halves."""
        return frozenset(word for line in self._text.split("\n") for word in line.split()[1:-1])
