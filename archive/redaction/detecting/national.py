"""Numbers by which states know their people: how they are written, and their check digits.

Numbers of nine digits in a row or more are found elsewhere, whatever they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from archive.redaction.detecting.pattern import Pattern

_CONTROL = "TRWAGMYFPDXBNJZSQVHLCKE"  # Spain, Real Decreto 1553/2005: by the number modulo 23
_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"  # Finland: by the number modulo 31


def _kept(found: str) -> str:
    return "".join(c for c in found.upper() if c.isalnum())


def _spanish(found: str) -> bool:
    number = _kept(found)
    first = {"X": "0", "Y": "1", "Z": "2"}.get(number[0], number[0])
    return _CONTROL[int(first + number[1:-1]) % 23] == number[-1]


def _italian(found: str) -> bool:
    """Check a codice fiscale (Decreto ministeriale 23 December 1976)."""
    values = [int(c, 36) if c.isdigit() else ord(c) - ord("A") for c in _kept(found)]
    total = sum(_ODD[one] if at % 2 == 0 else one for at, one in enumerate(values[:-1]))
    return total % 26 == values[-1]


def _french(found: str) -> bool:
    """Check an INSEE number: its key is 97 less the number modulo 97; Corsica has letters."""
    number = _kept(found).replace("2A", "19").replace("2B", "18")
    return 97 - int(number[:-2]) % 97 == int(number[-2:])


def _finnish(found: str) -> bool:
    number = _kept(found[:6] + found[7:])
    return _dated(number) and _HETU[int(number[:9]) % 31] == number[9]


def _dated(found: str) -> bool:
    """Return whether a number begins with day and month, in either order of day and year."""
    number = _kept(found)
    return 1 <= int(number[2:4]) <= 12 and (
        1 <= int(number[:2]) <= 31 or 1 <= int(number[4:6]) <= 31
    )


def _luhn(number: str) -> bool:
    digits = [int(c) for c in reversed(number)]
    doubled = (d * 2 - 9 * (d > 4) for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _swedish(found: str) -> bool:
    number = _kept(found)[-10:]
    return 1 <= int(number[2:4]) <= 12 and _luhn(number)


def _brazilian(found: str) -> bool:
    digits = [int(c) for c in _kept(found)]
    for size in (9, 10):
        total = sum(one * (size + 1 - at) for at, one in enumerate(digits[:size]))
        if total * 10 % 11 % 10 != digits[size]:
            return False
    return len(set(digits)) > 1


def _chilean(found: str) -> bool:
    number = _kept(found)
    total = sum(int(c) * (2 + at % 6) for at, c in enumerate(reversed(number[:-1])))
    return "0K987654321"[total % 11] == number[-1]


def _swiss(found: str) -> bool:
    """Check the last digit of an EAN-13."""
    digits = [int(c) for c in _kept(found)]
    return sum(one * (1 + 2 * (at % 2)) for at, one in enumerate(digits)) % 10 == 0


def _russian(found: str) -> bool:
    """Check a SNILS: its last two digits are the weighted sum modulo 101."""
    number = _kept(found)
    total = sum(int(c) * (9 - at) for at, c in enumerate(number[:9]))
    return total % 101 % 100 == int(number[9:])


def _taiwanese(found: str) -> bool:
    order = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
    first, rest = order.index(found[0]) + 10, [int(c) for c in found[1:]]
    weights = (8, 7, 6, 5, 4, 3, 2, 1, 1)
    total = first // 10 + first % 10 * 9 + sum(map(int.__mul__, rest, weights))
    return total % 10 == 0


def _singaporean(found: str) -> bool:
    total = sum(int(c) * w for c, w in zip(found[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += 4 if found[0] in "TG" else 0
    return ("JZIHGFEDCBA" if found[0] in "ST" else "XWUTRQPNMLK")[total % 11] == found[8]


def _american(found: str) -> bool:
    """Leave out numbers that are not given out (Social Security Administration)."""
    area, group, serial = found[:3], found[4:6], found[7:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _of(expression: str, check: Callable[[str], bool] | None = None) -> Pattern:
    whole = re.compile(rf"(?<![0-9A-Za-z]){expression}(?![0-9A-Za-z])")
    return Pattern(whole, check) if check else Pattern(whole)


NATIONAL = (
    _of(r"[0-9]{8}[ \-]?[A-HJ-NP-TV-Z]", _spanish),
    _of(r"[XYZ][ \-]?[0-9]{7}[ \-]?[A-HJ-NP-TV-Z]", _spanish),
    _of(r"[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", _italian),
    _of(
        r"[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        _french,
    ),
    _of(r"[0-9]{6}[\-+A][0-9]{3}[0-9A-Y]", _finnish),
    _of(r"(?:[0-9]{2})?[0-9]{6}[\-+][0-9]{4}", _swedish),
    _of(r"[0-3][0-9][01][0-9][0-9]{2}-[0-9]{4}", _dated),
    _of(r"[0-3][0-9][01][0-9][0-9]{2} [0-9]{5}", _dated),
    _of(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", _brazilian),
    _of(r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]", _chilean),
    _of(r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", _swiss),
    _of(r"[0-9]{3}-[0-9]{3}-[0-9]{3}[ \-][0-9]{2}", _russian),
    _of(r"[A-Z][12][0-9]{8}", _taiwanese),
    _of(r"[STFG][0-9]{7}[A-Z]", _singaporean),
    _of(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", _american),
    _of(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:[0-9]{2} ?){3}[A-D]"),
    _of(r"[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]"),
    _of(r"[A-Z]{5}[0-9]{4}[A-Z]"),
    _of(r"[2-9][0-9]{3} [0-9]{4} [0-9]{4}"),
    _of(r"[A-Z]{1,2}[0-9]{6}\([0-9A]\)"),
)
"""Spain, Italy, France, Finland, Sweden, Denmark, Norway, Brazil, Chile, Switzerland, Russia,
Taiwan, Singapore, United States, United Kingdom, Mexico, India (two), Hong Kong."""
