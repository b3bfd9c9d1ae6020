"""Names by their sound: found where they are spelled in another way or in another script."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from operator import contains

import numpy as np

from archive.naming import (
    ARABIC_ARTICLES,
    SyllabicName,
    arabic_spelling,
    canonical,
    chinese_readings,
    divided,
    in_palladius,
    joined,
    korean_readings,
    latin_spellings,
    palladius,
    plain,
    sound,
    sound_key,
    sound_keys,
    sounds_of,
)
from archive.redaction.index import FormPlaces, Pile
from archive.redaction.keys import hash_strings
from archive.redaction.letters import Link
from archive.redaction.persons import PARTICLES, names_of, words_of
from archive.redaction.reading import Reading

_FEWEST = 4  # consonant classes of a whole name; of fewer, chance has too many
_SHORTEST = 3  # consonant classes of a name of which the words are nearly alike
_CERTAIN = 5  # consonant classes from which a name in another spelling is certain
_MOST = 96  # keys of one name
_WINDOW = 6  # runs of one name in a text
_OPENING = 4  # consonant classes by which a window is given up early
_HEARD = 1 << 14  # words of which the sound, or who is meant, is kept in memory
_KEPT = 1024  # names of which what may stand for them is kept in memory
_SEAM = re.compile(r"[.,;/|_\u060c'\u2019\s\-\u2010-\u2015]{0,4}")
_BOUND = re.compile(r"[\-\u2010-\u2015'\u2019]")
_LATIN = re.compile("[a-z]")
_ARTICLE = re.compile(r"ال|[Aa]l-")
_SON = frozenset(("بن", "ابن", "بنت", "ولد"))
_NOWHERE = np.full((1, 3), -1)
_TOLD = (Link.NONE, Link.SURE)
_ALIKE = (
    *(("kh", "h"), ("ph", "f"), ("ck", "k"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ei", "e")),
    *(("q", "k"), ("c", "k"), ("y", "i"), ("j", "i"), ("w", "v"), ("z", "s")),
)
SMALL = PARTICLES | ARABIC_ARTICLES
"""Small words within names, in Latin letters."""

_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Sounding:
    """A place where a name may be meant: letters from `start` to `stop`, and the form's number."""

    start: int
    stop: int
    form: int
    certain: bool


class Soundings:
    """The names among forms, by the consonants of all their words."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._forms = forms
        self._kept: dict[int, _Person] = {}
        self._known: dict[str, list[tuple[int, bool]]] = {}
        self._sounds: dict[str, str] = {}
        self._keys: dict[str, list[int]] = defaultdict(list)
        self._syllabic: dict[str, list[int]] = defaultdict(list)
        pile = Pile()
        for number, form in enumerate(forms):
            names = [one for one in names_of(form) if one.surnames]
            for key in _syllabic_keys(names):
                self._syllabic[key].append(number)
            for key in () if names else _keys(form):
                self._keys[key].append(number)
            for spelled in {one for name in names for one in _spelled(name)}:
                pile.add(spelled, number)
        self._spelled = pile.keys()
        self._names = frozenset((*self._keys, *self._syllabic))
        sizes = range(_OPENING + 1)
        self._openings = frozenset(key[:size] for key in self._names for size in sizes)

    def find(self, reading: Reading, places: FormPlaces) -> Iterator[Sounding]:
        """Yield every place where the words of a text sound like a name.

        Left out is what begins with one of `places` and is no longer.
        """
        letters = reading.letters
        if not self._openings or not (letters.has_words or letters.has_arabic):
            return
        words = _Words(reading, self._sounds)
        for first, last, key in words.windows(places, self._openings):
            if key in self._names:
                for number, certain in self._meant(words, first, last, key):
                    yield Sounding(*words.span(first, last), number, certain)
        if len(self._sounds) > _HEARD:
            self._sounds.clear()

    def _meant(self, words: _Words, first: int, last: int, key: str) -> list[tuple[int, bool]]:
        written = words.written(first, last)
        found = self._known.get(written)
        if found is None:
            if len(self._known) >= _HEARD:
                self._known.clear()
            found = self._known[written] = list(self._judged(words.strings(first, last), key))
        return found

    def _judged(self, strings: Sequence[str], key: str) -> Iterator[tuple[int, bool]]:
        latin = _LATIN.match(strings[0]) is not None
        if latin and key in self._syllabic:
            letters = "".join(c for word in strings for c in word if c.isalpha())
            yield from ((number, True) for number in self._read(letters))
        elif len(key) >= _FEWEST:
            yield from ((number, True) for number in self._syllabic.get(key, ()))
        elif not latin:
            for number in self._syllabic.get(key, ()):
                if any(_spoken(name, strings) for name in names_of(self._forms[number])):
                    yield number, True
        own = _without_fathers(strings)
        for number in self._keys.get(key, ()):
            certain = self._person(number).sounds(own, key, latin=latin)
            if certain is not None:
                yield number, certain and len(own) == len(strings)

    def _read(self, letters: str) -> set[int]:
        """Return the forms of which the syllables may be spelled with these letters."""
        ways = [*korean_readings(letters), *map(" ".join, chinese_readings(letters))]
        hashes = hash_strings(ways) if ways else np.empty(0, np.uint64)
        known = self._spelled.known(hashes)
        return set(self._spelled.owners(hashes[known])[1].tolist())

    def _person(self, number: int) -> _Person:
        person = self._kept.get(number)
        if person is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            person = self._kept[number] = _Person(self._forms[number])
        return person


class _Words:
    """The words of one text, in the order of the text, keys computed when they are asked for."""

    def __init__(self, reading: Reading, known: dict[str, str]) -> None:
        letters = reading.letters
        starts, stops = reading.word_runs
        capitals = letters.capitals(starts)
        links = letters.links(starts, stops, capitals)
        self._run_starts, self._run_stops = starts, stops
        self._capitals, self._run_links = np.flatnonzero(capitals), links
        self._links, self._starts, self._stops = links.tobytes(), starts.data, stops.data
        self._begins, self._ends = letters.starts(starts).data, letters.ends(stops - 1).data
        self._reading, self._text = reading, letters.text
        self._known = known

    def windows(
        self, places: FormPlaces, openings: Container[str]
    ) -> Iterator[tuple[int, int, str]]:
        """Yield first word, last word and key of what may be a name that has an opening.

        It begins with a word that has a capital, or is of a script without; and is longer than what
        `places` have there.
        """
        for first, covered in self._beginning(places):
            key = self._key(first)
            last = first
            while key[:_OPENING] in openings:
                if self._stops[last] > covered:
                    yield first, last, key
                last += 1
                if last - first >= _WINDOW or not self._follows(last):
                    break
                if self._word(last) in _SON and self._follows(last + 1) and self._follows(last + 2):
                    yield first, last + 2, joined(key, self._key(last + 2))
                more = self._key(last)
                key += more[1:] if key[-1:] == more[:1] else more

    def _beginning(self, places: FormPlaces) -> Iterator[tuple[int, int]]:
        """Yield words with which a name may begin, and where what `places` have there ends.

        Left out are those of which all that may follow is found.
        """
        firsts = self._capitals
        alone = np.append(np.flatnonzero(self._run_links == Link.NONE), len(self._run_links))
        after = alone.take(np.searchsorted(alone, firsts, side="right"))
        found = np.concatenate((_NOWHERE, places[np.lexsort((places[:, 1], places[:, 0]))]))
        starts = self._run_starts.take(firsts)
        at = np.searchsorted(found[:, 0], starts, side="right") - 1
        covered = found[at, 1] * (found[at, 0] == starts)
        more = covered < self._run_stops.take(after - 1)
        yield from zip(firsts[more].tolist(), covered[more].tolist(), strict=True)

    def _word(self, at: int) -> str:
        return self._text[self._begins[at] : self._ends[at]]

    def _key(self, at: int) -> str:
        word = self._word(at)
        key = self._known.get(word)
        if key is None:
            key = self._known[word] = sound_key(word)
        return key

    def _follows(self, at: int) -> bool:
        """Return whether a word may belong to the name that the one before belongs to."""
        link = self._links[at] if at < len(self._links) else Link.NONE
        if link in _TOLD:
            return link == Link.SURE
        word = self._word(at)
        if link == Link.SMALL and word.isascii():
            return word in SMALL
        start = self._starts[at]
        gap = self._reading.gap(start)
        if not _SEAM.fullmatch(gap):
            return False
        return self._reading.capital(start) or _BOUND.search(gap) is not None or word in PARTICLES

    def written(self, first: int, last: int) -> str:
        """Return words as they are written, with what is between them."""
        return self._text[self._begins[first] : self._ends[last]]

    def strings(self, first: int, last: int) -> tuple[str, ...]:
        """Return words in lower case, each by itself."""
        return tuple(plain(self._word(at)) for at in range(first, last + 1))

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the first letter of words, and the one after the last."""
        return self._starts[first], self._stops[last]


class _Person:
    """What is needed to judge whether some words are a name that is not made of syllables."""

    def __init__(self, form: str) -> None:
        pieces = (plain(piece) for word in words_of(form) for piece in _BOUND.split(word))
        self._words = [one for one in pieces if sound_key(one)]
        self._latin = all(map(_LATIN.match, self._words))

    def sounds(self, words: Sequence[str], key: str, *, latin: bool) -> bool | None:
        """Return whether words of this key are certainly the name; nothing if they are not."""
        if not (len(key) >= _SHORTEST and sound_key(words[0]) and sound_key(words[-1])):
            return None
        if len(key) < _FEWEST:
            return False if self._near(words, _closely) else None
        if latin == self._latin and not self._near(words, alike):
            return None
        return latin != self._latin or len(key) >= _CERTAIN

    def _near(self, words: Sequence[str], judge: Callable[[str, str], bool]) -> bool:
        """Return whether a judge finds words to be these, or the first and last of these."""
        own = [one for one in words if sound_key(one) and one not in SMALL]
        names = [one for one in self._words if one not in SMALL]
        orders = (own, [*own[1:], own[0]], [own[-1], *own[:-1]]) if own else ()
        return any(
            len(one) == len(some) and all(map(judge, one, some))
            for some in (names, [*names[:1], *names[-1:]])
            for one in orders
        )


def _without_fathers(words: Sequence[str]) -> Sequence[str]:
    """Return the words of a name without the father's in Arabic (`بن سعيد`)."""
    for at, word in enumerate(words[:-1]):
        if at and word in _SON:
            return (*words[:at], *words[at + 2 :])
    return words


def _spoken(name: SyllabicName, words: Sequence[str]) -> bool:
    """Return whether Cyrillic words are a Korean or Chinese name, syllable for syllable."""
    if any(in_palladius(way, "".join(words)) for way in name.sounds):
        return True
    given = divided("".join(words[1:])) if len(words) > 1 else ()
    return any(
        sound(one[0]) in sounds_of(words[0])
        and any(
            len(way) == len(one) - 1 and all(map(contains, way, map(sound, one[1:])))
            for way in given
        )
        for one in name.written
    )


def _spelled(name: SyllabicName) -> Iterator[str]:
    yield from map(canonical, name.written)
    yield from map(" ".join, name.sounds)


def _word_keys(word: str) -> tuple[str, ...]:
    pieces = [_piece_keys(piece) for piece in _BOUND.split(word) if piece]
    found = {joined(*parts) for parts in islice(product(*pieces), _MOST)}
    if _ARTICLE.match(word):
        found |= {joined("R", key) for key in found}
    return tuple(found)


def _piece_keys(piece: str) -> tuple[str, ...]:
    latin = sorted(latin_spellings(piece.lower()))
    return tuple(dict.fromkeys((*sound_keys(piece), *map(sound_key, latin))))


def _syllabic_keys(names: Sequence[SyllabicName]) -> set[str]:
    found: set[str] = set()
    for name in names:
        for way in name.sounds:
            for turn in (way, way[1:] + way[:1]):
                found.add(sound_key("".join(map(palladius, turn))))
        given = [_syllable_keys(one) for one in name.given]
        found |= _orders(_syllable_keys(name.surnames), given)
        if len(name.given) > 1 and _nasal(name.given[0]) and _velar(name.given[1]):
            after = {key[1:] for key in given[1] if key[:1] == "K"}
            found |= _orders(_syllable_keys(name.surnames), [given[0], after, *given[2:]])
    return found


def _nasal(spellings: Iterable[str]) -> bool:
    return any(one.endswith("n") for one in spellings)


def _velar(spellings: Iterable[str]) -> bool:
    return any(one.startswith("g") for one in spellings)


def _keys(form: str) -> set[str]:
    """Return the keys of a form that is a full name; none if it is anything else."""
    whole = words_of(form)
    found: set[str] = set()
    for some in {whole, tuple(one for one in whole if one.lower() not in SMALL)}:
        words = [keys for keys in map(_word_keys, some) if keys != ("",)]
        if len(words) < 2:
            continue
        for surname, given in ((words[-1], words[:-1]), (words[0], words[1:])):
            found |= _orders(surname, given)
            found |= _orders(surname, given[:1])
    return {key for key in found if len(key) > 1}


def _orders(surname: Iterable[str], given: Sequence[Iterable[str]]) -> set[str]:
    one = islice(product(surname, *given), _MOST)
    other = islice(product(*given, surname), _MOST)
    return {joined(*parts) for parts in (*one, *other)}


@lru_cache(maxsize=4096)
def _syllable_keys(spellings: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted({key for one in spellings for key in sound_keys(one)}))


def _closely(one: str, other: str) -> bool:
    """Return whether two words are one name, spelled nearly alike or in another script."""
    for latin, arabic in ((one, arabic_spelling(other)), (other, arabic_spelling(one))):
        if arabic and arabic.fullmatch(latin):
            return True
    ways = (latin_spellings(one) or {one}, latin_spellings(other) or {other})
    return any(distance(_even(a), _even(b)) <= 1 for a, b in product(*ways))


def alike(one: str, other: str) -> bool:
    """Return whether two words of the same consonants may be one name in two spellings."""
    one, other = _even(one), _even(other)
    return distance(one, other) <= 1 + max(len(one), len(other)) // 4


def _even(word: str) -> str:
    for group, letter in _ALIKE:
        word = word.replace(group, letter)
    return _DOUBLED.sub(r"\1", word)


def distance(one: str, other: str) -> int:
    """Return how many letters must be put in, taken out or changed (Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != wanted))
    return row[-1]
