"""The source matcher: every form of every registered source, found in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction.folding import Skeleton, script, skeleton

_PREFIX = 2  # letters by which candidate forms are looked up
_MIN_DERIVED = 5  # letters; shorter derived forms would match ordinary words


@dataclass(frozen=True, slots=True)
class Match:
    """A registered form in a text: code point offsets, end exclusive, and whose form it is."""

    start: int
    end: int
    source: SourceRef


def derived_forms(form: str) -> Iterator[str]:
    """Yield a form with its tokens in other orders and with initials (docs/guides/redaction.md)."""
    yield form
    tokens = re.split(r"[\s\-\u2010-\u2015,.]+", form.strip())
    if not 2 <= len(tokens) <= 4 or any(script(t[0]) != "alphabetic" for t in tokens if t):
        return
    first, *rest = tokens
    *front, last = tokens
    yield "".join([*rest, first])
    yield "".join([last, *front])
    for kept, others in ((first, rest), (last, front)):
        initials = "".join(token[:1] for token in others)
        for short in (kept + initials, initials + kept):
            if len(short) >= _MIN_DERIVED:
                yield short


class SourceMatcher:
    """The whole register compiled once; finds names however they are spaced, cased or composed.

    Alphabetic and numeric forms must stand as words of their own; East Asian forms are found inside
    words, since particles and titles are attached without a space. A name is hidden rather once too
    often than once too seldom.
    """

    def __init__(self, sources: Sequence[SourceForms]) -> None:
        self._forms: dict[str, SourceRef] = {}
        lengths: dict[str, set[int]] = {}
        for source in sources:
            for form in source.forms:
                for one in derived_forms(form):
                    letters = skeleton(one).letters
                    if len(letters) >= _PREFIX:
                        self._forms.setdefault(letters, source.source)
                        lengths.setdefault(letters[:_PREFIX], set()).add(len(letters))
        self._lengths = {
            prefix: tuple(sorted(sizes, reverse=True)) for prefix, sizes in lengths.items()
        }

    def find(self, text: str) -> tuple[Match, ...]:
        """Return every match, overlapping ones included, in the order of their starts."""
        if not self._forms:
            return ()
        return tuple(self._scan(skeleton(text)))

    def _scan(self, folded: Skeleton) -> Iterator[Match]:
        letters, forms = folded.letters, self._forms
        for at in range(len(letters) - _PREFIX + 1):
            sizes = self._lengths.get(letters[at : at + _PREFIX])
            if sizes is None:
                continue
            for size in sizes:
                source = forms.get(letters[at : at + size])
                if at + size > len(letters):
                    continue
                if source is not None and _stands_alone(folded, at, at + size):
                    yield Match(folded.starts[at], folded.ends[at + size - 1], source)
                    break


def _stands_alone(folded: Skeleton, start: int, stop: int) -> bool:
    return _edge(folded, start - 1, start, start) and _edge(folded, stop - 1, stop, stop - 1)


def _edge(folded: Skeleton, left: int, right: int, inside: int) -> bool:
    """Return whether a word may begin or end between two neighbouring letters."""
    if left < 0 or right >= len(folded.letters):
        return True
    if script(folded.letters[inside]) == "cjk":
        return True
    if folded.starts[right] != folded.ends[left]:
        return True
    return script(folded.letters[left]) != script(folded.letters[right])


def covers(matches: Iterable[Match], start: int, end: int) -> bool:
    """Return whether one of the matches covers the span."""
    return any(match.start <= start and end <= match.end for match in matches)
