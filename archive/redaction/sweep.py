"""Many reading copies at once: which of them may name somebody, at a fraction of the cost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from archive.model.redaction import Leak, ReadingCopy
from archive.redaction.gate import leaks, looked_through
from archive.redaction.matcher import SourceMatcher

_TOGETHER = 1 << 18  # code points; half of what the matcher takes at once
_APART = "\n\n\x1e\n\n"  # no name goes on over it unseen: what does is looked at again
Key = TypeVar("Key")


def sweep(
    copies: Iterable[ReadingCopy], matcher: SourceMatcher
) -> Iterator[tuple[ReadingCopy, tuple[Leak, ...]]]:
    """Yield every copy with what the gate finds in it, in order.

    Copies are put together before they are searched, since a search costs nearly as much for a
    page as for a hundred; those in which anything is found are then looked at alone.
    """
    for held in _together((copy, list(looked_through(copy))) for copy in copies):
        suspects = _suspects([texts for _, texts in held], matcher)
        for number, (copy, _) in enumerate(held):
            yield copy, (leaks(copy, matcher) if number in suspects else ())


def suspected(
    texts: Iterable[tuple[Key, Sequence[str]]], matcher: SourceMatcher
) -> Iterator[tuple[Key, bool]]:
    """Yield every key, in order, with whether anything may be found in one of its texts.

    In texts of a key without a suspicion the matcher finds nothing.
    """
    for held in _together(texts):
        suspects = _suspects([one for _, one in held], matcher)
        yield from ((key, number in suspects) for number, (key, _) in enumerate(held))


def _together(
    texts: Iterable[tuple[Key, Sequence[str]]],
) -> Iterator[list[tuple[Key, Sequence[str]]]]:
    held: list[tuple[Key, Sequence[str]]] = []
    size = 0
    for key, found in texts:
        held.append((key, found))
        size += sum(map(len, found))
        if size >= _TOGETHER:
            yield held
            held, size = [], 0
    if held:
        yield held


def _suspects(texts: Sequence[Sequence[str]], matcher: SourceMatcher) -> set[int]:
    """Return the numbers of the texts that a find touches, or that are too long to be joined."""
    long = {n for n, one in enumerate(texts) if sum(map(len, one)) >= _TOGETHER}
    pieces: list[str] = []
    starts: list[int] = []
    owners: list[int] = []
    at = 0
    for number, found in enumerate(texts):
        if number not in long:
            for text in found:
                starts.append(at)
                owners.append(number)
                pieces.append(text)
                at += len(text) + len(_APART)
    touched = set(long)
    for match in matcher.find(_APART.join(pieces)):
        first = max(0, bisect_right(starts, match.start) - 1)
        last = bisect_right(starts, match.end)
        touched.update(owners[first:last])
    return touched
