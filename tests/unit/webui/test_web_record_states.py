"""The records page lists all, or those that stand somewhere on their way to readers."""

from __future__ import annotations

import re

from archive.model.access import Role
from archive.services.redaction import redact
from tests.unit.webui.webhouse import Household, Visitor, words

STATES = ("", "in-work", "to-review", "released", "withdrawn", "no-text")


def listed(one: Visitor, state: str) -> set[str]:
    page = one.get(f"/records?state={state}").text
    return set(re.findall(r'<th scope="row"><a href="/records/([0-9a-f-]{36})"', page))


def counts(one: Visitor) -> list[int]:
    nav = one.get("/records").text.partition('class="states"')[2].partition("</nav>")[0]
    assert "<form" not in nav
    return [int(number) for number in re.findall(r'class="count">(\d+)<', nav)]


def test_each_state_lists_and_counts_what_stands_there(own: Household, archivist: Visitor) -> None:
    harbour, mill, quarry = (own.records[f"{one}.txt"] for one in ("harbour", "mill", "quarry"))
    assert counts(archivist) == [3, 1, 1, 1, 0, 0]
    shown = [listed(archivist, state) for state in STATES]
    assert shown == [{harbour, mill, quarry}, {quarry}, {mill}, {harbour}, set(), set()]
    redact.withdraw(own.archive, own.session(Role.CUSTODIAN), harbour, "a reader asked")
    own.take_in({"noise.bin": bytes(range(256)) * 9})
    noise = own.records["noise.bin"]
    assert counts(archivist) == [4, 1, 1, 0, 1, 1]
    shown = [listed(archivist, state) for state in STATES]
    assert shown == [{harbour, mill, quarry, noise}, {quarry}, {mill}, set(), {harbour}, {noise}]
    own.release("quarry.txt", bare=True)
    own.submit("harbour.txt", bare=True)
    assert listed(archivist, "to-review") == {mill, harbour}
    assert listed(archivist, "withdrawn") == {harbour}
    assert listed(archivist, "in-work") == set()
    page = words(archivist.get("/records?state=in-work").text)
    assert "No record is in this state." in page


def test_a_state_that_is_none_lists_everything(archivist: Visitor) -> None:
    everything = listed(archivist, "")
    for odd in ("nonsense", "IN-WORK", "%00", "draft"):
        assert listed(archivist, odd) == everything


def test_pages_of_a_state_keep_it(own: Household, archivist: Visitor) -> None:
    own.take_in({f"reed{n}.txt": f"warbler sighting {n}".encode() for n in range(51)})
    page = archivist.get("/records?state=in-work").text
    assert "51 records in this state" in words(page)
    (link,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert "state=in-work" in link
    assert archivist.get(link.replace("&amp;", "&")).text.count('scope="row"') == 1


def test_states_are_words_in_korean(archivist: Visitor) -> None:
    page = words(archivist.get("/records", headers={"Accept-Language": "ko"}).text)
    for said in ("작업 중", "검토 대기", "공개", "회수됨", "본문 없음"):
        assert said in page, said
    assert "in-work" not in page
