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
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search import leaves
from archive.search.aliases import Child, joined
from archive.search.query import All, Any, Boost, Node, Not

MAX_LENGTH = 1_000  # code points of a query
MAX_LEAVES = 40  # words, phrases, prefixes and values of a query
MAX_TERMS = 160  # index terms of a query, pairs of characters included, alternatives not
MAX_EXPANSIONS = 8  # words with *, ? or ~ of a query
MAX_DEPTH = 6  # brackets within brackets

_TOKEN = re.compile(
    r"""(?P<bracket>[()])
    |(?P<minus>(?<![^\s(])-(?=[\w"(]))
    |(?:(?P<field>[^\W\d_]{2,20}):(?=["\w.]))?
      (?:"(?P<phrase>[^"]*)"(?P<near>~\d*)?|(?P<word>[^\s"()]+))""",
    re.VERBOSE,
)
_QUOTES = str.maketrans(
    dict.fromkeys("“”„‟«»‹›＂「」『』〝〞〟", '"') | {"（": "(", "）": ")", "：": ":", "～": "~"}
)
_OPERATORS = {
    "AND": "AND",
    "&": "AND",
    "&&": "AND",
    "그리고": "AND",
    "OR": "OR",
    "|": "OR",
    "||": "OR",
    "또는": "OR",
    "NOT": "NOT",
}
_LUCENE_RANGE = re.compile(r"[\[{][^\]}]*\sTO\s[^\]}]*[\]}]")
_BEGINS_UNIT = frozenset({"(", "NOT", "leaf"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(", ")", "AND", "OR", "NOT" or "leaf"
    leaf: leaves.Leaf | None = None


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
    tokens = _tokens(_plain(query), leaves.Context(today, tuple(languages)))
    found = [token.leaf for token in tokens if token.leaf is not None]
    if not found:
        raise QuerySyntax("There is no word to look for.")
    if len(found) > MAX_LEAVES or sum(leaf.terms for leaf in found) > MAX_TERMS:
        raise QueryTooBroad("The query has too many words. Search for a long list as a batch.")
    if sum(leaf.expands for leaf in found) > MAX_EXPANSIONS:
        raise QueryTooBroad(f"More than {MAX_EXPANSIONS} words of the query have *, ? or ~.")
    return _Parser(tokens, weigh=not all(leaf.light for leaf in found)).parse()


def _plain(query: str) -> str:
    """Return the query with one kind of quotation marks and without characters not seen."""
    seen = (
        {"Cc": " ", "Cs": " ", "Cf": ""}.get(unicodedata.category(c), c) if not c.isascii() else c
        for c in query.translate(_QUOTES)
    )
    return re.sub(r"[\x00-\x1f\x7f]", " ", "".join(seen))


def _tokens(query: str, context: leaves.Context) -> list[_Token]:
    if query.count('"') % 2:
        raise QuerySyntax("A quotation mark is not closed. Close it, or leave it out.")
    if _LUCENE_RANGE.search(query):
        raise QuerySyntax("A range is written with two dots, of dates only: 2013..2014-06.")
    tokens = []
    for match in _TOKEN.finditer(query):
        kind = match["bracket"] or (match["minus"] and "NOT")
        if kind is None and match["field"] is None:
            kind = _OPERATORS.get(match["word"] or "")
        if kind is not None:
            tokens.append(_Token(kind))
            continue
        leaf = leaves.leaf(match["field"], match["phrase"], match["near"], match["word"], context)
        tokens += [_Token("leaf", leaf)] if leaf else []
    return tokens


@dataclass(slots=True)
class _Parser:
    """Recursive descent; the depth of brackets is bounded, chains of NOT are walked in a loop."""

    tokens: list[_Token]
    weigh: bool  # whether light words count for less than others
    at: int = field(default=0, init=False)
    depth: int = field(default=0, init=False)

    def parse(self) -> Node:
        node = self._any()
        if self._kind() is not None:
            raise QuerySyntax("A bracket is closed that was not opened.")
        return node

    def _kind(self) -> str | None:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else None

    def _skip(self, kind: str) -> bool:
        if self._kind() != kind:
            return False
        self.at += 1
        return True

    def _any(self) -> Node:
        children = [self._all()]
        while self._skip("OR"):
            children.append(self._all())
        return children[0] if len(children) == 1 else Any(tuple(children))

    def _all(self) -> Node:
        children = [self._not()]
        while self._skip("AND") or self._kind() in _BEGINS_UNIT:
            children.append(self._not())
        nodes = joined(children)
        return nodes[0] if len(nodes) == 1 else All(nodes)

    def _not(self) -> Child:
        negative = False
        while self._skip("NOT"):
            negative = not negative
        node, written = self._unit()
        return (Not(node), "") if negative else (node, written)

    def _unit(self) -> Child:
        if self._skip("("):
            return self._bracket(), ""
        if self._kind() != "leaf":
            raise QuerySyntax("AND, OR, NOT and brackets need a word on each side.")
        leaf = self.tokens[self.at].leaf
        self.at += 1
        assert leaf is not None  # noqa: S101 - a token of kind "leaf" has one
        return Boost(leaf.node, 0.0) if self.weigh and leaf.light else leaf.node, leaf.bare

    def _bracket(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryTooBroad(f"There are more than {MAX_DEPTH} brackets within brackets.")
        node = self._any()
        if not self._skip(")"):
            raise QuerySyntax("A bracket is not closed.")
        self.depth -= 1
        return node
