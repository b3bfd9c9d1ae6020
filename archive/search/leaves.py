"""What single words, phrases and field values of a query mean, and which are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search import dates
from archive.search.aliases import name
from archive.search.alternatives import phrase, words
from archive.search.analysis import MAX_TERM, Piece, pieces, sequence
from archive.search.folding import fold
from archive.search.languages.runs import word_term
from archive.search.languages.tags import meant
from archive.search.query import Dates, Field, Fuzzy, Node, Prefix, Value, Wildcard, Words

MIN_PREFIX = 3  # letters before a *
MIN_RUN_PREFIX = 2  # characters of Hangul, Han or kana before a *
MIN_FIXED = 2  # letters before the first ? or * inside a word
MIN_FUZZY = 3  # letters of a word with ~
MAX_SLOP = 50  # words between those of "…"~
_RUN_WORD = 3  # characters of a run that stand for a word between others

VALUES = ("type", "language", "source", "tag", "collection", "accession")
"""Fields whose value is compared as a whole; a language takes its regions and scripts in."""

FIELDS = ("title", "name", "date", "year", *VALUES)
"""All fields that a query may name."""

_LIGHT = re.compile(  # the stop words of Lucene's English analyser
    "a|an|and|are|as|at|be|but|by|for|if|in|into|is|it|no|not|of|on|or|such|that|the|their|then|there"
    "|these|they|this|to|was|will|with"
)
_FUZZY = re.compile(r"(?P<word>[^~]+)~(?P<edits>\d*)")
_WEIGHT = re.compile(r".+\^\d+(?:\.\d+)?")
_EXPRESSION = re.compile(r"/.*[.*+?\[\]|\\].*/")
_DAYS = re.compile(r"[\d-]*\.\.[\d-]*")


@dataclass(frozen=True, slots=True)
class Context:
    """The day that a query is asked on, and the languages of the index beside English."""

    today: date | None
    languages: tuple[str, ...]


NOWHERE = Context(None, ())
"""No clock, and no language but English."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a query: its meaning, how many terms and expansions it costs, and the bare word.

    `bare` is empty unless it is a word without field, quotation marks and signs; a `light` word
    says so little that it does not count for the order.
    """

    node: Node
    terms: int
    expands: bool = False
    bare: str = ""

    @property
    def light(self) -> bool:
        """Whether it is one of the words that stand in nearly every English text."""
        return _LIGHT.fullmatch(self.bare.lower()) is not None


def leaf(
    field: str | None, quoted: str | None, near: str | None, word: str | None, context: Context
) -> Leaf | None:
    """Return the meaning of a word or phrase, or `None` when there is nothing to look for in it.

    Raises:
        QuerySyntax: it is not understood.
        QueryTooBroad: it stands for too much.
    """
    if field is not None:
        return _in_field(field, quoted if word is None else word, near, context)
    if quoted is not None:
        return _phrase(quoted, near, "text", context)
    assert word is not None  # noqa: S101 - a match has one or the other
    return _word(word, context)


def bare(text: str, context: Context = NOWHERE) -> Leaf | None:
    """Return what a word means that has no signs in it, or `None` if it has no letter or digit."""
    parts = tuple(pieces(fold(text)))
    if not parts:
        return None
    node = words(parts, text, languages=context.languages)
    return Leaf(node, len(sequence(parts)), bare=text)


def _in_field(field: str, value: str | None, near: str | None, context: Context) -> Leaf | None:
    known, text = field.lower(), value or ""
    if known not in FIELDS:
        raise QuerySyntax(
            "Before a colon stands one of " + ", ".join(FIELDS) + ". Put the words in quotation "
            "marks to look for a colon's text as it stands."
        )
    if known in {"date", "year"}:
        return Leaf(Dates(*dates.asked(text, context.today)), 1)
    if known in VALUES:
        wanted = meant(text) if known == "language" else text.strip()
        if not wanted:
            raise QuerySyntax(f"What {known}: should be is missing.")
        return Leaf(Value(known, wanted), 1)
    if known == "name":
        return _name(text)
    if near is None and re.search(r"[*~]|\?\w", text):
        raise QuerySyntax("title: takes whole words: without *, ? and ~.")
    return _phrase(text, near, "title", context)


def _name(text: str) -> Leaf | None:
    node = name(text)
    return None if node is None else Leaf(node, len(text.split()))


def _phrase(text: str, near: str | None, field: Field, context: Context) -> Leaf | None:
    parts = tuple(pieces(fold(text)))
    if not parts:
        return None
    if near is not None and len(parts) > 1:
        node = _near(parts, text, near, field)
    elif field == "title":
        node = words(parts, text, field, context.languages)
    else:
        node = phrase(parts, text, field, context.languages)
    return Leaf(node, len(sequence(parts)))


def _near(parts: tuple[Piece, ...], text: str, near: str, field: Field) -> Node:
    slop = int(near[1:3] or 5) if len(near) <= 3 else MAX_SLOP + 1
    if slop > MAX_SLOP:
        raise QueryTooBroad(f'At most {MAX_SLOP} words may stand between: "…"~{MAX_SLOP}.')
    keys = tuple(part.terms[0] if part.parted else word_term(part.text) for part in parts)
    runs = [len(part.text) for part in parts if not part.parted]
    reach = slop * _RUN_WORD + sum(runs) - len(runs) if runs else slop
    return Words(parts, text, field, reach, keys)


def _word(text: str, context: Context) -> Leaf | None:
    if _DAYS.fullmatch(text) and any(map(str.isdigit, text)):
        return Leaf(Dates(*dates.asked(text, context.today)), 1)
    _refuse(text)
    fuzzy = _FUZZY.fullmatch(text)
    if fuzzy:
        return Leaf(_fuzzy(fuzzy["word"], fuzzy["edits"]), 1, expands=True)
    if "*" in text or re.search(r"\?\w", text):
        return _pattern(text)
    return bare(text, context)


def _refuse(text: str) -> None:
    if _WEIGHT.fullmatch(text):
        raise QuerySyntax("Words have no weights. Leave out ^ and the number.")
    if _EXPRESSION.fullmatch(text):
        raise QuerySyntax("Expressions between / are not understood. Use * and ? in a word.")


def _fuzzy(text: str, edits: str) -> Node:
    if edits not in {"", "1", "2"}:
        raise QuerySyntax("After ~ stands 1 or 2: how many letters of a word may differ.")
    parts = tuple(pieces(fold(text)))
    if len(parts) != 1:
        raise QuerySyntax("A ~ must follow a single word, or a phrase in quotation marks.")
    word = parts[0].text[:MAX_TERM]
    if len(word) < MIN_FUZZY:
        raise QueryTooBroad(f"A word with ~ has at least {MIN_FUZZY} letters.")
    return Fuzzy(word, int(edits or 1))


def _pattern(text: str) -> Leaf:
    start = re.split(r"[*?]", text, maxsplit=1)[0]
    parts = tuple(pieces(fold(start)))
    if not parts:
        raise QueryTooBroad("A word must begin with letters before * or ?: sto*, wom?n.")
    if text == start + "*":
        return _prefix(parts)
    pattern = fold(text)
    if len(parts) != 1 or not re.fullmatch(r"[\w*?]+", pattern):
        raise QuerySyntax("A word with * or ? inside has letters and digits only beside them.")
    if len(parts[0].text) < (MIN_FIXED if parts[0].parted else 1):
        raise QueryTooBroad(f"A word needs {MIN_FIXED} letters before the first * or ?.")
    return Leaf(Wildcard(pattern[: 2 * MAX_TERM]), 1, expands=True)


def _prefix(parts: tuple[Piece, ...]) -> Leaf:
    if len(parts) != 1:
        raise QuerySyntax("A * must follow a single word.")
    part = parts[0]
    if len(part.text) < (MIN_PREFIX if part.parted else MIN_RUN_PREFIX):
        raise QueryTooBroad(
            f"A * needs {MIN_PREFIX} letters before it, or {MIN_RUN_PREFIX} of Korean, Chinese or "
            "Japanese."
        )
    if part.parted:
        return Leaf(Prefix(part.text[:MAX_TERM]), 1, expands=True)
    return Leaf(Words(parts, part.text), len(part.terms))
