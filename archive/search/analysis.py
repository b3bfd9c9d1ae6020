"""From text to index terms: stems of words, and of Hangul, Han and kana pairs and Korean words.

A *word* is a run of letters and digits of a script that parts words. It is a term as its stem
(`languages.stemming`), and in a passage of another language in Latin letters as that language's
stem too (`languages.passages`). A *run* of Hangul, Han or kana is not parted into words: each
character has a position, at which stand the pair that it makes with the next one, whatever is
between them, and the Korean words that begin there (`languages.korean`). A single character is a
term where it is Han or kana, or begins or ends neighbouring runs.

What is typed is looked for as a word by one term, and literally, as in a phrase, by its pairs.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise, repeat, zip_longest
from typing import NamedTuple

from archive.search.folding import fold, lower
from archive.search.languages.passages import FOREIGN, language_of, passages
from archive.search.languages.runs import CHINESE, KOREAN, Run, Runs, has_hangul, is_hangul
from archive.search.languages.stemming import LATIN, NEUTRAL, stems_of, tagged
from archive.search.patterns import late

UNPARTED = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
"""Characters of Hangul, Han and kana, as the inside of a regular expression's character class."""

MAX_TERM = 64
"""Characters of a longer word that count; the rest is not looked at."""

FOREIGN_WORDS = 3
"""Different small words of other languages from which the passages of a text are looked at."""

_PIECE = late(f"[{UNPARTED}]+|[^\\W_{UNPARTED}]+")
_WORD = late(f"([^\\W_]{{1,{MAX_TERM}}})[^\\W_]*")
_PARTED = late(f"([^\\W_{UNPARTED}]{{1,{MAX_TERM}}})[^\\W_{UNPARTED}]*")
_MOST_STEMS = 1 << 16  # that one table keeps; it begins anew beyond
_LETTERS = string.ascii_letters + string.digits
_ASCII = {code: chr(code).lower() if chr(code) in _LETTERS else " " for code in range(128)}
_FIRST_UNPARTED = "\u1100"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word (`parted`) or a run of Hangul, Han or kana, folded."""

    text: str
    parted: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms that stand for it in a query when it comes last: see `sequence`."""
        return sequence((self,))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Terms in ascending order of their positions; several may stand at one position.

    `terms` and `positions` are equally long; `length` counts words and characters of runs.
    """

    terms: list[str]
    positions: list[int]
    length: int

    def by_term(self) -> dict[str, list[int]]:
        """Return the positions of each term in ascending order."""
        found: dict[str, list[int]] = {}
        for term, position in zip(self.terms, self.positions, strict=True):
            found.setdefault(term, []).append(position)
        return found


@dataclass(frozen=True, slots=True)
class DocumentTokens:
    """What of one document goes into the index.

    `text` is title and text with a position between them that no term has, `names` the keys of
    words that may be names, `words` the words of both as they are written, folded.
    """

    text: Tokens
    title: Tokens
    names: Tokens
    words: frozenset[str]


def stem(word: str) -> str:
    """Return the term for a folded word."""
    return NEUTRAL[word]


def pieces(folded: str) -> Iterator[Piece]:
    """Yield the words and runs of a folded text in order."""
    if folded.isascii():
        yield from (Piece(word, parted=True) for word in ascii_words(folded))
        return
    for match in _PIECE.finditer(folded):
        yield Piece(match.group(), not _is_unparted(match.group()))


def _is_unparted(text: str) -> bool:
    return text[0] >= _FIRST_UNPARTED and _UNPARTED_CHARACTER.match(text) is not None


_UNPARTED_CHARACTER = late(f"[{UNPARTED}]")


def language_mark(language: str) -> str:
    """Return the term of `text` that every document has with a passage in `language`."""
    return tagged(language, "")


def languages_in(documents: Callable[[str], int]) -> tuple[str, ...]:
    """Return the languages in Latin letters, besides English, that an index has passages in.

    `documents` tells how many documents have a term of `text`.
    """
    return tuple(language for language in LATIN if documents(language_mark(language)))


def analyse_document(
    title: str, text: str, language: str | None, *, korean_words: bool = True
) -> DocumentTokens:
    """Return what of a document goes into the index; nothing of it is folded yet.

    `language` is the BCP 47 tag of the document, if one is known. Without `korean_words` Korean has
    the terms only that need no analyser of its words.
    """
    korean = has_hangul(title) or has_hangul(text) or (language or "").startswith("ko")
    runs = KOREAN if korean and korean_words else CHINESE
    head, body = _read(title, runs), _read(text, runs)
    return DocumentTokens(
        text=_marked(_joined(head.tokens, body.tokens), head.languages | body.languages),
        title=head.tokens,
        names=names_in(title, text, [*head.names, *body.names]),
        words=frozenset(head.words).union(body.words),
    )


class _Read(NamedTuple):
    """Tokens of a text, its words as they are written, and those of Hangul that may be names.

    `languages` are those of its passages in Latin letters that have stems of their own.
    """

    tokens: Tokens
    words: Iterable[str]
    names: Sequence[str] = ()
    languages: frozenset[str] = frozenset()


def _marked(tokens: Tokens, languages: frozenset[str]) -> Tokens:
    marks = sorted(map(language_mark, languages))
    return Tokens(marks + tokens.terms, [0] * len(marks) + tokens.positions, tokens.length)


def names_in(title: str, text: str, hangul: Iterable[str] = ()) -> Tokens:
    """Return the keys of what may be names; `hangul` are the words of Hangul that may be."""
    from archive.search.names import hangul_key, hangul_term, text_keys  # noqa: PLC0415 - 20 ms

    places = [*text_keys(title), *text_keys(text)]
    places += [(hangul_term(key),) for word in hangul if (key := hangul_key(word))]
    terms = [key for keys in places for key in keys]
    positions = [position for position, keys in enumerate(places) for _ in keys]
    return Tokens(terms, positions, len(places))


def has_runs(folded: str) -> bool:
    """Tell whether there is Hangul, Han or kana in a folded text."""
    return not folded.isascii() and _UNPARTED_CHARACTER.search(folded) is not None


def ascii_words(text: str) -> list[str]:
    """Return the words of an ASCII text, folded and in their full length."""
    return text.translate(_ASCII).split()


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text, as far as they count; runs are left out."""
    if folded.isascii():
        words = ascii_words(folded)
        long = max(map(len, words), default=0) > MAX_TERM
        return [word[:MAX_TERM] for word in words] if long else words
    return (_PARTED if has_runs(folded) else _WORD).findall(folded)


def _read(text: str, runs: Runs) -> _Read:
    folded = fold(text)
    if has_runs(folded):
        return _mixed(text, folded, runs)
    words = words_of(folded)
    extra, languages = _language_terms(text, words)
    if extra:
        return _Read(_interleaved(words, extra), words, languages=languages)
    terms = list(map(NEUTRAL.__getitem__, words))
    return _Read(Tokens(terms, list(range(len(terms))), len(terms)), words)


def _language_terms(text: str, words: list[str]) -> tuple[list[str], frozenset[str]]:
    if len(FOREIGN.intersection(words)) < FOREIGN_WORDS:
        return [], frozenset()
    return language_terms(text, len(words))


def language_terms(text: str, words: int) -> tuple[list[str], frozenset[str]]:
    """Return for each of the `words` words of `text` the term of its passage's language, or "".

    The list is empty when no passage has a language of its own; the languages are named beside it.
    """
    terms: list[str] = []
    languages: set[str] = set()
    for passage in passages(text):
        folded = words_of(fold(passage))
        language = language_of(folded)
        if language is None:
            terms += [""] * len(folded)
            continue
        languages.add(language)
        written = folded if passage.isascii() else words_of(lower(passage))
        stems = _tagged_stems(language)
        terms += map(stems.__getitem__, written if len(written) == len(folded) else folded)
    return (terms, frozenset(languages)) if len(terms) == words else ([], frozenset())


class _TaggedStems(dict[str, str]):
    """The term of each word in a passage of one language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._stems = stems_of(language)

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_STEMS:
            self.clear()
        term = self[word] = tagged(self._language, self._stems[word])
        return term


@cache
def _tagged_stems(language: str) -> _TaggedStems:
    return _TaggedStems(language)


def _interleaved(words: list[str], extra: list[str]) -> Tokens:
    terms: list[str] = []
    positions: list[int] = []
    for position, (word, other) in enumerate(zip(words, extra, strict=True)):
        terms.append(NEUTRAL[word])
        positions.append(position)
        if other:
            terms.append(other)
            positions.append(position)
    return Tokens(terms, positions, len(words))


def _mixed(text: str, folded: str, runs: Runs) -> _Read:
    found = tuple(pieces(folded))
    parted = [piece.text[:MAX_TERM] for piece in found if piece.parted]
    extra, languages = _language_terms(text, parted)
    others = iter(extra or repeat(""))
    written, names = set(parted), list[str]()
    writer = _Writer()
    for piece, after in zip_longest(found, found[1:]):
        if piece.parted:
            writer.word(NEUTRAL[piece.text[:MAX_TERM]], next(others))
            continue
        run = runs[piece.text]
        written.update(run.words)
        names += run.names
        writer.run(piece.text, run, after.text[0] if after and not after.parted else "")
    tokens = Tokens(writer.terms, writer.positions, writer.position)
    return _Read(tokens, written, names, languages)


class _Writer:
    """Puts terms at ascending positions: one for a word, one for each character of a run."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.positions: list[int] = []
        self.position = 0
        self._joined = False  # whether a run stands right before

    def word(self, term: str, other: str) -> None:
        self._put(term, 0)
        if other:
            self._put(other, 0)
        self.position += 1
        self._joined = False

    def run(self, text: str, run: Run, after: str) -> None:
        """Put a run; `after` is the first character of the run right behind it, if one is."""
        last = len(text) - 1
        alone = is_hangul(text[0]) and not self._joined
        if alone:
            self._put(text[0], 0)
        self.terms += run.terms
        self.positions += [self.position + offset for offset in run.offsets]
        if after:
            self._put(text[last] + after, last)
        elif is_hangul(text[last]) and not (alone and last == 0):
            self._put(text[last], last)
        self.position += last + 1
        self._joined = bool(after)

    def _put(self, term: str, offset: int) -> None:
        self.terms.append(term)
        self.positions.append(self.position + offset)


def _joined(one: Tokens, other: Tokens) -> Tokens:
    after = one.length + 1
    return Tokens(
        one.terms + other.terms,
        one.positions + [position + after for position in other.positions],
        one.length + other.length,
    )


def sequence(parts: tuple[Piece, ...]) -> tuple[str, ...]:
    """Return the terms that must follow one another, position by position, where `parts` stand.

    Runs side by side are read as one, however they are spaced. A run before a word gives a term
    for its last character too, so that positions have no gap; in the last run the pairs alone do.
    """
    if len(parts) == 1 and parts[0].parted:
        return (stem(parts[0].text[:MAX_TERM]),)
    terms: list[str] = []
    for parted, group in groupby(parts, key=lambda part: part.parted):
        texts = [part.text for part in group]
        if parted:
            terms += [stem(text[:MAX_TERM]) for text in texts]
        else:
            run = "".join(texts)
            terms += [a + b for a, b in pairwise(run)]
            terms.append(run[-1])
    return tuple(terms[:-1] if not parts[-1].parted and len(run) > 1 else terms)
