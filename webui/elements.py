"""What ISAD(G), second edition, calls its elements."""

from __future__ import annotations

from archive.model.description import Element
from webui.wording import lazy

ELEMENTS = {
    Element.DATES: lazy("Date(s)"),
    Element.LEVEL: lazy("Level of description"),
    Element.EXTENT: lazy("Extent and medium of the unit of description"),
    Element.CREATOR: lazy("Name of creator(s)"),
    Element.BIOGRAPHY: lazy("Administrative / biographical history"),
    Element.ARCHIVAL_HISTORY: lazy("Archival history"),
    Element.ACQUISITION: lazy("Immediate source of acquisition or transfer"),
    Element.SCOPE: lazy("Scope and content"),
    Element.APPRAISAL: lazy("Appraisal, destruction and scheduling information"),
    Element.ACCRUALS: lazy("Accruals"),
    Element.ARRANGEMENT: lazy("System of arrangement"),
    Element.ACCESS: lazy("Conditions governing access"),
    Element.REPRODUCTION: lazy("Conditions governing reproduction"),
    Element.LANGUAGE: lazy("Language/scripts of material"),
    Element.PHYSICAL: lazy("Physical characteristics and technical requirements"),
    Element.FINDING_AIDS: lazy("Finding aids"),
    Element.ORIGINALS: lazy("Existence and location of originals"),
    Element.COPIES: lazy("Existence and location of copies"),
    Element.RELATED: lazy("Related units of description"),
    Element.PUBLICATION: lazy("Publication note"),
    Element.NOTE: lazy("Note"),
    Element.ARCHIVIST: lazy("Archivist’s note"),
    Element.RULES: lazy("Rules or conventions"),
    Element.DESCRIBED: lazy("Date(s) of descriptions"),
}
"""Labels of the standard."""
