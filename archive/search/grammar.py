"""The query language, in full: `docs/guides/searching.md`.

    query  = any
    any    = all { OR all }
    all    = not { [ AND ] not }
    not    = { NOT | "-" } unit
    unit   = "(" any ")" | [ field ":" ] ( word | phrase ) | range
    phrase = '"' text '"' [ "~" count ]
    word   = text | text "*" | text with "?" or "*" inside | text "~" [ "1" | "2" ]
    range  = [ date ] ".." [ date ]

Words side by side must all match. What is not of the language is refused with what to write in its
place, or parts words, as punctuation does; a word that falls into several pieces (an address) is a
phrase of them. The limits keep the cost of any query that is accepted in proportion to the index.

Plain words are read here; all else, with the same result where it is plain, by `operators`, which
needs Whoosh's parser: importing that takes 40 ms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search import leaves
from archive.search.meaning import meaning
from archive.search.query import Node

MAX_LENGTH = 1_000  # code points of a query

_QUOTES = str.maketrans(
    dict.fromkeys("“”„‟«»‹›＂「」『』〝〞〟", '"') | {"（": "(", "）": ")", "：": ":", "～": "~"}
)
_LUCENE_RANGE = re.compile(r"[\[{][^\]}]*\sTO\s[^\]}]*[\]}]")
_OPERATORS = frozenset({"AND", "OR", "NOT", "그리고", "또는"})
_PLAIN_WORDS = re.compile(r"[\w\s]+")


def parse(query: str, *, today: date | None = None, languages: Sequence[str] = ()) -> Node:
    """Return the meaning of `query`.

    `today` is what "last month" is counted from; `languages` are those in Latin letters, besides
    English, that have passages in the index (`analysis.language_mark`).

    Raises:
        QuerySyntax: it is empty or does not follow the grammar.
        QueryTooBroad: it exceeds a limit.
    """
    if len(query) > MAX_LENGTH:
        raise QueryTooBroad(
            f"The query is longer than {MAX_LENGTH} characters. Search for a list of names or "
            "numbers as a batch."
        )
    context = leaves.Context(today, tuple(languages))
    text = _checked(_plain(query))
    words = text.split()
    if _PLAIN_WORDS.fullmatch(text) and _OPERATORS.isdisjoint(words):
        read = (leaves.leaf(None, None, None, word, context) for word in words)
        return meaning([leaf for leaf in read if leaf is not None])
    from archive.search import operators  # noqa: PLC0415 - Whoosh's parser takes 40 ms

    return operators.read(text, context)


def _plain(query: str) -> str:
    """Return the query with one kind of quotation marks and without characters not seen."""
    seen = (
        {"Cc": " ", "Cs": " ", "Cf": ""}.get(unicodedata.category(c), c) if not c.isascii() else c
        for c in query.translate(_QUOTES)
    )
    return re.sub(r"[\x00-\x1f\x7f]", " ", "".join(seen))


def _checked(query: str) -> str:
    if query.count('"') % 2:
        raise QuerySyntax("A quotation mark is not closed. Close it, or leave it out.")
    if _LUCENE_RANGE.search(query):
        raise QuerySyntax("A range is written with two dots, of dates only: 2013..2014-06.")
    return query
