"""The source matcher: every form of every registered source, found in one pass over a text.

The separators of a folded text are taken out; hashes of its letters, of all places at once, are
looked up among those of the forms; and each candidate is then judged by what stood between its
letters and around it. Alphabetic forms and numbers begin and end where words do; forms in Hangul,
Han and other scripts that attach particles or do without spaces are found inside words too. Rather
too much is found than too little (docs/guides/redaction.md).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction.borrowed import BorrowedNames
from archive.redaction.encoded import encoded
from archive.redaction.familiar import Familiar
from archive.redaction.forms import hints, is_number, variants
from archive.redaction.han import HanReadings
from archive.redaction.handles import Handles
from archive.redaction.index import FormIndex, FormPlaces, as_places
from archive.redaction.jamo import JamoNames
from archive.redaction.kana import KanaNames
from archive.redaction.letters import Letters, letters_of
from archive.redaction.markup import decoded, peeled
from archive.redaction.misread import BlurredNames, as_letters
from archive.redaction.persons import untitled
from archive.redaction.reading import Reading
from archive.redaction.rereading import Reread, Rereading, rereadings
from archive.redaction.rewriting import Edit, Misreadings, spelled_numbers
from archive.redaction.shortened import ShortenedNames
from archive.redaction.small_names import SmallNames
from archive.redaction.sounding import Soundings
from archive.redaction.values import SeparateValues

_OVERLAP = 1 << 13  # code points; a form stretched over more is found only within one piece
_PIECE = 1 << 20  # code points searched at a time
_CERTAIN = 5  # bytes of UTF-8
_LEGIBLE = 5  # characters of what is not certain in a text read as letters
_BLANK = re.compile(r"\s")
_Found = tuple[int, int, SourceRef, bool]
"""Start, end with a minus sign, source, whether it is not certain: sorts with the longest first."""


class Match(NamedTuple):
    """A registered form in a text: code point offsets, end exclusive, and whose form it is.

    Not `certain` is what may be somebody else's or an everyday word: a surname alone, a single word
    with one letter wrong, a Chinese name by its sound.
    """

    start: int
    end: int
    source: SourceRef
    certain: bool = True


class SourceMatcher:
    """The whole register, compiled once.

    With `derive` (the default), other orders, initials, ways to dial, and other spellings and
    scripts of names are found beside the registered forms. A form without any letter or digit is
    found as it stands.
    """

    def __init__(self, sources: Sequence[SourceForms], *, derive: bool = True) -> None:
        owners: dict[str, dict[SourceRef, None]] = defaultdict(dict)
        for source in sources:
            for form in source.forms:
                owners[form][source.source] = None
                if derive:
                    owners[untitled(form)][source.source] = None
        self._forms = list(owners)
        self._owners = [tuple(one) for one in owners.values()]
        self._index = FormIndex(self._forms, partial(variants, derive=derive))
        self._literals = [(form.strip(), tuple(one)) for form, one in owners.items() if _bare(form)]
        named = self._forms if derive else []
        self._numbers = any(map(is_number, named))
        self._soundings = Soundings(named)
        self._small = SmallNames(named)
        self._readings = HanReadings(named)
        self._shortened = ShortenedNames(named)
        self._handles = Handles(self._shortened)
        self._values = SeparateValues(named)
        self._named = named

    def find(
        self, text: str, *, hints: bool = False, recognised: bool = False
    ) -> tuple[Match, ...]:
        """Return every place of every form in a text, in order.

        With `hints`, also what is not certain: proposals want it, the gate does not. A `recognised`
        text comes from pictures; in it, words of six letters or more may have one letter wrong.
        Places inside another place of the same source are left out.
        """
        found: set[_Found] = set()
        for first, piece in _pieces(text):
            reading = Reading(letters_of(piece))
            here = {
                *self._find(reading, hints, recognised),
                *self._unmarked(reading.letters, hints, recognised),
                *self._beside(reading),
            }
            if hints and self._named:
                here.update(self._called(reading, here))
            found.update(_moved(here, first) if first else here)
        return tuple(_outermost(found, hints))

    def _find(self, reading: Reading, hints: bool, recognised: bool) -> Iterator[_Found]:
        text = reading.letters.text
        places = self._index.find(reading)
        yield from self._matches(reading, places)
        yield from self._heard(reading, places, hints)
        for literal, sources in self._literals:
            for place in re.finditer(re.escape(literal), text):
                yield from ((place.start(), -place.end(), source, False) for source in sources)
        if self._numbers:
            yield from self._reread(reading, spelled_numbers(text, reading))
        if hints:
            yield from self._hinted(reading, recognised)
        if self._named:
            yield from self._decoded(reading, hints)
        if recognised and self._named:
            yield from self._reread(reading, self._misreadings.edits(text))
            yield from self._misread(text, hints)

    def _misread(self, text: str, hints: bool) -> Iterator[_Found]:
        """Yield what is found when a recognised text is read as letters throughout."""
        letters = as_letters(text)
        yield from self._matches(*self._blurred.find(letters))
        if letters != text:
            reading = Reading(letters_of(letters))
            places = self._index.find(reading)
            yield from self._matches(reading, places)
            yield from self._heard(reading, places, hints)
            if hints:
                short = self._matches(reading, self._hints.find(reading), False)
                yield from (one for one in short if -one[1] - one[0] >= _LEGIBLE)

    def _unmarked(self, letters: Letters, hints: bool, recognised: bool) -> Iterator[_Found]:
        """Yield what is found where markup is taken out."""
        for one in peeled(letters):
            bare = Reading(letters_of(one.text))
            for start, minus, source, unsure in self._find(bare, hints, recognised):
                span = one.span(start, -minus) if one.marked(start, -minus) else None
                if span:
                    yield span[0], -span[1], source, unsure or not one.telling(start, -minus)

    def _beside(self, reading: Reading) -> Iterator[_Found]:
        """Yield the parts of names that stand as values, written in escapes too."""
        for start, end, number, certain in self._values.find(reading):
            yield from ((start, -end, source, not certain) for source in self._owners[number])
        for one in decoded(reading.letters):
            for start, end, number, certain in self._values.find(Reading(letters_of(one.text))):
                span = one.span(start, end)
                if span:
                    owners = self._owners[number]
                    yield from ((span[0], -span[1], owner, not certain) for owner in owners)

    def _heard(self, reading: Reading, places: FormPlaces, hints: bool) -> Iterator[_Found]:
        """Yield what is found by sound, by reading, shortened, and in handles."""
        heard = [
            *self._soundings.find(reading, places),
            *self._small.find(reading),
            *self._readings.find(reading),
            *self._shortened.find(reading, endings=hints),
        ]
        for certain in (True, False):
            meant = [(one.start, one.stop, one.form) for one in heard if one.certain is certain]
            yield from self._matches(reading, as_places(meant), certain)
        if not self._named:
            return
        for start, end, number, certain in self._handles.find(reading.letters.text, reading):
            for source in self._owners[number]:
                yield start, -end, source, not certain

    def _reread(
        self, reading: Reading, edits: Iterable[Edit], index: FormIndex | None = None
    ) -> Iterator[_Found]:
        """Yield what is found when words are read in another way; a lone word is not certain."""
        index = index or self._index
        for one in rereadings(reading, edits, index.longest):
            for place, source in self._replaced(one, index):
                lone = (place.start, place.end) == (place.edit.start, place.edit.end)
                unsure = lone and any(map(str.isalpha, place.edit.words))
                yield place.start, -place.end, source, unsure

    def _decoded(self, reading: Reading, hints: bool) -> Iterator[_Found]:
        """Yield what is found where a stretch is decoded; it is certain when it is of some length.

        Chance spells shorter words.
        """
        longest = max(self._index.longest, self._hints.longest if hints else 0)
        for one in rereadings(reading, encoded(reading.letters.text), longest):
            for place, source in self._replaced(one, self._index):
                said = place.said.encode("utf-8", "surrogatepass")
                yield place.start, -place.end, source, len(said) < _CERTAIN
            for place, source in self._replaced(one, self._hints) if hints else ():
                yield place.start, -place.end, source, True

    def _replaced(self, other: Rereading, index: FormIndex) -> Iterator[tuple[Reread, SourceRef]]:
        for start, minus, source, _ in self._matches(other.reading, index.find(other.reading)):
            place = other.place(start, -minus)
            if place is not None:
                yield place, source

    def _matches(
        self, reading: Reading, places: FormPlaces, certain: bool = True
    ) -> Iterator[_Found]:
        if not len(places):
            return
        begins, ends = reading.spans(places[:, 0], places[:, 1])
        for start, end, number in zip(begins, ends, places[:, 2].tolist(), strict=True):
            for source in self._owners[number]:
                yield start, -end, source, not certain

    def _hinted(self, reading: Reading, recognised: bool) -> Iterator[_Found]:
        text = reading.letters.text
        yield from self._matches(reading, self._hints.find(reading), False)
        if recognised:
            misread = self._reread(reading, self._misreadings.edits(text), self._hints)
            yield from ((start, minus, source, True) for start, minus, source, _ in misread)
        for finder in self._written:
            for start, end, number in finder.find(text):
                for owner in self._owners[number]:
                    yield start, -end, owner, True

    def _called(self, reading: Reading, found: set[_Found]) -> Iterator[_Found]:
        """Yield what people are called whom the text has by more of their names."""
        present = (
            (number, start, not unsure)
            for start, _, source, unsure in found
            for number in self._numbers_of[source]
        )
        for start, end, number in self._familiar.find(reading, present):
            for owner in self._owners[number]:
                yield start, -end, owner, True

    @cached_property
    def _hints(self) -> FormIndex:
        return FormIndex(self._named, hints)

    @cached_property
    def _written(self) -> tuple[BorrowedNames, KanaNames, JamoNames]:
        return BorrowedNames(self._named), KanaNames(self._named), JamoNames(self._named)

    @cached_property
    def _familiar(self) -> Familiar:
        return Familiar(self._named)

    @cached_property
    def _numbers_of(self) -> dict[SourceRef, list[int]]:
        found: dict[SourceRef, list[int]] = defaultdict(list)
        for number, owners in enumerate(self._owners if self._named else ()):
            for owner in owners:
                found[owner].append(number)
        return found

    @cached_property
    def _blurred(self) -> BlurredNames:
        return BlurredNames(self._named)

    @cached_property
    def _misreadings(self) -> Misreadings:
        return Misreadings(self._named)


def _moved(found: Iterable[_Found], offset: int) -> Iterator[_Found]:
    for start, minus, source, unsure in found:
        yield start + offset, minus - offset, source, unsure


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield overlapping pieces of a long text with their offsets, so that memory stays bounded.

    A piece begins and ends at white space, as long as there is any.
    """
    start = 0
    while True:
        stop = start + _PIECE + _OVERLAP
        blank = _BLANK.search(text, stop)
        yield start, text[start : blank.start() if blank else len(text)]
        if stop >= len(text) or blank is None:
            return
        blank = _BLANK.search(text, start + _PIECE)
        start = blank.end() if blank else start + _PIECE


def _outermost(found: set[_Found], hints: bool) -> Iterator[Match]:
    reached: dict[SourceRef, int] = {}
    for start, minus, source, unsure in sorted(found):
        if -minus > reached.get(source, -1) and (hints or not unsure):
            reached[source] = -minus
            yield Match(start, -minus, source, not unsure)


def _bare(form: str) -> bool:
    """Return whether a form has neither letters nor digits."""
    return bool(form.strip()) and not variants(form, derive=False)
