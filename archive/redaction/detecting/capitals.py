"""Names by their capitals: words that are written large where the language would not ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.english import is_english, is_english_name, is_english_word
from archive.redaction.detecting.lexicon import words
from archive.redaction.detecting.organs import generic, is_organ
from archive.redaction.detecting.pattern import proposal

_CONFIDENCE = 50  # percent
_MOST = 12  # words of one name
_SHORTEST = 3  # letters of a name that stands at the head of a sentence
_ENDS = re.compile(r"[.!?;:\n\r\u2028\u2029•*]")
_NAME = re.compile(r"[^\W\d_]+(?:['’\-‐‑$!][^\W\d_]+)*")
_JOINTS = re.compile(
    r"[ \u00a0]{1,3}|[ \u00a0]?\.[ \u00a0]{0,3}|[ \u00a0]?[&/–-][ \u00a0]?|,[ \u00a0]?(?=[JS]r\b)"
    r"|-?\n"
)
_CELL = re.compile(r"[|\t][ \u00a0]*$")
_WRAPPED = re.compile(r"-?[ \t]?\r?\n")
_DIVIDED = re.compile(r"-[ \t]?\r?\n[a-z]{2,30}")
_PARTS = re.compile("[-‐‑]|(?:(?<=^[a-zD])|(?<=^qu))['’]")
_GIVEN = re.compile(r"[A-Z][a-z]{1,6}[-‐‑][a-z]{1,6}")
_LINE = 45  # code points of a line that goes on in the next
_SMALL_WORD = re.compile(r"[ \u00a0-](?P<word>[a-z]+(?:['’]s)?)(?![\w'’-])")
_NUMBER = re.compile(
    r"[ \u00a0/-](?:[Nn][or]\.?[ \u00a0])?[0-9]{1,4}[A-Za-z]?(?![\w%]|[,.:/-][0-9])"
)


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    opens: bool  # a sentence


class CapitalDetector:
    """Finds runs of words with capitals, in scripts that have them.

    A word at the head of a sentence is a name when the text has it inside one too, or when, in
    an English text, it is none that English has, or is a name more often than another word.
    Where a whole name is in large letters, as at the head of a judgment, each of its words is
    inside the text too.
    """

    name = "capital"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each run that does not consist of everyday words."""
        english, heads, inside = is_english(text), [], set[str]()
        for run in _runs(text):
            span = _trimmed(run)
            if span is not None:
                own = [word.text for word in run if span[0] <= word.start < span[1]]
                inside.update(own, _written_small(own))
                span = span[0], _with_facility(text, span[1])
                yield proposal(*span, Reason.QUASI_IDENTIFIER, self.name, _CONFIDENCE)
            elif run[0].opens and len(run[0].text) >= _SHORTEST and not generic([run[0].text]):
                heads.append(run)
        for run in heads:
            if run[0].text in inside or (english and _is_odd(run[0].text)):
                initials = takewhile(lambda word: len(word.text) == 1, run[1:])
                end = max((word.end for word in initials), default=run[0].end)
                yield proposal(run[0].start, end, Reason.QUASI_IDENTIFIER, self.name, _CONFIDENCE)


def _written_small(name: list[str]) -> Iterator[str]:
    """Yield the words of a name in large letters as they are written where only the first is."""
    if len(name) > 1 and all(map(str.isupper, name)) and any(map(_is_odd, name)):
        yield from (word.capitalize() for word in name if len(word) >= _SHORTEST)


def _is_odd(word: str) -> bool:
    return not is_english_word(word) or is_english_name(word)


def _words(text: str) -> Iterator[_Word]:
    reached, before = 0, ""
    for word in _NAME.finditer(text):
        gap = text[reached : word.start()]
        opens = not before or (
            _ENDS.search(gap) is not None
            and not (gap[:1] == "." and _abbreviated(before))
            and not _CELL.search(gap)
            and not _goes_on(text, reached, gap)
        )
        yield _Word(word.start(), word.end(), word.group(), opens)
        reached, before = word.end(), word.group()


def _goes_on(text: str, end: int, gap: str) -> bool:
    """Return whether a line was broken only because it was full."""
    return _WRAPPED.fullmatch(gap) is not None and end - text.rfind("\n", 0, end) > _LINE


def _abbreviated(word: str) -> bool:
    return len(word) == 1 or word.lower() in words("abbreviated")


def _runs(text: str) -> Iterator[list[_Word]]:
    run: list[_Word] = []
    for word in _words(text):
        if run and not (_joined(text, run[-1], word) and len(run) < _MOST):
            yield run
            run = []
        if _is_large(word.text) or (run and word.text in words("small")):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _with_facility(text: str, end: int) -> int:
    """Return where a name ends that has a number, its rest or a facility behind it.

    `Camp 12`, `Kestrel/3`, a word divided at the end of a line, `Calder Street police station`.
    """
    behind = _NUMBER.match(text, end) or _DIVIDED.match(text, end)
    if behind is not None:
        return behind.end()
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
    if not _JOINTS.fullmatch(text, before.end, word.start):
        return False
    if len(word.text) == 1 and text[word.start - 1] == ".":
        return True  # initials behind the name
    return not word.opens and (
        "." not in text[before.end : word.start] or _abbreviated(before.text)
    )


def _trimmed(run: list[_Word]) -> tuple[int, int] | None:
    """Return the span without small words at its ends; nothing when no word says a name."""
    while run and run[0].text.lower() in words("common") and not _is_surname(run):
        run = run[1:]
    while run and not _is_large(run[-1].text):
        run = run[:-1]
    rest = run[1:] if run and run[0].opens else run
    if generic([word.text for word in rest]):
        return None
    while _ends_idly(run[-1].text):
        run = run[:-1]
    return None if generic([word.text for word in run]) else (run[0].start, run[-1].end)


def _is_surname(run: list[_Word]) -> bool:
    """Return whether an everyday word is the surname of a Korean name, as in `Ok Nam-i`."""
    return not run[0].opens and len(run) > 1 and _GIVEN.fullmatch(run[1].text) is not None


def _ends_idly(word: str) -> bool:
    return not _is_large(word) or is_organ(word)


def _is_large(word: str) -> bool:
    """Return whether a word has a capital at its head or behind a hyphen, as in `al-Hasan`."""
    return any(part[:1].isupper() for part in _PARTS.split(word))
