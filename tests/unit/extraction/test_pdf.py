"""PDF text is built from characters, so that every word has its place on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import ReaderFailed
from archive.extraction import NoText
from archive.extraction.readers.pdf import PdfReader
from archive.model.objects import CanonicalText, Extraction
from archive.sample_accession import folder
from tests.unit.extraction import pdf_maker
from tests.unit.extraction.pdf_maker import Page, lines, make

SAMPLES = Path(__file__).parents[2] / "samples" / "documents"


def read(data: bytes) -> Extraction:
    return PdfReader().read(data)


def text_of(data: bytes) -> CanonicalText:
    found = read(data).text
    assert found is not None
    return found


def words(found: CanonicalText) -> list[str]:
    return [found.text[box.start : box.end] for box in found.boxes]


def test_every_word_has_a_box_on_its_page() -> None:
    found = text_of(make([Page(lines("Rice is\ndear")), Page(lines("again"))]))
    assert found.text == "Rice is\ndear\nagain"
    assert found.pages == (0, 13)
    assert words(found) == ["Rice", "is", "dear", "again"]
    assert [box.page for box in found.boxes] == [0, 0, 0, 1]
    rice, _, dear, _ = found.boxes
    assert rice.left == pytest.approx(50, abs=2)
    assert rice.bottom == pytest.approx(500, abs=2)
    assert dear.top < rice.bottom


@pytest.mark.parametrize("document", sorted(folder().glob("print/*.pdf")), ids=lambda p: p.stem)
def test_the_boxes_of_the_sample_accession_cover_its_words(document: Path) -> None:
    found = text_of(document.read_bytes())
    assert words(found) == found.text.split()
    for box in found.boxes:
        assert 0 <= box.left < box.right <= 420
        assert 0 <= box.bottom < box.top <= 596


@pytest.mark.parametrize(
    ("turn", "start"), [(0, (30, 80)), (90, (80, 370)), (180, (370, 520)), (270, (520, 30))]
)
def test_boxes_are_where_the_turned_page_shows_the_word(turn: int, start: tuple[int, int]) -> None:
    page = Page(lines("Mark", left=130, top=280), box=(100, 200, 500, 800), rotate=turn)
    box = text_of(make([page])).boxes[0]
    corner = {
        0: (box.left, box.bottom),
        90: (box.left, box.top),
        180: (box.right, box.top),
        270: (box.right, box.bottom),
    }[turn]
    assert corner == pytest.approx(start, abs=3)
    assert box.left < box.right
    assert box.bottom < box.top


def test_text_beside_the_page_is_text_with_a_box_at_the_edge() -> None:
    found = text_of(make([Page(lines("Hidden", left=-300))]))
    assert found.text == "Hidden"
    assert (found.boxes[0].left, found.boxes[0].right) == (0, 0)


def test_a_hyphen_at_a_line_end_stays_with_its_line_end() -> None:
    found = text_of(make([Page(lines("the cross-\ning and Chol-\nryong"))]))
    assert found.text == "the cross-\ning and Chol-\nryong"
    assert words(found) == ["the", "cross-", "ing", "and", "Chol-", "ryong"]
    assert text_of(make([Page(lines("ends with-"))])).text == "ends with-"


def test_characters_beyond_the_basic_plane_are_one_code_point() -> None:
    found = text_of(pdf_maker.beyond_the_basic_plane("0041D83DDE00"))
    assert found.text == "A\U0001f600 A\U0001f600"
    assert words(found) == ["A\U0001f600", "A\U0001f600"]


def test_half_a_surrogate_pair_is_neutralised() -> None:
    assert text_of(pdf_maker.beyond_the_basic_plane("0041D83D")).text == "A\ufffd A\ufffd"


def test_document_information_is_metadata() -> None:
    info = (
        "/Title (Market) /Author (P. M.-h.) /Subject (x) /Keywords (rice) /Producer (none)"
        "/CreationDate (D:20240503101500+09'00') /ModDate (D:20240601)"
    )
    assert read(make([Page(lines("x"))], info=info)).metadata == {
        "title": "Market",
        "author": "P. M.-h.",
        "subject": "x",
        "keywords": "rice",
        "producer": "none",
        "date": "2024-05-03",
        "modified": "2024-06-01",
        "pages": "1",
    }


def test_a_scanned_document_is_reported_as_images() -> None:
    assert read(pdf_maker.image_only()).reason == NoText.IMAGES.value


def test_a_blank_document_is_reported_as_empty() -> None:
    assert read(make([Page("")])).reason == NoText.EMPTY.value


def test_a_document_with_some_text_pages_has_text() -> None:
    found = text_of(make([Page(""), Page(lines("here")), Page("")]))
    assert found.text == "\nhere\n"
    assert found.pages == (0, 1, 6)


def test_a_protected_document_is_reported_with_its_metadata_unread() -> None:
    found = read((SAMPLES / "protected.pdf").read_bytes())
    assert found == Extraction(None, reason=NoText.PROTECTED.value)


def test_embedded_files_are_attachments() -> None:
    found = read((SAMPLES / "with-attachment.pdf").read_bytes())
    assert [(one.untrusted_name, one.data) for one in found.attachments] == [
        ("counts.csv", b"day,wagons\n1,31\n")
    ]


def test_a_page_that_cannot_be_loaded_is_counted() -> None:
    whole = make([Page(lines("first")), Page(lines("second"))])
    broken = whole.replace(b"8 0 obj\n<< /Type /Page /Parent", b"8 0 obj\n[[ /Type /Page /Parent")
    found = read(broken)
    assert found.text is not None
    assert "first" in found.text.text
    assert found.metadata.get("unreadable-pages") == "1"


def test_damage_at_the_end_is_repaired_or_refused() -> None:
    whole = make([Page(lines("kept words"))])
    assert text_of(whole[: whole.rindex(b"xref")]).text == "kept words"
    for size in (8, 60, 120):
        with pytest.raises(ReaderFailed):
            read(whole[:size])
