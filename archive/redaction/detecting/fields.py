"""What stands in a form, in the head of a letter or in a table behind a word that says what it is.

`Name: ...`, `DOB: ...`, and the cells below a head line `No | Name | Age`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.english import is_english_word
from archive.redaction.detecting.lexicon import WORD, either, phrases, words
from archive.redaction.detecting.pattern import proposal

_CONFIDENCE = 70  # percent
_MOST_WORDS = 9  # of what a field holds; more is a sentence
_REASONS = {
    "persons": Reason.THIRD_PARTY,
    "circumstances": Reason.QUASI_IDENTIFIER,
    "contacts": Reason.CONTACT,
}
_KINDS = "|".join(f"(?P<{kind}>{either(phrases('field-' + kind))})" for kind in _REASONS)
_LABEL = re.compile(
    rf"(?i:{_KINDS})"
    r"(?:s|\(s\))?(?: used)?(?:\s?\([^()\n]{1,30}\))?\.?"
)
_FIELD = re.compile(
    rf"(?:^|(?<=[|\t;(]) ?|(?<=  ))(?:[0-9]{{1,2}}[.)] )?{_LABEL.pattern}\s?[:：][ \t\u00a0]{{0,8}}"
    r"(?P<value>[^\s|;][^\n|;\t]{0,100}?)(?=[ \u00a0]{2}|[ \u00a0]?[\n|;\t]|[ \u00a0]?$)",
    re.MULTILINE,
)
_ROW = re.compile(r"^(?=[^\n]*[|\t][^\n]*[|\t])[^\n]+$", re.MULTILINE)
_CELL = re.compile(r"[^|\t]+")
_EMPTY = re.compile(r"(?i:none|same|various|unknown|n/?a|nil|ditto|yes|no|[-–—.?*]+)")
_COLUMNS = 2  # with a known head make a table


class FieldDetector:
    """Finds the values of fields, and the cells of columns, that are about a person."""

    name = "field"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each value."""
        for found in _FIELD.finditer(text):
            yield from self._value(text, *found.span("value"), _kind(found))
        for start, end, kind in _cells(text):
            yield from self._value(text, start, end, kind)

    def _value(self, text: str, start: int, end: int, kind: str) -> Iterator[Redaction]:
        value = text[start:end]
        found = WORD.findall(value)
        if len(value) < 2 or len(found) > _MOST_WORDS or _EMPTY.fullmatch(value):
            return
        if kind == "persons" and not _may_name(value, found):
            return
        yield proposal(start, end, _REASONS[kind], self.name, _CONFIDENCE)


def _may_name(value: str, found: list[str]) -> bool:
    if any(word in words("common") for word in found):
        return False
    return not (value.islower() and all(map(is_english_word, found)))


def _kind(label: re.Match[str]) -> str:
    return next(kind for kind in _REASONS if label[kind])


def _cells(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the cells of tables that stand below a head of a known kind."""
    kinds: dict[int, str] = {}
    reached = columns = -1
    for row in _ROW.finditer(text):
        cells = [_stripped(text, *cell.span()) for cell in _CELL.finditer(text, *row.span())]
        heads = {
            at: _kind(label)
            for at, (start, end) in enumerate(cells)
            if (label := _LABEL.fullmatch(text, start, end))
        }
        if len(heads) >= _COLUMNS:
            kinds, columns = heads, len(cells)
        elif row.start() != reached + 1 or len(cells) != columns:
            kinds = {}
        else:
            yield from ((*cells[at], kind) for at, kind in kinds.items())
        reached = row.end()


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())
