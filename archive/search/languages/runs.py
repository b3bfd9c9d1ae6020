"""Terms of a run of Hangul, Han or kana: its pairs of neighbours, and the Korean words in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from archive.search.languages.stemming import tagged

if TYPE_CHECKING:
    from archive.search.languages import korean

_HANGUL = re.compile("[가-힣]+")
_LONGEST = 24  # characters of a run that is remembered
_SHORT = 2  # syllables of a run that is a word as it stands; pairs find longer ones
_MOST = 1 << 17  # runs that are remembered; the table begins anew beyond


class Run(NamedTuple):
    """Terms in ascending order of their offsets; Korean words of two syllables or more.

    `names` are those of the words that are proper nouns, or of three syllables and more.
    """

    terms: tuple[str, ...]
    offsets: tuple[int, ...]
    words: tuple[str, ...]
    names: tuple[str, ...]


def word_term(word: str) -> str:
    """Return the term for a Korean word, folded, in the spelling of North or South."""
    from archive import naming  # noqa: PLC0415 - 10 ms that a query of words need not take

    return tagged("ko", naming.southern_word(word))


def has_hangul(text: str) -> bool:
    """Tell whether there is a Hangul syllable in `text`."""
    return _HANGUL.search(text) is not None


def is_hangul(text: str) -> bool:
    """Tell whether `text` is Hangul syllables only."""
    return _HANGUL.fullmatch(text) is not None


def reading(run: str) -> str:
    """Return the run as Koreans read it: Hangul for its Han characters."""
    from archive import naming  # noqa: PLC0415 - as above

    return naming.reading(run) if _han().search(run) else run


@cache
def _han() -> re.Pattern[str]:
    from archive import naming  # noqa: PLC0415 - as above

    return re.compile(f"[{naming.HAN}]")


class Runs(dict[str, Run]):
    """The terms of each run, computed once; `korean` when Han characters are read as Hangul."""

    def __init__(self, *, korean: bool) -> None:
        super().__init__()
        self._korean = korean

    def __missing__(self, run: str) -> Run:
        found = self._analyse(run)
        if len(run) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[run] = found
        return found

    def _analyse(self, run: str) -> Run:
        placed = [(i, c) for i, c in enumerate(run) if not is_hangul(c)]
        placed += [(i, run[i : i + 2]) for i in range(len(run) - 1)]
        words = list(self._words(run)) if self._korean else []
        terms = {(word.start, word_term(word.text)) for word in words}
        if self._korean and len(run) <= _SHORT and is_hangul(run):
            terms.add((0, word_term(run)))
        placed = sorted(terms.union(placed))
        written = [word for word in words if len(word.text) > 1]
        return Run(
            tuple(term for _, term in placed),
            tuple(at for at, _ in placed),
            tuple(word.text for word in written),
            tuple(word.text for word in written if word.proper or len(word.text) > 2),
        )

    def _words(self, run: str) -> Iterator[korean.Word]:
        from archive.search.languages import korean  # noqa: PLC0415 - as above

        for match in _HANGUL.finditer(reading(run)):
            for word in korean.words(match.group()):
                yield word._replace(start=match.start() + word.start)


KOREAN = Runs(korean=True)
"""Runs of a text that has Hangul in it."""

CHINESE = Runs(korean=False)
"""Runs of a text without Hangul."""
