"""The pages of sources: registered, changed, taken from a table; every refusal is explained."""

from __future__ import annotations

import re
from io import BytesIO

from archive.model.ids import RecordId
from tests.unit.webui.webhouse import Household, Visitor, hand_in, record_in, words


def test_sources_are_registered_and_get_more_words(archivist: Visitor) -> None:
    archivist.get("/sources")
    page = archivist.follow(
        "/sources", name="Ysolde Brandt", aliases="Heron\r\n\r\n+49 30 5550\r\n"
    )
    reference = re.findall(r"Registered as (S-\d{4})", page.text)[0]
    assert {"Ysolde Brandt", "Heron", "+49 30 5550"} <= set(
        re.findall(r"<bdi>(.*?)</bdi>", page.text)
    )
    page = archivist.follow(f"/sources/{reference}/aliases", alias="Reed")
    assert "<bdi>Reed</bdi>" in page.text
    for path, fields in (
        ("/sources", {"name": " "}),
        (f"/sources/{reference}/aliases", {"alias": ""}),
    ):
        assert archivist.post(path, **fields).status_code == 422
    assert archivist.post("/sources/S-9999/aliases", alias="Nobody").status_code == 404
    assert archivist.post("/sources/name/aliases", alias="Nobody").status_code == 404


def test_a_source_page_changes_what_is_known_and_asks_before_it_withdraws(
    own: Household, archivist: Visitor
) -> None:
    record = record_in(hand_in(archivist, reed_txt=b"Brantling Osk sold rushes by the weir."))
    own.records["reed.txt"] = RecordId(record)
    own.release("reed.txt", bare=True)
    archivist.get("/sources")
    refused = archivist.post("/sources", name="Brantling Osk")
    assert refused.status_code == 422
    assert 'value="Brantling Osk"' in refused.text
    assert "1 released reading copy has" in refused.text
    page = archivist.follow(
        "/sources", name="Brantling Osk", threat="grave", attributes="job: weaver", withdraw="1"
    )
    reference = re.findall(r"Registered as (S-\d{4})", page.text)[0]
    assert f"Withdrawn: record {record}" in page.text
    page = archivist.get(f"/sources/{reference}")
    assert "job: weaver" in page.text
    page = archivist.follow(
        f"/sources/{reference}/edit", threat="low", attributes="place: Osk Weir\njob: weaver"
    )
    assert "place: Osk Weir" in page.text
    archivist.follow(f"/sources/{reference}/aliases", alias="@osk", kind="handle")
    page = archivist.follow(f"/sources/{reference}/aliases/remove", alias="@osk")
    assert "@osk" not in words(page.text)
    for act, fields in (
        ("aliases/remove", {"alias": "Brantling Osk"}),
        ("edit", {"attributes": "nonsense"}),
        ("edit", {"attributes": "colour: red"}),
    ):
        assert archivist.post(f"/sources/{reference}/{act}", **fields).status_code == 422


def test_a_table_of_sources_shows_how_each_row_ended(archivist: Visitor) -> None:
    archivist.get("/sources")
    table = (BytesIO(b"name,threat\nHalvard Quist,low\nX,low\n"), "register.csv")
    answer = archivist.post("/sources/import", table=table)
    assert answer.status_code == 200
    assert re.findall(r"<td[^>]*>(registered|rejected|known)</td>", answer.text) == [
        "registered",
        "rejected",
    ]
    assert (
        archivist.post("/sources/import", table=(BytesIO(b"who\nx\n"), "a.csv")).status_code == 422
    )
    assert archivist.post("/sources/import").status_code == 422


def test_attributes_are_shown_and_taken_in_the_language_of_the_page(archivist: Visitor) -> None:
    korean = {"Accept-Language": "ko"}
    assert "장소, 직업" in archivist.get("/sources", headers=korean).text
    page = archivist.follow("/sources", name="Oddny Brask", attributes="place: Brask Fell")
    (reference,) = re.findall(r"Registered as (S-\d{4})", page.text)
    assert "장소: Brask Fell" in archivist.get(f"/sources/{reference}", headers=korean).text
    edit = f"/sources/{reference}/edit"
    assert archivist.post("/look", language="ko").status_code == 303
    taken = archivist.follow(edit, attributes="장소: Brask Fell\njob: cooper")
    assert "직업: cooper" in taken.text
    assert archivist.post("/look", language="en").status_code == 303
    shown = archivist.get(f"/sources/{reference}").text
    assert "place: Brask Fell" in shown
    assert "job: cooper" in shown
