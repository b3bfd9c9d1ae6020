"""Places where a text says nearly what a string says: a name that an older reader misread."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

_GRAM = 4  # code points
_LEAST = 4  # grams; of fewer, chance has too many
_SHARE = 0.6  # of a string's grams must stand near one another
_SLACK = 1.25  # how much longer than the string such a place may be


def alike(
    text: str, regions: Iterable[tuple[int, int]], strings: Sequence[str]
) -> Iterator[tuple[int, int, int]]:
    """Yield number of the string, start and end of places in and around `regions` like a string.

    Upper and lower case are one. Strings of fewer than seven code points are like nothing.
    """
    grams = _Grams(strings)
    text = _folded(text)
    for first, last in _widened(regions, grams.longest, len(text)):
        for number, hits in grams.hits(text, first, last).items():
            for a, b in grams.places(number, hits):
                yield number, max(0, a), min(len(text), b)


def _widened(
    regions: Iterable[tuple[int, int]], margin: int, size: int
) -> Iterator[tuple[int, int]]:
    """Yield regions in order with a margin around each, overlapping ones joined."""
    held: tuple[int, int] | None = None
    for start, end in regions:
        first, last = max(0, start - margin), min(size, end + margin)
        if held and first <= held[1]:
            held = held[0], last
            continue
        if held:
            yield held
        held = first, last
    if held:
        yield held


def _folded(text: str) -> str:
    """Return the text in lower case, of the same length."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


class _Grams:
    """The grams of strings, and where in its string each stands first."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._sizes = [len(one) for one in strings]
        self._offsets: list[dict[str, int]] = []
        self._owners: dict[str, list[int]] = defaultdict(list)
        self.longest = 0
        for number, one in enumerate(map(_folded, strings)):
            last = len(one) - _GRAM + 1
            found = {one[at : at + _GRAM]: at for at in reversed(range(last))}
            self._offsets.append(found)
            if len(found) >= _LEAST:
                self.longest = max(self.longest, len(one))
                for gram in found:
                    self._owners[gram].append(number)

    def hits(self, text: str, start: int, end: int) -> dict[int, list[tuple[int, str]]]:
        """Return where grams of each string stand in a stretch of folded text, in order."""
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        if self._owners:
            for at in range(start, end - _GRAM + 1):
                gram = text[at : at + _GRAM]
                for number in self._owners.get(gram, ()):
                    found[number].append((at, gram))
        return found

    def places(self, number: int, hits: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int]]:
        """Yield the spans that a string would take where enough of its grams are together."""
        offsets, size = self._offsets[number], self._sizes[number]
        needed = _SHARE * len(offsets)
        window: deque[tuple[int, str]] = deque()
        counts: Counter[str] = Counter()
        for at, gram in hits:
            window.append((at, gram))
            counts[gram] += 1
            while at - window[0][0] > size * _SLACK:
                _, gone = window.popleft()
                counts[gone] -= 1
                if not counts[gone]:
                    del counts[gone]
            if len(counts) >= needed:
                first, opening = window[0]
                yield first - offsets[opening], at - offsets[gram] + size
