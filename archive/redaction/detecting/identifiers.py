"""Identifiers that lead to one person: mail, telephone, numbers of documents and accounts."""

from __future__ import annotations

import re

from archive.redaction.detecting.national import NATIONAL
from archive.redaction.detecting.pattern import Pattern

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
    (
        rf"{_BEFORE}\(?0[0-9]{{1,4}}\)?(?:{_GAP}|[/)]){{0,3}}[0-9]{{3,4}}{_GAP}{{0,3}}"
        rf"[0-9]{{4}}{_AFTER}"
    ),
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


MAIL = (Pattern(re.compile(_MAIL, re.IGNORECASE)),)
_SPOKEN = "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred"
_SPELLED = (
    rf"(?<!\w)(?i:(?:{_SPOKEN})(?:[\s,\-–]{{1,3}}(?:{_SPOKEN})){{6,18}})(?!\w)",
    r"(?<![가-힣])(?:[공영일이삼사오육륙칠팔구](?:[\s,\-–]{0,2}|에\s?)){8,13}(?:번(?:으로|에)?)?(?![가-힣])",
    r"(?:[〇零一二三四五六七八九幺](?:[\s,\-–、]{0,2})){8,13}",
)
_EXTENSION = (
    r"(?<!\w)(?i:ext(?:ension|n)?\.?|내선(?:번호)?)\s?(?:(?i:no\.?|number)\s?)?[0-9]{2,6}(?![0-9])"
)
_GROUPED = r"(?<![\w.,/\-+])[0-9]{1,4}(?: [0-9]{2,4}){2,5}(?!\w|[.,%/\-][0-9]| [0-9])"
_CALLED = (
    r"(?i:\b(?:tel|telephone|phone|mob|mobile|cell|ph|call|whatsapp|fax|hotline)\b)[.:\s]{1,3}"
    r"(?i:(?:no\.?|number|on|to)\s)?(?P<name>\+?[0-9][0-9 ().\-]{5,18}[0-9])(?![0-9])"
)
_SUBSCRIBER = range(8, 14)  # digits


def _is_grouped(found: str) -> bool:
    """Return whether groups of digits are a number to call rather than thousands."""
    groups = found.split(" ")
    return len("".join(groups)) in _SUBSCRIBER and any(len(one) != 3 for one in groups[1:])


PHONES = (
    *(Pattern(re.compile(one)) for one in (*_PHONES, *_SPELLED, _EXTENSION, _CALLED)),
    Pattern(re.compile(_GROUPED), _is_grouped),
)
IDENTITY = (
    Pattern(re.compile(_RESIDENT_KR), _is_resident_kr),
    Pattern(re.compile(_RESIDENT_CN), _is_resident_cn),
    Pattern(re.compile(_PASSPORT)),
    Pattern(re.compile(_IBAN), _is_iban),
    Pattern(re.compile(_CARD), _is_card),
    Pattern(re.compile(_LONG)),
    *NATIONAL,
)
