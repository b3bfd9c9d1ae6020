"""The language of a passage in Latin letters, by the small words that only some languages have.

A passage of a few lines has enough articles, prepositions and pronouns to tell (Grefenstette,
"Comparing two language identification schemes", JADT 1995). A passage that none of the languages
claims has no language, and loses nothing by it: every word is a term as it is in English.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from archive.search.languages.lists import lines_of


def _languages_of() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in lines_of("small-words.txt"):
        language, *words = line.split()
        for word in words:
            table.setdefault(word, []).append(language)
    return table


_LANGUAGES_OF = _languages_of()
FOREIGN = frozenset(
    word for word, tags in _LANGUAGES_OF.items() if "en" not in tags and len(word) > 1
)
"""Small words that English does not have, folded; letters by themselves may be initials."""

_SHARE = 0.12  # of a passage's words that are small words of its language, at least
_FEWEST = 3  # small words of its language that a passage has at least
_LINES = re.compile(r"(?:[^\n]*\n?)")
_ENOUGH = 200  # characters of lines that are taken together as one passage


def language_of(words: list[str]) -> str | None:
    """Return the language of folded `words` in Latin letters; `None` for English or unknown."""
    known = filter(None, map(_LANGUAGES_OF.get, words))
    counts = Counter(chain.from_iterable(known))
    best = max(counts, key=lambda language: (counts[language], language), default="en")
    enough = max(_FEWEST, len(words) * _SHARE)
    return best if counts[best] >= enough and counts[best] > counts["en"] else None


def passages(text: str) -> Iterator[str]:
    """Yield `text` in pieces of whole lines: paragraphs, or as many lines as tell a language."""
    start = end = 0
    for match in _LINES.finditer(text):
        end = match.end()
        blank = not match.group().strip()
        if end - start >= _ENOUGH or (blank and end > start):
            yield text[start:end]
            start = end
    if end > start:
        yield text[start:end]
