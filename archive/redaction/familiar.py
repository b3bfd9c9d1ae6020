"""People whom a text names and then calls by less: the given name alone, or their initials.

Alone in a text, a given name is anybody's. Where the same text has the person with certainty, or
the surname is near, `Johanna`, `Ainon`, `O. B.` and `J.v.d.V.` are most likely that person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

import numpy as np

from archive.naming import arabic_spelling, is_inflected
from archive.redaction.characters import ALPHABETIC
from archive.redaction.everyday import is_everyday, is_frequent
from archive.redaction.folding import fold
from archive.redaction.keys import LONGEST, hash_strings, shortened, windows
from archive.redaction.letters import Places
from archive.redaction.persons import particled, words_of
from archive.redaction.reading import Reading
from archive.redaction.wording import Person, in_syllables, in_words

_NEAR = 200  # code points from a place that is not certain
_FEWEST = 3  # letters of a given name
_ENDINGS = 3  # letters of a case ending of a given name
_RUNS = 2  # words of a given name in syllables
_MOST = 400  # spellings of one given name; persons of one text
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]{1,2}\.[ -]?){2,5}(?<![ -])")
_BARE = re.compile(r"(?<![^\W_])[A-Z]{3,4}(?![^\W_])|(?<![^\W_])[a-z]{3,4}(?=_?[0-9])")
_ARABIC = re.compile("[\u0621-\u06d3]{4,}")
_LETTERS = re.compile(r"[^\W\d_]+")

Place = tuple[int, int, int]
"""Start and end in the text, number of the form."""


@dataclass(frozen=True, slots=True)
class _Calls:
    """What a person may be called: given names with a capital, in small letters, initials."""

    given: frozenset[str]
    joined: frozenset[str]
    initials: frozenset[str]


@lru_cache(maxsize=1024)
def _calls(form: str) -> _Calls:
    persons, names = in_words(form)[:1], in_syllables(form)
    given = {
        one
        for person in persons
        for word in person.given[:1]
        for one in word.spelled
        if len(one) >= _FEWEST and not is_frequent(one)
    }
    joined = {
        "".join(way)
        for name in names
        if len(name.given) == _RUNS
        for way in islice(product(*(sorted(word.spelled) for word in name.given)), _MOST)
    }
    joined = {one for one in joined if len(one) > _FEWEST + 1}
    initials = {one for person in (*persons, *names) for one in _initials(form, person)}
    return _Calls(frozenset(given), frozenset(joined), frozenset(initials))


def _initials(form: str, person: Person) -> Iterator[str]:
    """Yield the initials of a name, surname last and first, with and without small words."""
    given = [sorted({one[0] for one in word.spelled if one}) for word in person.given]
    last = sorted({one[0] for one in person.surnames if one})
    parts = particled(words_of(form))
    small = [[fold(one).letters[:1] for one in parts[1]]] if parts else []
    if not all(given):
        return
    for between in ([], *([[one] for one in way] for way in small)):
        for turn in ([*given, *between, last], [*between, last, *given]):
            yield from map("".join, islice(product(*turn), _MOST))


class Familiar:
    """The names among forms, by what familiar people call them."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._forms = forms

    def find(self, reading: Reading, present: Iterable[tuple[int, int, bool]]) -> Iterator[Place]:
        """Yield where the persons that are `present` are called by less.

        Each is the number of a form, where it stands, and whether that is certain.
        """
        places: dict[int, list[int]] = defaultdict(list)
        everywhere: set[int] = set()
        for number, at, certain in present:
            places[number].append(at)
            if certain:
                everywhere.add(number)
        chosen = sorted(places, key=lambda one: one not in everywhere)[:_MOST]
        sure = [one for one in chosen if one in everywhere]
        short = (
            *self._short(_DOTTED, reading.letters.text, chosen),
            *self._short(_BARE, reading.letters.text, sure),
        )
        arabic = reading.letters.has_arabic
        spoken = self._arabic(reading.letters.text, chosen if arabic else ())
        for start, end, number in (*self._given(reading, chosen), *short, *spoken):
            near = (abs(at - start) <= _NEAR for at in places[number])
            if number in everywhere or any(near):
                yield start, end, number

    def _short(self, pattern: re.Pattern[str], text: str, chosen: Sequence[int]) -> Iterator[Place]:
        called = _inverted((number, _calls(self._forms[number]).initials) for number in chosen)
        for found in pattern.finditer(text) if called else ():
            letters = fold("".join(_LETTERS.findall(found[0])).lower()).letters
            if is_everyday(found[0]):
                continue
            for number in called.get(letters, ()):
                yield *found.span(), number

    def _arabic(self, text: str, chosen: Sequence[int]) -> Iterator[Place]:
        """Yield Arabic words that are a surname which the register has in Latin letters."""
        words: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for found in _ARABIC.finditer(text):
            words[found[0]].append(found.span())
        heard = [(word, arabic_spelling(word)) for word in list(words)[:_MOST]]
        for number in chosen:
            for person in in_words(self._forms[number])[:1]:
                for word, spelling in heard:
                    if spelling and any(map(spelling.fullmatch, person.surnames)):
                        yield from ((*span, number) for span in words[word])

    def _given(self, reading: Reading, chosen: Sequence[int]) -> Iterator[Place]:
        capital = _inverted((one, _calls(self._forms[one]).given) for one in chosen)
        small = _inverted((one, _calls(self._forms[one]).joined) for one in chosen)
        if not (capital or small) or not reading.letters.has_words:
            return
        runs = reading.runs
        words = np.flatnonzero(reading.letters.kind(runs.starts) == ALPHABETIC)
        capitals = words[reading.letters.capitals(runs.starts.take(words))]
        if capital:
            yield from self._ended(reading, capitals, capital)
        if small:
            wanted = hash_strings(sorted(one for one in small if len(one) <= LONGEST))
            for step, (first, last, hashes) in enumerate(windows(runs, words, LONGEST)):
                if step == _RUNS:
                    break
                for at in np.flatnonzero(np.isin(hashes, wanted)).tolist():
                    start, stop = int(runs.starts[first[at]]), int(runs.stops[last[at]])
                    for number in small.get(reading.letters.string(start, stop), ()):
                        yield *reading.span(start, stop), number

    def _ended(
        self, reading: Reading, capitals: Places, called: dict[str, set[int]]
    ) -> Iterator[Place]:
        """Yield given names with a capital, with a case ending too."""
        runs, codes = reading.runs, reading.letters.codes
        wanted = hash_strings([one for one in called if len(one) <= LONGEST])
        ways = shortened(runs, codes, capitals, _ENDINGS, _FEWEST)
        for dropped, at, hashes in ways:
            for run in at[np.isin(hashes, wanted)].tolist():
                start, stop = int(runs.starts[run]), int(runs.stops[run])
                word = reading.letters.string(start, stop)
                name = word[: len(word) - dropped]
                if not dropped or is_inflected(word, name):
                    for number in called.get(name, ()):
                        yield *reading.span(start, stop), number


def _inverted(calls: Iterable[tuple[int, frozenset[str]]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, several in calls:
        for one in several:
            found[one].add(number)
    return found
