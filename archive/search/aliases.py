"""Words of a query that are a name: the same name in other spellings is an alternative to them.

Other spellings are those of the same sound (`names`) and those of the authority file, which lists
the names of public persons, places and institutions (`languages/authority.txt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from archive.search.alternatives import best, plain
from archive.search.analysis import pieces
from archive.search.folding import fold
from archive.search.languages.lists import lines_of
from archive.search.query import All, Boost, Node, Words

Child = tuple[Node, str]
"""A part of a query, and the bare word that it is, if it is nothing more."""

_MARKS = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
_SAME_SOUND = 0.6  # weight of a name in another spelling of its sound
_ALIAS = 0.8  # weight of a name that the authority file gives
_MOST_WORDS = 5  # words of an alias


@cache
def _authority() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in lines_of("authority.txt"):
        forms = tuple(form.strip() for form in line.split("|"))
        found.update((_folded(form), forms) for form in forms)
    return found


def _folded(text: str) -> str:
    """Return the words of a name, folded, without the apostrophes of a transliteration."""
    return " ".join(piece.text for piece in pieces(fold(_MARKS.sub("", text))))


def name(text: str) -> Node | None:
    """Return what the name `text` stands for, or `None` if there is no word in it."""
    node = plain(text)
    if node is None:
        return None
    return best([node, *_others(text.replace(",", " ").split(), surely=True)])


def joined(children: Sequence[Child]) -> tuple[Node, ...]:
    """Return the parts of a conjunction, those that are a name together as one.

    Of overlapping names the longest, then the first counts.
    """
    nodes: list[Node] = []
    at = 0
    while at < len(children):
        length, node = _longest(children[at : at + _MOST_WORDS])
        nodes.append(node)
        at += length
    return tuple(nodes)


def _longest(children: Sequence[Child]) -> tuple[int, Node]:
    words = []
    for _, bare in children:
        if not bare:
            break
        words.append(bare)
    for length in range(len(words), 0, -1):
        others = list(_others(words[:length], surely=False))
        if others:
            nodes = tuple(node for node, _ in children[:length])
            return length, best([nodes[0] if length == 1 else All(nodes), *others])
    return 1, children[0][0]


def _others(words: Sequence[str], *, surely: bool) -> Iterator[Node]:
    text = " ".join(words)
    own = _folded(text)
    for form in _authority().get(own, ()):
        node = plain(form) if _folded(form) != own else None
        if node is not None:
            yield Boost(node, _ALIAS)
    parts = tuple(pieces(fold(text)))
    if len(words) == 1 and text.isascii():
        return
    from archive.search import names  # noqa: PLC0415 - 20 ms; one word of ASCII is no name

    for key in names.asked(words, surely=surely):
        yield Boost(Words(parts, text, "names", keys=(key,)), _SAME_SOUND)
