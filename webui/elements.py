"""What ISAD(G), second edition, calls its elements."""

from __future__ import annotations

from collections.abc import Iterable

from archive.errors import ArchiveError, InvalidValue
from archive.model.description import Element
from archive.services.description import describing
from webui.desk import field
from webui.wording import lazy, say

_DIGITS = 9  # of a version

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


def given(elements: Iterable[Element]) -> dict[Element, str]:
    """Return what the form of a description has in each of its elements."""
    return {one: field(one.value) for one in elements}


def at_fault(error: ArchiveError | None, elements: Iterable[Element]) -> tuple[Element, ...]:
    """Return the elements of the form that an error is about."""
    if not isinstance(error, InvalidValue):
        return ()
    return tuple(one for one in elements if not describing.usable(one, field(one.value)))


def version_seen() -> int:
    """Return the version that a form was made from.

    Raises:
        InvalidValue: the form does not say.
    """
    said = field("seen")
    if not (said.isascii() and said.isdecimal() and len(said) <= _DIGITS):
        raise InvalidValue(
            say("The form does not say which version of the description it is for."),
            hint=say("Open the page again and send the form from there."),
        )
    return int(said)
