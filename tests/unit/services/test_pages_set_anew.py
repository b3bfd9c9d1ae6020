"""Pages that hide several places: set anew from submission to export, unless somebody insists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import PageNotRebuilt, SealedObjectDamaged
from archive.ledger import parse_entry
from archive.model.access import Role
from archive.model.ids import RecordId
from archive.model.redaction import ReadingCopy
from archive.redaction import decode_reading_copy, encode_reading_copy
from archive.services.reading_room import exports
from archive.services.reading_room.exports import Form
from archive.services.redaction import page_pictures, redact
from archive.services.redaction.gatekeeping import is_told_by_lines
from archive.services.redaction.plans import open_desk
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found

LINE = "nobody had seen a convoy on the road"
TWICE = make(
    [
        Page(lines(f"Here {SOURCE_NAME} says that\n{LINE}.\nAgain {SOURCE_NAME} says\n{LINE}.")),
        Page(lines("Kept apart.")),
    ]
)


def once(about: str) -> bytes:
    """Return a page that names the source one time."""
    return make([Page(lines(f"About {about}: {SOURCE_NAME} says that\n{LINE}."))])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("anew") / "archive", Clock())
    made.take_in({"twice.pdf": TWICE, "drawn.pdf": TWICE + b"\n"})
    yield made
    made.archive.close()


def _submit(house: Household, name: str, *, as_drawn: bool = False) -> RecordId:
    me, record = house.session(Role.ARCHIVIST), house.records[name]
    redact.propose(house.archive, me, record)
    redact.submit(house.archive, me, record, as_drawn=as_drawn)
    return record


def _approve(house: Household, record: RecordId) -> None:
    redact.approve(house.archive, house.session(Role.CUSTODIAN), record)


def _release(house: Household, record: RecordId) -> None:
    redact.release(house.archive, house.session(Role.CUSTODIAN), record)


def _preview(house: Household, record: RecordId) -> ReadingCopy:
    return redact.preview(house.archive, house.session(Role.ARCHIVIST), record)


def _links(house: Household, record: RecordId) -> list[dict[str, str]]:
    with house.archive.catalog.read() as snapshot:
        bodies = list(snapshot.ledger.later_bodies(record, -1))
    return [dict(parse_entry(body).links) for body in bodies]


def test_a_page_with_two_places_is_set_and_every_door_shows_the_same(house: Household) -> None:
    record = _submit(house, "twice.pdf")
    me = house.session(Role.ARCHIVIST)
    pages = _preview(house, record).pages
    assert pages is not None
    assert pages.origins == (None,)
    assert redact.plan(house.archive, me, record).anew
    previewed = redact.preview_pages(house.archive, me, record)
    assert redact.preview_pages(house.archive, me, record) == previewed
    picture = page_pictures.preview_page(house.archive, me, record, 1)
    assert (picture.width, picture.height) == (595.0, 842.0)
    assert page_pictures.preview_place(house.archive, me, record, 1).total == pages.count
    _approve(house, record)
    _release(house, record)
    reader = house.session(Role.RESEARCHER)
    exported = exports.export(house.archive, reader, record, Form.PDF)
    assert exported.data == previewed
    assert b'"set_anew":[1' in exported.manifest
    assert not any("drawn" in links for links in _links(house, record))


def test_whoever_insists_gets_them_drawn_and_the_ledger_says_so(house: Household) -> None:
    record = _submit(house, "drawn.pdf", as_drawn=True)
    me = house.session(Role.ARCHIVIST)
    view = redact.plan(house.archive, me, record)
    assert view.as_drawn
    assert view.anew
    _approve(house, record)
    _release(house, record)
    pages = _preview(house, record).pages
    assert pages is not None
    assert pages.insisted
    assert not pages.is_anew
    assert sum("drawn" in links for links in _links(house, record)) >= 2


def test_a_new_submission_asks_anew_whether_to_draw(house: Household) -> None:
    record = house.records["drawn.pdf"]
    me = house.session(Role.ARCHIVIST)
    redact.mark(house.archive, me, record, text="Kept")
    redact.submit(house.archive, me, record)
    assert _is_anew(house, record)


def test_of_a_source_one_place_is_drawn_over_all_copies(tmp_path: Path) -> None:
    house = found(tmp_path / "archive", Clock())
    house.take_in({f"{name}.pdf": once(name) for name in ("rice", "salt", "cloth")})
    first, second = _submit(house, "rice.pdf"), _submit(house, "salt.pdf")
    assert not _is_anew(house, first)
    assert not _is_anew(house, second)
    for record in (first, second):
        _approve(house, record)
    _release(house, first)
    with pytest.raises(PageNotRebuilt, match="set anew"):
        _release(house, second)
    assert _is_anew(house, _submit(house, "cloth.pdf"))
    redact.withdraw(house.archive, house.session(Role.CUSTODIAN), first, "over")
    third = house.records["cloth.pdf"]
    _approve(house, third)
    _release(house, third)
    house.archive.close()


def _is_anew(house: Household, record: RecordId) -> bool:
    pages = _preview(house, record).pages
    assert pages is not None
    return pages.is_anew


def test_a_copy_that_an_earlier_version_drew_is_told(house: Household) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["twice.pdf"]
    with house.archive.catalog.read() as snapshot:
        desk = open_desk(house.archive, me, snapshot, record)
    copy = _preview(house, record)
    assert copy.pages is not None
    assert not is_told_by_lines(desk, copy)
    before = replace(copy, pages=replace(copy.pages, origins=()))
    assert is_told_by_lines(desk, before)
    assert not is_told_by_lines(desk, replace(before, pages=replace(copy.pages, insisted=True)))


def test_a_copy_says_in_its_bytes_what_is_set(house: Household) -> None:
    copy = _preview(house, house.records["twice.pdf"])
    body = encode_reading_copy(copy)
    assert decode_reading_copy(body) == copy
    assert copy.pages is not None
    for pages in (
        replace(copy.pages, origins=(None, None)),
        replace(copy.pages, origins=(-1,)),
    ):
        with pytest.raises(SealedObjectDamaged):
            decode_reading_copy(encode_reading_copy(replace(copy, pages=pages)))


def test_letters_that_no_font_has_block_pages_and_not_the_text(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.take_in({"strange.pdf": TWICE + b"\n\n"})
    me, record = house.session(Role.ARCHIVIST), house.records["strange.pdf"]
    redact.propose(house.archive, me, record)
    monkeypatch.setattr("archive.redaction.pages.fonts.is_drawn", lambda _: False)
    with pytest.raises(PageNotRebuilt, match="no font"):
        redact.submit(house.archive, me, record)
    redact.submit(house.archive, me, record, text_only=True)
    assert _preview(house, record).pages is None
