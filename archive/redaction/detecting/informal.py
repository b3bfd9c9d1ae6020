"""Names in small letters, in conversations that are written without capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.english import is_english, is_english_word, is_given_name
from archive.redaction.detecting.pattern import proposal
from archive.redaction.everyday import is_frequent

_CONFIDENCE = 40  # percent
_SHORTEST = 3  # letters
_LINE = re.compile(r"^(?:[^\n]{0,60}?[>\])]?[:>] )?[^\w\n]{0,8}(?P<first>[^\W\d_])", re.MULTILINE)
_WORD = re.compile(r"(?<![\w@./'’\-])[a-z\u00df-\u024f]{3,24}(?:['’]s)?(?![\w@'’])(?!\.\w)")
_TITLED = re.compile(
    r"(?<![\w@./])(?:(?P<short>mr|mrs|ms|mx|dr|prof|sgt|insp|cpl|pvt|lt|cllr)\.?|uncle|aunt"
    r"|auntie|captain|sergeant|inspector|father|sister|brother) "
    r"(?P<name>[a-z\u00df-\u024f]{3,24})(?![\w@])"
)
_FEWEST = 3  # lines
_SHARE = 2  # one line in so many begins with a small letter
_LONG_DRAWN = re.compile(r"(.)\1\1|^(?:(?:h+[aeiu]+){2,}h*|m+h+m+|[zx]+)$")


class InformalDetector:
    """Finds words in small letters that English has not, where few lines begin with a capital."""

    name = "unknown"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each word; nothing in texts with capitals or not in English."""
        firsts = [line["first"] for line in _LINE.finditer(text)]
        small = sum(map(str.islower, firsts))
        if len(firsts) < _FEWEST or small * _SHARE < len(firsts) or not is_english(text):
            return
        for titled in _TITLED.finditer(text):
            if _is_odd(titled["name"]) or (titled["short"] and not is_frequent(titled["name"])):
                yield proposal(*titled.span(), Reason.THIRD_PARTY, self.name, _CONFIDENCE)
        for word in _WORD.finditer(text):
            if _is_odd(word.group()):
                yield proposal(*word.span(), Reason.THIRD_PARTY, self.name, _CONFIDENCE)


def _is_odd(word: str) -> bool:
    if is_given_name(word):
        return True
    return not is_english_word(word) and _LONG_DRAWN.search(word) is None
