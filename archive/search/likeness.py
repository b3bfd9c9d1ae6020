"""Records like one another: the query that a record's own words make, and texts nearly the same.

Everything is computed from what is stored in this one index.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from archive.errors import RecordNotFound
from archive.model.ids import RecordId
from archive.search import effort
from archive.search.analysis import Piece, analyse_document
from archive.search.codec.segment import record_bytes
from archive.search.folding import fold
from archive.search.query import Any, Node, Words
from archive.search.ranking import rarity
from archive.search.view import View

_TERMS = 25  # of a record that are looked for
_READ = 1 << 16  # code points of a record that are weighed
_SKETCHED = 1 << 14  # code points of a record that are compared
_SHINGLE = 9  # code points
_SKETCH = 256  # hashes that stand for a text
_ANALYSED, _FOLDED = 100, 30  # steps for a code point (`effort`)
_ALIKE = 0.8  # of the shingles in common
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio (Knuth, TAOCP 3, 6.4)

Sketch = frozenset[int]


def like(view: View, record: RecordId) -> tuple[Node, int]:
    """Return the query for what is like `record`, and the record's own document.

    The words are those of highest weight: 1 + log of their count, times their rarity (Manning,
    Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 6.4).

    Raises:
        RecordNotFound: the index has no such record, or it has no words.
    """
    document = _document(view, record)
    stored = view.stored(document)
    effort.spend(_ANALYSED * len(stored.text[:_READ]))
    tokens = analyse_document(stored.title, stored.text[:_READ], None, korean_words=False)
    counts = Counter(tokens.text.terms)
    weights = {
        term: (1 + math.log(count)) * rarity(view.documents, view.term_documents("text", term))
        for term, count in counts.items()
        if len(term) > 1
    }
    best = sorted(weights, key=lambda term: (-weights[term], term))[:_TERMS]
    if not best:
        raise RecordNotFound
    return Any(tuple(Words((Piece(t, parted=True),), t, keys=(t,)) for t in best)), document


def _document(view: View, record: RecordId) -> int:
    every = view.records(np.arange(view.documents))
    found = np.flatnonzero(every == record_bytes([record])[0])
    if not len(found):
        raise RecordNotFound
    return int(found[0])


def sketch(text: str) -> Sketch:
    """Return the smallest hashes of the shingles of a text's letters and digits.

    A bottom-k sketch (Broder, "On the resemblance and containment of documents", 1997).
    """
    effort.spend(_FOLDED * len(text[:_SKETCHED]))
    letters = "".join(filter(str.isalnum, fold(text[:_SKETCHED])))
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    count = max(len(codes) - _SHINGLE + 1, min(len(codes), 1))
    hashes: NDArray[np.uint64] = np.zeros(count, np.uint64)
    for offset in range(min(_SHINGLE, len(codes))):
        hashes = (hashes ^ codes[offset : offset + count]) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return frozenset(np.unique(hashes)[:_SKETCH].tolist())


def alike(one: Sketch, other: Sketch) -> bool:
    """Tell whether two texts have so much in common that they are nearly the same."""
    both = sorted(one | other)[:_SKETCH]
    return bool(both) and len(one & other & set(both)) >= _ALIKE * len(both)


def collapse(view: View, documents: Iterable[int]) -> list[tuple[int, tuple[int, ...]]]:
    """Return the documents in their order, each with those after it that are nearly the same."""
    firsts: list[tuple[int, Sketch, list[int]]] = []
    having: dict[int, list[int]] = {}
    for document in documents:
        mine = sketch(view.stored(document).text)
        shared = Counter(number for value in mine for number in having.get(value, ()))
        number = next((n for n in sorted(shared) if alike(mine, firsts[n][1])), None)
        if number is not None:
            firsts[number][2].append(document)
            continue
        for value in mine:
            having.setdefault(value, []).append(len(firsts))
        firsts.append((document, mine, []))
    return [(document, tuple(others)) for document, _, others in firsts]
