"""T3: `leakcheck --all` looks at all that is out as the gate does, with what was learnt since."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from archive.errors import PageNotRebuilt, ReaderFailed, ReleaseBlocked
from archive.extraction import IMAGE_SIGHTS, Sandbox
from archive.model.access import Role
from archive.model.ids import RecordId
from archive.model.objects import Extraction
from archive.model.pages import PageBox
from archive.model.redaction import Reason, Region
from archive.services.redaction import leakchecks, redact, releasing
from archive.services.redaction.carrying import carry_to
from archive.services.redaction.leakchecks import leakcheck_all
from archive.services.redaction.page_pictures import plan_page
from archive.services.redaction.plan_views import LeakReport
from archive.services.sources import entries as sources
from tests.small_archive import Small, propose_registered, take_in
from tests.threats.test_release_gate import LETTER, let_out, put_up
from tests.unit.extraction import look_maker
from tests.unit.extraction.picture_maker import encoded
from tests.unit.webui.webhouse import Clock, Household, found

LATER = "Torben Eckwald"
CORNER = Region(0, PageBox(1, 1, 9, 9), Reason.LEGAL)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("all") / "archive", Clock())
    made.take_in({"small.png": _small(LATER), "plain.png": _grey(200)})
    yield made
    made.archive.close()


def _small(name: str) -> bytes:
    """Return a page with a name in letters of three points, which rebuilt pages blur."""
    page = look_maker.written()
    ImageDraw.Draw(page).text((200, 260), name, font=ImageFont.load_default(9), fill=(0, 0, 0))
    return encoded(page, dpi=(look_maker.DPI, look_maker.DPI))


def _grey(tone: int) -> bytes:
    held = BytesIO()
    Image.new("L", (64, 64), tone).save(held, "PNG")
    return held.getvalue()


def _reports(house: Household) -> dict[RecordId, LeakReport]:
    me = house.session(Role.ARCHIVIST)
    return {one.record: one for one in leakcheck_all(house.archive, me)}


def test_a_name_learnt_later_is_found_in_small_letters_of_a_picture_that_is_out(
    house: Household,
) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["small.png"]
    redact.mark(house.archive, me, record, region=CORNER)
    redact.submit(house.archive, me, record)
    redact.approve(house.archive, house.session(Role.CUSTODIAN), record)
    redact.release(house.archive, house.session(Role.CUSTODIAN), record)
    assert _reports(house)[record].leaks == ()
    sources.add_source(house.archive, me, LATER, [])
    report = _reports(house)[record]
    assert {(leak.field, leak.page) for leak in report.leaks} == {("page-1:seen", 0)}
    assert all(leak.box is not None for leak in report.leaks)
    assert report.pages == 1
    assert not any(part in repr(report) for part in LATER.split())


def test_pictures_that_cannot_be_looked_at_block_until_their_page_is_hidden(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["plain.png"]
    redact.mark(house.archive, me, record, region=CORNER)
    real = Sandbox.ask

    def failing(self: Sandbox, question: str, *more: bytes) -> Extraction:
        if question == IMAGE_SIGHTS:
            raise ReaderFailed
        return real(self, question, *more)

    monkeypatch.setattr(Sandbox, "ask", failing)
    with pytest.raises(PageNotRebuilt, match="Page 1 "):
        leakchecks.leakcheck(house.archive, me, record)
    whole = PageBox(0, 0, *_size(house, record))
    redact.mark(house.archive, me, record, region=Region(0, whole, Reason.LEGAL))
    assert leakchecks.leakcheck(house.archive, me, record).leaks == ()


def _size(house: Household, record: RecordId) -> tuple[float, float]:
    page = plan_page(house.archive, house.session(Role.ARCHIVIST), record, 1)
    return page.width, page.height


def _twins(small: Small) -> tuple[RecordId, RecordId]:
    """Return a released record that hides two words by hand, and one that does not."""
    me = small.people["archivist"]
    hiding, showing = take_in(small, LETTER.format("the girl"), LETTER.format("the girl") + " So.")
    redact.propose(small.archive, me, hiding)
    redact.mark(small.archive, me, hiding, text="yellow ledger", reason=Reason.QUASI_IDENTIFIER)
    let_out(small, hiding)
    redact.propose(small.archive, me, showing)
    return hiding, showing


def test_a_copy_that_shows_what_a_released_twin_hides_is_blocked(small: Small) -> None:
    hiding, showing = _twins(small)
    put_up(small, showing)
    with pytest.raises(ReleaseBlocked) as blocked:
        redact.release(small.archive, small.people["archivist"], showing)
    assert {one.field for one in blocked.value.found} == {f"hidden-in:{hiding}"}
    assert "yellow" not in repr(blocked.value.found)
    carry_to(small.archive, small.people["archivist"], hiding, showing)
    let_out(small, showing)


def test_what_is_worked_on_does_not_change_what_a_released_twin_hides(small: Small) -> None:
    hiding, showing = _twins(small)
    at = LETTER.format("the girl").index("yellow ledger")
    redact.unmark(small.archive, small.people["archivist"], hiding, (at, at + 1))
    put_up(small, showing)
    with pytest.raises(ReleaseBlocked):
        redact.release(small.archive, small.people["archivist"], showing)


def test_twins_that_are_out_are_looked_at_again(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    hiding, showing = _twins(small)
    with monkeypatch.context() as before:
        before.setattr(releasing, "gate", lambda *_: ())
        let_out(small, showing)
    found = {
        one.record: one.leaks for one in leakcheck_all(small.archive, small.people["archivist"])
    }
    assert {leak.field for leak in found[hiding]} == {f"twin:{showing}"}
    assert {leak.field for leak in found[showing]} == {f"hidden-in:{hiding}"}


def test_a_copy_that_is_withdrawn_while_all_are_looked_at_stops_nobody(small: Small) -> None:
    me = small.people["archivist"]
    records = take_in(small, "A heron stood there.", "Reeds grew by the weir.")
    for record in records:
        propose_registered(small.archive, me, record)
        let_out(small, record)
    run = leakcheck_all(small.archive, me)
    assert next(run).record == small.released
    redact.withdraw(small.archive, me, records[0], "meanwhile")
    assert [(one.record, one.leaks, one.error) for one in run] == [(records[1], (), None)]


def test_how_far_it_is_counts_what_an_earlier_run_looked_at(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leakchecks, "_BATCH", 1)
    me, told = small.people["archivist"], []
    for record in take_in(small, "A heron stood there.", "Reeds grew by the weir."):
        propose_registered(small.archive, me, record)
        let_out(small, record)
    run = leakcheck_all(small.archive, me)
    next(run), next(run)
    run.close()
    list(leakcheck_all(small.archive, me, progress=lambda *far: told.append(far)))
    assert told == [(2, 3), (3, 3)]
