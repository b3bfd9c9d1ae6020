"""T3: of a name in every part of an Office file or a mail, nothing is left in its reading copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.extraction import Sandbox, media_type
from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import RedactionPlan
from archive.model.sources import SourceForms
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
from tests.canary import scan
from tests.unit.extraction.rare_carriers import carriers, made
from tests.unit.redaction.page_maker import SECRET, STAYS

NAMES = SECRET.split()
MAKERS = ("docx", "xlsx", "pptx", "odt")
KINDS = {"docx": 40, "xlsx": 50, "pptx": 20, "odt": 19, "ods": 12, "odp": 7, "rtf": 24, "mail": 30}
"""Kinds of documents, and in how many places of them the name stands at least."""
REGISTER = SourceMatcher([SourceForms(SourceRef("S-0042"), (SECRET,))])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@dataclass(frozen=True, slots=True)
class _Seen:
    """Reading copies of a document and of all that is enclosed in it, as bytes."""

    texts: list[str]
    files: list[bytes]


def _released(sandbox: Sandbox, data: bytes) -> _Seen:
    """Return what a researcher gets of a document in which the register alone is hidden."""
    found = sandbox.read(media_type(data), data)
    seen = _Seen([], [])
    if found.text is not None:
        text = found.text.text
        hidden = propose(text, REGISTER, (), hints=True)
        copy = render(
            RedactionPlan(RecordId("r"), text_digest(text), hidden),
            text,
            Description(found.metadata.get("title", ""), None, None, found.metadata),
            matcher=REGISTER,
            detectors=(),
            salt="0" * 32,
        )
        assert leaks(copy, REGISTER) == ()
        seen.texts.append(copy.text)
        seen.files.extend([encode_reading_copy(copy), typeset(copy.title, copy.text)])
    for one in found.attachments:
        inside = _released(sandbox, one.data)
        seen.texts.extend(inside.texts)
        seen.files.extend(inside.files)
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_no_carrier_of_an_office_file_or_a_mail_survives(
    kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    data = made(kind, SECRET)
    assert carriers(data, SECRET) >= KINDS[kind]
    seen = _released(sandbox, data)
    assert "[Source 0042]" in seen.texts[0]
    assert (STAYS in "".join(seen.texts)) == (kind not in MAKERS)
    for number, content in enumerate(seen.files):
        (tmp_path / f"{number}.copy").write_bytes(content)
    assert scan([tmp_path], [*NAMES, "quillfeather", "zorayda"]) == []
