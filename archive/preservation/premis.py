"""PREMIS 3 in XML: records, what was kept of them, what happened, and who did it.

Made from ledger entries and opened fields alone, the same bytes each time. The schema is the
Library of Congress's premis.xsd, version 3.0.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from archive.preservation.carried import safe
from archive.preservation.history import OBJECTS, Opened, Step, digests, short

_NS = "http://www.loc.gov/premis/v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOC = "http://id.loc.gov/vocabulary/preservation/eventType"
_OUTSIDE = "https://www.loc.gov/standards/premis/v3/premis.xsd"
_SEALED, _PLAIN = "1", "0"  # compositionLevel: how many layers lie around the content
_FORMATS = {
    "original": ("age-encryption.org/v1", _SEALED),
    "canonical-text": ("age-encryption.org/v1", _SEALED),
    "manifest": ("age-encryption.org/v1", _SEALED),
    "reading_copy": ("application/json", _PLAIN),
}


def premis(origin: str, steps: Sequence[Step], opened: Sequence[Opened]) -> bytes:
    """Return the PREMIS 3 document of the steps (at least one); `origin` names the ledger."""
    root = etree.Element(_tag("premis"), nsmap={None: _NS, "xsi": _XSI}, version="3.0")
    root.set(f"{{{_XSI}}}schemaLocation", f"{_NS} {_OUTSIDE}")
    for record in dict.fromkeys(step.entry.object for step in steps):
        _entity(root, record, [step for step in steps if step.entry.object == record], opened)
    for step in steps:
        _event(root, origin, step, opened)
    for kid, roles in _agents(steps).items():
        agent = _add(root, "agent")
        _identifier(agent, "agent", "Ed25519 key id", kid)
        _add(agent, "agentType", "person")
        for role in roles:
            _add(agent, "agentNote", f"acted as {role}")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _tag(name: str) -> str:
    return f"{{{_NS}}}{name}"


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, _tag(name))
    if text is not None:
        child.text = safe(text)
    return child


def _identifier(parent: etree._Element, kind: str, named: str, value: str) -> None:
    box = _add(parent, f"{kind}Identifier")
    _add(box, f"{kind}IdentifierType", named)
    _add(box, f"{kind}IdentifierValue", value)


def _object(root: etree._Element, kind: str) -> etree._Element:
    box = _add(root, "object")
    box.set(f"{{{_XSI}}}type", kind)
    return box


def _entity(root: etree._Element, record: str, steps: list[Step], opened: Sequence[Opened]) -> None:
    places = {step.index for step in steps}
    mine = [one for one in opened if one.index in places]
    entity = _object(root, "intellectualEntity")
    _identifier(entity, "object", "UUID", record)
    for name in (one.value for one in mine if one.field == "name"):
        _add(entity, "originalName", name)
        break
    for digest, what in digests(steps).items():
        name, level = _FORMATS[what]
        _file(root, record, (digest, what), level, name)
    for one in mine:
        if one.field == "fixity":
            _file(root, record, (one.value, "original before sealing"), _PLAIN, "unknown")


def _file(root: etree._Element, record: str, named: tuple[str, str], level: str, form: str) -> None:
    digest, what = named
    box = _object(root, "file")
    _identifier(box, "object", "SHA-256", digest)
    about = _add(box, "objectCharacteristics")
    _add(about, "compositionLevel", level)
    fixity = _add(about, "fixity")
    _add(fixity, "messageDigestAlgorithm", "SHA-256")
    _add(fixity, "messageDigest", digest)
    designation = _add(_add(about, "format"), "formatDesignation")
    _add(designation, "formatName", form)
    link = _add(box, "relationship")
    _add(link, "relationshipType", "structural")
    _add(link, "relationshipSubType", f"{what} of")
    _identifier(link, "relatedObject", "UUID", record)


def _event(root: etree._Element, origin: str, step: Step, opened: Sequence[Opened]) -> None:
    entry = step.entry
    event = _add(root, "event")
    _identifier(event, "event", f"ledger {origin}", str(step.index))
    kind = _add(event, "eventType", short(entry.type.value))
    if entry.type.value.startswith(_LOC):
        kind.set("authority", "eventType")
        kind.set("authorityURI", _LOC)
    kind.set("valueURI", entry.type.value)
    _add(event, "eventDateTime", entry.time)
    lines = [f"{name}: {value}" for name, value in sorted(entry.links.items())]
    lines += [f"{name}: committed as {value}" for name, value in sorted(entry.commitments.items())]
    lines += [f"{one.field}: {one.value}" for one in opened if one.index == step.index]
    for line in lines:
        _add(_add(event, "eventDetailInformation"), "eventDetail", line)
    _add(_add(event, "eventOutcomeInformation"), "eventOutcome", entry.outcome.value)
    agent = _add(event, "linkingAgentIdentifier")
    _add(agent, "linkingAgentIdentifierType", "Ed25519 key id")
    _add(agent, "linkingAgentIdentifierValue", entry.agent.key_id)
    _add(agent, "linkingAgentRole", entry.agent.role)
    _link(event, "UUID", entry.object)
    for name in OBJECTS:
        if name in entry.links:
            _link(event, "SHA-256", entry.links[name])


def _link(event: etree._Element, named: str, value: str) -> None:
    box = _add(event, "linkingObjectIdentifier")
    _add(box, "linkingObjectIdentifierType", named)
    _add(box, "linkingObjectIdentifierValue", value)


def _agents(steps: Sequence[Step]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for step in steps:
        roles = found.setdefault(step.entry.agent.key_id, [])
        if step.entry.agent.role not in roles:
            roles.append(step.entry.agent.role)
    return found
