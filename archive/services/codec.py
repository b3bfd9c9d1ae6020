"""JSON forms of sealed values (docs/formats/envelopes.md): strict on the way in, compact out."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any

from archive.errors import SealedObjectDamaged
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import (
    CanonicalText,
    Fixity,
    Manifest,
    Representation,
    TextVersion,
    WordBox,
)
from archive.model.pages import PageBox
from archive.model.redaction import (
    Lost,
    Method,
    Reason,
    Redaction,
    RedactionPlan,
    Region,
    Review,
)

_compact = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_BOX_FIELDS = 7
_MANIFEST_FIELDS = tuple(field.name for field in fields(Manifest))
_SURE = 100  # percent


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
    texts = [asdict(one) for one in manifest.texts]
    return encode({**body, "objects": objects, "original": original, "texts": texts})


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest of its JSON form.

    Before texts had versions, the one text stood among `objects`; it is version 1.

    Raises:
        SealedObjectDamaged: a field is missing or of another type.
    """
    body = decode(data)
    try:
        body["objects"] = {
            Representation(name): Fixity(**fixity) for name, fixity in body["objects"].items()
        }
        body["original"] = Fixity(**body["original"])
        first = body["objects"].pop(Representation.CANONICAL_TEXT, None)
        body["texts"] = tuple(map(_decode_version, body.pop("texts", ())))
        if first is not None:
            body["texts"] = (TextVersion(1, "", first, ""), *body["texts"])
        return Manifest(**body)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SealedObjectDamaged from None


def _decode_version(body: dict[str, Any]) -> TextVersion:
    return TextVersion(**{**body, "fixity": Fixity(**body["fixity"])})


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
    body: dict[str, object] = {
        "record": plan.record,
        "text_digest": plan.text_digest,
        "redactions": [_encode_redaction(one) for one in plan.redactions],
        "lost": [[one.text_version, *_encode_redaction(one.redaction)] for one in plan.lost],
        "editors": list(editors),
        "regions": [_encode_region(one) for one in plan.regions],
    }
    if plan.restores is not None:
        body["restores"] = plan.restores
    if plan.title:
        body["title"] = plan.title
    return encode(body)


def _encode_region(one: Region) -> list[int | float | str]:
    box = one.box
    body = [one.page, box.left, box.bottom, box.right, box.top, one.reason.value]
    if one.method is Method.MANUAL:
        return body
    return [*body, one.method.value, one.detector, one.confidence]


def _decode_region(body: list[Any]) -> Region:
    page, left, bottom, right, top, reason, *found = body
    region = Region(page, PageBox(left, bottom, right, top), Reason(reason))
    if not found:
        return region
    method, detector, confidence = found
    return replace(region, method=Method(method), detector=detector, confidence=confidence)


def _encode_redaction(one: Redaction) -> list[int | str | None]:
    body = [one.start, one.end, one.reason.value, one.method.value, one.detector, one.source]
    if one.confidence != _SURE:
        return [*body, one.review.value, one.confidence]
    return [*body, one.review.value] if one.review else body


def _decode_redaction(body: list[Any]) -> Redaction:
    start, end, reason, method, detector, source, *more = body
    review, confidence = (more + ["", _SURE][len(more) :])[:2]
    return Redaction(
        start,
        end,
        Reason(reason),
        Method(method),
        detector,
        None if source is None else SourceRef(source),
        Review(review),
        confidence,
    )


def decode_plan(data: bytes) -> tuple[RedactionPlan, tuple[str, ...]]:
    """Return the plan and its editors' member ids.

    A redaction without a seventh field needs no review, one without an eighth is certain. A plan
    without `lost` lost nothing, one without `regions` has none.

    Raises:
        SealedObjectDamaged: a field is missing or of another type.
    """
    try:
        body = {"lost": (), "regions": (), "restores": None, "title": "", **decode(data)}
        plan = RedactionPlan(
            RecordId(body["record"]),
            body["text_digest"],
            redactions=tuple(map(_decode_redaction, body["redactions"])),
            lost=tuple(Lost(version, _decode_redaction(one)) for version, *one in body["lost"]),
            regions=tuple(map(_decode_region, body["regions"])),
            restores=body["restores"],
            title=body["title"],
        )
        return plan, tuple(body["editors"])
    except (KeyError, TypeError, ValueError):
        raise SealedObjectDamaged from None
