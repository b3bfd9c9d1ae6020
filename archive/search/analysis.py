"""From text to index terms: English stems, and overlapping pairs for Hangul, Han and kana.

A *word* is a run of letters and digits of a script that parts words, and becomes one term: its
stem by Snowball's algorithms ("Snowball: a language for stemming algorithms", Porter, 2001). A *run* of Hangul, Han or kana is not parted into words; each of its
characters is a term, and so is each pair of neighbours, at the position of its first character.
A noun of two or more characters is then found wherever it stands, whatever particle follows.
`pieces` is where a morphological analyser of Korean would be put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from archive.search.folding import fold
from archive.search.languages.stemming import NEUTRAL

PARAGRAPH = "\u2029"
"""Parts the title from the text: no phrase reaches across it."""

UNPARTED = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
"""Characters of Hangul, Han and kana, as the inside of a regular expression's character class."""

MAX_TERM = 64
"""Characters of a longer word that count; the rest is not looked at."""

_PIECE = re.compile(f"[{UNPARTED}]+|[^\\W_{UNPARTED}]+|{PARAGRAPH}")
_WORD = re.compile(f"([^\\W_]{{1,{MAX_TERM}}})[^\\W_]*")
_FIRST_UNPARTED = "\u1100"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word (`parted`) or a run of Hangul, Han or kana, folded."""

    text: str
    parted: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms that stand for it in a query when it comes last: see `sequence`."""
        if self.parted:
            return (stem(self.text[:MAX_TERM]),)
        if len(self.text) == 1:
            return (self.text,)
        return tuple(a + b for a, b in pairwise(self.text))


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


@dataclass(frozen=True, slots=True)
class Analysis:
    """What of one text goes into the index: its tokens, and the words as they are written."""

    text: Tokens
    words: frozenset[str]


def stem(word: str) -> str:
    """Return the term for a folded word."""
    return NEUTRAL[word]


def pieces(folded: str) -> Iterator[Piece]:
    """Yield the words and runs of a folded text in order."""
    for match in _PIECE.finditer(folded):
        text = match.group()
        if text != PARAGRAPH:
            yield Piece(text, not _is_unparted(text))


def _is_unparted(text: str) -> bool:
    return text[0] >= _FIRST_UNPARTED and _UNPARTED_CHARACTER.match(text) is not None


_UNPARTED_CHARACTER = re.compile(f"[{UNPARTED}]")


def analyse(folded: str) -> Analysis:
    """Return what of a folded text goes into the index."""
    if PARAGRAPH not in folded and (folded.isascii() or not _UNPARTED_CHARACTER.search(folded)):
        return _parted(folded)
    terms: list[str] = []
    positions: list[int] = []
    words: set[str] = set()
    position = gaps = 0
    for match in _PIECE.finditer(folded):
        text = match.group()
        if _is_unparted(text):
            for index, character in enumerate(text):
                pair = text[index : index + 2]
                terms += (character, pair) if len(pair) == 2 else (character,)
                positions += (position + index,) * len(pair)
            position += len(text)
            continue
        if text == PARAGRAPH:
            gaps += 1
        else:
            words.add(text[:MAX_TERM])
            terms.append(stem(text[:MAX_TERM]))
            positions.append(position)
        position += 1
    return Analysis(Tokens(terms, positions, position - gaps), frozenset(words))


def _parted(folded: str) -> Analysis:
    words = _WORD.findall(folded)
    terms = list(map(NEUTRAL.__getitem__, words))
    return Analysis(Tokens(terms, list(range(len(terms))), len(terms)), frozenset(words))


def analyse_document(title: str, text: str, language: str | None) -> DocumentTokens:
    """Return what of a document goes into the index; neither is folded yet.

    `language` is the BCP 47 tag of the document, if one is known.
    """
    head, body = analyse(fold(title)), analyse(fold(text))
    return DocumentTokens(
        text=_joined(head.text, body.text),
        title=head.text,
        names=Tokens([], [], 0),
        words=head.words | body.words,
    )


def _joined(one: Tokens, other: Tokens) -> Tokens:
    after = one.length + 1
    return Tokens(
        one.terms + other.terms,
        one.positions + [position + after for position in other.positions],
        one.length + other.length,
    )


def sequence(parts: tuple[Piece, ...]) -> tuple[str, ...]:
    """Return the terms that must follow one another, position by position, where `parts` stand.

    A run before another part gives a term for its last character too, so that positions have no
    gap; in the last run the pairs alone do.
    """
    terms: list[str] = []
    for part in parts[:-1]:
        terms.extend(part.terms)
        if not part.parted and len(part.text) > 1:
            terms.append(part.text[-1])
    terms.extend(parts[-1].terms)
    return tuple(terms)
