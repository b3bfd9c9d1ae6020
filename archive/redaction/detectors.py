"""What proposes redactions: patterns, lists of words, capitals, scripts, models of language.

They propose; they miss. The register of sources is the control, and a person reads every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Protocol

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.amounts import AMOUNTS, RANKS
from archive.redaction.detecting.capitals import CapitalDetector
from archive.redaction.detecting.correspondence import CORRESPONDENTS
from archive.redaction.detecting.dates import AGES, DATES, SPANS
from archive.redaction.detecting.entities import ENGLISH, FRENCH, EntityDetector, state_of
from archive.redaction.detecting.fields import FieldDetector
from archive.redaction.detecting.identifiers import IDENTITY, MAIL, PHONES
from archive.redaction.detecting.informal import InformalDetector
from archive.redaction.detecting.korean import KoreanNameDetector
from archive.redaction.detecting.korean_places import KoreanPlaceDetector
from archive.redaction.detecting.lexicon import (
    HangulWordDetector,
    NationDetector,
    WordDetector,
    words,
)
from archive.redaction.detecting.locators import ACCOUNTS, COORDINATES, MARKS, NUMBERS, TITLED, URLS
from archive.redaction.detecting.pattern import Pattern, PatternDetector, of_patterns
from archive.redaction.detecting.people import (
    EVENTS,
    INITIALS,
    KINSHIP,
    LISTED,
    NICKNAMES,
    OFFICE,
    PRONOUNCED,
    QUOTED,
    TRADES,
    is_called,
    is_particular,
)
from archive.redaction.detecting.scripts import ScriptDetector
from archive.redaction.detecting.speakers import SPEAKERS, TurnDetector


class Detector(Protocol):
    """Proposes what may have to be hidden; detectors add to one another and never veto."""

    @property
    def name(self) -> str:
        """Short name, kept with each proposal."""

    def find(self, text: str) -> Iterable[Redaction]:
        """Yield proposals; offsets count code points of `text`."""


@cache
def default_detectors() -> tuple[Detector, ...]:
    """Return the detectors of what leads to one person; they also look after titles.

    Their confidence is a rank, not a measured probability.
    """
    return (
        PatternDetector("mail", Reason.CONTACT, MAIL),
        PatternDetector("phone", Reason.CONTACT, PHONES),
        PatternDetector("identity", Reason.SOURCE_IDENTITY, IDENTITY),
        of_patterns("url", Reason.CONTACT, URLS, 80),
        of_patterns("account", Reason.CONTACT, ACCOUNTS, 80),
        of_patterns("coordinates", Reason.CONTACT, COORDINATES, 80),
        of_patterns("number", Reason.QUASI_IDENTIFIER, NUMBERS, 60),
        of_patterns("title", Reason.THIRD_PARTY, TITLED, 70),
    )


@cache
def proposing_detectors() -> tuple[Detector, ...]:
    """Return every detector: those by default, and those whose finds a person has to look at."""
    quasi = Reason.QUASI_IDENTIFIER
    belonging = words("modifiers") | words("people")
    return (
        *default_detectors(),
        of_patterns("nickname", Reason.THIRD_PARTY, NICKNAMES, 70),
        EntityDetector("entity-en", ENGLISH),
        EntityDetector("entity-fr", FRENCH),
        of_patterns("listed", Reason.THIRD_PARTY, LISTED, 70),
        of_patterns("speaker", Reason.THIRD_PARTY, SPEAKERS, 80),
        TurnDetector(),
        FieldDetector(),
        of_patterns("correspondent", Reason.THIRD_PARTY, CORRESPONDENTS, 70),
        PatternDetector(
            "quoted", Reason.THIRD_PARTY, (Pattern(re.compile(QUOTED), is_called),), 50
        ),
        PatternDetector("mark", quasi, MARKS, 50),
        KoreanNameDetector(),
        KoreanPlaceDetector(),
        ScriptDetector(),
        of_patterns("date", quasi, DATES, 60),
        of_patterns("age", quasi, AGES, 60),
        of_patterns("amount", quasi, AMOUNTS, 60),
        PatternDetector("office", quasi, (Pattern(re.compile(OFFICE), is_particular),), 60),
        of_patterns("initials", Reason.THIRD_PARTY, INITIALS, 50),
        of_patterns("pronunciation", Reason.THIRD_PARTY, PRONOUNCED, 70),
        CapitalDetector(),
        InformalDetector(),
        WordDetector("occupation", quasi, words("occupations"), belonging, one=True),
        WordDetector("occupation-fr", quasi, words("occupations-fr"), one=True),
        of_patterns("trade", quasi, TRADES, 50),
        WordDetector("people", quasi, words("people")),
        NationDetector("nation", quasi, words("peoples"), words("institutions") - {"national"}),
        of_patterns("kinship", quasi, KINSHIP, 60),
        of_patterns("event", quasi, EVENTS, 50),
        HangulWordDetector("occupation-ko", quasi, words("korean-occupations")),
        HangulWordDetector("kinship-ko", quasi, words("korean-kin")),
        of_patterns("time-span", quasi, SPANS, 50),
        of_patterns("rank", quasi, RANKS, 50),
    )


def model_states() -> dict[str, str]:
    """Return for each model of named entities, by the name of its detector, how it is here.

    `ready`, `absent` when it or the library that reads it is not installed, or `altered` when its
    files are not the pinned ones: then it is not read.
    """
    found = (one for one in proposing_detectors() if isinstance(one, EntityDetector))
    return {one.name: state_of(one.model) for one in found}
