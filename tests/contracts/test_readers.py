"""What every reader promises, whatever the format."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import SandboxError
from archive.extraction import Limits, NoText, Reader, Sandbox, media_type
from archive.extraction.canonical import neutralise
from archive.extraction.limits import (
    IMAGE_CODES,
    IMAGE_FACES,
    IMAGE_PAGES,
    IMAGE_SIGHTS,
    PAGE_WORDS,
    PDF_CODES,
    PDF_FACES,
    PDF_PAGES,
    PDF_PARTS,
    PDF_SIGHTS,
    SCANNED_PDF,
    SECOND_PDF,
)
from archive.extraction.readers import READERS
from archive.extraction.readers.office import OfficeReader
from archive.extraction.wire import PREFIX, Answer, encode_answer, parse_answer
from archive.model.objects import Extraction
from archive.redaction.pages import typeset
from tests.unit.extraction import office_maker
from tests.unit.extraction.container_maker import sevened, sound, tarred, zipped
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import coded, encoded, picture, scanned_pdf
from tests.unit.extraction.pst_maker import STRING, SUBJECT, Folder, Item, make_pst
from tests.unit.extraction.tnef_maker import make_tnef

EXAMPLES = {
    "text/plain": "# Market day\r\n\r\n쌀값이 올랐다.\r\n".encode(),
    "text/html": "<!DOCTYPE html><title>Market day</title><p>쌀값이 올랐다.".encode(),
    "message/rfc822": (
        "From: a@b.example\r\nTo: c@d.example\r\nSubject: Market day\r\n"
        "Date: Tue, 5 Mar 2024 09:00:00 +0900\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n쌀값이 올랐다.\r\n"
        '--x\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\ninside\r\n--x--\r\n'
    ).encode(),
    "application/mbox": (
        b"From a@b.example Tue Mar  5 09:00:00 2024\nFrom: a@b.example\nTo: c@d.example\n"
        b"Subject: Market day\n\nprices rose\n"
    ),
    "application/vnd.ms-outlook-pst": make_pst(
        Folder("Market day", [Item({(SUBJECT, STRING): "prices rose"})])
    ),
    "application/vnd.ms-tnef": make_tnef({0x37: "Market day", 0x1000: "prices rose"}),
    "audio/wav": sound(title="Market day"),
    "application/zip": zipped({"box/Market day.txt": b"prices rose", "b": b"more"}),
    "application/x-tar": tarred({"box/Market day.txt": b"prices rose", "b": b"more"}),
    "application/gzip": gzip.compress(tarred({"box/Market day.txt": b"prices rose"})),
    "application/x-7z-compressed": sevened({"box/Market day.txt": b"prices rose", "b": b"more"}),
    "application/pdf": make([Page(lines("Market day\nprices rose"))], info="/Title (Market day)"),
    OfficeReader.media_types[0]: office_maker.docx(),
    SCANNED_PDF: scanned_pdf("Market day at the harbour", title="Market day"),
    SECOND_PDF: make([Page(lines("Market day\nprices rose"))]),
    "image/png": encoded(picture("Prices rose again"), comment="Market day"),
    PDF_PAGES: make([Page(lines("Market day\nprices rose"))]),
    IMAGE_PAGES: encoded(picture("Prices rose again"), comment="Market day"),
    PDF_FACES: make([Page(lines("Market day\nprices rose"))]),
    IMAGE_FACES: encoded(picture("Prices rose again"), comment="Market day"),
    PAGE_WORDS: make([Page(lines("Market day", 20, 20), (0, 0, 144, 50))]),
    PDF_SIGHTS: encoded(picture("Market day", 24), "PDF", resolution=150),
    IMAGE_SIGHTS: encoded(picture("Market day", 24)),
    PDF_CODES: encoded(coded("Market day"), "PDF", resolution=150),
    IMAGE_CODES: encoded(coded("Market day"), dpi=(150, 150)),
    PDF_PARTS: typeset("Market day", "prices rose"),
    "image/svg+xml": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><title>Market day</title>'
        b"<text>prices rose</text></svg>"
    ),
}
TOLD = dict.fromkeys(
    (SCANNED_PDF, SECOND_PDF, PDF_PAGES, PDF_FACES, PAGE_WORDS, PDF_SIGHTS, PDF_CODES, PDF_PARTS),
    "application/pdf",
)
TOLD[IMAGE_PAGES] = TOLD[IMAGE_FACES] = TOLD[IMAGE_SIGHTS] = TOLD[IMAGE_CODES] = "image/png"
"""By their bytes, where that is not how a reader is asked."""
by_format = pytest.mark.parametrize(
    ("reader", "example"),
    [(reader, EXAMPLES[reader.media_types[0]]) for reader in READERS],
    ids=[reader.media_types[0] for reader in READERS],
)
few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def over_the_wire(found: Extraction) -> Extraction:
    frame = b"".join(encode_answer(Answer.READ, Limits(), found))
    header = PREFIX.unpack_from(frame)[1] + PREFIX.size
    return parse_answer(frame[PREFIX.size : header], frame[header:], Limits())


@by_format
def test_reads_its_example_and_says_who_read_it(reader: Reader, example: bytes) -> None:
    found = reader.read(example)
    if example is EXAMPLES["audio/wav"]:
        assert found.reason == NoText.SOUND.value
    elif reader.media_types[0] in (PDF_PAGES, IMAGE_PAGES, PDF_FACES, IMAGE_FACES):
        assert found.reason == NoText.IMAGES.value
        assert [one.data for one in found.attachments]
        return
    else:
        assert found.text is not None
        assert found.text.reader == reader.name
        assert found.reason is None
    said = [found.metadata.get(name, "") for name in ("title", "subject", "comment")]
    shown = said if any(said) or found.text is None else [found.text.text]
    assert any("Market day" in one for one in shown)


@by_format
def test_its_example_is_told_by_its_signature(reader: Reader, example: bytes) -> None:
    kind = reader.media_types[0]
    assert media_type(example) == TOLD.get(kind, kind)


@by_format
def test_its_text_is_canonical_already(reader: Reader, example: bytes) -> None:
    text = reader.read(example).text
    words = text.text if text else ""
    assert neutralise(words) == words
    assert "\r" not in words


@by_format
def test_its_answer_passes_the_check_of_the_parent_unchanged(
    reader: Reader, example: bytes
) -> None:
    found = reader.read(example)
    checked = over_the_wire(found)
    assert (checked.text, checked.metadata) == (found.text, found.metadata)
    assert [one.data for one in checked.attachments] == [one.data for one in found.attachments]


@by_format
def test_it_answers_alike_inside_the_sandbox(
    reader: Reader, example: bytes, sandbox: Sandbox
) -> None:
    assert sandbox.read(reader.media_types[0], example) == over_the_wire(reader.read(example))


@by_format
@few
@given(data=st.binary(max_size=400))
def test_arbitrary_bytes_end_in_an_extraction_or_reader_failed(
    reader: Reader, example: bytes, data: bytes
) -> None:
    for content in (data, example[: len(example) // 2] + data):
        try:
            found = reader.read(content)
        except SandboxError:
            continue
        assert found.text is not None or found.reason in {one.value for one in NoText}


@by_format
@few
@given(at=st.floats(0, 1, exclude_max=True), by=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_example_costs_no_more_than_itself(
    reader: Reader, example: bytes, sandbox: Sandbox, at: float, by: int, cut: bool
) -> None:
    place = int(at * len(example))
    changed = bytes([example[place] ^ by])
    damaged = example[:place] + (b"" if cut else changed + example[place + 1 :])
    try:
        found = sandbox.read(reader.media_types[0], damaged)
    except SandboxError:
        return
    assert (found.text is None) == (found.reason is not None)


@by_format
def test_nothing_at_all_is_no_text(reader: Reader, example: bytes) -> None:
    with suppress(SandboxError):
        assert reader.read(b"").text is None
