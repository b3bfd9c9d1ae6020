"""Detectors that need no model: addresses, numbers, accounts, places, names behind titles.

They propose; they miss. The register of sources is the control, and a person reads every page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.locators import ACCOUNTS, COORDINATES, NUMBERS, TITLED, URLS, compiled

_GAP = r"[\s\-.\u00ad\u00b7\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]"  # inside a number
_DASH = r"[\-\u00ad\u2010-\u2015\u2212]"
_AT = r"(?:\s?@\s?|\s?[(\[{]\s?(?:at|@|골뱅이)\s?[)\]}]\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|\.|점)\s?[)\]}]\s?)"
_LOCAL = r"\w.!#$%&'*+/=?^`{|}~\-"
_MAIL = rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,128}}{_AT}(?:[\w\-]{{1,63}}{_DOT}){{1,8}}[^\W\d_]{{2,24}}"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9])"
_PHONES = (
    rf"(?:\+\s?|(?<![0-9])00)[1-9][0-9]{{0,2}}(?:(?:{_GAP}|[()/]){{0,3}}[0-9]){{6,13}}{_AFTER}",
    # Korea: mobile, area, internet and common-service numbers; China and others with a trunk 0
    rf"{_BEFORE}\(?0[0-9]{{1,4}}\)?(?:{_GAP}|[/)]){{0,3}}[0-9]{{3,4}}{_GAP}{{0,3}}[0-9]{{4}}{_AFTER}",
    rf"{_BEFORE}1[3-9][0-9]{_GAP}{{0,2}}[0-9]{{4}}{_GAP}{{0,2}}[0-9]{{4}}{_AFTER}",  # China, mobile
    rf"{_BEFORE}1[568][0-9]{{2}}{_DASH}[0-9]{{4}}{_AFTER}",  # Korea, 15xx, 16xx and 18xx services
    rf"{_BEFORE}\(?[2-9][0-9]{{2}}\)?{_GAP}{{1,2}}[2-9][0-9]{{2}}{_GAP}[0-9]{{4}}{_AFTER}",  # NANP
)
_RESIDENT_KR = rf"{_BEFORE}[0-9]{{6}}{_GAP}{{0,3}}[0-9]{{7}}{_AFTER}"
_RESIDENT_CN = rf"{_BEFORE}[0-9]{{6}}{_GAP}?[0-9]{{8}}{_GAP}?[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])"
_PASSPORT = r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}[0-9]{7,8}|[A-Z][0-9]{3}[A-Z][0-9]{4})(?![0-9A-Za-z])"
_IBAN = r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])"
_CARD = rf"{_BEFORE}[0-9](?:[ \-\u2010-\u2015]?[0-9]){{12,18}}{_AFTER}"
_LONG = rf"{_BEFORE}[0-9]{{9,}}{_AFTER}"


class Detector(Protocol):
    """Proposes what may have to be hidden; detectors add to one another and never veto."""

    @property
    def name(self) -> str:
        """Short name, kept with each proposal."""

    def find(self, text: str) -> Iterable[Redaction]:
        """Yield proposals; offsets count code points of `text`."""


def _always(_found: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression and the check that a match of it must pass."""

    expression: re.Pattern[str]
    check: Callable[[str], bool] = _always

    @property
    def named(self) -> bool:
        """Whether only the group `name` of a match is proposed."""
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
        plain = text if text.isascii() else text.translate(_PLAIN)
        for pattern in self.patterns:
            for found in pattern.expression.finditer(plain):
                if pattern.check(found.group()):
                    start, end = found.span("name" if pattern.named else 0)
                    yield Redaction(
                        start,
                        end,
                        self.reason,
                        Method.DETECTOR,
                        self.name,
                        confidence=self.confidence,
                    )


class _Plain(dict[int, str]):
    """A table for `str.translate`: each character to one of ASCII where it is a form of that."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.decimal(character, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
        self[code] = plain if len(plain) == 1 and plain.isascii() else character
        return self[code]


_PLAIN = _Plain()


def _digits(found: str) -> str:
    return "".join(c for c in found if c.isalnum())


def _born(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _is_resident_kr(found: str) -> bool:
    """Check the date and the century digit; since 2020 the rest is random, without check digit."""
    number = _digits(found)
    return _born(number[2:4], number[4:6]) and number[6] != "9"


def _is_resident_cn(found: str) -> bool:
    """Check the date only: a mistyped check digit (GB 11643-1999) still names a person."""
    number = _digits(found)
    return number[6:8] in ("18", "19", "20") and _born(number[10:12], number[12:14])


def _is_iban(found: str) -> bool:
    """Check by ISO 13616: the number, four places turned, is 1 modulo 97."""
    number = _digits(found)
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


def _is_card(found: str) -> bool:
    """Check by the Luhn formula of ISO/IEC 7812-1, annex B."""
    number = [int(c) for c in reversed(_digits(found))]
    doubled = (d * 2 - 9 * (d > 4) for d in number[1::2])
    return len(set(number)) > 1 and (sum(number[::2]) + sum(doubled)) % 10 == 0


def default_detectors() -> tuple[PatternDetector, ...]:
    """Return the detectors; their confidence is a rank, not a measured probability."""
    mail = (Pattern(re.compile(_MAIL, re.IGNORECASE)),)
    phones = tuple(Pattern(re.compile(one)) for one in _PHONES)
    identity = (
        Pattern(re.compile(_RESIDENT_KR), _is_resident_kr),
        Pattern(re.compile(_RESIDENT_CN), _is_resident_cn),
        Pattern(re.compile(_PASSPORT)),
        Pattern(re.compile(_IBAN), _is_iban),
        Pattern(re.compile(_CARD), _is_card),
        Pattern(re.compile(_LONG)),
    )
    return (
        PatternDetector("mail", Reason.CONTACT, mail),
        PatternDetector("phone", Reason.CONTACT, phones),
        PatternDetector("identity", Reason.SOURCE_IDENTITY, identity),
        _of("url", Reason.CONTACT, URLS, 80),
        _of("account", Reason.CONTACT, ACCOUNTS, 80),
        _of("coordinates", Reason.CONTACT, COORDINATES, 80),
        _of("number", Reason.QUASI_IDENTIFIER, NUMBERS, 60),
        _of("title", Reason.THIRD_PARTY, TITLED, 70),
    )


def _of(
    name: str, reason: Reason, expressions: tuple[str, ...], confidence: int
) -> PatternDetector:
    return PatternDetector(name, reason, tuple(map(Pattern, compiled(expressions))), confidence)
