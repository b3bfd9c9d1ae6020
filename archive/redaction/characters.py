"""What each character of a text is, and what it folds to: learnt when it is first met."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from archive.redaction.folding import fold_character, folds_oddly, is_alphabetic

ALPHABETIC, DIGIT, OTHER = np.uint8(1), np.uint8(2), np.uint8(4)
"""Kinds of letters: of scripts that put spaces between words, digits, and all other scripts."""

ODD, MOVED = np.uint8(8), np.uint8(16)
"""Folds to no or several letters; to one other letter."""

NUMERAL, ARABIC, HAN = np.uint8(32), np.uint8(64), np.uint8(128)
"""May stand for a digit in Hangul or Han; is an Arabic letter; a Chinese character."""

KINDS = ALPHABETIC | DIGIT | OTHER
_UNKNOWN = ODD | MOVED  # nothing is both
NUMERALS = dict(
    zip(
        "공영일이삼사오육륙칠팔구零〇一二三四五六七八九幺",
        "001234566789001234567891",
        strict=True,
    )
)
"""Syllables and characters that stand for digits when a number is read out."""

HAN_LETTERS = range(0x3400, 0xA000)
"""Code points of unified Chinese characters."""

_SIZE = 0x110000  # code points
_BLOCK = 1 << 16  # places looked up at a time, so that what is made of them stays near
ARABIC_LETTERS = range(0x620, 0x700)
"""Code points of Arabic letters and marks."""

_SYLLABLES, _UNIFIED = range(0xAC00, 0xD7A4), range(0x4E00, 0xA000)  # Hangul and Han
Codes = NDArray[np.uint32]
Item = TypeVar("Item", np.uint8, np.bool_)
Flags = NDArray[np.uint8]


class Characters:
    """Tables by code point: flags, the letter to which it folds, whether it is a capital."""

    def __init__(self) -> None:
        self._flags = np.full(_SIZE, _UNKNOWN)
        self.folds = np.arange(_SIZE, dtype=np.uint32)
        self.capitals = np.zeros(_SIZE, np.bool_)
        self._flags[_SYLLABLES.start : _SYLLABLES.stop] = OTHER
        self._flags[_UNIFIED.start : _UNIFIED.stop] = OTHER | HAN
        self._flags[[ord(one) for one in NUMERALS]] = OTHER | NUMERAL
        self._flags[[ord(one) for one in NUMERALS if ord(one) in _UNIFIED]] |= HAN
        self._learn(range(0x80))

    def _learn(self, codes: range | list[int]) -> None:
        for code in codes:
            character = chr(code)
            folded = fold_character(character)
            self.capitals[code] = character.isupper()
            if folds_oddly(character, folded):
                self._flags[code] = ODD
                continue
            self.folds[code] = ord(folded)
            self._flags[code] = flags = flags_of_letter(folded)
            if flags and folded != character:
                self._flags[code] = flags | MOVED

    def flags_of(self, codes: Codes) -> tuple[Flags, int]:
        """Return what each character is, and all that any of them is."""
        flags = looked_up(self._flags, codes)
        present = _any(flags)
        if present & _UNKNOWN == _UNKNOWN and (unknown := flags == _UNKNOWN).any():
            self._learn(np.unique(codes[unknown]).tolist())
            flags = looked_up(self._flags, codes)
            present = _any(flags)
        return flags, present


def _any(flags: Flags) -> int:
    return int(np.bitwise_or.reduce(flags))


def looked_up(table: NDArray[Item], places: Codes) -> NDArray[Item]:
    """Return what a table has at places, all of which it must have."""
    found = np.empty(len(places), table.dtype)
    for at in range(0, len(places), _BLOCK):
        table.take(places[at : at + _BLOCK], out=found[at : at + _BLOCK], mode="clip")
    return found


def flags_of_letter(letter: str) -> np.uint8:
    """Return the kind of a folded letter, and whether it is Arabic or Han; 0 for a separator."""
    kind = kind_of(letter)
    if kind and ord(letter) in ARABIC_LETTERS:
        return kind | ARABIC
    return kind | HAN if kind and ord(letter) in HAN_LETTERS else kind


@lru_cache(maxsize=1 << 16)
def kind_of(letter: str) -> np.uint8:
    """Return the kind of a folded letter; 0 for a separator."""
    if not letter.isalnum():
        return np.uint8(0)
    if letter.isascii() and letter.isdigit():
        return DIGIT
    return ALPHABETIC if is_alphabetic(letter) else OTHER


def codes_of(text: str) -> Codes:
    """Return the code points of a text."""
    return np.array([text]).view(np.uint32)[: len(text)]
