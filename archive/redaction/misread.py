"""Names of which recognition misread several letters: the text is read as letters throughout.

`rewriting` tries one wrong letter of one word. Here digits and signs within words are letters
(`K1M Myong Cho1`), and letters that look alike in print are one, in texts and names alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.redaction.folding import SOFT_HYPHEN, is_alphabetic
from archive.redaction.forms import Variant, variants
from archive.redaction.index import FormIndex, FormPlaces
from archive.redaction.letters import letters_of
from archive.redaction.reading import Reading

_MIXED = re.compile(
    r"(?=[0-9|!]*[^\W\d_])(?=[^\W_]*[0-9|!])[^\W_|!]*(?:[|!]?[^\W_|!]+)*|0(?=['’][A-Z])"
)
_VOWELS = frozenset("aeiouyAEIOUYlL")
_LETTERS = {
    "0": "o",
    "5": "s",
    "8": "b",
    "6": "b",
    "9": "g",
    "3": "e",
    "2": "z",
    "4": "a",
    "7": "t",
}
_UPRIGHT = frozenset("1|!")
_PAIRS = (("vv", "w"), ("VV", "W"))
_BLURRED_PAIRS = (("rn", "m"), ("RN", "M"), ("cl", "d"), ("vv", "w"), ("VV", "W"))
_BLURS = str.maketrans("iIjJlLtuUcCgq", "lllllllnneegg")
_FEWEST = 7  # letters of a whole name


def as_letters(text: str) -> str:
    """Return a text of the same length in which digits and signs within words are letters.

    An upright stroke is an l beside a vowel, else an i; a soft hyphen stands for what is too many.
    """
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter + SOFT_HYPHEN)
    return _MIXED.sub(lambda found: _lettered(found[0]), text)


def _lettered(word: str) -> str:
    letters = ""
    for at, one in enumerate(word):
        read = one
        if one in _UPRIGHT:
            beside = (letters[-1:], word[at + 1 : at + 2])
            read = "l" if any(other in _VOWELS for other in beside if other) else "i"
        elif one in _LETTERS:
            read = _LETTERS[one]
        upper = not at or (word[at - 1].isupper() and not word[at + 1 : at + 2].islower())
        letters += read.upper() if read != one and upper else read
    return letters


def _blurred(text: str) -> str:
    for pair, letter in _BLURRED_PAIRS:
        text = text.replace(pair, letter + SOFT_HYPHEN)
    return text.translate(_BLURS)


def _expanded(form: str) -> Iterator[Variant]:
    for one in variants(form):
        if not one.initials and len(one.letters) >= _FEWEST and is_alphabetic(one.letters[0]):
            yield one


class BlurredNames:
    """The full names among forms, in letters of which those that look alike are one."""

    def __init__(self, forms: Sequence[str]) -> None:
        several = [form if len(form.split()) > 1 else "" for form in forms]
        self._index = FormIndex([_blurred(form) for form in several], _expanded)

    def find(self, text: str) -> tuple[Reading, FormPlaces]:
        """Return a text with blurred letters as it is read, and the places of names in it."""
        reading = Reading(letters_of(_blurred(text)))
        return reading, self._index.find(reading)
