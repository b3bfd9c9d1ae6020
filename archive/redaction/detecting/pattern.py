"""Detectors made of regular expressions, and the text in which those look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.model.redaction import Method, Reason, Redaction


def _always(_found: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression and the check that a match of it must pass."""

    expression: re.Pattern[str]
    check: Callable[[str], bool] = _always

    @property
    def named(self) -> bool:
        """Whether only the group `name` of a match is proposed, and nothing where it is empty."""
        return "name" in self.expression.groupindex


@dataclass(frozen=True, slots=True)
class PatternDetector:
    """Finds one kind of identifier by regular expressions."""

    name: str
    reason: Reason
    patterns: tuple[Pattern, ...]
    confidence: int = 90  # percent

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each place of each pattern, in the order of the patterns."""
        plain = plain_of(text)
        for pattern in self.patterns:
            for found in pattern.expression.finditer(plain):
                start, end = found.span("name" if pattern.named else 0)
                if start >= 0 and pattern.check(found.group()):
                    yield proposal(start, end, self.reason, self.name, self.confidence)


def proposal(start: int, end: int, reason: Reason, detector: str, confidence: int) -> Redaction:
    """Return what a detector proposes; `confidence` in percent is a rank."""
    return Redaction(start, end, reason, Method.DETECTOR, detector, confidence=confidence)


def of_patterns(
    name: str, reason: Reason, expressions: tuple[str, ...], confidence: int
) -> PatternDetector:
    """Return a detector of expressions that need no check."""
    patterns = tuple(Pattern(re.compile(one)) for one in expressions)
    return PatternDetector(name, reason, patterns, confidence)


class _Plain(dict[int, str]):
    """A table for `str.translate`: each character to one of ASCII where it is a form of that."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.decimal(character, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
        self[code] = plain if len(plain) == 1 and plain.isascii() else character
        return self[code]


_PLAIN = _Plain()
_MISREAD = re.compile(r"(?<![^\W_])(?=[0-9]*[lIO])(?=[lIO]*[0-9])[0-9lIO]{2,12}(?![^\W_])")
_DIGITS = str.maketrans("lIO", "110")


def plain_of(text: str) -> str:
    """Return the text, as long as it was, with full-width and other digits as those of ASCII.

    So are letters that recognition reads for digits, in words that have digits beside: `I9l8`.
    """
    plain = text if text.isascii() else text.translate(_PLAIN)
    return _MISREAD.sub(lambda found: found.group().translate(_DIGITS), plain)
