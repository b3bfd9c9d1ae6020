"""JSON forms of sealed values (docs/formats/envelopes.md): strict on the way in, compact out."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from archive.errors import SealedObjectDamaged
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import CanonicalText, Fixity, Manifest, Representation, WordBox
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan

_compact = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_BOX_FIELDS = 7
_MANIFEST_FIELDS = tuple(field.name for field in fields(Manifest))


def encode(value: object) -> bytes:
    """Return compact UTF-8 JSON with sorted keys."""
    return _compact(value).encode()


def decode(data: bytes) -> Any:
    """Return the value of authenticated JSON.

    Raises:
        SealedObjectDamaged: not JSON; an authentic envelope of an unknown shape.
    """
    try:
        return json.loads(data)
    except ValueError:
        raise SealedObjectDamaged from None


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the JSON form of a manifest."""
    objects = {
        kind.value: {"digest": one.digest, "size": one.size}
        for kind, one in manifest.objects.items()
    }
    original = {"digest": manifest.original.digest, "size": manifest.original.size}
    body = {field: getattr(manifest, field) for field in _MANIFEST_FIELDS}
    return encode({**body, "objects": objects, "original": original})


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest of its JSON form.

    Raises:
        SealedObjectDamaged: a field is missing or of another type.
    """
    body = decode(data)
    try:
        body["objects"] = {
            Representation(name): Fixity(**fixity) for name, fixity in body["objects"].items()
        }
        body["original"] = Fixity(**body["original"])
        return Manifest(**body)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SealedObjectDamaged from None


def encode_text(text: CanonicalText) -> bytes:
    """Return the JSON form of a canonical text; a box is a list of seven numbers."""
    boxes = [[b.start, b.end, b.page, b.left, b.bottom, b.right, b.top] for b in text.boxes]
    return encode(
        {
            "text": text.text,
            "reader": text.reader,
            "pages": list(text.pages),
            "boxes": boxes,
            "encoding": text.encoding,
        }
    )


def decode_text(data: bytes) -> CanonicalText:
    """Return the canonical text of its JSON form.

    Raises:
        SealedObjectDamaged: a field is missing or of another type.
    """
    body = decode(data)
    try:
        boxes = tuple(WordBox(*box) for box in body["boxes"] if len(box) == _BOX_FIELDS)
        return CanonicalText(
            text=body["text"],
            reader=body["reader"],
            pages=tuple(body["pages"]),
            boxes=boxes,
            encoding=body["encoding"],
        )
    except (KeyError, TypeError):
        raise SealedObjectDamaged from None


def encode_plan(plan: RedactionPlan, editors: tuple[str, ...]) -> bytes:
    """Return the JSON form of a plan and the ids of the members who worked on it."""
    redactions = [
        [r.start, r.end, r.reason.value, r.method.value, r.detector, r.source]
        for r in plan.redactions
    ]
    return encode(
        {
            "record": plan.record,
            "text_digest": plan.text_digest,
            "redactions": redactions,
            "editors": list(editors),
        }
    )


def decode_plan(data: bytes) -> tuple[RedactionPlan, tuple[str, ...]]:
    """Return the plan and its editors' member ids.

    Raises:
        SealedObjectDamaged: a field is missing or of another type.
    """
    body = decode(data)
    try:
        redactions = tuple(
            Redaction(
                start,
                end,
                Reason(reason),
                Method(method),
                detector,
                None if source is None else SourceRef(source),
            )
            for start, end, reason, method, detector, source in body["redactions"]
        )
        plan = RedactionPlan(RecordId(body["record"]), body["text_digest"], redactions)
        return plan, tuple(body["editors"])
    except (KeyError, TypeError, ValueError):
        raise SealedObjectDamaged from None
