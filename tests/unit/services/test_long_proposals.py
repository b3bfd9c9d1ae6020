"""A long document is looked at piece by piece: what was found is kept, and work goes on there."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest

from archive.errors import InvalidValue
from archive.model.access import Role
from archive.services.redaction import piecewise, redact
from archive.services.redaction.pages import ALL_PAGES
from archive.services.redaction.piecewise import propose_in_pieces
from archive.services.redaction.plan_views import PlanView
from tests.unit.extraction import look_maker
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found, visitor, words

PIECE = 8
EARLY, LATE = 2, PIECE + 1  # pages, from 1, on which the name lies at a slant
TOTAL = 13


def _bundle() -> bytes:
    """Return pages of print, the first with a name in its words, and two notes among them."""
    held, written = BytesIO(), BytesIO()
    look_maker.turned(SOURCE_NAME, 30).page.save(held, "PDF", resolution=look_maker.DPI)
    first = Page(lines(f"Signed by {SOURCE_NAME}"))
    printed = make([first, *(Page(lines(f"leaf {at}")) for at in range(2, TOTAL + 1))])
    with pikepdf.open(BytesIO(printed)) as pdf, pikepdf.open(held) as note:
        for number in (EARLY, LATE):
            pdf.pages[number - 1] = note.pages[0]
        pdf.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("long") / "archive", Clock())
    made.take_in({"bundle.pdf": _bundle()})
    yield made
    made.archive.close()


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piecewise, "PIECE", PIECE)


def _in_pieces(house: Household, pages: range = ALL_PAGES, most: int = TOTAL) -> PlanView:
    def kept(page: int) -> None:
        assert page == PIECE
        if page >= most:
            raise KeyboardInterrupt

    me, record = house.session(Role.ARCHIVIST), house.records["bundle.pdf"]
    return propose_in_pieces(house.archive, me, record, pages=pages, kept=kept)


def _regions(view: PlanView) -> set[int]:
    return {one.page + 1 for one in view.regions}


def test_what_was_found_before_a_run_was_cut_off_is_kept_and_the_rest_is_found_later(
    house: Household,
) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["bundle.pdf"]
    with pytest.raises(KeyboardInterrupt):
        _in_pieces(house, most=PIECE)
    kept = redact.plan(house.archive, me, record)
    assert _regions(kept) == {EARLY}
    assert "register" in kept.found_by
    view = _in_pieces(house, range(PIECE, ALL_PAGES.stop))
    assert _regions(view) == {EARLY, LATE}
    assert view.names is not None
    assert (view.names.pages, view.names.unseen) == (TOTAL, ())
    with pytest.raises(InvalidValue, match=f"only {TOTAL} pages"):
        _in_pieces(house, range(TOTAL, ALL_PAGES.stop))


def test_the_pieces_together_say_what_one_run_says(house: Household) -> None:
    view = _in_pieces(house)
    assert _regions(view) == {EARLY, LATE}
    assert view.names is not None
    assert (view.names.pages, view.names.unseen) == (TOTAL, ())
    assert {one.sight.page + 1 for one in view.names.found} == {EARLY, LATE}


def test_the_editor_looks_on_from_any_page(house: Household) -> None:
    house.take_in({"second.pdf": _bundle() + b"\n"})
    record, browser = house.records["second.pdf"], visitor(house, Role.ARCHIVIST)
    assert "Look from this page on" in words(browser.get(f"/redact/{record}?page=3").text)
    told = words(browser.follow(f"/redact/{record}/propose", **{"from": "3", "page": "3"}).text)
    assert f"Nobody read the pictures on pages {TOTAL}." in told
    view = redact.plan(house.archive, house.session(Role.ARCHIVIST), record)
    assert _regions(view) == {LATE}
    assert "register" not in view.found_by
