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

Whoosh's query parser reads it (`whoosh.qparser`: taggers, brackets, operators), with plugins of our
own in place of all of its own but brackets and white space: it knows no field, wildcard, weight or
range that is not in `leaves`. What it hands out are syntax nodes; none of its queries is made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from whoosh.qparser import GroupPlugin, OperatorsPlugin, QueryParser, TaggingPlugin, syntax

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search import leaves
from archive.search.aliases import Child, joined
from archive.search.query import All, Any, Boost, Node, Not

MAX_LENGTH = 1_000  # code points of a query
MAX_LEAVES = 40  # words, phrases, prefixes and values of a query
MAX_TERMS = 160  # index terms of a query, pairs of characters included, alternatives not
MAX_EXPANSIONS = 8  # words with *, ? or ~ of a query
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
_QUOTES = str.maketrans(
    dict.fromkeys("“”„‟«»‹›＂「」『』〝〞〟", '"') | {"（": "(", "）": ")", "：": ":", "～": "~"}
)
_LUCENE_RANGE = re.compile(r"[\[{][^\]}]*\sTO\s[^\]}]*[\]}]")
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
    plugins = [
        _Leaves(leaves.Context(today, tuple(languages))),
        GroupPlugin(),
        OperatorsPlugin(_OPERATORS, clean=True),
    ]
    parser = QueryParser(None, None, plugins, group=syntax.AndGroup)
    tagged = parser.tag(_checked(_plain(query)))
    found = [node.leaf for node in tagged if isinstance(node, _Leaf)]
    _bound(found)
    _check_brackets(tagged)
    light = not all(leaf.light for leaf in found)
    return _meaning(parser.filterize(tagged), weigh=light)[0]


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


def _bound(found: Sequence[leaves.Leaf]) -> None:
    if not found:
        raise QuerySyntax("There is no word to look for.")
    if len(found) > MAX_LEAVES or sum(leaf.terms for leaf in found) > MAX_TERMS:
        raise QueryTooBroad("The query has too many words. Search for a long list as a batch.")
    if sum(leaf.expands for leaf in found) > MAX_EXPANSIONS:
        raise QueryTooBroad(f"More than {MAX_EXPANSIONS} words of the query have *, ? or ~.")


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
        leaf = node.leaf
        return Boost(leaf.node, 0.0) if weigh and leaf.light else leaf.node, leaf.bare
    children = [_meaning(child, weigh=weigh) for child in node]
    if isinstance(node, syntax.NotGroup):
        return Not(children[0][0]), ""
    if isinstance(node, syntax.OrGroup):
        return Any(tuple(child for child, _ in children)), ""
    if not children:
        raise QuerySyntax(_ALONE)
    nodes = joined(children)
    return nodes[0] if len(nodes) == 1 else All(nodes), ""
