"""Korean: the words inside a run of Hangul, by Kiwi's morphemes.

A run (eojeol) is a noun with particles, a compound of nouns, or a verb with endings. Its *words*
are every nominal morpheme, every compound of neighbouring ones, the dictionary form of a verb, and
adverbs, so that a query needs no analyser: it looks for what was typed as one term. Each run is
analysed by itself, whatever stands around it: the same run has the same words everywhere.

Kiwi (https://github.com/bab2min/Kiwi, LGPL; its model Apache 2.0) is loaded from files of the
package at the first run of Hangul, in about 2 s of CPU time and 250 MB, and works without network,
temporary files or threads of its own.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from archive import naming

if TYPE_CHECKING:
    from kiwipiepy import Kiwi


class Word(NamedTuple):
    """A word of a run, the index of its first character there, and whether it is a proper noun."""

    start: int
    text: str
    proper: bool = False


MAX_RUN = 40  # characters of a run that are analysed at a time; Korean words are shorter
_MOST_PARTS = 5  # morphemes of a compound
_LOCK = Lock()
_NOMINAL = frozenset({"NNG", "NNP", "NNB", "NR", "NP", "XR", "XPN", "XSN", "MM", "SH"})
_WHOLE = frozenset({"MAG", "MAJ", "IC"})
_VERBAL = ("VV", "VA")
_LONG_PARTICLES = (
    "에서|에게|에게서|으로|까지|부터|으로부터|로부터|로서|으로서|로써|에는|에서는|에도|에만|조차|마저"
    "|보다|처럼|이나|이라는|라는|이다|들이|들은|들을|들의|하고|이며|며|이었다|였다|께서|이라고|라고|이든지"
    "|든지|뿐만|마다|밖에|은커녕|는커녕"
)
_QUERY_PARTICLES = f"{_LONG_PARTICLES}|[을를는]|하다|하였다|했다|되다|되였다|되었다"
_BEFORE_PARTICLE = re.compile(f"(.{{2,}}?)(?:{_QUERY_PARTICLES})")
_PARTICLES = re.compile(f"(?:[은는이가을를의에도만로과와나들]|{_LONG_PARTICLES})*")
_STEM_AND_PARTICLE = re.compile(f"(.{{2,}}?)(?:{_LONG_PARTICLES})")


@cache
def _kiwi() -> Kiwi:
    from kiwipiepy import Kiwi  # noqa: PLC0415 - 2 s

    return Kiwi(num_workers=1)


def words(run: str) -> list[Word]:
    """Return the words of a run of Hangul syllables, in order of their beginnings."""
    found: set[Word] = set()
    with _LOCK:
        for at in range(0, len(run), MAX_RUN):
            part = run[at : at + MAX_RUN]
            found.update(Word(at + word.start, word.text, word.proper) for word in _analyse(part))
    return sorted(found)


def before_particle(run: str) -> str | None:
    """Return what stands before what is a particle or an ending in most words, if anything does."""
    match = _BEFORE_PARTICLE.fullmatch(run)
    return match[1] if match else None


def _analyse(run: str) -> list[Word]:
    found: list[Word] = []
    chain: list[tuple[int, int, str]] = []  # start, end, tag
    for token in _kiwi().tokenize(run):
        tag = token.tag.partition("-")[0]
        if tag in _NOMINAL:
            chain.append((token.start, token.start + token.len, tag))
            continue
        found += _compounds(run, chain)
        chain = []
        if tag in _WHOLE:
            found.append(Word(token.start, run[token.start : token.start + token.len]))
        elif tag in _VERBAL:
            found.append(Word(token.start, token.form + "다"))
    found += _compounds(run, chain)
    return found + _without_particle(run, found)


def _without_particle(run: str, found: list[Word]) -> list[Word]:
    """Return what stands before a particle where no word that was found explains the run."""
    for start, word, _ in found:
        if start == 0 and run.startswith(word) and _PARTICLES.fullmatch(run, len(word)):
            return []
    match = _STEM_AND_PARTICLE.fullmatch(run)
    return [Word(0, match[1])] if match else []


def _compounds(run: str, chain: list[tuple[int, int, str]]) -> list[Word]:
    found: list[Word] = []
    for index, (start, _, first) in enumerate(chain):
        if first == "XSN":
            continue
        southern = ""
        for at, end, last in chain[index : index + _MOST_PARTS]:
            southern += naming.southern_word(run[at:end])
            if last != "XPN":
                proper = at == start and last == "NNP"
                found += [Word(start, run[start:end], proper), Word(start, southern, proper)]
    return found
