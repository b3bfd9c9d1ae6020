"""What a query means: a tree that the grammar makes and the executor evaluates.

Leaves are matched against an index's fields (`Field`) or columns; inner nodes combine documents and
scores. Nothing here knows how a query is written or how an index is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from archive.search.analysis import Piece, sequence

Field = Literal["text", "title", "names"]
"""`text` is title and text; `names` holds folded keys of words that may be names."""


@dataclass(frozen=True, slots=True)
class Words:
    """Terms of `field` that stand in a row; more than `slop` 0 allows so many positions between.

    `parts` are the pieces as written and folded, `written` is what was asked for: snippets and
    suggestions use them. With `slop` the terms may come in any order.
    """

    parts: tuple[Piece, ...]
    written: str
    field: Field = "text"
    slop: int = 0
    keys: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """The index terms that must follow one another: `keys`, or those of `parts`."""
        return self.keys or sequence(self.parts)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins with `start`, folded."""

    start: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Any word that `pattern`, folded, matches as a whole: `?` is one character, `*` any number."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Any word at most `edits` (1 or 2) edits from `word`, folded, with the same first letter."""

    word: str
    edits: int


@dataclass(frozen=True, slots=True)
class Dates:
    """Documents whose span of days touches this one; ISO 8601 days, both ends inclusive."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Value:
    """Documents that have `value` in the column of the facet `facet`."""

    facet: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every child matches; scores add up."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one child matches; scores add up."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Best:
    """At least one child matches; the score is that of the best child (disjunction maximum)."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not match."""

    child: Node


@dataclass(frozen=True, slots=True)
class Boost:
    """The child, its score times `factor`."""

    child: Node
    factor: float


Expansion: TypeAlias = "Prefix | Wildcard | Fuzzy"
"""Leaves that stand for a bounded number of words of the index."""

Leaf: TypeAlias = "Words | Prefix | Wildcard | Fuzzy | Dates | Value"
Node: TypeAlias = "Leaf | All | Any | Best | Not | Boost"


def positive_leaves(node: Node) -> tuple[Words | Expansion, ...]:
    """Return the leaves that a match may contain: those under an even number of NOTs."""
    match node:
        case Words() | Prefix() | Wildcard() | Fuzzy():
            return (node,)
        case All(children) | Any(children) | Best(children):
            return tuple(leaf for child in children for leaf in positive_leaves(child))
        case Boost(child, _) | Not(Not(child)):
            return positive_leaves(child)
        case Not() | Dates() | Value():
            return ()


def as_written(node: Node) -> Node:
    """Return the query with the first of all alternatives only, and without weights."""
    match node:
        case Best(children):
            return as_written(children[0])
        case Boost(child, _):
            return as_written(child)
        case All(children):
            return All(tuple(map(as_written, children)))
        case Any(children):
            return Any(tuple(map(as_written, children)))
        case Not(child):
            return Not(as_written(child))
        case _:
            return node


def is_plain(node: Node) -> bool:
    """Tell whether the query is words and phrases side by side, without operators or prefixes."""
    match as_written(node):
        case Words():
            return True
        case All(children):
            return all(map(is_plain, children))
        case _:
            return False
