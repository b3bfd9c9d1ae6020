"""Stems of words, each computed once: Snowball's algorithms, by language or by script.

A word of a script that one language's algorithm is for is stemmed by its script. Latin letters are
stemmed as English, whatever their language; where a passage is in another language of `LATIN`, the
stem of that language is a term of its own, which `tagged` keeps apart from all words.
"""

from __future__ import annotations

from functools import cache
from threading import Lock

import Stemmer

from archive.search.folding import fold

LATIN = {
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
    "tr": "turkish",
}
"""Languages in Latin letters that have stems of their own, and their algorithm's name."""

_LAST_LATIN = "\u024f"  # Latin Extended-B ends here
_SCRIPTS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u052f", "russian"),
    ("\u0531", "\u058a", "armenian"),
    ("\u0620", "\u06ff", "arabic"),
)
_ROUNDS = 4  # of stemming a stem
_MOST = 1 << 16  # stems that one table keeps; it begins anew beyond
_LOCK = Lock()  # one stemmer serves one thread at a time


class Stems(dict[str, str]):
    """The stem of each word, folded: by its script, and in Latin letters by `algorithm`.

    English words are folded before, others are in lower case with the accents that stems depend on.
    """

    def __init__(self, algorithm: str = "english") -> None:
        super().__init__()
        self._latin = Stemmer.Stemmer(algorithm, 0)
        self._others = [(a, b, Stemmer.Stemmer(name, 0)) for a, b, name in _SCRIPTS]

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST:
            self.clear()
        with _LOCK:
            stemmed = self[word] = self._stem(word)
        return stemmed

    def _stem(self, word: str) -> str:
        if len(word) < 3 or not word.isalpha():
            return word
        first = word[0]
        if first <= _LAST_LATIN:
            return fold(self._latin.stemWord(word)) or fold(word)
        for start, end, stemmer in self._others:
            if start <= first <= end:
                return _last(stemmer, word)
        return word


def _last(stemmer: Stemmer.Stemmer, word: str) -> str:
    """Return the stem of the stem, until it stays: a form without ending may lose its own letters.

    `архивах` and `архив` would otherwise not meet.
    """
    for _ in range(_ROUNDS):
        before, word = word, str(stemmer.stemWord(word)) or word
        if word == before:
            break
    return word


NEUTRAL = Stems()
"""The term of each word in a passage of whatever language."""


@cache
def stems_of(language: str) -> Stems:
    """Return the stems of `language`, one of `LATIN`."""
    return Stems(LATIN[language])


def tagged(language: str, stem: str) -> str:
    """Return the term for a stem of `language`, which no word can be."""
    return f"\x01{language}\x01{stem}"
