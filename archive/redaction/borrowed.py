"""Registered names in Latin letters where a Korean text writes them in Hangul: `존 스미스`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from archive.naming import borrowed_skeletons, hangul_skeleton
from archive.redaction.persons import names_of, words_of

_FEWEST = 7  # letters of both skeletons, vowels included; of fewer, chance has too many
_WORD = re.compile(r"[가-힣]{1,12}")
_SEAM = re.compile(r"[ \u00a0\u00b7\u30fb\n]")
_PARTICLE = re.compile(
    "(?:은|는|이|가|을|를|의|에게|에게서|께|께서|와|과|도|만|로|으로|한테|부터|까지|보다|처럼|라고|라는"
    "|이라고|이라는|씨|님|군|양){1,2}"
)


class BorrowedNames:
    """The names among forms that have a given name and a surname, by how Hangul writes them."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._names: dict[tuple[str, str], set[int]] = defaultdict(set)
        for number, form in enumerate(forms):
            words = words_of(form)
            if len(words) < 2 or any(name.surnames for name in names_of(form)):
                continue
            lasts = borrowed_skeletons(words[-1])
            for first in borrowed_skeletons(words[0]):
                for last in lasts:
                    if len(first) + len(last) >= _FEWEST and min(len(first), len(last)) > 2:
                        self._names[first, last].add(number)
        self._firsts = frozenset(first for first, _ in self._names)

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and form of what may be a name, offsets in code points of `text`."""
        if not self._names:
            return
        words = [match.span() for match in _WORD.finditer(text)]
        for (start, stop), (begin, end) in pairwise(words):
            if begin - stop != 1 or not _SEAM.fullmatch(text, stop, begin):
                continue
            first = hangul_skeleton(text[start:stop])
            if first and first in self._firsts:
                for size in _sizes(text[begin:end]):
                    last = hangul_skeleton(text[begin : begin + size])
                    for number in self._names.get((first, last), ()):
                        yield start, begin + size, number


def _sizes(word: str) -> Iterator[int]:
    """Yield how long a word may be, without the particles that may stand at its end."""
    for size in range(len(word), 0, -1):
        if size == len(word) or _PARTICLE.fullmatch(word, size):
            yield size
