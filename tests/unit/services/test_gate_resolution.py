"""What proposals read in a picture and nothing hides blocks a release, be it small and slanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.extraction import RECOGNITION
from archive.model.access import Role
from archive.model.pages import PageBox
from archive.model.redaction import Reason, Region
from archive.services.redaction import redact
from archive.services.redaction.leakchecks import leakcheck
from tests.unit.extraction import look_maker
from tests.unit.extraction.picture_maker import encoded
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found

FINE = 450  # dots per inch: letters of look_maker are then less than six points high
BAR = PageBox(5, 59, 112, 87)  # over both lines of print
LOOKS = {angle: look_maker.turned(SOURCE_NAME, angle) for angle in (45, 330)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("fine") / "archive", Clock())
    made.take_in(
        {f"{angle}.png": encoded(one.page, dpi=(FINE, FINE)) for angle, one in LOOKS.items()}
    )
    yield made
    made.archive.close()


@pytest.mark.parametrize("angle", LOOKS)
def test_a_proposal_taken_back_beside_a_bar_blocks_until_it_is_hidden(
    house: Household, angle: int
) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records[f"{angle}.png"]
    assert redact.propose(house.archive, me, record).regions
    redact.unmark(house.archive, me, record, found_by=RECOGNITION)
    redact.mark(house.archive, me, record, region=Region(0, BAR, Reason.LEGAL))
    redact.submit(house.archive, me, record, as_drawn=True)
    leaks = leakcheck(house.archive, me, record).leaks
    by = look_maker.DPI / FINE
    left, bottom, right, top = (side * by for side in LOOKS[angle].points)
    ink = PageBox(left + 0.1, bottom + 0.1, right - 0.1, top - 0.1)
    assert any(leak.page == 0 and leak.box and leak.box.holds(ink) for leak in leaks)
    assert not any(part in repr(leaks) for part in SOURCE_NAME.split())
    for leak in leaks:
        if leak.box is not None:
            region = Region(0, leak.box, Reason.SOURCE_IDENTITY)
            redact.mark(house.archive, me, record, region=region)
    redact.submit(house.archive, me, record, as_drawn=True)
    assert leakcheck(house.archive, me, record).leaks == ()
