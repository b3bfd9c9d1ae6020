"""Another query to offer: when a word is not in the index, or is not yet written to its end."""

from __future__ import annotations

import heapq

from archive.search import effort
from archive.search.analysis import UNPARTED, pieces
from archive.search.folding import fold
from archive.search.patterns import late
from archive.search.query import Node, Words, as_written, is_plain, positive_leaves
from archive.search.view import View

_SHORT = 3  # letters; a shorter word is like too many others
_LONG = 6  # letters from which two edits are allowed, one below
_UNKNOWN = 4  # words of a query that are looked after
_BEGUN = 5_000  # words with the same beginning that are weighed
_LAST_WORD = late(f"(?:[{UNPARTED}]+|[^\\W_{UNPARTED}]+)\\Z")
_COUNTED = 400  # steps to count the documents of a word (`effort`)
MAX_BEGUN = 256  # code points of a query that is completed


def suggest(query: str, node: Node, matches: int, view: View) -> str | None:
    """Return a query that differs from `query` and stands a chance to find more, or `None`.

    Words that no document has are replaced by the nearest one that some document has: fewest
    edits, then most documents, then alphabet. When every word of a plain query occurs but no
    document has them all, the offer is to look for any of them.
    """
    corrected = _correct(query, node, view)
    if corrected is not None:
        return corrected
    if matches or not is_plain(node) or isinstance(as_written(node), Words):
        return None
    known = [
        leaf.written
        for leaf in positive_leaves(as_written(node))
        if isinstance(leaf, Words)
        and all(view.term_documents(leaf.field, term) for term in leaf.terms)
    ]
    written = [f'"{w}"' if " " in w else w for w in dict.fromkeys(known)]
    return " OR ".join(written) or None


def _correct(query: str, node: Node, view: View) -> str | None:
    corrected = query
    unknown = {
        leaf.written: leaf.parts[0].text
        for leaf in positive_leaves(as_written(node))
        if isinstance(leaf, Words) and len(leaf.parts) == 1 and leaf.parts[0].parted
        if not any(view.term_documents(leaf.field, term) for term in leaf.terms)
    }
    for written in list(unknown)[:_UNKNOWN]:
        nearest = _nearest(unknown[written], view)
        if nearest is not None:
            corrected = corrected.replace(written, nearest)
    return corrected if corrected != query else None


def _nearest(word: str, view: View) -> str | None:
    if len(word) < _SHORT:
        return None
    from whoosh.support.levenshtein import damerau_levenshtein  # noqa: PLC0415 - 25 ms

    allowed = 2 if len(word) >= _LONG else 1
    near = ((damerau_levenshtein(word, one), one) for one in view.near(word, allowed))
    best = min(((e, -view.word_documents(c), c) for e, c in near), default=None)
    return best[2] if best else None


def complete(begun: str, limit: int, view: View) -> list[str]:
    """Return queries that go on from `begun` with a word of the index in place of its last one.

    Words of most documents come first, then alphabet; nothing is offered where no word is begun.
    """
    begun = begun[:MAX_BEGUN]
    last = _LAST_WORD.search(begun)
    parts = tuple(pieces(fold(last.group()))) if last else ()
    if last is None or len(parts) != 1:
        return []
    words = view.words(parts[0].text, _BEGUN)
    effort.spend(_COUNTED * len(words))
    best = heapq.nsmallest(limit, ((-view.word_documents(word), word) for word in words))
    return [begun[: last.start()] + word for _, word in best]
