"""Words that say what somebody does, whose people they are, and whose kin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.pattern import proposal

WORD = re.compile(r"[^\W\d_]+(?:['’\-‐‑][^\W\d_]+)*")
"""A word with hyphens and apostrophes inside it."""

_FURTHEST = 3  # words before a word for an occupation
_BEFORE = 60  # code points in which those words are sought
_MATERIAL = re.compile(
    r"(?:^|(?<![\w])(?:an?|as|former|retired|another|ex)[ \u00a0-]|[,(;:|][ \u00a0])"
    r"(?P<of>[a-z]{3,20}(?:[ -][a-z]{3,20}){0,2}[ -])\Z"
)
_LONGEST = 40  # letters; what is longer is no word
_BLANK = re.compile(r"[ \u00a0]|-")
_HANGUL = re.compile("[가-힣]{1,12}")
_AFTER = re.compile(
    "(?:들)?(?:은|는|이|가|을|를|의|에|에게|께|께서|와|과|도|만|로|으로|랑|이랑|하고|라고|이라고|였다|이었다|이며|이자|인"
    "|이고|이다|였던|이던|한테|부터|까지|보다|처럼|로서|으로서|님|님은|님이|님의|님께)?"
)
_PLURALS = (("men", "man"), ("ies", "y"), ("sses", "ss"), ("s", ""))
_HYPHENS = str.maketrans("‐‑", "--")
_POSSESSIVE = re.compile("['’]s?$")


@cache
def words(name: str) -> frozenset[str]:
    """Return the words of one of the lists beside this module, in small letters."""
    return frozenset(_listed(name).split())


def phrases(name: str) -> list[str]:
    """Return what a list has between commas, the longest first."""
    found = (" ".join(one.split()) for one in _listed(name).split(","))
    return sorted(found, key=len, reverse=True)


def either(known: Iterable[str]) -> str:
    """Return the regular expression of any of some phrases."""
    return "|".join(map(re.escape, known))


def _listed(name: str) -> str:
    lines = files(__package__).joinpath("words", f"{name}.txt").read_text("utf-8").splitlines()
    return " ".join(line for line in lines if line[:1] != "#")


def stem(word: str) -> str:
    """Return a word in small letters without a possessive."""
    return _POSSESSIVE.sub("", word.lower().translate(_HYPHENS))


def is_among(word: str, known: Set[str]) -> bool:
    """Return whether a word, or what it is the plural of, is among words in small letters."""
    if len(word) > _LONGEST:
        return False
    word = stem(word)
    return word in known or any(
        word.endswith(end) and word.removesuffix(end) + single in known for end, single in _PLURALS
    )


@dataclass(frozen=True, slots=True)
class WordDetector:
    """Finds the words of a list, and before each the words that belong to it."""

    name: str
    reason: Reason
    known: frozenset[str]
    before: frozenset[str] = frozenset()
    confidence: int = 50  # percent
    one: bool = False

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each place of a word, with up to three words before it.

        With `one`, plurals are left out: they are said of nobody in particular.
        """
        chain: list[tuple[int, int]] = []
        reached = -1
        for word in WORD.finditer(text):
            if reached < 0 or not _BLANK.fullmatch(text, reached, word.start()):
                chain = []
            reached = word.end()
            known = self._knows(word.group())
            if known:
                start = chain[-_FURTHEST:][0][0] if chain else word.start()
                if self.one:
                    start = _whole(text, start)
                yield proposal(start, word.end(), self.reason, self.name, self.confidence)
            if known or is_among(word.group(), self.before):
                chain.append(word.span())
            else:
                chain = []

    def _knows(self, word: str) -> bool:
        last = stem(word).rpartition("-")[2]
        if self.one:
            return stem(word) in self.known or last in self.known
        return is_among(word, self.known) or is_among(last, self.known)


def _whole(text: str, start: int) -> int:
    """Return where an occupation begins that says what is worked on: `a brick kiln worker`."""
    before = _MATERIAL.search(text, max(0, start - _BEFORE), start)
    if before is None or any(word in words("common") for word in before["of"].split()):
        return start
    return before.start("of")


@dataclass(frozen=True, slots=True)
class NationDetector:
    """Finds adjectives of states, but where they tell of which state some organ is."""

    name: str
    reason: Reason
    known: frozenset[str]
    organs: frozenset[str]
    confidence: int = 40  # percent

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each adjective that no word for an organ of a state follows."""
        held: re.Match[str] | None = None
        for word in WORD.finditer(text):
            if held is not None and not (
                _BLANK.fullmatch(text, held.end(), word.start())
                and is_among(word.group(), self.organs)
            ):
                yield self._of(held)
            held = word if is_among(word.group(), self.known) else None
        if held is not None:
            yield self._of(held)

    def _of(self, word: re.Match[str]) -> Redaction:
        return proposal(*word.span(), self.reason, self.name, self.confidence)


@dataclass(frozen=True, slots=True)
class HangulWordDetector:
    """Finds the words of a list in Korean text, with what is joined before and after them."""

    name: str
    reason: Reason
    known: frozenset[str]
    confidence: int = 50  # percent

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each word, without the particle behind it."""
        for run in _HANGUL.finditer(text):
            end = self._end(run.group())
            if end:
                yield proposal(
                    run.start(), run.start() + end, self.reason, self.name, self.confidence
                )

    def _end(self, run: str) -> int:
        """Return where a known word ends with which the run begins or its first part ends."""
        for end in range(len(run), 0, -1):
            if _AFTER.fullmatch(run, end) and any(
                run[start:end] in self.known
                for start in range(max(0, end - 8), end)
                if start == 0 or end - start > 2
            ):
                return end
        return 0
