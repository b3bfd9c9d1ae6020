"""Words as they are seen: from right to left, and Arabic letters in the forms that join.

A plain setter of letters: which form a letter takes follows from its neighbours (Unicode Standard,
9.2), the order of words on a line from their letters (after Unicode Standard Annex 9, without
embeddings, which redacted text has none of).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from archive.redaction.pages.document import right_to_left
from archive.redaction.pages.fonts import is_drawn

_LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # Hebrew, Arabic and what is between them
_ONWARDS = rf"(?![{_LETTERS}])\w"
_PIECE = re.compile(rf"[{_LETTERS}]+|{_ONWARDS}(?:[^\s{_LETTERS}]*{_ONWARDS})?|.", re.DOTALL)
_MIRRORED = str.maketrans("()[]{}<>\u00ab\u00bb\u2039\u203a", ")(][}{><\u00bb\u00ab\u203a\u2039")
_FORMS = (range(0xFB50, 0xFBB2), range(0xFBD3, 0xFC00), range(0xFE70, 0xFEFD))


def is_leftwards(text: str) -> bool:
    """Return whether a paragraph is read from right to left: its first letter says so."""
    first = next((one for one in text if one.isalpha()), "")
    return right_to_left(first)


def in_sight(words: Sequence[str], *, leftwards: bool) -> list[tuple[str, bool]]:
    """Return the words of a line as they are seen from the left, and which are read leftwards."""
    sides: list[bool | None] = []
    for word in words:
        side = _side(word)
        if side is None and any(map(str.isdigit, word)) and sides and sides[-1] is False:
            side = False
        sides.append(side)
    resolved = [_settled(sides, at, leftwards=leftwards) for at in range(len(sides))]
    runs = [
        [(word, side) for _, word in run][:: -1 if side else 1]
        for side, run in groupby(zip(resolved, words, strict=True), lambda pair: pair[0])
    ]
    return [pair for run in (runs[::-1] if leftwards else runs) for pair in run]


def _side(word: str) -> bool | None:
    if right_to_left(word):
        return True
    return False if any(map(str.isalpha, word)) else None


def _settled(sides: Sequence[bool | None], at: int, *, leftwards: bool) -> bool:
    """Return which way a word goes; one without letters goes with both its neighbours."""
    own = sides[at]
    if own is not None:
        return own
    before = next((side for side in reversed(sides[:at]) if side is not None), leftwards)
    after = next((side for side in sides[at + 1 :] if side is not None), leftwards)
    return before if before == after else leftwards


def seen(word: str, *, leftwards: bool = False) -> str:
    """Return the characters of a word in the order in which they are seen from the left.

    A word without letters is read as `leftwards` says; numbers are read rightwards in any case.
    """
    if not (leftwards or right_to_left(word)):
        return word
    pieces = reversed(_PIECE.findall(_joined(word)))
    return "".join(one if _keeps(one) else _backwards(one) for one in pieces)


def _keeps(piece: str) -> bool:
    return any(map(str.isalnum, piece)) and not right_to_left(piece)


def _backwards(piece: str) -> str:
    clusters: list[str] = []
    for one in piece:
        if clusters and unicodedata.category(one) == "Mn":
            clusters[-1] += one
        else:
            clusters.append(one)
    return "".join(reversed(clusters)).translate(_MIRRORED)


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the forms of each Arabic letter, and of lam with alef, by where they stand."""
    found: dict[str, dict[str, str]] = {}
    for code in (code for block in _FORMS for code in block):
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        text = "".join(chr(int(letter, 16)) for letter in letters)
        if len(text) == 1 or code >= 0xFEF5:  # ligatures of lam and alef, Unicode Standard, 9.2
            found.setdefault(text, {}).setdefault(kind.strip("<>"), chr(code))
    return found


def _joined(word: str) -> str:
    """Return a word with each Arabic letter in the form that its neighbours ask for."""
    letters = _ligated(word)
    bare = [at for at, one in enumerate(letters) if unicodedata.category(one[0]) != "Mn"]
    shown = list(letters)
    for place, at in enumerate(bare):
        before = letters[bare[place - 1]] if place else ""
        after = letters[bare[place + 1]] if place + 1 < len(bare) else ""
        shown[at] = _form(letters[at], before, after)
    return "".join(shown)


def _ligated(word: str) -> list[str]:
    letters: list[str] = []
    for one in word:
        if letters and letters[-1] + one in _forms():
            letters[-1] += one
        else:
            letters.append(one)
    return letters


def _form(letter: str, before: str, after: str) -> str:
    forms = _forms().get(letter)
    if forms is None:
        return letter
    behind = "initial" in _forms().get(before, {}) or before == "\u0640"  # tatweel joins
    ahead = "initial" in forms and ("final" in _forms().get(after, {}) or after == "\u0640")
    kind = ("isolated", "initial", "final", "medial")[2 * behind + ahead]
    form = forms.get(kind, letter)
    return form if all(map(is_drawn, form)) else letter
