"""What names an organ of some state, or a law, and so nobody (docs/adr/0027-*)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from archive.redaction.detecting.lexicon import is_among, stem, words

_COMPOUND = re.compile(
    r"[a-zäöüß]{4}(?:gericht(?:s|es|shof|shofs)?|gesetz(?:es|buch|buches)?|(?:ver|an)?ordnung"
    r"|behörde|ministerium|minister|ausschuss|ausschuß|verfahren|bescheid|beschwerde|erlaubnis"
    r"|antrag|anwaltschaft|verwaltung|versicherung|kommission|amt|domstol(?:en)?|rechtbank"
    r"|direktoratet|styrelsen)$"
)


def generic(name: Sequence[str]) -> bool:
    """Return whether the words of a name are those of an organ of some state, or of a law.

    So is an adjective of a state alone, which has a detector of its own.
    """
    if _is_law(name):
        return True
    kinds = set(map(_kind, name))
    if "portfolio" in kinds and ("office" in kinds or not _has_organ(name)):
        return False
    return "" not in kinds and kinds != {"state"}


def _is_law(name: Sequence[str]) -> bool:
    """Return whether a name ends as those of laws do, without initial or title of a person."""
    return (
        len(name) > 1
        and name[-1][0].isupper()
        and name[-1].lower() in words("laws")
        and not any(len(word) == 1 or word.lower() in words("abbreviated") for word in name)
    )


def _has_organ(name: Sequence[str]) -> bool:
    return any(is_among(word, words("organs")) for word in name)


def is_organ(word: str) -> bool:
    """Return whether a word is one of names of organs of a state, in any language."""
    return (
        is_among(word, words("institutions"))
        or is_among(word, words("institutions-abroad"))
        or _COMPOUND.search(stem(word)) is not None
    )


@lru_cache(1 << 12)
def _kind(word: str) -> str:
    plain = stem(word)
    if len(plain) < 2 or plain in words("common") or plain in words("small"):
        return "small"
    if is_among(word, words("offices")):
        return "office"
    if is_organ(word):
        return "institution"
    lists = (("portfolios", "portfolio"), ("peoples", "nation"), ("states", "state"))
    return next((kind for name, kind in lists if is_among(word, words(name))), "")
