"""The terms as which one word of a query may stand in an index: of these alternatives any will do.

A word may stand as its stem in English and in each other language of the index; a run of Hangul as
a Korean word, or within a longer one; Han characters as Koreans read them. The first alternative is
what was meant most likely; the others count less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.search.analysis import MAX_TERM, Piece, pieces
from archive.search.folding import fold, lower
from archive.search.languages.runs import is_hangul, reading, word_term
from archive.search.languages.stemming import stems_of, tagged
from archive.search.query import Best, Boost, Field, Node, Words

_LATIN_LETTER = re.compile("[a-z]")
_STRIPPED = 0.7  # weight of a Hangul word without what may be its particle
_WITHIN = 0.5  # weight of a Hangul word inside a longer one
_READING = 0.8  # weight of Han characters as Koreans read them
_WITHIN_LENGTH = 3  # syllables from which a word is looked for inside others


def best(children: Iterable[Node]) -> Node:
    """Return the best of one or more alternatives."""
    first, *others = children
    return Best((first, *others)) if others else first


def words(
    parts: tuple[Piece, ...], text: str, field: Field = "text", languages: Sequence[str] = ()
) -> Node:
    """Return what `text`, which folds to `parts`, stands for where it is not in quotation marks."""
    if len(parts) == 1 and not parts[0].parted:
        return _run(parts, text, field)
    return phrase(parts, text, field, languages)


def phrase(
    parts: tuple[Piece, ...], text: str, field: Field = "text", languages: Sequence[str] = ()
) -> Node:
    """Return `parts` in a row as they are written, words by their stems."""
    return best([Words(parts, text, field), *_in_languages(parts, text, field, languages)])


def plain(text: str) -> Node | None:
    """Return what `text` stands for in English or Korean, or `None` if there is no word in it."""
    parts = tuple(pieces(fold(text)))
    return words(parts, text) if parts else None


def _in_languages(
    parts: tuple[Piece, ...], text: str, field: Field, languages: Sequence[str]
) -> Iterator[Node]:
    if not all(part.parted for part in parts) or not any(
        _LATIN_LETTER.search(part.text) for part in parts
    ):
        return
    written = tuple(pieces(lower(text)))
    known = written if len(written) == len(parts) else parts
    for language in languages:
        stems = stems_of(language)
        keys = tuple(tagged(language, stems[part.text[:MAX_TERM]]) for part in known)
        yield Words(parts, text, field, keys=keys)


def _run(parts: tuple[Piece, ...], text: str, field: Field) -> Node:
    run = parts[0].text
    literal = Words(parts, text, field)
    if not is_hangul(run):
        read = reading(run)
        korean = Words(parts, text, field, keys=(word_term(read),))
        known = is_hangul(read) and len(run) > 1
        return best([literal, Boost(korean, _READING)] if known else [literal])
    from archive.search.languages.korean import before_particle  # noqa: PLC0415 - 15 ms

    children: list[Node] = [Words(parts, text, field, keys=(word_term(run),))]
    stripped = before_particle(run)
    if stripped:
        bare = tuple(pieces(stripped))
        children.append(Boost(Words(bare, text, field, keys=(word_term(stripped),)), _STRIPPED))
    if len(run) >= _WITHIN_LENGTH:
        children.append(Boost(literal, _WITHIN))
    return best(children)
