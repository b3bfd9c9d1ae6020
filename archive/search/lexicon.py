"""Words of many texts as numbers, given out in the order in which words are first seen.

A *plain* text has words only, no run of Hangul, Han or kana (`analysis`). Folding changes nothing
across white space, so what stands between white space is folded and parted once, however often
it occurs, and a word costs one look-up.
"""

from __future__ import annotations

from itertools import chain

from archive.search.analysis import MAX_TERM, ascii_words, has_runs, words_of
from archive.search.folding import fold


class Lexicon(dict[str, int]):
    """Numbers of terms, given out in the order in which terms are first seen."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class _RunFound(Exception):
    """What was to be parted into words has a run."""


class _Words(dict[str, int]):
    """The number of each folded word; of a longer one only `MAX_TERM` characters count."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[str] = []

    def __missing__(self, word: str) -> int:
        short = word[:MAX_TERM]
        number = self.get(short)
        if number is None:
            number = self[short] = len(self.listed)
            self.listed.append(short)
        self[word] = number
        return number


class _Stretches(dict[str, tuple[int, ...]]):
    """The numbers of the words of each stretch between white space, as it is written."""

    def __init__(self, words: _Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, stretch: str) -> tuple[int, ...]:
        folded = fold(stretch)
        if has_runs(folded):
            raise _RunFound
        numbers = self[stretch] = tuple(map(self._words.__getitem__, words_of(folded)))
        return numbers


class WordNumbers:
    """The words of all texts that were given, and their numbers."""

    def __init__(self) -> None:
        self._words = _Words()
        self._stretches = _Stretches(self._words)

    @property
    def words(self) -> list[str]:
        """The words in order of their numbers, folded."""
        return self._words.listed

    def number(self, word: str) -> int:
        """Return the number of a folded word."""
        return self._words[word]

    def of(self, text: str) -> list[int] | None:
        """Return the numbers of the words of an unfolded text in order; `None` if it has a run."""
        if text.isascii():
            return list(map(self._words.__getitem__, ascii_words(text)))
        try:
            parts = map(self._stretches.__getitem__, text.split())
            return list(chain.from_iterable(parts))
        except _RunFound:
            return None
