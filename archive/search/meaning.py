"""What leaves of a query mean side by side, and how many of them there may be."""

from __future__ import annotations

from collections.abc import Sequence

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search.aliases import Child, joined
from archive.search.leaves import Leaf
from archive.search.query import All, Boost, Node

MAX_LEAVES = 40  # words, phrases, prefixes and values of a query
MAX_TERMS = 160  # index terms of a query, pairs of characters included, alternatives not
MAX_EXPANSIONS = 8  # words with *, ? or ~ of a query


def meaning(found: Sequence[Leaf]) -> Node:
    """Return what leaves side by side mean.

    Raises:
        QuerySyntax: there are none.
        QueryTooBroad: there are too many.
    """
    check_bounds(found)
    weigh = weighs(found)
    return together([weighed(leaf, weigh=weigh) for leaf in found])


def check_bounds(found: Sequence[Leaf]) -> None:
    """Refuse a query with these leaves if it says nothing or too much.

    Raises:
        QuerySyntax: there are none.
        QueryTooBroad: there are too many.
    """
    if not found:
        raise QuerySyntax("There is no word to look for.")
    if len(found) > MAX_LEAVES or sum(leaf.terms for leaf in found) > MAX_TERMS:
        raise QueryTooBroad("The query has too many words. Search for a long list as a batch.")
    if sum(leaf.expands for leaf in found) > MAX_EXPANSIONS:
        raise QueryTooBroad(f"More than {MAX_EXPANSIONS} words of the query have *, ? or ~.")


def weighs(found: Sequence[Leaf]) -> bool:
    """Tell whether light words count for less in a query with these leaves: if others do count."""
    return not all(leaf.light for leaf in found)


def weighed(leaf: Leaf, *, weigh: bool) -> Child:
    """Return what a leaf means; `weigh` tells whether light words count for less."""
    return Boost(leaf.node, 0.0) if weigh and leaf.light else leaf.node, leaf.bare


def together(children: Sequence[Child]) -> Node:
    """Return the conjunction of one or more parts of a query."""
    nodes = joined(children)
    return nodes[0] if len(nodes) == 1 else All(nodes)
