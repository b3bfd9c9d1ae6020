"""Names of other languages as Koreans write them in Hangul: `존 스미스` for John Smith.

The rules are those of the National Institute of Korean Language for loanwords (1986) as far as they
concern consonants, and common departures. What is compared are *skeletons*: the kind of the first
vowel, how a word begins, then the classes of its consonants. The vowel that Hangul puts between
consonants is nothing, and so is an r that no vowel follows; f and v are stops, th is any of two. A
word with a tense consonant, or one at the end of a syllable that no loanword has, is not borrowed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, product

from archive.naming.hangul import parts
from archive.naming.sounds import plain

_ONSETS = (
    "K",
    "K",
    "N",
    "T",
    "T",
    "R",
    "M",
    "P",
    "P",
    "S",
    "S",
    "",
    "J",
    "J",
    "J",
    "K",
    "T",
    "P",
    "",
)
_CODAS = {0: "", 1: "K", 4: "N", 8: "R", 16: "M", 17: "P", 19: "T", 21: "N"}
_TENSE = frozenset((1, 4, 8, 10, 13))
_VOWELS = "aeaeoe*eoae*ouoeiu_ii"  # kinds of the vowels in the order of Unicode; `_` is put in
_FIRST_VOWELS = {"a": "aeo", "e": "eio", "i": "iao", "o": "oau", "u": "uoa", "y": "ia"}
_VOWEL, _BREATH = 11, 18  # onsets that are no consonant
_FRONT = "(?=[eiy])"
_RULES = (  # an expression of letters, and the classes that they may be
    *(("tch|dg(?=e)|cz", "J"), ("sch", "S SK"), ("^kn|^gn", "N"), ("^wr|rh", "R"), ("^wh", "V H")),
    *(("ch", "J K"), ("sh", "S"), ("th", "S T"), ("ph", "P"), ("ck|cc|q", "K"), ("gh", " K P")),
    *((f"sc{_FRONT}", "S"), (f"c{_FRONT}", "S"), ("c|k", "K"), (f"g{_FRONT}", "K J")),
    *(
        ("ng(?=[aeiouylr])", "N NK"),
        ("x", "KS J"),
        ("^j", "J V"),
        ("j", "J "),
        ("z", "J S"),
        ("s", "S J"),
    ),
    *(("g", "K"), ("r(?=[aeiouy])", "R"), ("r", " R"), ("mb$", "M"), ("l", "R"), ("[fvbp]", "P")),
    *(
        ("^w", "V P"),
        ("w(?=[aeiouy])", " P"),
        ("^[aeiouy]", "V"),
        ("[td]", "T"),
        ("n", "N"),
        ("m", "M"),
        ("^h", "H"),
        (".", ""),
    ),
)
_TOKEN = re.compile("|".join(f"({expression})" for expression, _ in _RULES))
_CLASSES = tuple(tuple(classes.split(" ")) for _, classes in _RULES)
_DOUBLED = re.compile(r"(.)\1+")
_LATIN = re.compile("[a-z]{2,20}")
_VOWEL_LETTERS = re.compile("[aeiouy]+")
_MOST = 48  # skeletons of one word


def borrowed_skeletons(word: str) -> frozenset[str]:
    """Return the skeletons under which Hangul may write a word in Latin letters; none for others.

    Behind the kind of vowel, `V` or `H` say that the word begins with a vowel or a breath.
    """
    letters = _DOUBLED.sub(r"\1", plain(word))
    if not _LATIN.fullmatch(letters):
        return frozenset()
    choices = [_CLASSES[(match.lastindex or 1) - 1] for match in _TOKEN.finditer(letters)]
    found = map("".join, islice(product(*choices), _MOST))
    group = _VOWEL_LETTERS.search(letters)
    kinds = {kind for letter in (group[0] if group else "") for kind in _FIRST_VOWELS[letter]}
    if "ü" in word.lower():
        kinds.add("i")
    bare = {_DOUBLED.sub(r"\1", one) for one in found}
    return frozenset(kind + one for kind in kinds for one in bare)


@lru_cache(maxsize=1 << 14)
def hangul_skeleton(word: str) -> str:
    """Return the skeleton of a word in Hangul syllables, empty for one that is not borrowed."""
    pieces = [parts(syllable) for syllable in word]
    if any(onset in _TENSE or coda not in _CODAS for onset, _, coda in pieces):
        return ""
    kinds = [_VOWELS[vowel] for _, vowel, _ in pieces]
    first = next((kind for kind in kinds if kind != "_"), "_")
    begins = {_VOWEL: "V", _BREATH: "H"}.get(pieces[0][0], "")
    consonants = "".join(_ONSETS[onset] + _CODAS[coda] for onset, _, coda in pieces)
    return first + _DOUBLED.sub(r"\1", begins + consonants)
