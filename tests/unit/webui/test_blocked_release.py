"""A release that the gate blocks says where on which page, and one plain form hides it there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from archive.model.access import Role
from archive.model.pages import PageBox
from archive.model.redaction import Reason, Region
from archive.services.redaction import redact
from archive.services.redaction.leakchecks import leakcheck
from tests.unit.extraction import look_maker
from tests.unit.extraction.picture_maker import encoded
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found, visitor, words

LOOK = look_maker.turned(SOURCE_NAME, 90, (700, 60))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("blocked") / "archive", Clock())
    made.take_in({"note.png": encoded(LOOK.page, dpi=(look_maker.DPI, look_maker.DPI))})
    yield made
    made.archive.close()


def test_what_blocks_a_release_is_hidden_by_one_form_and_the_name_is_not_told(
    house: Household,
) -> None:
    record, head = house.records["note.png"], house.session(Role.CUSTODIAN)
    browser, me = visitor(house, Role.CUSTODIAN), house.session(Role.ARCHIVIST)
    corner = Region(0, PageBox(0, 0, 20, 12), Reason.LEGAL)
    redact.mark(house.archive, me, record, region=corner)
    redact.submit(house.archive, me, record)
    review = browser.post(f"/redact/{record}/review")
    listed = review.text.partition('id="blocked"')[2].partition("</section>")[0]
    assert "Page 1:" in listed
    assert "Send the plan back" in listed
    assert 'name="box"' not in listed
    assert "<form" not in listed
    assert not any(part in listed for part in SOURCE_NAME.split())
    redact.approve(house.archive, head, record)
    browser.get(f"/redact/{record}")
    page = browser.post(f"/redact/{record}/release")
    assert page.status_code == 409
    assert "What the copy would still show" in words(page.text)
    report = page.text.partition('id="blocked"')[2].partition("</section>")[0]
    assert not any(part in report for part in SOURCE_NAME.split())
    (place,) = re.findall(r'<input type="checkbox" name="box" value="([^"]+)" checked>', report)
    number, _, sides = place.partition(":")
    left, bottom, right, top = map(float, sides.split(","))
    ink = LOOK.points
    assert number == "1"
    assert (left, bottom) < ink[:2] < ink[2:] < (right, top)
    refused = browser.post(f"/redact/{record}/regions", reason="S1", box="one")
    assert refused.status_code == 422
    hidden = browser.follow(f"/redact/{record}/regions", reason="S1", box=place)
    assert "1 box is hidden." in words(hidden.text)
    assert leakcheck(house.archive, me, record).leaks == ()
    assert "found no registered source" in words(browser.follow(f"/redact/{record}/leakcheck").text)
