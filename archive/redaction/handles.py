"""Names in addresses, handles, links and names of files: `orlovanna`, `a.orlov@`, `orlov_v2.pdf`.

What stands beside `@`, `_` or `/` is divided at its signs and digits, and each piece at each place,
into a surname of the register and what may be the rest of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from archive.redaction.reading import Reading
from archive.redaction.shortened import ShortenedNames
from archive.redaction.wording import Person

_SIGNS = np.frombuffer(b"@_/", np.uint8)
_TOKEN = re.compile(r"[A-Za-z0-9._+~\-]{4,64}")
_BEFORE = re.compile(r"[A-Za-z0-9._+~\-]{0,64}\Z")
_PIECE = re.compile("[A-Za-z]+")
_DOUBLE = re.compile("[A-Za-z]+(?:-[A-Za-z]+)+")
_HYPHENS = re.compile("-")
_ALONE = 5  # letters of a surname that is found without anything beside it
_GLUED = 5  # letters of a surname with initials, in one word
_LONGEST = 24  # letters of a piece
_SHORT = 4  # letters of a given name that is cut
_KEPT = 1 << 12  # tokens of which the names are kept in memory

_Place = tuple[int, int, int, bool]
"""Start and end in a token, number of the form, whether it is certain."""


class Handles:
    """Finds the names of `ShortenedNames` in tokens that are no words of a sentence."""

    def __init__(self, names: ShortenedNames) -> None:
        self._names = names
        self._known: dict[str, tuple[_Place, ...]] = {}

    def find(self, text: str, reading: Reading) -> Iterator[tuple[int, int, int, bool]]:
        """Yield start and end in the text, form, and whether it is certain."""
        done = -1
        written = reading.letters.written
        signs = np.zeros(len(written), np.bool_)
        for sign in _SIGNS:
            signs |= written == sign
        for at in np.flatnonzero(signs).tolist():
            if at < done:
                continue
            before = _BEFORE.search(text, max(0, at - 64), at)
            for start in sorted({before.start() if before else at, at, at + 1}):
                token = _TOKEN.match(text, start) if start >= done else None
                if token:
                    done = token.end()
                    for first, stop, number, certain in self._in_token(token[0]):
                        yield start + first, start + stop, number, certain

    def _in_token(self, token: str) -> tuple[_Place, ...]:
        found = self._known.get(token)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[token] = tuple(self._read(token))
        return found

    def _read(self, token: str) -> Iterator[_Place]:
        spans = [found.span() for found in _PIECE.finditer(token)]
        pieces = [token[slice(*span)].lower() for span in spans]
        if not any(len(one) > 1 for one in pieces):
            return
        for at, number, person, syllabic in self._names.named(pieces):
            yield from self._beside(spans, pieces, at, number, person, syllabic=syllabic)
        whole = [
            (span.span(), _HYPHENS.sub("", span[0]).lower()) for span in _DOUBLE.finditer(token)
        ]
        for span, piece in (*zip(spans, pieces, strict=True), *whole):
            if _GLUED <= len(piece) <= _LONGEST:
                yield from self._glued(span, piece)

    def _beside(
        self,
        spans: Sequence[tuple[int, int]],
        pieces: Sequence[str],
        at: int,
        number: int,
        person: Person,
        *,
        syllabic: bool,
    ) -> Iterator[_Place]:
        """Yield a piece that is a surname, with the pieces beside it that belong to it."""
        first = last = at
        while first and _fits(pieces[first - 1 : at], person):
            first -= 1
        while last + 1 < len(pieces) and _fits(pieces[at + 1 : last + 2], person):
            last += 1
        if first == last and (syllabic or len(pieces[at]) < _ALONE):
            return
        yield spans[first][0], spans[last][1], number, False

    def _glued(self, span: tuple[int, int], piece: str) -> Iterator[_Place]:
        cuts = range(1, len(piece))
        halves = [(piece[:at], piece[at:]) for at in cuts] + [
            (piece[at:], piece[:at]) for at in cuts
        ]
        surnames = [one for one, _ in halves]
        for at, number, person, syllabic in self._names.named(surnames):
            surname, rest = halves[at]
            whole = len(rest) == len(person.given) > 1 or len(surname) >= _GLUED
            short = len(rest) <= len(person.given) and not (syllabic and len(rest) == 1)
            if person.spells(rest) or (whole and short and person.initialled(rest) is not None):
                yield *span, number, person.spells(rest)


def _fits(pieces: Sequence[str], person: Person) -> bool:
    """Return whether pieces are given names or initials of a person."""
    letters = "".join(pieces)
    if len(pieces) == 1 and 1 < len(letters) <= _SHORT and person.given[0].begins(letters):
        return True
    return person.spells(letters) or (
        len(letters) <= len(person.given) and person.initialled(letters) is not None
    )
