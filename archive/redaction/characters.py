"""What each character of a text is, and what it folds to: learnt when it is first met."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archive.redaction.folding import fold_character, folds_oddly, is_alphabetic

ALPHABETIC, DIGIT, OTHER = np.uint8(1), np.uint8(2), np.uint8(4)
"""Kinds of letters: of scripts that put spaces between words, digits, and all other scripts."""

ODD, MOVED, NUMERAL, ARABIC = np.uint8(8), np.uint8(16), np.uint8(32), np.uint8(64)
"""Folds to no or several letters; to another letter; may stand for a digit; is an Arabic letter."""

KINDS = ALPHABETIC | DIGIT | OTHER
_UNKNOWN = np.uint8(128)
NUMERALS = dict(
    zip(
        "공영일이삼사오육륙칠팔구零〇一二三四五六七八九幺",
        "001234566789001234567891",
        strict=True,
    )
)
"""Syllables and characters that stand for digits when a number is read out."""

_SIZE = 0x110000  # code points
ARABIC_LETTERS = range(0x620, 0x700)
"""Code points of Arabic letters and marks."""

_SYLLABLES, _UNIFIED = (0xAC00, 0xD7A3), (0x4E00, 0x9FFF)  # Hangul and Han, first and last
Codes = NDArray[np.uint32]
Flags = NDArray[np.uint8]


class Characters:
    """Tables by code point: flags, the letter to which it folds, whether it is a capital."""

    def __init__(self) -> None:
        self._flags = np.full(_SIZE, _UNKNOWN)
        self.folds = np.arange(_SIZE, dtype=np.uint32)
        self.capitals = np.zeros(_SIZE, np.bool_)
        for first, last in (_SYLLABLES, _UNIFIED):
            self._flags[first : last + 1] = OTHER
        self._flags[[ord(one) for one in NUMERALS]] = OTHER | NUMERAL
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
        flags = self._flags.take(codes)
        if _any(flags) & _UNKNOWN:
            self._learn(np.unique(codes[flags >= _UNKNOWN]).tolist())
            flags = self._flags.take(codes)
        return flags, _any(flags)


def _any(flags: Flags) -> int:
    return int(np.bitwise_or.reduce(flags))


def flags_of_letter(letter: str) -> np.uint8:
    """Return the kind of a folded letter, and whether it is Arabic; 0 for a separator."""
    kind = kind_of(letter)
    return kind | ARABIC if kind and ord(letter) in ARABIC_LETTERS else kind


def kind_of(letter: str) -> np.uint8:
    """Return the kind of a folded letter; 0 for a separator."""
    if not letter.isalnum():
        return np.uint8(0)
    if letter.isascii() and letter.isdigit():
        return DIGIT
    return ALPHABETIC if is_alphabetic(letter) else OTHER


def codes_of(text: str) -> Codes:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
