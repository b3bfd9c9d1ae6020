"""Faces on pages are found in the confined child, however the page is turned; drawings are none."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from archive.errors import ReaderFailed
from archive.extraction import (
    IMAGE_FACES,
    PDF_FACES,
    Confinement,
    Faces,
    Order,
    Sandbox,
    face_model_state,
    faces,
    parse_faces,
)
from archive.extraction.readers.face_finding import Spot, united
from archive.model.objects import Attachment, Extraction
from archive.model.pages import FoundFace, PageBox
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import encoded, picture

PORTRAIT = Path(__file__).parents[2] / "samples" / "pictures" / "portrait.jpg"
EYES = (129, 105)  # between them, in pixels of the portrait from its upper left corner


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _faces(sandbox: Sandbox, data: bytes, question: str = IMAGE_FACES) -> Faces:
    return parse_faces(sandbox.ask(question, data, bytes(Order(0, 16))))


def _portrait() -> Image.Image:
    return Image.open(PORTRAIT).convert("RGB")


def _holds(box: PageBox, x: float, y: float) -> bool:
    return box.left < x < box.right and box.bottom < y < box.top


def _on_paper(photo: Image.Image, at: tuple[int, int]) -> bytes:
    """Return a scanned sheet, 144 dots per inch, with lines of print and a photograph."""
    sheet = picture("\n".join(["The minutes were read and approved."] * 12)).convert("L")
    page = Image.new("L", (1190, 1684), 255)
    page.paste(sheet.crop((0, 0, 1190, 1684)), (0, 900))
    page.paste(photo.convert("L"), at)
    return encoded(page, "PNG", dpi=(144, 144))


def test_the_model_is_the_pinned_one() -> None:
    assert face_model_state() == "ready"


@pytest.mark.parametrize("turns", range(4))
def test_a_face_is_found_where_it_is_whichever_side_is_up(sandbox: Sandbox, turns: int) -> None:
    found = _faces(sandbox, encoded(_portrait().rotate(90 * turns, expand=True)))
    assert found.seen == {0: (320.0, 320.0)}
    x, y = EYES
    for _ in range(turns):  # a quarter to the left
        x, y = y, 320 - x
    sure = [one.box for one in found.found if one.confidence > 60]
    assert sure
    assert all(_holds(box, x, 320 - y) for box in sure), "each side gives the same place"
    assert all(box.right - box.left < 200 for box in sure)


def test_a_small_photograph_on_a_scanned_page_is_seen(sandbox: Sandbox) -> None:
    data = _on_paper(_portrait().resize((120, 120)), (700, 300))
    found = _faces(sandbox, data)
    x, y = (700 + EYES[0] * 120 / 320) / 2, (1684 - 300 - EYES[1] * 120 / 320) / 2
    assert any(_holds(one.box, x, y) for one in found.found)


def test_every_frame_and_every_page_is_looked_at(sandbox: Sandbox) -> None:
    blank, photo = Image.new("RGB", (320, 320), "white"), _portrait()
    tiff = BytesIO()
    blank.save(tiff, "TIFF", save_all=True, append_images=[photo])
    found = _faces(sandbox, tiff.getvalue())
    assert (found.total, sorted(found.seen)) == (2, [0, 1])
    assert {one.page for one in found.found} == {1}
    pdf = BytesIO()
    blank.save(pdf, "PDF", save_all=True, append_images=[photo])
    found = _faces(sandbox, pdf.getvalue(), PDF_FACES)
    assert (found.total, sorted(found.seen)) == (2, [0, 1])
    assert {one.page for one in found.found} == {1}


def test_a_page_of_print_has_no_face_and_is_looked_at(sandbox: Sandbox) -> None:
    pdf = make([Page(lines("A letter about nobody.\n" * 20))])
    found = _faces(sandbox, pdf, PDF_FACES)
    assert (found.total, list(found.seen), found.found) == (1, [0], ())


def test_what_looks_at_pictures_is_confined_like_all_readers(sandbox: Sandbox) -> None:
    assert all(one.stopped for one in sandbox.check(Confinement.VISION).canaries)


@pytest.mark.parametrize(
    "line", ["nonsense", "0 1.000", "0 1.000 2.000 3.000", "-1 1.000 2.000", "0 1 2", "1 2.0 3.0"]
)
def test_an_answer_that_is_no_description_is_refused(line: str) -> None:
    answer = Extraction(None, attachments=(Attachment(line, "text/plain", b""),))
    with pytest.raises(ReaderFailed):
        parse_faces(answer)


def test_a_face_without_size_or_on_no_page_is_left_out() -> None:
    face = FoundFace(0, PageBox(1.0, 2.0, 3.0, 4.0), 50)
    flat, strange = FoundFace(0, PageBox(3.0, 2.0, 3.0, 4.0), 50), FoundFace(7, face.box, 50)
    described = [
        faces.describe_total(1),
        faces.describe_page(0, 10.0, 20.0),
        *map(faces.describe_face, (face, flat, strange)),
    ]
    attachments = tuple(Attachment(one, "text/plain", b"") for one in described)
    assert parse_faces(Extraction(None, attachments=attachments)) == Faces(
        1, {0: (10.0, 20.0)}, (face,)
    )


def test_finds_of_one_face_are_one_in_all_their_extent_and_others_stay() -> None:
    sure, wide, far = (
        Spot(10, 10, 50, 50, 0.9),
        Spot(8, 12, 55, 52, 0.3),
        Spot(100, 10, 140, 50, 0.2),
    )
    assert united([far, wide, sure]) == [Spot(8, 10, 55, 52, 0.9), far]


def test_another_file_than_the_pinned_one_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / faces.PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('no code of it is run')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert face_model_state() == "absent"
    (package / faces.FILE).write_bytes(b"other weights")
    assert face_model_state() == "altered"
