"""The reading room: hit after hit, notes and baskets, references, requests, copies to take away."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator

import pypdfium2
import pytest
from flask import Flask

from archive.model.access import Role
from archive.model.provenance import EventType
from archive.services import audit
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, words
from webui.app import create_app

TEXTS = {
    "heron.txt": "The heron came at dusk. A heron is grey.\n{name} fed the heron.\n",
    "teal.txt": "A teal and a heron on the pond.\n",
    "snipe.txt": "No snipe was seen, and no heron.\n",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("room") / "archive", Clock())
    name = "Jorun Vastrahl"
    made.take_in({path: text.format(name=name).encode() for path, text in TEXTS.items()})
    for path in ("heron.txt", "teal.txt"):
        made.release(path)
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def app(house: Household) -> Flask:
    return create_app(house.archive)


def enter(app: Flask, role: Role) -> Visitor:
    one = Visitor(app)
    one.sign_in(role)
    one.get("/search")
    return one


@pytest.fixture
def reader(app: Flask) -> Visitor:
    return enter(app, Role.RESEARCHER)


def searched(reader: Visitor, query: str, **more: object) -> str:
    reader.get("/search")
    return str(reader.post("/search", query=query, **more).location)


def test_hits_are_marked_and_numbered_between_redaction_marks(reader: Visitor) -> None:
    at = searched(reader, "heron", sort="title")
    page = reader.get(f"{at}/hits/2").text
    assert re.findall(r'id="(hit-\d)"><a href="(#hit-\d)"', page) == [
        ("hit-1", "#hit-2"),
        ("hit-2", "#hit-3"),
        ("hit-3", "#hit-1"),
    ]
    assert "[Source 0001]</mark>" in page
    assert "Vastrahl" not in page
    assert "heron" not in at


def test_whoever_reads_finds_all_that_is_released(reader: Visitor, app: Flask) -> None:
    room = reader.get("/search").text
    assert 'href="/reading"' in room
    listed = reader.get("/reading").text
    records = set(re.findall(r'href="/reading/([0-9a-f-]{36})"', listed))
    assert len(records) == 2
    assert all(reader.get(f"/reading/{one}").status_code == 200 for one in records)
    assert enter(app, Role.ARCHIVIST).get("/reading").text.count('scope="row"') == len(records)
    assert reader.get("/reading?page=99").status_code == 200


def test_documents_follow_one_another_in_the_order_of_the_results(reader: Visitor) -> None:
    at = searched(reader, "heron", sort="title")
    first, second = (reader.get(f"{at}/hits/{number}").text for number in (1, 2))
    assert "Document 1 of 2" in words(first)
    assert f'rel="next" href="{at}/hits/2"' in first
    assert 'rel="prev"' not in first
    assert f'rel="prev" href="{at}/hits/1"' in second
    assert 'rel="next"' not in second
    assert "pond" in first
    assert "dusk" in second
    answer = reader.get(f"{at}/hits/3")
    assert (answer.status_code, answer.location) == (303, at)
    assert reader.get(f"{at}/hits/0").status_code == 422
    assert reader.get("/search/999/hits/1").status_code == 404


def searches(house: Household) -> int:
    """Return how many searches the ledger tells of."""
    rows = audit.timeline(house.archive.catalog, limit=1000)
    return sum(row.type == EventType.SEARCH.value for row in rows)


def test_a_hit_of_the_last_page_of_results_is_viewed_and_not_searched_for_again(
    house: Household, reader: Visitor
) -> None:
    at = searched(reader, "heron", sort="title")
    before = searches(house)
    alone = [reader.get(f"{at}/hits/{number}").text for number in (1, 2)]
    assert searches(house) == before + 2
    reader.get(at)
    before = searches(house)
    assert [reader.get(f"{at}/hits/{number}").text for number in (1, 2)] == alone
    assert searches(house) == before
    newest = next(iter(audit.timeline(house.archive.catalog, limit=1)))
    assert newest.type == EventType.VIEW.value


def test_what_the_last_page_of_results_did_not_show_is_searched_for(
    house: Household, reader: Visitor
) -> None:
    other = searched(reader, "teal")
    at = searched(reader, "heron", sort="title")
    reader.get(at)
    before = searches(house)
    reader.get(f"{at}/hits/9")
    page = reader.get(f"{other}/hits/1").text
    assert searches(house) == before + 2
    assert '<a href="#hit-1"' in page


def test_an_archivist_reads_hits_in_originals(app: Flask) -> None:
    one = enter(app, Role.ARCHIVIST)
    page = one.get(f"{searched(one, 'snipe')}/hits/1").text
    assert '<mark class="hit" id="hit-1">' in page
    assert "Record with its lines" in page


def test_a_reference_leads_back_and_says_when_the_copy_is_another(
    house: Household, reader: Visitor
) -> None:
    record = house.records["heron.txt"]
    cited = re.search(r"strongroom:[0-9a-f-]+#[0-9a-f]{16}", reader.get(f"/reading/{record}").text)
    assert cited is not None
    for reference, other in ((cited[0], False), (f"strongroom:{record}", False), (record, False), (f"strongroom:{record}#{'0' * 16}", True)):  # fmt: skip  # noqa: E501
        answer = reader.post("/search/reference", reference=f" {reference} ")
        assert answer.location == f"/reading/{record}"
        assert ("another reading copy" in reader.get(answer.location).text) is other
    unreleased = reader.post("/search/reference", reference=house.records["snipe.txt"])
    unknown = reader.post("/search/reference", reference="5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11")
    assert (unreleased.status_code, words(unreleased.text)) == (404, words(unknown.text))
    assert reader.post("/search/reference", reference="nonsense").status_code == 422


def test_notes_tags_and_baskets_are_kept_and_can_be_taken_back(
    house: Household, reader: Visitor
) -> None:
    record = house.records["heron.txt"]
    reader.get(f"/reading/{record}")
    page = reader.follow(
        f"/desk/{record}", note="look <b>again</b>", tags="birds, dusk ,birds"
    ).text
    assert "look &lt;b&gt;again&lt;/b&gt;" in page
    assert 'value="birds, dusk"' in page
    page = reader.follow(f"/desk/{record}", act="basket", new="To read").text
    assert "It lies in: To read" in words(page)
    desk = reader.get("/desk").text
    assert "The heron came at dusk" in desk or "heron.txt" in desk
    assert "birds 1" in words(desk)
    assert "look" in words(reader.post("/desk", tag="dusk").text)
    assert "look" not in words(reader.post("/desk", tag="none").text)
    reader.get("/desk")
    desk = reader.follow("/desk", act="take-out", basket="To read", record=record).text
    assert "To read 0" in words(desk)
    desk = reader.follow("/desk", act="drop", basket="To read").text
    assert "No baskets yet" in desk
    reader.follow(f"/desk/{record}")
    assert "No notes yet" in reader.get("/desk").text
    assert reader.post(f"/desk/{record}", note="x" * 4001).status_code == 422
    assert reader.post(f"/desk/{record}", act="basket").status_code == 422


def test_after_a_note_one_is_back_at_the_hit(house: Household, reader: Visitor) -> None:
    at = searched(reader, "teal")
    reader.get(f"{at}/hits/1")
    number = at.rpartition("/")[2]
    answer = reader.post(f"/desk/{house.records['teal.txt']}", note="n", search=number, at="1")
    assert answer.location == f"{at}/hits/1"


def test_a_request_reaches_the_archivists_and_its_answer_one_member(app: Flask) -> None:
    reader, archivist = enter(app, Role.RESEARCHER), enter(app, Role.ARCHIVIST)
    reader.get("/desk/requests")
    page = reader.follow("/desk/requests", text="May I read the <i>snipe</i> list?").text
    assert "No answer yet" in page
    page = archivist.get("/inbox/requests").text
    assert NAMES[Role.RESEARCHER] in page
    assert "&lt;i&gt;snipe&lt;/i&gt;" in page
    at = re.search(r'action="(/inbox/requests/[0-9a-f-]+)"', page)
    assert at is not None
    archivist.follow(at[1], text="It is being looked at.")
    assert "It is being looked at." in reader.get("/desk/requests").text
    other = enter(app, Role.CUSTODIAN)
    assert "being looked at" not in other.get("/desk/requests").text
    request = at[1].rpartition("/")[2]
    page = reader.follow("/desk/requests", act="forget", request=request).text
    assert "You have not asked" in page
    assert reader.post("/desk/requests", text="  ").status_code == 422


def taken(reader: Visitor, record: str, form: str) -> tuple[bytes, dict[str, object]]:
    reader.get(f"/reading/{record}")
    answer = reader.post(f"/reading/{record}/export", form=form)
    assert answer.status_code == 200
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    copy = next(name for name in packed.namelist() if name != "redactions.json")
    manifest: dict[str, object] = json.loads(packed.read("redactions.json"))
    return packed.read(copy), manifest


def pdf_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_copy_is_taken_with_its_redactions_and_a_watermark_where_asked_for(
    house: Household, app: Flask
) -> None:
    reader, custodian = enter(app, Role.RESEARCHER), enter(app, Role.CUSTODIAN)
    record = house.records["heron.txt"]
    line = f"Taken by {NAMES[Role.RESEARCHER]} on 2031-03-04 09:00 UTC"
    text, manifest = taken(reader, record, "text")
    assert b"Taken by" not in text
    assert manifest["watermark"] is None
    assert manifest["labels"] == {"[Source 0001]": 1}
    custodian.get("/watermark")
    assert "carry a watermark" in words(custodian.follow("/watermark", on="1").text)
    text, manifest = taken(reader, record, "text")
    assert text.startswith(line.encode())
    assert manifest["watermark"] == line
    pdf, manifest = taken(reader, record, "pdf")
    assert line in pdf_text(pdf)
    assert "grey" in pdf_text(pdf)
    assert manifest["watermark"] == line
    assert "Your name and the time stand in it" in reader.get(f"/reading/{record}").text
    custodian.follow("/watermark", on="0")
    assert b"Taken by" not in taken(reader, record, "text")[0]
    assert reader.post(f"/reading/{record}/export", form="exe").status_code == 404
    kinds = [line.type.rpartition(":")[2] for line in audit.timeline(house.archive.catalog)]
    assert "watermark-set" in kinds
