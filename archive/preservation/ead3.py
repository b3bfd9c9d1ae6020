"""EAD3 in XML: a finding aid of nested components, in the elements of ISAD(G).

The schema is that of the Society of American Archivists, release 1.1.1. What has no element of its
own there, rules and dates of description, is told as information about processing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from archive.model.description import Element, LevelOfDescription
from archive.preservation.carried import safe

_NS = "http://ead3.archivists.org/schema/"
_LEVELS = frozenset(one.value for one in LevelOfDescription)
_NOTES = {
    Element.BIOGRAPHY: "bioghist",
    Element.ARCHIVAL_HISTORY: "custodhist",
    Element.ACQUISITION: "acqinfo",
    Element.SCOPE: "scopecontent",
    Element.APPRAISAL: "appraisal",
    Element.ACCRUALS: "accruals",
    Element.ARRANGEMENT: "arrangement",
    Element.ACCESS: "accessrestrict",
    Element.REPRODUCTION: "userestrict",
    Element.PHYSICAL: "phystech",
    Element.FINDING_AIDS: "otherfindaid",
    Element.ORIGINALS: "originalsloc",
    Element.COPIES: "altformavail",
    Element.RELATED: "relatedmaterial",
    Element.PUBLICATION: "bibliography",
    Element.NOTE: "odd",
    Element.ARCHIVIST: "processinfo",
    Element.RULES: "processinfo",
    Element.DESCRIBED: "processinfo",
}


@dataclass(slots=True)
class Component:
    """A unit or record: level, reference, title, date, description, and what is under it."""

    level: str
    reference: str
    title: str
    date: str | None = None
    description: Mapping[Element, str] = field(default_factory=dict)
    under: Sequence[Component] = ()


def ead3(record_id: str, title: str, made: datetime, components: Sequence[Component]) -> bytes:
    """Return an EAD3 document; `made` is when, `record_id` the id of the finding aid."""
    root = etree.Element(_tag("ead"), nsmap={None: _NS})
    _control(root, record_id, title, made)
    whole = _add(root, "archdesc", level="collection")
    did = _add(whole, "did")
    _add(did, "unitid", record_id)
    _add(did, "unittitle", title)
    if components:
        _nest(_add(whole, "dsc"), components)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _nest(parent: etree._Element, components: Sequence[Component]) -> None:
    for one in components:
        made = _add(parent, "c", level=one.level if one.level in _LEVELS else "otherlevel")
        if one.level not in _LEVELS:
            made.set("otherlevel", " ".join(safe(one.level).split()))
        _did(made, one)
        for element, name in _NOTES.items():
            if text := one.description.get(element):
                _paragraphs(_add(made, name), text)
        _nest(made, one.under)


def _did(parent: etree._Element, one: Component) -> None:
    did = _add(parent, "did")
    _add(did, "unitid", one.reference)
    _add(did, "unittitle", one.title or one.reference)
    if date := one.description.get(Element.DATES) or one.date:
        _add(did, "unitdate", date)
    for element, write in _IN_DID.items():
        if text := one.description.get(element):
            write(did, text)


def _extent(did: etree._Element, text: str) -> None:
    _add(did, "physdesc", text)


def _creator(did: etree._Element, text: str) -> None:
    _add(_add(_add(did, "origination"), "name"), "part", text)


def _language(did: etree._Element, text: str) -> None:
    _add(_add(did, "langmaterial"), "language", text)


_IN_DID: dict[Element, Callable[[etree._Element, str], None]] = {
    Element.EXTENT: _extent,
    Element.CREATOR: _creator,
    Element.LANGUAGE: _language,
}


def _control(root: etree._Element, record_id: str, title: str, made: datetime) -> None:
    control = _add(root, "control")
    _add(control, "recordid", record_id)
    _add(_add(_add(control, "filedesc"), "titlestmt"), "titleproper", title)
    _add(control, "maintenancestatus", value="derived")
    _add(_add(control, "maintenanceagency"), "agencyname", "Strongroom")
    event = _add(_add(control, "maintenancehistory"), "maintenanceevent")
    _add(event, "eventtype", value="derived")
    _add(event, "eventdatetime", made.isoformat(timespec="seconds"))
    _add(event, "agenttype", value="machine")
    _add(event, "agent", "Strongroom")


def _paragraphs(parent: etree._Element, text: str) -> None:
    for line in filter(None, map(str.strip, text.splitlines())):
        _add(parent, "p", line)


def _tag(name: str) -> str:
    return f"{{{_NS}}}{name}"


def _add(
    parent: etree._Element, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    child = etree.SubElement(parent, _tag(name), attributes)
    if text is not None:
        child.text = safe(text)
    return child
