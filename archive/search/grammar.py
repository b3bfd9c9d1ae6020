"""The query language: words, "phrases", AND, OR, NOT, brackets and word*.

    query  = any
    any    = all { OR all }
    all    = not { [ AND ] not }
    not    = { NOT } unit
    unit   = ( any ) | "phrase" | word | word*

Words side by side must all match. Operators are in capitals. There are no fields, wildcards,
ranges, boosts, edit distances or regular expressions: other punctuation parts words, and a word
that falls into several pieces (an address, a date) is a phrase of them. The limits keep the cost of
any query that is accepted in proportion to the index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.errors import QuerySyntax, QueryTooBroad
from archive.search.analysis import pieces
from archive.search.folding import fold
from archive.search.query import All, Any, Node, Not, Prefix, Words

MAX_LENGTH = 256  # code points of a query
MAX_LEAVES = 16  # words, phrases and prefixes of a query
MAX_TERMS = 64  # index terms of a query, pairs of characters included
MAX_DEPTH = 6  # brackets within brackets
MIN_PREFIX = 3  # letters before a *
MIN_RUN_PREFIX = 2  # characters of Hangul, Han or kana before a *

_TOKEN = re.compile(r'"(?P<phrase>[^"]*)"|(?P<open>\()|(?P<close>\))|(?P<word>[^\s"()]+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"（": "(", "）": ")"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(", ")", "AND", "OR", "NOT" or "leaf"
    leaf: Words | Prefix | None = None


def parse(query: str) -> Node:
    """Return the meaning of `query`.

    Raises:
        QuerySyntax: it is empty or does not follow the grammar.
        QueryTooBroad: it exceeds a limit.
    """
    if len(query) > MAX_LENGTH:
        raise QueryTooBroad(f"The query is longer than {MAX_LENGTH} characters.")
    tokens = _tokens(query.translate(_QUOTES))
    leaves = [token.leaf for token in tokens if token.leaf is not None]
    if not leaves:
        raise QuerySyntax("There is no word to look for.")
    terms = sum(len(leaf.terms) if isinstance(leaf, Words) else 1 for leaf in leaves)
    if len(leaves) > MAX_LEAVES or terms > MAX_TERMS:
        raise QueryTooBroad("The query has too many words.")
    return _Parser(tokens).parse()


def _tokens(query: str) -> list[_Token]:
    if query.count('"') % 2:
        raise QuerySyntax("A quotation mark is not closed.")
    tokens = []
    for match in _TOKEN.finditer(query):
        text = match.group()
        if text in {"(", ")", "AND", "OR", "NOT"}:
            tokens.append(_Token(text))
        elif match["phrase"] is not None:
            tokens += _words(match["phrase"])
        else:
            tokens += _word(text)
    return tokens


def _words(text: str) -> list[_Token]:
    parts = tuple(pieces(fold(text)))
    return [_Token("leaf", Words(parts, text))] if parts else []


def _word(text: str) -> list[_Token]:
    star = text.find("*")
    if star < 0:
        return _words(text)
    if star != len(text) - 1:
        raise QuerySyntax("A * may stand at the end of a word only.")
    parts = tuple(pieces(fold(text)))
    if len(parts) != 1:
        raise QuerySyntax("A * must follow a single word.")
    part = parts[0]
    if len(part.text) < (MIN_PREFIX if part.parted else MIN_RUN_PREFIX):
        raise QueryTooBroad("There are too few letters before the *.")
    return [_Token("leaf", Prefix(part.text) if part.parted else Words(parts, text))]


class _Parser:
    """Recursive descent; the depth of brackets is bounded, chains of NOT are walked in a loop."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._any()
        if self._kind() is not None:
            raise QuerySyntax("A bracket is closed that was not opened.")
        return node

    def _kind(self) -> str | None:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else None

    def _skip(self, kind: str) -> bool:
        if self._kind() != kind:
            return False
        self._at += 1
        return True

    def _any(self) -> Node:
        children = [self._all()]
        while self._skip("OR"):
            children.append(self._all())
        return children[0] if len(children) == 1 else Any(tuple(children))

    def _all(self) -> Node:
        children = [self._not()]
        while self._skip("AND") or self._kind() in {"leaf", "(", "NOT"}:
            children.append(self._not())
        return children[0] if len(children) == 1 else All(tuple(children))

    def _not(self) -> Node:
        negative = False
        while self._skip("NOT"):
            negative = not negative
        node = self._unit()
        return Not(node) if negative else node

    def _unit(self) -> Node:
        if self._skip("("):
            return self._bracket()
        if self._kind() != "leaf":
            raise QuerySyntax("AND, OR, NOT and brackets need a word on each side.")
        leaf = self._tokens[self._at].leaf
        self._at += 1
        assert leaf is not None  # noqa: S101 - a token of kind "leaf" has one
        return leaf

    def _bracket(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryTooBroad(f"There are more than {MAX_DEPTH} brackets within brackets.")
        node = self._any()
        if not self._skip(")"):
            raise QuerySyntax("A bracket is not closed.")
        self._depth -= 1
        return node
