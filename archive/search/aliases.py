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
def _authority(*, only_ascii: bool) -> dict[str, tuple[str, ...]]:
    """Return the forms of each name by each, folded; `only_ascii` when those will do."""
    found: dict[str, tuple[str, ...]] = {}
    for line in lines_of("authority.txt"):
        forms = tuple(form.strip() for form in line.split("|"))
        plain = [_bare(form) for form in forms]
        found.update((_words(one), forms) for one in plain if one.isascii() or not only_ascii)
    return found


def _bare(name: str) -> str:
    """Return a name folded, without the apostrophes of a transliteration."""
    return fold(_MARKS.sub("", name))


def _words(folded: str) -> str:
    return " ".join(piece.text for piece in pieces(folded))


def _folded(name: str) -> str:
    return _words(_bare(name))


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
    for form in _authority(only_ascii=own.isascii()).get(own, ()):
        node = plain(form) if _folded(form) != own else None
        if node is not None:
            yield Boost(node, _ALIAS)
    parts = tuple(pieces(fold(text)))
    if text.isascii() and not surely and _no_name(words):
        return
    from archive.search import names  # noqa: PLC0415 - 20 ms that most queries need not take

    for key in names.asked(words, surely=surely):
        yield Boost(Words(parts, text, "names", keys=(key,)), _SAME_SOUND)


def _no_name(words: Sequence[str]) -> bool:
    """Tell whether ASCII words of a query cannot be a name (`names.asked`)."""
    capitals = all(word[0].isupper() for word in words)
    return len(words) == 1 or len(words) > 3 or (len(words) == 2 and not capitals)
