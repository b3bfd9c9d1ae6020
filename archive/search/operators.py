"""The operators, brackets, phrases and fields of the query language, read by Whoosh's parser.

`whoosh.qparser` (taggers, brackets, operators) works with plugins of our own in place of all of its
own but brackets and white space: it knows no field, wildcard, weight or range that is not in
`leaves`. What it hands out are syntax nodes; none of its queries is made.
"""

from __future__ import annotations

import re

from whoosh.qparser import GroupPlugin, OperatorsPlugin, QueryParser, TaggingPlugin, syntax

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search import leaves
from archive.search.aliases import Child
from archive.search.meaning import check_bounds, together, weighed, weighs
from archive.search.query import Any, Node, Not

MAX_DEPTH = 6  # brackets within brackets

_LEAF = re.compile(
    r"""(?:(?P<field>[^\W\d_]{2,20}):(?=["\w.]))?
      (?:"(?P<phrase>[^"]*)"(?P<near>~\d*)?|(?P<word>[^\s"()]+))""",
    re.VERBOSE,
)
_END = r"(?=[\s\"()]|\Z)"  # where a word ends
_AND = f"(?:AND|&&?|그리고){_END}"
_OR = f"(?:OR|\\|\\|?|또는){_END}"
_NOT = rf"NOT{_END}|(?<![^\s(])-(?=[\w\"(])"
_ALONE = "AND, OR, NOT and brackets need a word on each side."


class _Leaf(syntax.SyntaxNode):  # type: ignore[misc]  # whoosh has no types
    """A leaf of the query."""

    def __init__(self, leaf: leaves.Leaf) -> None:
        self.leaf = leaf


class _Leaves(TaggingPlugin):  # type: ignore[misc]  # whoosh has no types
    """Tags words, phrases and fields with their value."""

    priority = 1  # after operators, which look like words

    def __init__(self, context: leaves.Context) -> None:
        super().__init__(_LEAF)
        self._context = context

    def create(self, _: QueryParser, match: re.Match[str]) -> syntax.SyntaxNode:
        """Return the leaf, or a gap where there is nothing to look for."""
        field, phrase, near, word = match.group("field", "phrase", "near", "word")
        leaf = leaves.leaf(field, phrase, near, word, self._context)
        return _Leaf(leaf) if leaf else syntax.Whitespace()


class _Either(syntax.Operator):  # type: ignore[misc]  # whoosh has no types
    """`OR`: parts a whole group, as it binds less than words side by side."""

    def replace_self(self, _: QueryParser, group: syntax.GroupNode, __: int) -> int:
        """Put what stands between the operators of this kind in groups of their own."""
        parts: list[list[syntax.SyntaxNode]] = [[]]
        for node in group:
            if isinstance(node, _Either):
                parts.append([])
            else:
                parts[-1].append(node)
        group[:] = [syntax.OrGroup([syntax.AndGroup(part) for part in parts])]
        return len(group)


class _Both(syntax.Operator):  # type: ignore[misc]  # whoosh has no types
    """`AND`: says what words side by side mean anyhow."""

    def replace_self(self, _: QueryParser, group: syntax.GroupNode, position: int) -> int:
        """Go, unless there is nothing on one side."""
        before, after = group[:position][-1:], group[position + 1 :][:1]
        if not before or isinstance(before[0], syntax.Operator):
            raise QuerySyntax(_ALONE)
        if not after or isinstance(after[0], _Both):
            raise QuerySyntax(_ALONE)
        del group[position]
        return position


class _Without(syntax.Operator):  # type: ignore[misc]  # whoosh has no types
    """`NOT`, from the last to the first of a row, of which every second one takes one away."""

    def replace_self(self, _: QueryParser, group: syntax.GroupNode, position: int) -> int:
        """Wrap what comes next."""
        if position + 1 == len(group):
            raise QuerySyntax(_ALONE)
        negated = group.pop(position + 1)
        twice = isinstance(negated, syntax.NotGroup)
        group[position] = negated[0] if twice else syntax.NotGroup([negated])
        return position


_OPERATORS = tuple(
    (OperatorsPlugin.OpTagger(pattern, grouptype, optype, leftassoc), 0)
    for pattern, grouptype, optype, leftassoc in (
        (_OR, syntax.OrGroup, _Either, True),
        (_AND, syntax.AndGroup, _Both, True),
        (_NOT, syntax.NotGroup, _Without, False),
    )
)


def read(query: str, context: leaves.Context) -> Node:
    """Return the meaning of `query`, a text in which quotation marks are in pairs.

    Raises:
        QuerySyntax: it is empty or does not follow the grammar.
        QueryTooBroad: it exceeds a limit.
    """
    plugins = [_Leaves(context), GroupPlugin(), OperatorsPlugin(_OPERATORS, clean=True)]
    parser = QueryParser(None, None, plugins, group=syntax.AndGroup)
    tagged = parser.tag(query)
    found = [node.leaf for node in tagged if isinstance(node, _Leaf)]
    check_bounds(found)
    _check_brackets(tagged)
    return _meaning(parser.filterize(tagged), weigh=weighs(found))[0]


def _check_brackets(tagged: syntax.GroupNode) -> None:
    """Refuse what Whoosh would mend, and depth: nodes in groups are walked by recursion."""
    depth = 0
    for node in tagged:
        depth += isinstance(node, GroupPlugin.OpenBracket)
        depth -= isinstance(node, GroupPlugin.CloseBracket)
        if depth > MAX_DEPTH:
            raise QueryTooBroad(f"There are more than {MAX_DEPTH} brackets within brackets.")
        if depth < 0:
            raise QuerySyntax("A bracket is closed that was not opened.")
    if depth:
        raise QuerySyntax("A bracket is not closed.")


def _meaning(node: syntax.SyntaxNode, *, weigh: bool) -> Child:
    """Return what a syntax node means; `weigh` tells whether light words count for less."""
    if isinstance(node, _Leaf):
        return weighed(node.leaf, weigh=weigh)
    children = [_meaning(child, weigh=weigh) for child in node]
    if isinstance(node, syntax.NotGroup):
        return Not(children[0][0]), ""
    if isinstance(node, syntax.OrGroup):
        return Any(tuple(child for child, _ in children)), ""
    if not children:
        raise QuerySyntax(_ALONE)
    return together(children), ""
