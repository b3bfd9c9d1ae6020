"""Description of a record in the elements of ISAD(G), second edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class LevelOfDescription(str, Enum):
    """Levels of ISAD(G) 3.1.4, from the whole to its smallest part."""

    FONDS = "fonds"
    SUBFONDS = "subfonds"
    SERIES = "series"
    SUBSERIES = "subseries"
    FILE = "file"
    ITEM = "item"


class Element(str, Enum):
    """Elements of ISAD(G) 3.1.3 to 3.7.3 that an archivist writes, in the order of the standard.

    The reference code (3.1.1) and the title (3.1.2) are the record's own.
    """

    DATES = "dates"
    LEVEL = "level-of-description"
    EXTENT = "extent-and-medium"
    CREATOR = "name-of-creator"
    BIOGRAPHY = "administrative-or-biographical-history"
    ARCHIVAL_HISTORY = "archival-history"
    ACQUISITION = "immediate-source-of-acquisition"
    SCOPE = "scope-and-content"
    APPRAISAL = "appraisal-and-destruction"
    ACCRUALS = "accruals"
    ARRANGEMENT = "system-of-arrangement"
    ACCESS = "conditions-governing-access"
    REPRODUCTION = "conditions-governing-reproduction"
    LANGUAGE = "language-and-scripts-of-material"
    PHYSICAL = "physical-characteristics"
    FINDING_AIDS = "finding-aids"
    ORIGINALS = "location-of-originals"
    COPIES = "location-of-copies"
    RELATED = "related-units-of-description"
    PUBLICATION = "publication-note"
    NOTE = "note"
    ARCHIVIST = "archivist-note"
    RULES = "rules-or-conventions"
    DESCRIBED = "date-of-description"


@dataclass(frozen=True, slots=True)
class Description:
    """What is written in each element, and how often it was written so far; 0 is never."""

    values: Mapping[Element, str] = field(default_factory=dict)
    version: int = 0
