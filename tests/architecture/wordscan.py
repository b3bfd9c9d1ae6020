"""Words that pages show and no catalog knows: a scan of templates and of the code of the pages.

In a template, words stand in `_("...")` or `{% trans %}`; in the code of the pages in `say("...")`,
`say_many("...", "...", n)` or `lazy("...")`; values of nouns go through the filter `word`, what
services said through `told`. What people or programs wrote stands in `<code>`, `<kbd>`, `<bdi>` or
`<mark>`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

_LETTERS = re.compile(r"[^\W\d_]{2}")
_SHOWN = frozenset({"aria-label", "title", "alt", "placeholder", "label"})
_FOREIGN = frozenset({"code", "kbd", "bdi", "mark", "script", "style"})
_OURS = frozenset({"Strongroom"})
_TRANSLATED = frozenset({"say", "say_many", "lazy", "lazy_word", "word", "told"})
_HOLE = "\x1a"

Bare = tuple[int, str]
"""A line number and the words that stand there."""


class _Page(HTMLParser):
    """The words between tags and in attributes that are shown or read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bare: list[Bare] = []
        self._foreign = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._foreign += tag in _FOREIGN
        for name, value in attrs:
            if name in _SHOWN:
                self._look(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._foreign -= tag in _FOREIGN and self._foreign > 0

    def handle_data(self, data: str) -> None:
        if not self._foreign:
            self._look(data)

    def _look(self, text: str) -> None:
        words = " ".join(text.replace(_HOLE, " ").replace("–", " ").split())
        if _LETTERS.search(words) and words not in _OURS:
            self.bare.append((self.getpos()[0], words))


def bare_in_template(source: str) -> Iterator[Bare]:
    """Yield the words of a template that are in no catalog, each with its line."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    page = _Page()
    page.feed("".join(_without_expressions(environment, source)))
    page.close()
    yield from page.bare


def _without_expressions(environment: Environment, source: str) -> Iterator[str]:
    """Yield the source with the words that each expression may show in its place, and nothing of
    what stands in `trans`.
    """
    inside, name, expression = False, "", ""
    for _, kind, value in environment.lex(source):
        if kind == "data":
            yield "\n" * value.count("\n") if inside else value
            continue
        yield "\n" * value.count("\n")
        expression = "" if kind == "variable_begin" else expression + value
        if kind == "block_begin":
            name = ""
        elif kind == "name" and not name:
            name = value
            inside = (inside or name == "trans") and name != "endtrans"
        elif kind == "variable_end" and not inside:
            parsed = environment.parse("{{" + expression)
            words = [one for node in parsed.body for one in _constants_of(node)]
            yield _HOLE + escape(" ".join(words)) + _HOLE


def _constants_of(output: nodes.Node) -> Iterator[str]:
    for node in getattr(output, "nodes", []):
        yield from _shown_constants(node)


def _shown_constants(node: nodes.Node) -> Iterator[str]:
    """Yield the texts that an expression may turn out to be."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str):
            yield node.value
        return
    for one in _outcomes(node):
        if one is not None:
            yield from _shown_constants(one)


def _outcomes(node: nodes.Node) -> list[nodes.Expr | None]:
    if isinstance(node, nodes.CondExpr):
        return [node.expr1, node.expr2]
    if isinstance(node, nodes.BinExpr):
        return [node.left, node.right]
    if isinstance(node, nodes.Concat):
        return [*node.nodes]
    if isinstance(node, nodes.Filter) and node.name not in {"day", "word", "told"}:
        return [node.node]
    return []


def bare_in_code(source: str) -> Iterator[Bare]:
    """Yield the literals of two words and more that are in no catalog, each with its line."""
    tree = ast.parse(source)
    quiet: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            quiet |= _docstrings(node.body)
        if isinstance(node, ast.Call) and _name(node.func) in _TRANSLATED | _TECHNICAL:
            quiet |= {id(one) for one in ast.walk(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in quiet and _is_prose(text):
            yield node.lineno, text


_TECHNICAL = frozenset({"compile", "fullmatch", "getLogger", "error", "LookupError", "field"})
"""Calls whose texts nobody reads on a page: expressions, log lines, our own mistakes."""


def _docstrings(body: list[ast.stmt]) -> set[int]:
    """Return the texts that stand by themselves, which document what is before them."""
    return {id(one.value) for one in body if isinstance(one, ast.Expr)}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_prose(text: str) -> bool:
    """Return whether a text is words for people, and neither a header nor markup."""
    if text.startswith(("attachment;", "<")):
        return False
    return re.search(r"[^\W\d_]{2}[,;:.]? [^\W\d_]{2}", text) is not None


def named(path: Path, root: Path, found: Iterator[Bare]) -> list[str]:
    """Return what was found as lines that editors can open."""
    return [f"{path.relative_to(root)}:{line}: {text!r}" for line, text in found]
