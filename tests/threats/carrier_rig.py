"""What a researcher gets of a document in which the register alone is hidden."""

from __future__ import annotations

from dataclasses import dataclass

from archive.extraction import Sandbox, media_type
from archive.model.ids import RecordId
from archive.model.redaction import RedactionPlan
from archive.redaction import (
    Description,
    SourceMatcher,
    encode_reading_copy,
    leaks,
    propose,
    text_digest,
)
from archive.redaction.pages import typeset
from archive.redaction.render import render


@dataclass(frozen=True, slots=True)
class Released:
    """Reading copies of a document and of all that is enclosed in it, as text and as bytes."""

    texts: list[str]
    files: list[bytes]


def released(sandbox: Sandbox, data: bytes, register: SourceMatcher, name: str = "") -> Released:
    """Return the copies of a document of that file name, with the gate asked about each."""
    found = sandbox.read(media_type(data), data)
    seen = Released([], [])
    if found.text is not None:
        text = found.text.text
        hidden = propose(text, register, (), hints=True)
        copy = render(
            RedactionPlan(RecordId("r"), text_digest(text), hidden),
            text,
            Description(found.metadata.get("title", name), None, None, found.metadata),
            matcher=register,
            detectors=(),
            salt="0" * 32,
        )
        assert leaks(copy, register) == ()
        seen.texts.append(copy.text)
        seen.files.extend([encode_reading_copy(copy), typeset(copy.title, copy.text)])
    for one in found.attachments:
        inside = released(sandbox, one.data, register, one.untrusted_name)
        seen.texts.extend(inside.texts)
        seen.files.extend(inside.files)
    return seen
