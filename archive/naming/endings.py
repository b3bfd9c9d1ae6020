"""Case endings that are put to names in Latin letters, whatever the name ends with.

Those of Finnish (ISK, Iso suomen kielioppi, 81-94), Hungarian (A magyar helyesírás szabályai, 12),
Turkish (TDK), Polish, Czech and the South Slavic languages, folded to small letters without marks.
"""

from __future__ import annotations

import re

_ENDINGS = """
n a ta lla lta lle ssa sta na ksi in ia illa ilta ille issa ista an en on un iin
nak nek val vel t ot et at ert hoz hez nal nel tol rol ra re ban ben ba be bol
i u nin nun ya ye yi yu dan den tan ten da de te la le yla yle
owi em iem ie ovi om ove ova ovu ovou y ego emu ym
"""
ENDINGS = frozenset(_ENDINGS.split())
LONGEST_ENDING = max(map(len, ENDINGS))
_DOUBLED = re.compile(r"([a-z])\1+")
_STRETCHED = frozenset(("al", "el"))


def is_inflected(word: str, name: str) -> bool:
    """Return whether a word is a name with a case ending; both in small letters without marks.

    Before an ending a double consonant may be single (`Mikon` for Mikko), and in Hungarian the last
    one is doubled (`Wilkkel`).
    """
    if name and word.startswith(name):
        rest = word[len(name) :]
        return rest in ENDINGS or (rest[:1] == name[-1] and rest[1:] in _STRETCHED)
    single, stem = _DOUBLED.sub(r"\1", word), _DOUBLED.sub(r"\1", name)
    return stem != name and single.startswith(stem) and single[len(stem) :] in ENDINGS
