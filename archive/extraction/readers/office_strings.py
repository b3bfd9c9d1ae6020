"""Strings in streams of legacy documents: names in tables that no parser of words reads.

Word keeps authors of comments and changes, the last savers and field codes, Excel its validation
prompts and defined names, apart from the text. Instead of following each table, strings are taken
as they lie: Latin and its neighbours by runs, others where a length stands before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NARROW = re.compile(rb"[\x20-\x7e]{5,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01-\x06]){3,}")
_EASTERN = re.compile(
    rb"(?:[\x00-\xff][\x30\x31\x4e-\x9f\xac-\xd7]|[\x20-\x7e]\x00){2,80}", re.DOTALL
)
_ALPHABETS = re.compile("[A-Za-z\u00c0-\u017f]{2,}|[\u0391-\u03ce]{3,}|[\u0400-\u06ff]{3,}")
_RARE = re.compile("[\u0100-\u0390\u03cf-\u03ff]")  # what chance brings more than people
_WORDS = re.compile(r"[^\W\d_]{2,}")
_MOSTLY = 0.75  # share of letters, digits and spaces in a string that somebody wrote
_LONG_RUN = 8  # characters of one script in a row: not by chance


def strings(stream: bytes) -> Iterator[str]:
    """Yield what looks written in a stream, in the order of place, by alphabet."""
    for run in _NARROW.finditer(stream):
        if _is_written(text := run.group().decode("ascii").strip()):
            yield text
    for run in _WIDE.finditer(stream):
        text = run.group().decode("utf-16-le").strip()
        rare = len(_RARE.findall(text)) * 2 > len(text)
        if _ALPHABETS.search(text) and not rare and _is_written(text):
            yield text
    for run in _EASTERN.finditer(stream):
        text = run.group().decode("utf-16-le", "replace").strip()
        foreign = sum(char >= "\u3040" for char in text)
        told = _is_counted(stream, run.start(), len(run.group()) // 2)
        if foreign >= 2 and _is_written(text) and (told or foreign >= _LONG_RUN):
            yield text


def _is_written(text: str) -> bool:
    plain = sum(char.isalnum() or char.isspace() for char in text)
    return bool(_WORDS.search(text)) and plain >= _MOSTLY * len(text)


def _is_counted(stream: bytes, at: int, length: int) -> bool:
    """Tell whether the number of characters stands before a string, as in Word or in Excel."""
    before = stream[max(0, at - 3) : at]
    in_word = before[-2:] == length.to_bytes(2, "little")
    return in_word or before[-2:] == bytes([length & 0xFF, 1]) or before == bytes([length, 0, 1])
