"""T3: pictures inside Office files and mail are records of their own, hidden like any picture.

The reading copy of the file that holds them is text and carries no picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from archive.model.access import Role
from archive.model.ids import RecordId
from archive.model.pages import PageBox
from archive.services.intake.ingest import Upload, ingest
from archive.services.reading_room import access, exports
from archive.services.redaction import redact
from tests.canary import scan
from tests.small_archive import propose_registered
from tests.unit.extraction import office_maker
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found

PORTRAIT = (Path(__file__).parents[1] / "samples" / "pictures" / "portrait.jpg").read_bytes()
EYES, BESIDE = (129, 105), (300, 150)  # pixels, and points, from the upper left corner
STAYS = "The harbour ledger lists nine barrels"


def _sign() -> bytes:
    sheet = Image.new("RGB", (1000, 300), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(44)
    draw.text((30, 30), STAYS, fill="black", font=font)
    draw.text((30, 160), f"kept by {SOURCE_NAME}", fill="black", font=font)
    written = BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


def _document() -> bytes:
    pictures = {
        "word/media/image1.png": _sign(),
        f"word/media/{SOURCE_NAME}.jpeg": PORTRAIT,
        "docProps/thumbnail.jpeg": PORTRAIT,
    }
    return office_maker.docx(dict.fromkeys(office_maker.DOCX, STAYS), pictures)


def _letter() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "desk@post.example", "Pictures"
    message.set_content(f"{STAYS}.\n")
    message.add_related(_sign(), "image", "png", filename=f"{SOURCE_NAME}.png", cid="<sign>")
    message.add_attachment(PORTRAIT, "image", "jpeg", filename=f"{SOURCE_NAME}.jpg")
    return message.as_bytes()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("pictures") / "archive", Clock())
    yield made
    made.archive.close()


def _taken_in(house: Household, name: str, data: bytes) -> tuple[RecordId, list[RecordId]]:
    me = house.session(Role.ARCHIVIST)
    (report,) = ingest(house.archive, me, [Upload(name, BytesIO(data))])
    assert report.record is not None
    return report.record, [one.record for one in report.attachments if one.record is not None]


def _release(house: Household, record: RecordId) -> None:
    me, head = house.session(Role.ARCHIVIST), house.session(Role.CUSTODIAN)
    redact.submit(house.archive, me, record)
    redact.approve(house.archive, head, record)
    redact.release(house.archive, head, record)


def _out(house: Household, record: RecordId, place: Path) -> bytes:
    """Return the exported PDF; whatever a researcher gets lies below `place`."""
    reader = house.session(Role.RESEARCHER)
    for form in exports.Form:
        made = exports.export(house.archive, reader, record, form)
        (place / f"{record}.{form.value}").write_bytes(made.data)
        (place / f"{record}.{form.value}.json").write_bytes(made.manifest)
    (place / f"{record}.shown").write_text(repr(access.show(house.archive, reader, record)))
    return (place / f"{record}.pdf").read_bytes()


@pytest.mark.parametrize("make", [_document, _letter])
def test_names_and_faces_in_enclosed_pictures_are_hidden(
    make: object, house: Household, tmp_path: Path
) -> None:
    assert callable(make)
    me = house.session(Role.ARCHIVIST)
    whole, (sign, portrait) = _taken_in(house, "letter", make())
    view = redact.propose(house.archive, me, sign)
    assert SOURCE_NAME not in redact.preview(house.archive, me, sign).text
    assert view.found_by["register"] >= 1
    faces = redact.propose(house.archive, me, portrait).regions
    assert any(one.box.holds(PageBox(80, 320 - 185, 176, 320 - 20)) for one in faces)
    propose_registered(house.archive, me, whole)
    for record in (whole, sign, portrait):
        _release(house, record)
        _out(house, record, tmp_path)
    assert scan([tmp_path], [*SOURCE_NAME.split(), SOURCE_NAME.replace(" ", "")]) == []
    reader = house.session(Role.RESEARCHER)
    shown = exports.page_picture(house.archive, reader, portrait, 1, 72)
    picture = Image.open(BytesIO(shown), formats=["PNG"]).convert("L")
    assert picture.getpixel(EYES) < 12
    assert picture.getpixel(BESIDE) > 100
    assert STAYS in access.show(house.archive, reader, sign).text
    with pikepdf.open(BytesIO((tmp_path / f"{whole}.pdf").read_bytes())) as pdf:
        pictures = [one for one in pdf.objects if _is_picture(one)]
        assert len(pictures) == len(pdf.pages), "of its own text alone"
        assert all(one.ColorSpace == pikepdf.Name.DeviceGray for one in pictures)


def _is_picture(one: object) -> bool:
    return isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
