"""T3: of a name in every part of an Office file or a mail, nothing is left in its reading copy."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from archive.extraction import Sandbox, media_type
from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction import (
    Description,
    SourceMatcher,
    default_detectors,
    encode_reading_copy,
    leaks,
    propose,
    text_digest,
)
from archive.redaction.pages import typeset
from archive.redaction.render import render
from tests.canary import scan
from tests.unit.extraction import office_maker
from tests.unit.redaction.page_maker import SECRET, STAYS

NAMES = SECRET.split()
MAKERS = {
    "docx": (office_maker.docx, office_maker.DOCX),
    "xlsx": (office_maker.xlsx, office_maker.XLSX),
    "pptx": (office_maker.pptx, office_maker.PPTX),
    "odt": (office_maker.odt, office_maker.ODT),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _mail() -> bytes:
    message = EmailMessage()
    message["From"] = f"{SECRET} <zorayda.quillfeather@post.example>"
    message["To"] = "desk@post.example"
    message["Subject"] = f"From {SECRET}"
    message["Message-ID"] = "<zorayda.quillfeather.1@post.example>"
    message["X-Sender"] = SECRET
    message.set_content(f"{STAYS}.\n\nYours,\n{SECRET}\n")
    message.add_alternative(
        f"<p title='{SECRET}'>{STAYS}.<!-- {SECRET} --><b hidden>{SECRET}</b>", subtype="html"
    )
    message.add_attachment(SECRET.encode(), "text", "plain", filename=f"{SECRET}.txt")
    return message.as_bytes()


def _made(kind: str) -> bytes:
    if kind == "mail":
        return _mail()
    make, places = MAKERS[kind]
    return make(dict.fromkeys(places, SECRET))


@pytest.mark.parametrize("kind", [*MAKERS, "mail"])
def test_no_carrier_of_an_office_file_or_a_mail_survives(
    kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    data = _made(kind)
    found = sandbox.read(media_type(data), data)
    assert found.text is not None
    text = found.text.text
    assert NAMES[1] in text
    register = SourceMatcher([SourceForms(SourceRef("S-0042"), (SECRET,))])
    hidden = propose(text, register, default_detectors(), hints=True)
    copy = render(
        RedactionPlan(RecordId("r"), text_digest(text), hidden),
        text,
        Description(found.metadata.get("title", ""), None, None, found.metadata),
        matcher=register,
        detectors=default_detectors(),
        salt="0" * 32,
    )
    assert leaks(copy, register) == ()
    assert (kind == "mail") == (STAYS in copy.text)
    (tmp_path / "copy.json").write_bytes(encode_reading_copy(copy))
    (tmp_path / "copy.pdf").write_bytes(typeset(copy.title, copy.text))
    assert scan([tmp_path], [*NAMES, "quillfeather", "zorayda"]) == []
