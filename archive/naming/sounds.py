"""Sound keys: what is left of a word when everything is taken out that transliterations vary.

A key is a string of consonant classes. Voiced and voiceless, plain and aspirated consonants are
one; vowels, h, w and y are nothing; a consonant that follows on itself counts once. The letters
and letter groups are those of ISO 9, BGN/PCGN and ALA-LC for Cyrillic, ISO 233, BGN/PCGN and common
usage for Arabic, ISO 843 for Greek, Kontsevich for Korean and Palladius for Chinese in Cyrillic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import product

_GROUPS = {
    **dict.fromkeys(("tsch", "tch", "dzh", "dj", "dg", "ch", "zh", "cz", "дж", "цз"), "J"),
    "sch": "S",
    "sh": "S",
    "ph": "F",
    "ng": "N",
    "x": "KS",
    "щ": "SJ",
    "kh": "",
    **dict.fromkeys(("ce", "ci", "cy"), "S"),
}
_CLASSES = {
    "K": "cgkqгґкқғγκغقكگک",
    "T": "dtдтδτθתטדتثدذضطةظ",
    "P": "bpбпβπبپ",
    "F": "fvwвфφف",
    "J": "jжчџђћجچژ",
    "S": "szсзшцσςζسشصز",
    "N": "nнñνن",
    "M": "mмμم",
    "R": "lrлрљλρلر",
}
_LETTERS = {letter: kind for kind, letters in _CLASSES.items() for letter in letters}
_LETTERS |= {"w": "", "ة": "", "ξ": "KS", "ψ": "PS", "ц": "TS", "њ": "N", "ظ": "S"}
_CLASS_OF = _LETTERS | _GROUPS
_TOKEN = re.compile("|".join(sorted(map(re.escape, _GROUPS), key=len, reverse=True)) + "|.", re.S)
_ARTICLE = re.compile("^و?ال|^(?:al|el)$")
_DOUBLED = re.compile(r"(.)\1+")
_HALF_VOWELS = re.compile("[yjйюяёїі]")
_FRICATIVES = frozenset("vwвф")
_MOST = 12  # keys of one word


def plain(word: str) -> str:
    """Return a word in lower case, with compatibility forms and diacritics gone, but not й."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKC", word).lower().replace("й", "\ue000")
    apart = unicodedata.normalize("NFD", letters)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return bare.replace("\ue000", "й")


def joined(*keys: str) -> str:
    """Return the key of words that follow on one another."""
    return _DOUBLED.sub(r"\1", "".join(keys))


def _classes(token: str) -> str:
    return _CLASS_OF.get(token, "")


def sound_key(word: str) -> str:
    """Return the key of a word of a text, in Latin, Cyrillic, Greek or Arabic letters."""
    word = _ARTICLE.sub("", plain(word))
    return joined(*map(_classes, _TOKEN.findall(word)))


def sound_keys(word: str) -> tuple[str, ...]:
    """Return the keys under which a registered word may stand in a text, the usual one first.

    A half vowel may be written as a consonant (`Jurij`), v and w for one another, ng apart.
    """
    tokens = _TOKEN.findall(_ARTICLE.sub("", plain(word)))
    choices = [tokens]
    if any(map(_HALF_VOWELS.fullmatch, tokens)):
        choices += [
            [half if _HALF_VOWELS.fullmatch(one) else one for one in tokens] for half in ("J", "")
        ]
    fricatives = ("F", "") if any(one in _FRICATIVES for one in tokens) else ("F",)
    nasals = ("N", "NK") if "ng" in tokens else ("N",)
    ways = product(choices, fricatives, nasals)
    return tuple(dict.fromkeys(joined(*_varied(*way)) for way in ways))[:_MOST]


def _varied(tokens: list[str], fricative: str, nasal: str) -> Iterator[str]:
    for one in tokens:
        if one in "JF" or not one:
            yield one
        elif one in _FRICATIVES:
            yield fricative
        elif one == "ng":
            yield nasal
        else:
            yield _classes(one)
