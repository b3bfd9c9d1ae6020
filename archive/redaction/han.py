"""Names in Chinese characters, by how the characters are read in Korean and in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from archive.naming import read, readings, southern
from archive.redaction.characters import HAN_LETTERS, Codes
from archive.redaction.forms import Gaps, Variant
from archive.redaction.index import Pile
from archive.redaction.keys import hash_inside
from archive.redaction.persons import names_of
from archive.redaction.reading import Reading
from archive.redaction.sounding import Sounding

_FIRST, _LAST = HAN_LETTERS.start, HAN_LETTERS.stop - 1
_LONGEST, _SHORT = 4, 2  # characters of a name
_PROSE = 6  # characters in a row; so many are Chinese prose rather than a name in a Korean text


@cache
def _numbers() -> dict[str, int]:
    return {}


def _korean(character: str) -> int:
    found = readings().get(character)
    return ord(southern(found)) if found else 0


def _sound(syllable: str) -> int:
    return _numbers().setdefault(syllable, len(_numbers()) + 1)


def _chinese(character: str) -> int:
    found = read(character)
    return _sound(found[0]) if found else 0


class _Layer:
    """The characters of a text read in one language, and the names found in that reading."""

    def __init__(
        self, names: Iterator[tuple[int, tuple[int, ...]]], reader: Callable[[str], int]
    ) -> None:
        self._reader = reader
        self._names: dict[tuple[int, ...], set[int]] = {}
        self._table = np.zeros(_LAST - _FIRST + 2, np.uint32)
        self._known = np.zeros(len(self._table), np.bool_)
        pile = Pile()
        for number, name in names:
            self._names.setdefault(name, set()).add(number)
            pile.add("".join(map(chr, (*name[:3], 0)[:3])), 0)
        self._keys = pile.keys()

    def find(self, codes: Codes) -> Iterator[tuple[int, int, int]]:
        """Yield start, stop and form of names, in letters whose codes are given."""
        if not self._names:
            return
        places = np.minimum(codes - np.uint32(_FIRST), np.uint32(_LAST - _FIRST + 1))
        new = np.unique(places[~self._known.take(places)])
        for place in new.tolist():
            self._table[place] = self._reader(chr(place + _FIRST)) if place <= _LAST - _FIRST else 0
        self._known[new] = True
        read_as = self._table.take(places)
        starts = np.flatnonzero(read_as[:-2])
        for size in (2, 3):
            hashes = hash_inside(read_as, starts, size)
            for start in starts.take(self._keys.known(hashes)).tolist():
                yield from self._whole(read_as[start : start + _LONGEST].tolist(), start)

    def _whole(self, sounds: list[int], start: int) -> Iterator[tuple[int, int, int]]:
        for size in range(2, _LONGEST + 1):
            for number in self._names.get(tuple(sounds[:size]), ()):
                yield start, start + size, number


class HanReadings:
    """Finds names of the register in texts that write them in Chinese characters."""

    def __init__(self, forms: Sequence[str]) -> None:
        names = [(number, name) for number, form in enumerate(forms) for name in names_of(form)]
        self._korean = _Layer(
            (
                (number, tuple(ord(southern(one)) for one in word))
                for number, name in names
                for word in name.written
                if len(word) >= 2 and name.surnames
            ),
            _korean,
        )
        self._chinese = _Layer(
            ((number, tuple(map(_sound, word))) for number, name in names for word in name.sounds),
            _chinese,
        )

    def find(self, reading: Reading) -> Iterator[Sounding]:
        """Yield names; certain is what is read in Korean and stands alone among other letters.

        A name of two characters is never certain, and stands as a word but for particles.
        """
        codes = reading.letters.codes
        if not reading.letters.has_han:
            return
        for layer, certain in ((self._korean, True), (self._chinese, False)):
            for start, stop, number in layer.find(codes):
                short = certain and stop - start == _SHORT
                letters = reading.letters.string(start, stop)
                look = Variant(letters, 0, Gaps.SPACED, whole=short)
                if reading.accepts(look, start):
                    alone = certain and not short and not _in_prose(codes, start, stop)
                    yield Sounding(start, stop, number, alone)


def _in_prose(codes: Codes, start: int, stop: int) -> bool:
    around = codes[max(0, start - _PROSE) : stop + _PROSE]
    return int(((around - np.uint32(_FIRST)) <= _LAST - _FIRST).sum()) > stop - start + _PROSE
