"""How a registered name may turn up in a text: each disguise is a function from form to form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import Method, ReadingCopy, Reason, Redaction, RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction import Description, SourceMatcher, default_detectors, text_digest
from archive.redaction.render import render

Disguise = Callable[[str], str]

RECORD = RecordId("6a2f4f0e-2c1d-4e5b-9a77-0c3d1b2a9f10")
SALT = "00112233445566778899aabbccddeeff"
LATIN_NAMES = (
    "Kim Myong-chol",
    "Pak Sun-hui",
    "Marguerite O'Shaughnessy",
    "Jürgen Weißhaupt",
    "Ludmila Kowalczyková",
    "Ri Yong",
    "Oyunchimeg",
)
HANGUL_NAMES = ("김명철", "박순희", "남궁하늘", "리영", "선우 진")
NUMBERS = ("+82 10-2345-6789", "010-2345-6789", "+850 191 234 5678", "(02) 345 67 89", "8210234567")

LOOKALIKES = str.maketrans("aceopxyKMTHB", "асеорхуКМТНВ")
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
CASE: tuple[Disguise, ...] = (str.upper, str.lower, str.title, str.swapcase)
UNICODE: tuple[Disguise, ...] = (
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: unicodedata.normalize("NFKD", name),
    lambda name: name.translate(LOOKALIKES),
    lambda name: name.translate(WIDE),
    "\u00ad".join,
    "\u200b".join,
    "\ufffd".join,
    lambda name: "\u202b" + "\u2060".join(name) + "\u202c",
    lambda name: "".join(c + "\u0336" if c.isalpha() else c for c in name),
    lambda name: "".join(
        c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)
    ),
)
SPACING: tuple[Disguise, ...] = (
    lambda name: name.replace(" ", "\n"),
    lambda name: name.replace(" ", " \r\n\t "),
    lambda name: name.replace(" ", "\f"),
    lambda name: name.replace(" ", "\u00a0\u2003"),
    lambda name: name.replace(" ", "-"),
    lambda name: name.replace(" ", ", "),
    lambda name: name.replace("-", " "),
    lambda name: name.replace("-", ""),
    lambda name: name.replace("-", "\u2011"),
    lambda name: name.replace("-", "-\n"),
    lambda name: name[:3] + "-\n" + name[3:].lstrip(),
    lambda name: name[:-2] + "\u00ad\n" + name[-2:],
    lambda name: re.sub(r"[\s'-]", "", name),
    lambda name: re.sub(r"[\s'-]", "_", name),
)
LATIN: tuple[Disguise, ...] = (*CASE, *UNICODE, *SPACING)
HANGUL: tuple[Disguise, ...] = (
    *UNICODE[:2],
    *UNICODE[4:8],
    lambda name: name[0] + " " + name[1:],
    lambda name: name[0] + "\n" + name[1:],
    " ".join,
    lambda name: name.replace(" ", ""),
    lambda name: name + "은",
    lambda name: name + "에게서는",
    lambda name: name + " 동지",
    lambda name: name + "씨가",
)
NUMERIC: tuple[Disguise, ...] = (
    lambda number: re.sub(r"\D", "", number),
    lambda number: re.sub(r"\D+", ".", number),
    lambda number: re.sub(r"\D+", " / ", number),
    " ".join,
    lambda number: number.replace(" ", "\n"),
    lambda number: number.translate(WIDE),
    "\u200b".join,
)


def register(*forms: str, source: str = "S-0042") -> SourceMatcher:
    """Return a matcher of one source with these forms."""
    return SourceMatcher([SourceForms(SourceRef(source), forms)])


def found(
    matcher: SourceMatcher, text: str, *, hints: bool = False, recognised: bool = False
) -> list[str]:
    """Return the stretches of text that a matcher finds."""
    places = matcher.find(text, hints=hints, recognised=recognised)
    return [text[match.start : match.end] for match in places]


def hide(start: int, end: int, reason: Reason = Reason.SOURCE_IDENTITY) -> Redaction:
    """Return a redaction that a person marked."""
    return Redaction(start, end, reason, Method.MANUAL, "manual")


def plan_for(text: str, *redactions: Redaction) -> RedactionPlan:
    """Return a plan that belongs to `text`."""
    return RedactionPlan(RECORD, text_digest(text), redactions)


def copy_of(
    text: str,
    *redactions: Redaction,
    description: Description | None = None,
    matcher: SourceMatcher | None = None,
) -> ReadingCopy:
    """Render `text` with redactions; without a register unless one is given."""
    return render(
        plan_for(text, *redactions),
        text,
        description or Description("A letter"),
        matcher=matcher or SourceMatcher([]),
        detectors=default_detectors(),
        salt=SALT,
    )
