"""Pages of reading copies: bound by the approval, rebuilt and looked at before they go out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from archive.errors import (
    IntegrityError,
    InvalidValue,
    NotPermitted,
    PageNotRebuilt,
    RecordNotFound,
    ReleaseBlocked,
    WrongPlanState,
)
from archive.model.access import Role
from archive.model.ids import RecordId
from archive.model.objects import Representation
from archive.model.pages import PageBox
from archive.model.provenance import EventType
from archive.model.redaction import Reason, Region
from archive.services import audit
from archive.services.intake import ingest
from archive.services.intake.ingest import Upload
from archive.services.reading_room import exports
from archive.services.reading_room.exports import Form
from archive.services.redaction import redact
from archive.services.redaction.leakchecks import leakcheck
from tests.canary import scan
from tests.unit.extraction.pdf_maker import Page, lines, make, stream
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found

COPY = Representation.READING_COPY.value
LIES = stream(
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
    "1 begincodespacerange <00> <ff> endcodespacerange "
    "1 beginbfrange <41> <7a> <0044> endbfrange endcmap end end"
)
LYING_FONT = (
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding "
    "/ToUnicode 5 0 R >>"
)
FILES = {
    "letter.pdf": make(
        [
            Page(lines(f"A letter of {SOURCE_NAME} to the mill.\nIt was raining all day.")),
            Page(lines("The second page names nobody. It ends here.")),
        ]
    ),
    "lies.pdf": make([Page(lines(f"Kept by {SOURCE_NAME} himself."))], "", LYING_FONT, LIES),
    "note.txt": b"A note that names nobody at all.\n",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("pages") / "archive", Clock())
    made.take_in(FILES)
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def letter(house: Household) -> RecordId:
    """A released letter, of which a word of page two, which is one line, is hidden by region."""
    record = house.records["letter.pdf"]
    me = house.session(Role.ARCHIVIST)
    redact.propose(house.archive, me, record)
    region = Region(1, PageBox(232, 498, 254, 510), Reason.LEGAL)
    redact.mark(house.archive, me, record, region=region)
    redact.submit(house.archive, me, record)
    head = house.session(Role.CUSTODIAN)
    redact.approve(house.archive, head, record)
    redact.release(house.archive, head, record)
    return record


def _pages(house: Household, record: RecordId) -> bytes:
    reader = house.session(Role.RESEARCHER)
    return exports.export(house.archive, reader, record, Form.PDF).data


def test_the_released_copy_binds_its_pages_and_they_are_the_previewed_ones(
    house: Household, letter: RecordId
) -> None:
    me = house.session(Role.ARCHIVIST)
    pages = redact.preview(house.archive, me, letter).pages
    pdf = _pages(house, letter)
    assert pages is not None
    assert (pages.digest, pages.size, pages.count) == (hashlib.sha256(pdf).hexdigest(), len(pdf), 2)
    assert redact.preview_pages(house.archive, me, letter) == pdf


def test_no_byte_of_the_pages_or_of_the_archive_names_the_source(
    house: Household, letter: RecordId, tmp_path: Path
) -> None:
    (tmp_path / "copy.pdf").write_bytes(_pages(house, letter))
    words = SOURCE_NAME.split()
    assert scan([tmp_path / "copy.pdf", house.archive.folder.path], words) == []


def test_a_region_hides_its_words_in_the_text_too(house: Household, letter: RecordId) -> None:
    reader = house.session(Role.RESEARCHER)
    text = exports.export(house.archive, reader, letter, Form.TEXT).data.decode()
    assert "[redacted: S6]" in text
    assert "ends" not in text
    assert "names nobody" in text


def test_every_export_and_picture_is_in_the_ledger_before_it_leaves(
    house: Household, letter: RecordId
) -> None:
    def count() -> int:
        kinds = (EventType.EXPORT.value.encode(), EventType.VIEW.value.encode())
        with house.archive.catalog.read() as snapshot:
            bodies = snapshot.ledger.later_bodies(letter, -1)
            return sum(any(kind in body for kind in kinds) for body in bodies)

    before = count()
    _pages(house, letter)
    picture = exports.page_picture(
        house.archive, house.session(Role.RESEARCHER), letter, 2, exports.THUMBNAIL_DPI
    )
    assert picture.startswith(b"\x89PNG\r\n")
    assert count() == before + 2


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_is_not_there_is_not_found(
    house: Household, letter: RecordId, number: int
) -> None:
    with pytest.raises(RecordNotFound):
        exports.page_picture(
            house.archive, house.session(Role.RESEARCHER), letter, number, exports.SCREEN_DPI
        )


def test_an_auditor_gets_no_page(house: Household, letter: RecordId) -> None:
    with pytest.raises(NotPermitted):
        exports.export(house.archive, house.session(Role.AUDITOR), letter, Form.PDF)


@pytest.mark.parametrize(
    "box",
    [
        PageBox(50, 480, 500, 496),
        PageBox(50, 480, 40, 496),
        PageBox(50, 480, 50, 496),
        PageBox(50, 590, 60, 700),
    ],
)
def test_a_region_off_the_page_is_refused(house: Household, box: PageBox) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["lies.pdf"]
    with pytest.raises(InvalidValue):
        redact.mark(house.archive, me, record, region=Region(0, box, Reason.LEGAL))


def test_a_region_on_no_page_or_of_a_text_is_refused(house: Household) -> None:
    me, box = house.session(Role.ARCHIVIST), PageBox(1, 1, 9, 9)
    for name, page in (("lies.pdf", 1), ("note.txt", 0)):
        with pytest.raises(InvalidValue):
            redact.mark(
                house.archive, me, house.records[name], region=Region(page, box, Reason.LEGAL)
            )


def test_a_name_that_only_the_eye_can_read_blocks_until_it_is_hidden(house: Household) -> None:
    record = house.records["lies.pdf"]
    me, head = house.session(Role.ARCHIVIST), house.session(Role.CUSTODIAN)
    if redact.propose(house.archive, me, record).redactions:
        redact.unmark(house.archive, me, record, (0, 1000))
    redact.submit(house.archive, me, record)
    redact.approve(house.archive, head, record)
    with pytest.raises(ReleaseBlocked):
        redact.release(house.archive, head, record)
    report = leakcheck(house.archive, me, record)
    assert {leak.field for leak in report.leaks} == {"page-1:seen"}
    region = Region(0, PageBox(40, 490, 300, 520), Reason.LEGAL)
    redact.mark(house.archive, me, record, region=region)
    redact.submit(house.archive, me, record)
    redact.approve(house.archive, head, record)
    redact.release(house.archive, head, record)
    taken = redact.unmark(house.archive, me, record, region=replace(region, reason=Reason.CONTACT))
    assert taken.regions == ()
    redact.withdraw(house.archive, head, record, "over")
    with pytest.raises(RecordNotFound):
        _pages(house, record)
    require_all_accounted_for(house)


def test_text_alone_can_be_submitted(house: Household) -> None:
    house.take_in({"alone.pdf": FILES["lies.pdf"] + b"\n"})
    record, me = house.records["alone.pdf"], house.session(Role.ARCHIVIST)
    redact.propose(house.archive, me, record)
    redact.submit(house.archive, me, record, text_only=True)
    assert redact.preview(house.archive, me, record).pages is None
    with pytest.raises(RecordNotFound):
        redact.preview_pages(house.archive, me, record)
    redact.reject(house.archive, house.session(Role.CUSTODIAN), record, "no")


def test_a_copy_without_pages_is_set_on_pages_from_its_own_text(house: Household) -> None:
    house.release("note.txt")
    pdf = _pages(house, house.records["note.txt"])
    with house.archive.sandbox() as sandbox:
        text = sandbox.ask("application/pdf", pdf).text
    assert text is not None
    assert "names nobody at all." in text.text


def test_a_photograph_without_words_is_released_with_what_was_hidden_on_it(
    house: Household,
) -> None:
    from PIL import Image

    from tests.unit.extraction.picture_maker import encoded

    name, me = "photo.png", house.session(Role.ARCHIVIST)
    sky = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    uploads = [Upload(name, BytesIO(encoded(sky)))]
    (report,) = ingest.ingest(house.archive, me, uploads)
    assert report.record is not None
    house.records[name] = report.record
    region = Region(0, PageBox(100, 100, 200, 200), Reason.OPERATIONAL)
    redact.mark(house.archive, me, report.record, region=region)
    redact.submit(house.archive, me, report.record)
    head = house.session(Role.CUSTODIAN)
    redact.approve(house.archive, head, report.record)
    redact.release(house.archive, head, report.record)
    reader = house.session(Role.RESEARCHER)
    shown = exports.page_picture(house.archive, reader, report.record, 1, 72)
    picture = Image.open(BytesIO(shown), formats=["PNG"]).convert("L")
    assert picture.getpixel((150, 150)) < 12
    assert picture.getpixel((150, 280)) > 150


def require_all_accounted_for(house: Household) -> None:
    """What is stored is what the ledger says is there, pages of reading copies included."""
    held = audit.holdings(house.archive.catalog, house.archive.folder.vkeys)
    told = audit.inventory(held, house.archive.store, ())
    assert (told.extra, told.missing) == ([], [])


@pytest.mark.usefixtures("letter")
def test_an_inventory_knows_the_pages_that_are_out(house: Household) -> None:
    require_all_accounted_for(house)


def test_pages_of_another_record_are_not_handed_out(house: Household, letter: RecordId) -> None:
    with house.archive.catalog.read() as snapshot:
        (mine,) = [r for r in snapshot.objects.for_record(letter) if r.representation == COPY]
        other = next(iter(snapshot.objects.for_record(house.records["note.txt"])))
    with house.archive.catalog.write() as tx:
        tx.objects.drop(mine.digest)
        tx.objects.drop(other.digest)
        tx.objects.add_many([replace(mine, digest=other.digest)])
    try:
        with pytest.raises(IntegrityError):
            _pages(house, letter)
    finally:
        with house.archive.catalog.write() as tx:
            tx.objects.drop(other.digest)
            tx.objects.add_many([mine, other])
    assert _pages(house, letter).startswith(b"%PDF")


def test_withdrawing_takes_the_pages_out_of_the_store(house: Household) -> None:
    name = "harbour.pdf"
    house.take_in({name: make([Page(lines("A page that names nobody."))])})
    before = set(house.archive.store.digests())
    house.release(name)
    (pages,) = set(house.archive.store.digests()) - before
    redact.withdraw(
        house.archive, house.session(Role.CUSTODIAN), house.records[name], "no longer wanted"
    )
    assert pages not in set(house.archive.store.digests())


def test_pages_that_are_rebuilt_otherwise_are_not_released(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "mill.pdf"
    house.take_in({name: make([Page(lines("Another page that names nobody."))])})
    house.submit(name)
    head = house.session(Role.CUSTODIAN)
    redact.approve(house.archive, head, house.records[name])
    monkeypatch.setattr("archive.redaction.pages.streams._INK", 40)
    with pytest.raises(PageNotRebuilt):
        redact.release(house.archive, head, house.records[name])
    monkeypatch.undo()
    redact.release(house.archive, head, house.records[name])


def test_a_record_whose_pages_cannot_be_rendered_says_so(house: Household) -> None:
    from PIL import Image

    from tests.unit.extraction.picture_maker import encoded, picture

    whole = encoded(picture("A sheet that names nobody"), "TIFF")
    assert Image.open(BytesIO(whole)).size
    name = "sheet.tiff"
    house.take_in({name: whole[: len(whole) - len(whole) // 3]})
    me = house.session(Role.ARCHIVIST)
    redact.propose(house.archive, me, house.records[name])
    with pytest.raises(PageNotRebuilt):
        redact.submit(house.archive, me, house.records[name])
    with pytest.raises(WrongPlanState):
        redact.approve(house.archive, house.session(Role.CUSTODIAN), house.records[name])
    redact.submit(house.archive, me, house.records[name], text_only=True)
