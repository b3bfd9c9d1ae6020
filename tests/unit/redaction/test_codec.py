"""The reading copy as bytes: one form only, and nothing else is taken for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import rfc8785

from archive import redaction
from archive.errors import SealedObjectDamaged
from archive.redaction import Description, decode_reading_copy, digest, encode_reading_copy
from tests.unit.redaction.disguises import RECORD, SALT, copy_of, hide

COPY = copy_of(
    "one 둘 three",
    hide(0, 3),
    hide(6, 11),
    description=Description("Números", "2024-05", "ko", {"kind": "letter"}),
)
Body = dict[str, Any]
Edit = Callable[[Body], Any]


def _written(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_every_name_of_the_package_is_there_when_it_is_asked_for() -> None:
    assert all(getattr(redaction, name).__class__ is not ModuleType for name in redaction.__all__)
    with pytest.raises(AttributeError):
        redaction.__getattr__("nothing")


def test_copy_comes_back_as_it_was() -> None:
    assert decode_reading_copy(encode_reading_copy(COPY)) == COPY


def test_bytes_are_the_documented_form() -> None:
    assert encode_reading_copy(COPY).decode() == (
        '{"date":"2024-05","format":"strongroom-reading-copy-1","language":"ko","markers":['
        '{"end":14,"label":"[redacted: S1]","start":0},'
        '{"end":31,"label":"[redacted: S1]","start":17}],'
        '"metadata":{"kind":"letter"},'
        f'"record":"{RECORD}","salt":"{SALT}",'
        '"text":"[redacted: S1] 둘 [redacted: S1]","title":"Números"}'
    )


def test_bytes_are_canonical_json_of_rfc_8785() -> None:
    odd = copy_of('\t"\\/\x7f\u2028\U0001f4a7', description=Description("é\u00ad가"))
    for copy in (COPY, odd):
        body = encode_reading_copy(copy)
        assert rfc8785.dumps(json.loads(body)) == body


def test_digest_is_sha256_of_the_bytes_and_depends_on_the_salt() -> None:
    body = encode_reading_copy(COPY)
    assert digest(COPY) == hashlib.sha256(body).hexdigest()
    other = json.loads(body) | {"salt": "0" * 32}
    assert digest(decode_reading_copy(_written(other))) != digest(COPY)


EDITS: dict[str, Edit] = {
    "unknown field": lambda b: b.update(path="/secret"),
    "missing field": lambda b: b.pop("salt"),
    "missing format": lambda b: b.pop("format"),
    "other format": lambda b: b.update(format="strongroom-reading-copy-2"),
    "short salt": lambda b: b.update(salt="00"),
    "capital salt": lambda b: b.update(salt="A" * 32),
    "text is a list": lambda b: b.update(text=["x"]),
    "title is nothing": lambda b: b.update(title=None),
    "date is a number": lambda b: b.update(date=2024),
    "metadata key": lambda b: b["metadata"].update(author="x"),
    "metadata value": lambda b: b["metadata"].update(kind=1),
    "metadata is a list": lambda b: b.update(metadata=[]),
    "markers are nothing": lambda b: b.update(markers=None),
    "marker out of place": lambda b: b["markers"][0].update(start=1),
    "marker says otherwise": lambda b: b["markers"][0].update(label="[redacted: S2]"),
    "marker is no marker": lambda b: b["markers"].append({"start": 15, "end": 16, "label": "둘"}),
    "markers out of order": lambda b: b["markers"].reverse(),
    "marker twice": lambda b: b["markers"].insert(0, b["markers"][0]),
    "marker of true": lambda b: b["markers"][0].update(start=False),
    "marker with more": lambda b: b["markers"][0].update(hidden="x"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_changed_fields_are_refused(edit: Edit) -> None:
    body = json.loads(encode_reading_copy(COPY))
    edit(body)
    with pytest.raises(SealedObjectDamaged):
        decode_reading_copy(_written(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        encode_reading_copy(COPY) + b"\n",
        encode_reading_copy(COPY).replace(b":", b": ", 1),
        encode_reading_copy(COPY).replace("둘".encode(), b"\\ub458"),
    ],
    ids=["empty", "null", "list", "no text", "deep", "newline", "space", "escape"],
)
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(SealedObjectDamaged):
        decode_reading_copy(body)
