"""Detectors that need no model: mail addresses, telephone numbers, identity numbers.

They propose; they miss. The register of sources is the control, and a person reads every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.model.redaction import Method, Reason, Redaction

_DASH = r"[\-\u2010-\u2015 .]"
_MAIL = r"[\w.!#$%&'*+/=?^`{|}~\-]{1,64}\s?@\s?(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}"
_PHONE = (
    rf"(?<![\w.])(?:\+|00)[1-9](?:{_DASH}?\(?[0-9]{{1,4}}\)?){{2,6}}(?!\w)"
    rf"|(?<![\w.])\(?0[0-9]{{1,3}}\)?{_DASH}?[0-9]{{3,4}}{_DASH}?[0-9]{{3,4}}(?![\w])"
    r"|(?<!\w)1[3-9][0-9]{9}(?!\w)"
)
_IDENTITY = (
    r"(?<!\w)[0-9]{6}[\-\u2010-\u2015][0-9]{7}(?!\w)"  # Korean resident registration number
    r"|(?<!\w)[0-9]{17}[0-9Xx](?!\w)"  # Chinese resident identity number, GB 11643
    r"|(?<!\w)[A-Z]{1,2}[0-9]{7,8}(?!\w)"  # passport numbers, ICAO Doc 9303 style
    r"|(?<!\w)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"  # IBAN, ISO 13616
    r"|(?<!\w)[0-9]{9,16}(?!\w)"
)


@dataclass(frozen=True, slots=True)
class PatternDetector:
    """Finds one kind of identifier by a regular expression."""

    name: str
    reason: Reason
    pattern: re.Pattern[str]

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each place where the pattern matches."""
        for match in self.pattern.finditer(text):
            yield Redaction(match.start(), match.end(), self.reason, Method.DETECTOR, self.name)


def default_detectors() -> tuple[PatternDetector, ...]:
    """Return the detectors for mail addresses, telephone numbers and identity numbers."""
    return (
        PatternDetector("mail", Reason.CONTACT, re.compile(_MAIL)),
        PatternDetector("phone", Reason.CONTACT, re.compile(_PHONE, re.ASCII)),
        PatternDetector("identity", Reason.CONTACT, re.compile(_IDENTITY, re.ASCII)),
    )
