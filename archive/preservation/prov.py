"""W3C PROV in JSON (PROV-JSON member submission, 2013): entities, activities, agents, links."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from archive.model.provenance import EventType
from archive.preservation.history import OBJECTS, Opened, Step, digests, short

_PREFIXES = {
    "record": "urn:uuid:",
    "sha256": "urn:strongroom:sha256:",
    "entry": "urn:strongroom:entry:",
    "key": "urn:strongroom:key:",
    "sr": "urn:strongroom:prov:",
}
_MAKES = (EventType.INGESTION, EventType.TEXT_EXTRACTED, EventType.PLAN_SUBMITTED)
_DERIVED = ("canonical-text", "reading_copy")

_Fields = dict[str, Any]
_Document = dict[str, dict[str, Any]]


def prov_json(steps: Sequence[Step], opened: Sequence[Opened]) -> bytes:
    """Return the PROV-JSON document of the steps, the same bytes each time."""
    document: _Document = {"prefix": dict(_PREFIXES)}
    for step in steps:
        _activity(document, step, [one for one in opened if one.index == step.index])
        agent = f"key:{step.entry.agent.key_id}"
        _put(document, "agent", agent, {"prov:type": _qualified("prov:Person")})
        _put(document, "entity", f"record:{step.entry.object}", {"sr:kind": "record"})
    for record in dict.fromkeys(step.entry.object for step in steps):
        _kept(document, record, [step for step in steps if step.entry.object == record])
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()


def _qualified(name: str) -> _Fields:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _put(document: _Document, kind: str, name: str, fields: _Fields) -> None:
    document.setdefault(kind, {}).setdefault(name, fields)


def _relate(document: _Document, kind: str, fields: _Fields) -> None:
    number = len(document.setdefault(kind, {}))
    document[kind][f"_:{kind}{number}"] = fields


def _activity(document: _Document, step: Step, opened: Sequence[Opened]) -> None:
    entry, name = step.entry, f"entry:{step.index}"
    fields: _Fields = {
        "prov:startTime": entry.time,
        "prov:endTime": entry.time,
        "prov:label": short(entry.type.value),
        "sr:event": entry.type.value,
        "sr:outcome": entry.outcome.value,
    }
    fields |= {f"sr:opened-{one.field}": one.value for one in opened}
    _put(document, "activity", name, fields)
    role = {"prov:role": entry.agent.role}
    acted = {"prov:activity": name, "prov:agent": f"key:{entry.agent.key_id}", **role}
    _relate(document, "wasAssociatedWith", acted)
    used = {"prov:activity": name, "prov:entity": f"record:{entry.object}"}
    _relate(document, "used", used)


def _kept(document: _Document, record: str, steps: list[Step]) -> None:
    """Add what was kept of a record: what each thing is, what made it, what it came from."""
    original = None
    for digest, what in digests(steps).items():
        name = f"sha256:{digest}"
        _put(document, "entity", name, {"sr:kind": what})
        related = {"prov:specificEntity": name, "prov:generalEntity": f"record:{record}"}
        _relate(document, "specializationOf", related)
        if what == "original":
            original = name
        elif what in _DERIVED and original is not None:
            derived = {"prov:generatedEntity": name, "prov:usedEntity": original}
            _relate(document, "wasDerivedFrom", derived)
    made: set[str] = set()
    for step in steps:
        if step.entry.type not in _MAKES:
            continue
        for link in OBJECTS:
            digest = step.entry.links.get(link, "")
            if digest and digest not in made:
                made.add(digest)
                fields = {
                    "prov:entity": f"sha256:{digest}",
                    "prov:activity": f"entry:{step.index}",
                    "prov:time": step.entry.time,
                }
                _relate(document, "wasGeneratedBy", fields)
