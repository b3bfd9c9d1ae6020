"""Which words English has: what none of its dictionaries knows is a name, most often.

Words are those of WordNet (Miller, Communications of the ACM 38(11), 1995) as the English model has
them for its lemmatiser, and the frequent ones of the lists that come with zxcvbn (Wheeler, USENIX
Security 2016). Without the model there are only the latter, all of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from archive.redaction.detecting.entities import ENGLISH, folder_of, state_of
from archive.redaction.detecting.lexicon import words

_LATIN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FREQUENT = 14  # one word in so many is among the most frequent ones of English
_SAMPLE = 4_000  # code points by which the language of a text is told
_MOST = {"english_wikipedia": 4_000, "us_tv_and_film": 8_000}
_NAMES = ("male_names", "female_names", "surnames")
_POSSESSIVE = re.compile("['’]s?$")
_LOOKUPS = ("lemmatizer", "lookups", "lookups.bin")
_ENDS = (
    *(("ies", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e")),
    *(("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"), ("ier", "y"), ("est", ""), ("est", "e")),
    *(("ily", "y"), ("ly", ""), ("ly", "le"), ("ness", ""), ("less", ""), ("like", "")),
)
_BEGINS = ("un", "non", "re", "over", "pre", "co", "ex", "anti", "mis", "sub", "self")
_CONTRACTED = re.compile(r"(?:n['’]t|['’](?:s|m|d|ll|re|ve)?)$")
_SHORTEST = 3  # letters of what an ending leaves


def is_english(text: str) -> bool:
    """Return whether a text is English, by the most frequent words of the language."""
    found = [word.lower() for word in _LATIN.findall(text, 0, _SAMPLE)]
    own, other = (sum(map(words(name).__contains__, found)) for name in _LISTS)
    return own * _FREQUENT >= len(found) > 0 and own > other


_LISTS = ("frequent-en", "frequent-fr")


@lru_cache(1 << 14)
def is_english_word(word: str) -> bool:
    """Return whether English has a word, in any of its forms; parts with hyphens one by one."""
    return all(map(_is_known, re.split("[-‐‑]", _CONTRACTED.sub("", word.lower()))))


def is_english_name(word: str) -> bool:
    """Return whether a word is a name more often than another word."""
    return _POSSESSIVE.sub("", word.lower()) in _names(_NAMES)


def is_given_name(word: str) -> bool:
    """Return whether a word is a given name, and no verb or adjective, even in small letters."""
    return _POSSESSIVE.sub("", word.lower()) in _names(_NAMES[:2])


@cache
def _names(lists: tuple[str, ...]) -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - its lists take 0.1 s

    found = frozenset[str]().union(*(FREQUENCY_LISTS[one] for one in lists))
    return found.difference(_lemmas()[1], words("common"), words("small"), words("chat"))


def _is_known(word: str) -> bool:
    if len(word) < _SHORTEST or word in _BEGINS or _is_listed(word):
        return True
    begun = (word.removeprefix(one) for one in _BEGINS if word.startswith(one))
    return any(len(rest) > _SHORTEST and _is_listed(rest) for rest in begun)


def _is_listed(word: str) -> bool:
    known = _known()
    if word in known:
        return True
    for end, single in _ENDS:
        root = word.removesuffix(end)
        if root != word and len(root) >= _SHORTEST:
            doubled = not single and root[-1] == root[-2]
            if root + single in known or (doubled and root[:-1] in known):
                return True
    return False


@cache
def _known() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - its lists take 0.1 s

    lemmas, _ = _lemmas()
    frequent = (
        word
        for name, most in _MOST.items()
        for word in islice(FREQUENCY_LISTS[name], most if lemmas else None)
    )
    own = ("common", "small", "occupations", "modifiers", "kin", "chat")
    return lemmas.union(frequent, *map(words, own))


@cache
def _lemmas() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words for the lemmatiser of the English model, and those that are not only nouns.

    There are none unless the model is as pinned.
    """
    folder = folder_of(ENGLISH)
    if folder is None or state_of(ENGLISH) != "ready":
        return frozenset(), frozenset()
    import srsly  # noqa: PLC0415 - comes with spaCy

    tables: dict[str, Any] = srsly.msgpack_loads(folder.joinpath(*_LOOKUPS).read_bytes())
    kinds = sorted(map(frozenset, tables["lemma_index"].values()), key=len)
    odd = frozenset[str]().union(*tables["lemma_exc"].values())
    return odd.union(*kinds), frozenset[str]().union(*kinds[:-1])
