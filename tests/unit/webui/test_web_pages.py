"""What the pages do, role by role, over a real archive of their own."""

from __future__ import annotations

import html
import logging
import re
from io import BytesIO

import pytest

from archive.errors import BindingMismatch
from archive.model.access import Role
from archive.services import audit
from tests.unit.webui.webhouse import (
    SOURCE_NAME,
    Household,
    Visitor,
    come_to_an_end,
    hand_in,
    record_in,
    words,
)
from webui.app import create_app


def test_every_uploaded_file_ends_in_exactly_one_outcome(archivist: Visitor) -> None:
    mail = (
        b"From: a@example.org\r\nSubject: weir\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nThe weir broke.\r\n'
        b'--x\r\nContent-Disposition: attachment; filename="weir.txt"\r\n\r\nbroken weir\r\n--x--'
    )
    page = hand_in(
        archivist,
        one_txt=b"the first new letter",
        same_txt=b"the first new letter",
        empty_txt=b"",
        noise_bin=b"\x00\x01\x02\xff" * 40,
        mail_eml=mail,
    )
    text = words(page)
    for line in (
        "one.txt ingested",
        "same.txt duplicate",
        "empty.txt rejected",
        "noise.bin no text",
        "mail.eml ingested",
        "inside: mail.eml!1 ingested",
        "ingested 3 duplicate 1 no text 1 rejected 1 failed 0 all 6",
    ):
        assert line in text


def test_an_upload_can_name_its_source(archivist: Visitor) -> None:
    archivist.get("/ingest")
    page = archivist.follow("/ingest", source="S-0001", files=(BytesIO(b"from them"), "s.txt"))
    assert "s.txt" in page.text
    archivist.get("/ingest")
    bad = archivist.post("/ingest", source="S-9999", files=(BytesIO(b"from whom"), "t.txt"))
    assert bad.status_code == 404
    assert "t.txt" not in bad.text


def test_an_upload_without_files_says_what_to_do(archivist: Visitor) -> None:
    archivist.get("/ingest")
    answer = archivist.post("/ingest")
    assert answer.status_code == 422
    assert "No file was chosen" in words(answer.text)


def test_too_large_an_upload_says_how_to_go_on(archivist: Visitor) -> None:
    archivist.get("/ingest")
    answer = archivist.post("/ingest", files=(BytesIO(b"x" * (1 << 18)), "big.txt"))
    assert answer.status_code == 413
    assert "strongroom ingest" in words(answer.text)


def test_from_upload_to_withdrawal_with_two_people(
    archivist: Visitor, custodian: Visitor, researcher: Visitor
) -> None:
    text = f"The orchard book.\n{SOURCE_NAME} picked quinces.\nWrite to box 9, Tarnwick.\n"
    record = record_in(hand_in(archivist, orchard_txt=text.encode()))
    plan, room = f"/redact/{record}", f"/reading/{record}"
    assert "no plan yet" in words(archivist.get(plan).text)
    assert "2 places are marked" in words(archivist.follow(f"{plan}/propose").text)
    page = archivist.follow(f"{plan}/mark", words="box 9, Tarnwick", reason="S2")
    assert "S2, a way to reach somebody" in words(page.text)
    page = archivist.follow(f"{plan}/mark", span="0:17", reason="S6")
    assert "0–17 The orchard book." in words(page.text)
    page = archivist.follow(f"{plan}/unmark", span="0:17")
    assert "0–17" not in words(page.text)
    assert "draft" in words(page.text)
    page = archivist.follow(f"{plan}/submit")
    assert "another archivist or custodian must decide" in words(page.text)
    own_copy = digest_in(custodian.get(f"{plan}/review").text)
    refused = archivist.post(f"{plan}/approve", copy=own_copy)
    assert refused.status_code == 409
    assert "another member" in words(refused.text)
    assert researcher.get(room).status_code == 404

    assert "The orchard book." in words(custodian.get("/redact").text)
    seen = custodian.get(f"{plan}/preview")
    assert "Approved" in words(custodian.follow(f"{plan}/approve", copy=own_copy).text)
    assert "Released" in words(custodian.follow(f"{plan}/release").text)
    read = researcher.get(room)
    assert article(read.text) == article(seen.text)
    assert SOURCE_NAME not in read.text
    assert "Tarnwick" not in read.text
    assert f"strongroom:{record}#{own_copy[:16]}" in read.text

    refused = custodian.post(f"{plan}/withdraw", why=" ")
    assert refused.status_code == 422
    assert "Withdrawn" in words(custodian.follow(f"{plan}/withdraw", why="asked to").text)
    assert researcher.get(room).status_code == 404


def digest_in(page: str) -> str:
    return re.findall(r'name="copy" value="([0-9a-f]{64})"', page)[0]


def article(page: str) -> str:
    return page[page.index('<article class="copy"') : page.index("</article>")]


def test_a_decision_on_a_copy_that_changed_meanwhile_is_refused(
    own: Household, archivist: Visitor, custodian: Visitor
) -> None:
    record = record_in(hand_in(archivist, stale_txt=b"A note on herons and reeds."))
    plan = f"/redact/{record}"
    archivist.get(plan)
    archivist.follow(f"{plan}/propose")
    archivist.follow(f"{plan}/submit")
    old = digest_in(custodian.get(f"{plan}/review").text)
    custodian.follow(f"{plan}/reject", copy=old, why="hide the herons")
    assert "hide the herons" in words(archivist.get(f"{plan}/versions").text)
    archivist.get(plan)
    archivist.follow(f"{plan}/mark", words="herons", reason="S3")
    archivist.follow(f"{plan}/submit")
    custodian.get(plan)
    late = custodian.post(f"{plan}/approve", copy=old)
    assert late.status_code == 409
    assert "changed after you looked at it" in words(late.text)
    assert "submitted" in words(late.text)
    new = digest_in(custodian.get(f"{plan}/review").text)
    queue = words(custodian.follow(f"{plan}/approve", copy=new, then="release").text)
    assert "Approved and released." in queue
    assert "Waiting for a second person" in queue
    assert "a reading copy is out" in words(archivist.get(plan).text)


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("mark", {"words": "no such words", "reason": "S1"}, 422),
        ("mark", {"reason": "S1"}, 422),
        ("mark", {"start": "5", "end": "99999999", "reason": "S1"}, 422),
        ("mark", {"start": "9" * 5000, "end": "9", "reason": "S1"}, 422),
        ("mark", {"words": "list", "reason": "S9"}, 422),
        ("unmark", {"span": "1:2:3"}, 422),
        ("submit", {}, 409),
        ("approve", {}, 409),
        ("release", {}, 409),
        ("withdraw", {"why": "x"}, 404),
        ("explode", {}, 404),
    ],
)
def test_an_act_that_does_not_fit_changes_nothing_and_says_why(
    own: Household, archivist: Visitor, act: str, fields: dict[str, str], status: int
) -> None:
    plan = f"/redact/{own.records['quarry.txt']}"
    archivist.get(plan)
    answer = archivist.post(f"{plan}/{act}", **fields)
    assert answer.status_code == status
    assert "no plan yet" in words(archivist.get(plan).text)


def test_the_leak_check_names_the_pseudonym_and_never_the_words(
    own: Household, archivist: Visitor
) -> None:
    record = record_in(hand_in(archivist, lake_txt=b"Seen by the lake: Wendeline Oxmoor."))
    archivist.get("/sources")
    archivist.follow(f"/redact/{record}/mark", words="lake", reason="S5")
    archivist.follow("/sources", name="Wendeline Oxmoor")
    page = archivist.follow(f"/redact/{record}/leakcheck")
    status = re.findall(r'<p class="notice" role="status">(.*?)</p>', page.text)
    assert len(status) == 1
    assert "Oxmoor" not in status[0]


def test_a_query_is_in_no_address_and_survives_going_back(researcher: Visitor) -> None:
    researcher.get("/search")
    answer = researcher.post("/search", query="harbour ledger", sort="-date")
    assert re.fullmatch(r"/search/\d+", answer.location)
    first = researcher.get(answer.location)
    assert '<mark class="hit">harbour</mark>' in first.text
    assert "[Source 0001]" in first.text
    assert 'value="harbour ledger"' in researcher.get(answer.location).text
    links = re.findall(r'(?:href|action)="([^"]*)"', first.text)
    assert not any("harbour" in link for link in links)
    record = re.findall(r"/search/[0-9]+/hits/1", first.text)[0]
    assert answer.location in researcher.get(record).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"query": '"unclosed'}, "Balance quotes"),
        ({"query": ""}, "no word to look for"),
        ({"query": "x" * 1001}, "longer than 1000"),
        ({"query": "ledger", "from": "yesterday"}, "A date is written"),
        ({"query": "ledger", "facet": "colour=red"}, ""),
    ],
)
def test_a_query_that_cannot_be_answered_comes_back_with_a_reason(
    researcher: Visitor, fields: dict[str, str], said: str
) -> None:
    researcher.get("/search")
    answer = researcher.post("/search", **fields)
    if answer.status_code == 303:
        answer = researcher.get(answer.location)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert 'role="alert"' in answer.text


def test_filters_are_added_and_removed(custodian: Visitor) -> None:
    custodian.get("/search")
    page = custodian.follow("/search", query="quarry OR mill", level="originals")
    assert 'name="facet" value="type=text/plain"' in page.text
    page = custodian.follow("/search", query="quarry OR mill", facet="type=text/plain")
    assert "Type: plain text – remove" in words(page.text)
    page = custodian.follow(
        "/search", query="quarry OR mill", facet="type=text/plain", drop="type=text/plain"
    )
    assert "remove" not in words(page.text)


def test_results_and_records_come_in_pages(own: Household, custodian: Visitor) -> None:
    own.take_in({f"many{n}.txt": f"plover sighting {n}".encode() for n in range(60)})
    custodian.get("/search")
    page = custodian.follow("/search", query="plover", level="originals")
    assert "60 results" in words(page.text)
    assert "Page 1 of 3" in words(page.text)
    link = re.findall(r'rel="next" href="([^"]+)"', page.text)[0]
    assert "Page 2 of 3" in words(custodian.get(link).text)
    records = custodian.get("/records").text
    assert records.count('scope="row"') == 50
    link = re.findall(r'rel="next" href="([^"]+)"', records)[0]
    assert 'rel="prev"' in custodian.get(link).text
    for odd in ("0", "-3", "x", "99999"):
        assert custodian.get(f"/records?page={odd}").status_code == 200


def test_the_auditor_filters_verifies_and_keeps_a_checkpoint(
    own: Household, people: dict[Role, Visitor]
) -> None:
    auditor = people[Role.AUDITOR]
    page = auditor.get("/audit").text
    kind = re.findall(r'<option value="([^"]+)">release<', page)[0]
    rows = auditor.get("/audit", query_string={"kind": kind}).text
    assert set(re.findall(r'<th scope="row">([a-z ]+)', rows)) == {"release"}
    kept = auditor.get("/audit/pin").data
    own.take_in({"later.txt": b"written after the checkpoint"})
    auditor.get("/audit")
    told = come_to_an_end(auditor)
    assert "The ledger verifies" in told
    assert "Without a checkpoint kept outside" in told
    told = come_to_an_end(auditor, pin=(BytesIO(kept), "pin.txt"))
    assert "The ledger verifies" in told
    assert "kept checkpoint yes" in told
    assert auditor.post("/audit/verify", pin=(BytesIO(b"no pin"), "pin.txt")).status_code == 422
    assert auditor.get("/audit?object=nonsense").status_code == 422


def test_the_timeline_is_paged_to_its_beginning(
    own: Household, people: dict[Role, Visitor]
) -> None:
    auditor = people[Role.AUDITOR]
    page, seen = auditor.get("/audit").text, 0
    there = len(audit.timeline(own.archive.catalog, limit=100_000))
    while True:
        seen += page.count("<tr>") - 1
        more = re.findall(r'rel="next" href="([^"]+)"', page)
        if not more:
            break
        page = auditor.get(html.unescape(more[0])).text
    assert seen == there
    assert "archive created" in page


def test_no_document_text_reaches_the_audit_room(
    own: Household, people: dict[Role, Visitor]
) -> None:
    page = people[Role.AUDITOR].get("/audit").text
    assert "quarry" not in page
    assert SOURCE_NAME not in page


def test_a_crash_is_numbered_and_logged_without_its_words(
    own: Household, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(own.archive)

    def broken() -> str:
        raise RuntimeError("the canary sings")

    app.view_functions["auth.sign_in"] = broken
    with caplog.at_level(logging.DEBUG):
        answer = Visitor(app).get("/sign-in")
    assert answer.status_code == 500
    number = re.findall(r"Number: <code>([0-9a-f]{8})</code>", answer.text)[0]
    assert number in caplog.text
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text + answer.text


def test_damage_is_numbered_and_says_what_to_do(own: Household) -> None:
    app = create_app(own.archive)

    def damaged() -> str:
        raise BindingMismatch

    app.view_functions["auth.sign_in"] = damaged
    answer = Visitor(app).get("/sign-in")
    assert answer.status_code == 500
    assert "audit verify" in words(answer.text)
    assert re.search(r"Number: <code>[0-9a-f]{8}</code>", answer.text)


def test_a_change_of_a_plan_is_taken_back_and_done_again(archivist: Visitor) -> None:
    record = record_in(hand_in(archivist, pond_txt=b"A heron stood by the pond at dawn."))
    archivist.get(f"/redact/{record}")
    archivist.follow(f"/redact/{record}/mark", words="heron", reason="S5")
    archivist.follow(f"/redact/{record}/mark", words="pond", reason="S5")
    page = archivist.follow(f"/redact/{record}/undo")
    assert "<bdi>heron</bdi>" in page.text
    assert "<bdi>pond</bdi>" not in page.text
    assert "Nothing is marked" in archivist.follow(f"/redact/{record}/undo").text
    assert archivist.post(f"/redact/{record}/undo").status_code == 409
    archivist.follow(f"/redact/{record}/redo")
    assert "<bdi>pond</bdi>" in archivist.follow(f"/redact/{record}/redo").text
