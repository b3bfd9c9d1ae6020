"""Names by their capitals: words that are written large where the language would not ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.lexicon import is_among, stem, words
from archive.redaction.detecting.pattern import proposal

_CONFIDENCE = 50  # percent
_MOST = 12  # words of one name
_ENDS = re.compile(r"[.!?;:\n\r\u2028\u2029•*]")
_NAME = re.compile(r"[^\W\d_]+(?:['’\-‐‑$!][^\W\d_]+)*")
_JOINTS = re.compile(
    r"[ \u00a0]{1,2}|\.[ \u00a0]?|[ \u00a0]?[&/–-][ \u00a0]?|,[ \u00a0]?(?=[JS]r\b)|\n"
)
_CELL = re.compile(r"[|\t][ \u00a0]*$")
_SMALL_WORD = re.compile(r"[ \u00a0-](?P<word>[a-z]+(?:['’]s)?)(?![\w'’-])")
_COMPOUND = re.compile(
    r"[a-zäöüß]{4}(?:gericht(?:s|es|shof|shofs)?|gesetz(?:es|buch|buches)?|(?:ver|an)?ordnung"
    r"|behörde|ministerium|minister|ausschuss|ausschuß|verfahren|bescheid|beschwerde|erlaubnis"
    r"|antrag|anwaltschaft|verwaltung|versicherung|kommission|amt|domstol(?:en)?|rechtbank"
    r"|direktoratet|styrelsen)$"
)


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    opens: bool  # a sentence


class CapitalDetector:
    """Finds runs of words with capitals, in scripts that have them."""

    name = "capital"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each run that does not consist of everyday words."""
        for run in _runs(text):
            span = _trimmed(run)
            if span is not None:
                span = span[0], _with_facility(text, span[1])
                yield proposal(*span, Reason.QUASI_IDENTIFIER, self.name, _CONFIDENCE)


def _words(text: str) -> Iterator[_Word]:
    reached, before = 0, ""
    for word in _NAME.finditer(text):
        gap = text[reached : word.start()]
        opens = not before or (
            _ENDS.search(gap) is not None
            and not (gap[:1] == "." and _abbreviated(before))
            and not _CELL.search(gap)
        )
        yield _Word(word.start(), word.end(), word.group(), opens)
        reached, before = word.end(), word.group()


def _abbreviated(word: str) -> bool:
    return len(word) == 1 or word.lower() in words("abbreviated")


def _runs(text: str) -> Iterator[list[_Word]]:
    run: list[_Word] = []
    for word in _words(text):
        if run and not (_joined(text, run[-1], word) and len(run) < _MOST):
            yield run
            run = []
        if word.text[0].isupper() or (run and word.text in words("small")):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _with_facility(text: str, end: int) -> int:
    """Return where a name ends that has a facility behind it: `Calder Street police station`."""
    stop = end
    for _ in range(3):
        word = _SMALL_WORD.match(text, stop)
        if word is None:
            break
        if word["word"] in words("facilities"):
            return word.end()
        if word["word"].replace("’", "'") not in words("facility-kinds"):
            break
        stop = word.end()
    return end


def _joined(text: str, before: _Word, word: _Word) -> bool:
    if word.opens or not _JOINTS.fullmatch(text, before.end, word.start):
        return False
    return text[before.end] != "." or _abbreviated(before.text)


def _trimmed(run: list[_Word]) -> tuple[int, int] | None:
    """Return the span without small words at its ends; nothing when no word says a name."""
    while run and run[0].text.lower() in words("common"):
        run = run[1:]
    while run and not run[-1].text[0].isupper():
        run = run[:-1]
    rest = run[1:] if run and run[0].opens else run
    if generic([word.text for word in rest]):
        return None
    while _ends_idly(run[-1].text):
        run = run[:-1]
    return None if generic([word.text for word in run]) else (run[0].start, run[-1].end)


def _ends_idly(word: str) -> bool:
    return not word[0].isupper() or _is_organ(word)


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


def _is_organ(word: str) -> bool:
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
    if _is_organ(word):
        return "institution"
    lists = (("portfolios", "portfolio"), ("peoples", "nation"), ("states", "state"))
    return next((kind for name, kind in lists if is_among(word, words(name))), "")
