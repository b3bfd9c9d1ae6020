"""Second readings of a text: words that recognition may have misread, numbers that are spelled out.

Each yields edits. The matcher applies them to the words around them and looks there again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import NUMERALS
from archive.redaction.folding import RUN, fold, is_alphabetic
from archive.redaction.index import Pile
from archive.redaction.keys import LONGEST, Keys, hash_strings
from archive.redaction.letters import Places
from archive.redaction.reading import Reading
from archive.redaction.sounding import distance

_FEWEST = 6  # letters of a word in which one may be wrong
_FEWEST_BLURRED = 4  # letters of a word of which some look like others
_TOKEN = re.compile(r"[^\W_]{4,25}")
_BLURS = (("rn", "m"), ("lc", "k"), ("cl", "d"), ("vv", "w"), ("nn", "m"), ("i", "l"), ("j", "l"))
_LIKE_DIGITS = str.maketrans("OoQDIl|iSsBZ", "000011115582")
_NUMBER = re.compile(
    r"(?<![^\W_])[OoIl|SB]{0,3}\d[\dOoQDIl|iSsBZ]*(?:[-./ )(]{1,2}[\dOoQDIl|iSsBZ]+)*(?![^\W_])"
)
_MISREAD = str.maketrans("0158|!", "oisbll")
_ONES = "zero one two three four five six seven eight nine"
_DIGITS = {word: str(i) for i, word in enumerate(_ONES.split())}
_DIGITS |= {"oh": "0", "o": "0", "nought": "0", "ought": "0", "nil": "0", "niner": "9"}
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = _TEN_WORDS.split()
_TEEN_WORDS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TEENS = _TEEN_WORDS.split()
_DIGITS |= {word: str(i) for i, word in enumerate(_TEENS, 10)}
_REPEATS = {"double": 2, "triple": 3, "treble": 3}
_SMALL_WORDS = frozenset({"and", "dash", "hyphen", "dot", "point", "plus", "space"})
_SPELLED = 5  # digits; shorter numbers are not looked for
_WIDTH = 3 * _SPELLED  # code points from the first to the last of so many, at most
_BLOCK = 8  # code points, at least half of that width
_EACH, _LAST_BYTE = np.uint64(0x0101010101010101), np.uint64(56)  # sum of eight bytes, in the last
_MARGIN = 80  # code points around a stretch
_CONTEXT = 120  # code points around an edit, in which a name may stand at most


@dataclass(frozen=True, slots=True)
class Edit:
    """Words to read in place of those from `start` to `end`."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A stretch of a text with one edit in it, and the way back."""

    text: str
    offset: int
    edit: Edit

    @classmethod
    def of(cls, text: str, edit: Edit, begin: int, end: int) -> Rewritten:
        """Apply an edit to the words around it, none before `begin` or after `end`."""
        first = max(begin, edit.start - _CONTEXT)
        before, after = text[first : edit.start], text[edit.end : min(end, edit.end + _CONTEXT)]
        return cls(f"{before}{edit.words}{after}", first, edit)

    @property
    def first(self) -> int:
        """Where in it the edit begins."""
        return self.edit.start - self.offset

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of the text for one of the rewritten words; none beside the edit."""
        first = self.first
        last = first + len(self.edit.words)
        if end <= first or last <= start:
            return None
        grown = self.edit.end - self.edit.start - len(self.edit.words)
        return (
            self.offset + (start if start <= first else first),
            self.offset + (end + grown if end >= last else last + grown),
        )


class Misreadings:
    """The words of a register of six letters or more, and all that is one letter away from them."""

    def __init__(self, forms: Sequence[str]) -> None:
        found = {word for form in forms for word in RUN.findall(fold(form).letters)}
        found |= {word for form in forms for word in RUN.findall(fold(form.lower()).letters)}
        self._words = sorted(
            one for one in found if _FEWEST_BLURRED <= len(one) < LONGEST and is_alphabetic(one[0])
        )
        pile, blurs = Pile(), Pile()
        for number, word in enumerate(self._words):
            for shorter in _shortened(word) if len(word) >= _FEWEST else ():
                pile.add(shorter, number)
            blurs.add(_blurred(word), number)
        self._keys, self._blurs = pile.keys(), blurs.keys()

    def edits(self, text: str) -> Iterator[Edit]:
        """Yield each word that is one letter away from one or more words of the register."""
        places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for found in _TOKEN.finditer(text):
            places[found.group()].append(found.span())
        for token, word in self._meant({token: _evened(token) for token in places}):
            for start, end in places[token]:
                yield Edit(start, end, word)
        for number in _NUMBER.finditer(text):
            digits = number[0].translate(_LIKE_DIGITS)
            read = sum(map(str.isdigit, number[0]))
            if digits != number[0] and read >= _SPELLED:
                yield Edit(*number.span(), digits)

    def _blurry(self, tokens: dict[str, str]) -> set[tuple[str, int]]:
        """Return tokens with the words that look like them as a whole."""
        some = [token for token, word in tokens.items() if word and len(word) < LONGEST]
        if not some:
            return set()
        hashes = hash_strings([_blurred(tokens[token]) for token in some])
        known = self._blurs.known(hashes)
        whose, numbers, _ = self._blurs.owners(hashes.take(known))
        return {
            (some[at], number)
            for at, number in zip(known.take(whose).tolist(), numbers.tolist(), strict=True)
            if _blurred(tokens[some[at]]) == _blurred(self._words[number])
        }

    def _meant(self, tokens: dict[str, str]) -> Iterator[tuple[str, str]]:
        shortened = [
            (token, shorter)
            for token, word in tokens.items()
            if word and _FEWEST - 1 <= len(word) <= LONGEST
            for shorter in _shortened(word)
        ]
        if not shortened:
            return
        hashes = hash_strings([shorter for _, shorter in shortened])
        known = self._keys.known(hashes)
        seen: set[tuple[str, int]] = set()
        whose, numbers, _ = self._keys.owners(hashes.take(known))
        for at, number in zip(known.take(whose).tolist(), numbers.tolist(), strict=True):
            seen.add((shortened[at][0], number))
        near = {one for one in seen if distance(tokens[one[0]], self._words[one[1]]) <= 1}
        for token, number in sorted(near | self._blurry(tokens)):
            word = self._words[number]
            if fold(token.lower()).letters != word:
                yield token, word.capitalize() if token[0].isupper() else word


def _evened(token: str) -> str:
    """Return a token as letters, with digits and signs that look like letters read as such."""
    letters = fold(token.lower()).letters
    if sum(map(str.isdigit, letters)) * 2 >= len(letters):
        return ""
    letters = letters.translate(_MISREAD)
    return letters if letters.isalpha() else ""


def _blurred(word: str) -> str:
    """Return a word in which letters that look alike in print are one."""
    for letters, blurred in _BLURS:
        word = word.replace(letters, blurred)
    return word


def _shortened(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def spelled_numbers(text: str, reading: Reading) -> Iterator[Edit]:
    """Yield numbers of five digits or more that are spelled out in English, Korean or Chinese."""
    letters = reading.letters
    for start, end in stretches(crowded(letters.numerals, _SPELLED), _SPELLED, _WIDTH):
        yield from _in_numerals(text, max(0, start - _MARGIN), end + _MARGIN)
    if letters.has_words:
        runs = reading.runs
        known = _number_words().known(runs.hashes)
        for start, end in stretches(letters.starts(runs.starts.take(known)), 3, 40):
            yield from _in_words(text, max(0, start - _MARGIN), end + _MARGIN)


def crowded(marked: NDArray[np.bool_], least: int) -> Places:
    """Return marked places, all of those at least that are so many within two blocks and less.

    Characters are counted by blocks, each with the ones beside it.
    """
    if np.count_nonzero(marked) < least:
        return np.empty(0, np.intp)
    blocks = np.zeros((-(-len(marked) // _BLOCK) + 2, _BLOCK), np.bool_)
    blocks.reshape(-1)[_BLOCK : _BLOCK + len(marked)] = marked
    sums = (blocks.view(np.uint64).reshape(-1) * _EACH) >> _LAST_BYTE
    dense = np.flatnonzero(sums[:-2] + sums[1:-1] + sums[2:] >= least)
    near = np.unique(np.concatenate((dense, dense + 1, dense + 2)))
    rows, columns = np.nonzero(blocks[near])
    places: Places = (near.take(rows) - 1) * _BLOCK + columns
    return places


def stretches(places: Places, least: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield stretches in which at least so many of the places are within a width of one another."""
    if len(places) < least:
        return
    dense = np.flatnonzero(places[least - 1 :] - places[: len(places) - least + 1] <= width)
    start = end = -1
    for at in dense.tolist():
        if int(places[at]) > end:
            if end >= 0:
                yield start, end
            start = int(places[at])
        end = int(places[at + least - 1])
    if end >= 0:
        yield start, end


@cache
def _number_words() -> Keys:
    return Keys(hash_strings(_ENGLISH), [0] * len(_ENGLISH))


_ENGLISH = sorted({*_DIGITS, *_TENS, *_REPEATS}, key=len, reverse=True)
_PHRASE = re.compile(
    rf"\b(?:{'|'.join(_ENGLISH)}|\d+)\b(?:[\s,.;\-\u2010-\u2015]+"
    rf"(?:{'|'.join([*_ENGLISH, *sorted(_SMALL_WORDS)])}|\d+)\b){{3,}}",
    re.IGNORECASE,
)
_NUMERAL = re.compile(
    rf"[{''.join(NUMERALS)}0-9](?:(?:[\s,\-]{{0,2}}|\.)[{''.join(NUMERALS)}0-9]){{4,}}"
)


def _in_words(text: str, start: int, end: int) -> Iterator[Edit]:
    for phrase in _PHRASE.finditer(text, start, end):
        words = re.findall(r"\d+|[a-z]+", phrase.group().lower())
        digits = "".join(_spoken(words))
        if len(digits) >= _SPELLED and not all(map(str.isdigit, words)):
            yield Edit(*phrase.span(), digits)


def _spoken(words: Sequence[str]) -> Iterator[str]:
    repeat, ten = 1, ""
    for word in words:
        digits = word if word.isdigit() else _DIGITS.get(word, "")
        if ten:
            yield ten + ("0" if len(digits) != 1 or digits == "0" else digits)
            if len(digits) == 1 and digits != "0":
                ten = ""
                continue
            ten = ""
        if word in _TENS:
            ten = str(_TENS.index(word) + 2)
        elif word in _REPEATS:
            repeat = _REPEATS[word]
        elif digits:
            yield digits * repeat
            repeat = 1
    if ten:
        yield f"{ten}0"


def _in_numerals(text: str, start: int, end: int) -> Iterator[Edit]:
    for number in _NUMERAL.finditer(text, start, end):
        if any(c in NUMERALS for c in number.group()):
            digits = "".join(NUMERALS.get(c, c) for c in number.group() if c.isalnum())
            yield Edit(*number.span(), digits)
