"""What a registered form may look like in a text: its derived forms, and the gaps allowed in them.

A form is compiled to variants. A variant is a string of folded letters without separators, and
for each place between two letters the rule by which a text may interrupt them there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import accumulate, combinations, product

from archive.naming import chinese_heads, declined
from archive.redaction.addresses import spelled_addresses, spelled_mails, street
from archive.redaction.everyday import is_frequent
from archive.redaction.folding import RUN, fold, is_alphabetic
from archive.redaction.persons import (
    CHINESE_TITLES,
    JAPANESE_TITLES,
    TITLES,
    given_alone,
    given_written,
    heads,
    initialled,
    names_of,
    other_surnames,
    particled,
    surname_and_given,
    surnames,
    written,
)

_MIN_NUMBER = 5  # digits; shorter numbers keep their separators
_MAX_WORDS = 5
_LONG = 6  # letters; a shorter word interrupted by more than a hyphenated line end is ordinary text
_MIN_SURNAME = 2  # letters
_LONG_ARABIC = 5  # letters of a surname that is found alone, inside words too
_LEAST_GLUED = 7  # letters of a name in one word, where other words have as many
_SHORT = 2  # syllables; such a word is part of many others
_WORDS = re.compile(r"[^\s,;]+")
_ARABIC = re.compile("[\u0620-\u06d3]")
_HAN_NAME = re.compile("[\u3400-\u9fff]{2}[\u3400-\u9fff\u3041-\u30fa]{1,3}")
_SYLLABLES = re.compile(r"[^\W_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_INTERNATIONAL = re.compile(  # country codes by length, ITU-T E.164 list of assigned codes
    r"(?:\+|00)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2})([0-9]+)"
)
_NEIGHBOURS = ("82", "850", "86")  # country codes tried before a number that is given without one


class Gaps(IntEnum):
    """How much a text may put between two letters that the form writes together."""

    HYPHENATED = 0
    TIGHT = 1
    SPACED = 2


@dataclass(frozen=True, slots=True)
class Variant:
    """One string of folded letters to look for.

    Bit `i` of `opens` allows any separator before letter `i`, bit `i` of `apart` demands one, and
    bit `i` of `initials` says that letter `i` is an initial. A `whole` form without word spaces
    stands as a word all the same; of a `capital` one the first letter is a capital.
    """

    letters: str
    opens: int
    gaps: Gaps
    initials: int = 0
    apart: int = 0
    whole: bool = False
    capital: bool = False

    def of(self, letters: str) -> Variant:
        """Return the variant of these letters that looks the same."""
        return Variant(
            letters, self.opens, self.gaps, self.initials, self.apart, self.whole, self.capital
        )

    @property
    def parts(self) -> bool:
        """Whether the form consists of several parts, which makes it safe to find inside words."""
        return self.opens != 0


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    initial: bool = False


def variants(form: str, *, derive: bool = True) -> frozenset[Variant]:
    """Return everything to look for when a form is registered; nothing without letters or digits.

    With `derive`, names of two to five words are also looked for with the surname at the other end,
    without the names in the middle and with initials, and telephone numbers with and without their
    country code.
    """
    form = unicodedata.normalize("NFC", form)
    found = {_assemble([_Piece(one)]) for one in _spellings(form)}
    if derive:
        others = (*spelled_addresses(form), *spelled_mails(form))
        found.update(_assemble([_Piece(one)]) for one in others)
    number = _number(form)
    if number:
        found = {_digits(one) for one in (_dialled(form, number) if derive else {number})}
    elif derive:
        syllabic_name = bool(names_of(form))
        found |= {
            _assemble(pieces, derived=True)
            for one in _spellings(form)
            for words in [_WORDS.findall(one)]
            for pieces in (*_derived(words), *_short(words, syllabic=syllabic_name))
        }
        found.update(map(syllabic, written(form)))
    return frozenset(one for one in found if one.letters)


def hints(form: str) -> frozenset[Variant]:
    """Return what may stand for a registered name but is often somebody else's, or nobody's.

    That is the surname alone, in Latin letters with a capital, in Hangul with a title; and the
    given name alone, where it has two syllables; the surname in Hangul with Latin initials of the
    given name; the first two of three names or more, and the first with the last but one.
    """
    form = unicodedata.normalize("NFC", form)
    found: set[Variant] = set()
    names = names_of(form)
    for one in _spellings(form):
        found.update(map(_alone, (*surnames(one), *given_alone(one))))
        found.update(_glued(one))
        words = _WORDS.findall(one)
        if not names and _in_words(words) and len(words) > 2:
            for two in (words[:2], [words[0], words[-2]]):
                found.add(_assemble([*map(_Piece, two)], derived=True))
    found.update(_oblique(form))
    streets = (street(one) for one in (form, *spelled_addresses(form)))
    found.update(_assemble([_Piece(one)]) for one in streets if one)
    surname = "".join(_runs(surname_and_given(form)[0]))
    if _ARABIC.match(surname) and len(surname) >= _LONG_ARABIC:
        found.add(Variant(surname, 0, Gaps.HYPHENATED))
    for name in names:
        found.update(_turned(*one) for one in product(given_written(name), heads(name)))
        found.update(
            Variant(one, 0, Gaps.HYPHENATED, capital=True)
            for one in name.surnames
            if not is_frequent(one)
        )
        found.update(syllabic(one + title, whole=True) for one in heads(name) for title in TITLES)
        found.update(syllabic(one, whole=True) for one in given_written(name))
        found.update(_shortened(*one) for one in initialled(name))
    found.update(_titled(form))
    return frozenset(one for one in found if len(one.letters) >= _MIN_SURNAME) - variants(form)


def _shortened(surname: str, initials: Sequence[str]) -> Variant:
    short = [_Piece(one, initial=True) for one in initials]
    return _assemble([_Piece(surname), *short], derived=True)


def _turned(given: str, surname: str) -> Variant:
    return _assemble([_Piece(given), _Piece(surname)], derived=True)


def _oblique(form: str) -> Iterator[Variant]:
    """Yield the cases of a Cyrillic surname or single name; of given name and patronymic."""
    words = _WORDS.findall(form)
    surname, given = surname_and_given(form) if len(words) > 1 else ("", tuple(words))
    yield from map(_alone, sorted(declined(surname.lower())))
    if len(given) in (1, 2) and (len(given) == 2) == (len(words) > 2):
        for cases in product(*(sorted(declined(word.lower())) for word in given)):
            yield replace(_assemble([*map(_Piece, cases)], derived=True), capital=True)


def _titled(form: str) -> Iterator[Variant]:
    """Yield the surname of a name in Chinese characters with titles; and the given name alone."""
    name = "".join(form.split())
    for head in chinese_heads(name):
        given = name[len(head) :]
        for word in (*(head + one for one in CHINESE_TITLES), f"老{head}", f"小{head}", given):
            if len(word) > 1:
                yield Variant(word, 0, Gaps.HYPHENATED)
    if _HAN_NAME.fullmatch(name):
        for title in JAPANESE_TITLES:
            yield Variant(name[:2] + title, 0, Gaps.HYPHENATED)


def _glued(form: str) -> Iterator[Variant]:
    """Yield a surname of a name in words together with the given name or an initial."""
    if names_of(form):
        return
    parts = particled(_WORDS.findall(form))
    small = "".join(_runs(" ".join(parts[1]))) if parts else ""
    for surname, given in (surname_and_given(form), *other_surnames(form)):
        last, first = "".join(_runs(surname)), "".join(_runs(given[0])) if given else ""
        if not last or not is_alphabetic(last[0]) or not first:
            continue
        for head in {last, small + last}:
            for letters in (first[0] + head, head + first[0], first + head, head + first):
                if len(letters) >= _LEAST_GLUED:
                    yield Variant(letters, 0, Gaps.HYPHENATED, whole=True)


def _alone(word: str) -> Variant:
    return replace(_assemble([_Piece(word)]), capital=True)


def syllabic(word: str, *, whole: bool = False) -> Variant:
    """Return a word of Hangul syllables to look for; a short one must stand as a word."""
    return Variant(word, 0, Gaps.SPACED, whole=whole or len(word) <= _SHORT)


def _spellings(form: str) -> set[str]:
    """Return the form as given, in the cases that fold differently (Greek), without umlauts."""
    if form.isascii():
        return {form}
    cases = {form, form.upper(), form.lower(), form.title()}
    return cases | {form.lower().translate(_UMLAUTS)}


def _runs(text: str) -> list[str]:
    return RUN.findall(fold(text).letters)


def _assemble(pieces: Sequence[_Piece], *, derived: bool = False) -> Variant:
    """Put pieces together; in a derived name words stay apart, so that no word is made of two."""
    letters, opens, initials, apart = "", 0, 0, 0
    before = True
    for piece in pieces:
        runs = _runs(piece.text)
        here = 1 << len(letters)
        if piece.initial:
            runs = [runs[0][:1]]
            initials |= here
        if not (piece.initial and before):
            apart |= here
        before = piece.initial
        for start in accumulate(map(len, runs[:-1]), initial=len(letters)):
            opens |= 1 << start
        letters += "".join(runs)
    opens &= ~1
    return Variant(letters, opens, _gaps(letters, opens), initials, apart & ~1 if derived else 0)


def _gaps(letters: str, opens: int) -> Gaps:
    if opens or not is_alphabetic(letters[:1] or "a"):
        return Gaps.SPACED
    return Gaps.TIGHT if len(letters) >= _LONG else Gaps.HYPHENATED


def _in_words(words: Sequence[str]) -> bool:
    """Return whether these may be the words of a name in letters."""
    letters = ["".join(_runs(word)) for word in words]
    spaced = (is_alphabetic(one) or _ARABIC.match(one) for one in letters)
    return 2 <= len(words) <= _MAX_WORDS and all(spaced)


def _short(words: Sequence[str], *, syllabic: bool) -> Iterator[list[_Piece]]:
    """Yield a name without some of its words; of a Korean or Chinese one they are syllables.

    Of five words three are kept at least, or the first and the last, in these orders: as they are,
    the last one or two in front, the first one at the end.
    """
    if syllabic or len(words) < 3 or not _in_words(words):
        return
    kept: set[tuple[str, ...]] = {(words[0], words[-1])}
    for count in range(3, len(words)):
        kept.update(combinations(words, count))
    kept.add(tuple(words))
    for some in sorted(kept):
        for turn in {0, 1, -1, -2 % len(some)}:
            yield [*map(_Piece, (*some[turn:], *some[:turn]))]


def _derived(words: Sequence[str]) -> Iterator[list[_Piece]]:
    if not _in_words(words):
        return
    yield from ([*map(_Piece, order)] for order in _orders(words))
    for surname, given in ((words[-1], words[:-1]), (words[0], words[1:])):
        if len("".join(_runs(surname))) >= _MIN_SURNAME:
            for short in _initials(given):
                yield [*short, _Piece(surname)]
                yield [_Piece(surname), *short]
    if len(words) > 2:
        middle = [_Piece(word, initial=True) for word in words[1:-1]]
        yield [_Piece(words[0]), *middle, _Piece(words[-1])]
    yield from _particled(words)


def _particled(words: Sequence[str]) -> Iterator[list[_Piece]]:
    """Yield a name with its small words at the end, as lists have it, and with initials of them."""
    parts = particled(words)
    if parts is None:
        return
    given, small, surname = parts
    last, short = [*map(_Piece, surname)], [_Piece(one, initial=True) for one in small]
    for first in ([*map(_Piece, given)], *_initials(given)):
        yield [*last, *first, *map(_Piece, small)]
        yield [*first, *short, *last]


def _orders(words: Sequence[str]) -> Iterator[list[str]]:
    yield [words[-1], *words[:-1]]
    yield [*words[1:], words[0]]


def _initials(given: Sequence[str]) -> Iterator[list[_Piece]]:
    """Yield initials of all syllables, of all words, and of the first word alone."""
    syllables = [part for word in given for part in _SYLLABLES.findall(word) if _runs(part)]
    for parts in (syllables, given, given[:1]):
        yield [_Piece(part, initial=True) for part in parts]


def is_number(form: str) -> bool:
    """Return whether a form consists of a number of five digits or more."""
    return _number(unicodedata.normalize("NFC", form)) != ""


def _number(form: str) -> str:
    """Return the digits of a form that consists of a number; else nothing."""
    digits = "".join(_runs(form))
    return digits if digits.isdecimal() and len(digits) >= _MIN_NUMBER else ""


def _digits(number: str) -> Variant:
    return Variant(number, (1 << len(number)) - 2, Gaps.SPACED)


def _dialled(form: str, number: str) -> Iterable[str]:
    """Return the ways to write a telephone number; other numbers have one way."""
    plus = "+" if unicodedata.normalize("NFKC", form).lstrip(" (").startswith("+") else ""
    abroad = _INTERNATIONAL.fullmatch(plus + number)
    if abroad:
        codes: Sequence[str] = (abroad[1],)
        national = abroad[2].lstrip("0")
    elif number.startswith("0"):
        codes, national = _NEIGHBOURS, number.lstrip("0")
    else:
        return {number}
    if len(national) < _MIN_NUMBER:
        return {number}
    ways = {number, national, f"0{national}"}
    for code in codes:
        ways |= {f"{code}{national}", f"00{code}{national}", f"{code}0{national}"}
    return ways
