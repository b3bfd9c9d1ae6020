"""Receipts, similar records and the inbox on the pages, role by role."""

from __future__ import annotations

import re

import pytest

from archive.model.access import Role
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.intake.receipt_checks import verify_receipt
from tests.unit.webui.webhouse import Household, Visitor, hand_in, words


def test_a_receipt_can_be_opened_again_by_whoever_may_read_originals(
    archivist: Visitor, custodian: Visitor, researcher: Visitor
) -> None:
    hand_in(archivist, receipt_txt=b"kept receipt")
    run = re.findall(r"/receipts/([0-9a-f-]{36})", archivist.get("/receipts").text)[0]
    assert "receipt.txt ingested" in words(custodian.get(f"/receipts/{run}").text)
    assert researcher.get(f"/receipts/{run}").status_code == 404
    assert researcher.get("/receipts").status_code == 404
    assert archivist.get(f"/receipts/{'0' * 8}-{'0' * 4}-4000-8000-{'0' * 12}").status_code == 404


@pytest.mark.parametrize("form", ["json", "pdf"])
def test_a_receipt_is_kept_as_a_signed_file_and_the_export_is_in_the_ledger(
    own: Household, archivist: Visitor, form: str
) -> None:
    hand_in(archivist, kept_txt=f"to keep as {form}".encode())
    run = re.findall(r"/receipts/([0-9a-f-]{36})", archivist.get("/receipts").text)[0]
    answer = archivist.post(f"/receipts/{run}/{form}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receipt-{run}.{form}"'
    if form == "pdf":
        assert answer.data.startswith(b"%PDF-")
    else:
        verdict = verify_receipt(own.archive.catalog, own.archive.folder.archive_id, answer.data)
        assert verdict.ok, verdict
    newest = audit.timeline(own.archive.catalog, limit=1)[0]
    assert (newest.type, newest.object) == (EventType.EXPORT, run)
    assert archivist.post(f"/receipts/{run}/docx").status_code == 404


def test_a_file_like_one_before_says_so_on_its_receipt_and_on_its_page(archivist: Visitor) -> None:
    letter = b" ".join(b"the %d sacks of barley left the mill by boat" % n for n in range(40))
    hand_in(archivist, first_txt=letter)
    page = hand_in(archivist, second_txt=letter + b" and one more word")
    assert "similar to" in words(page)
    record = re.findall(r"second\.txt.*?/records/([0-9a-f-]{36})", page, re.DOTALL)[0]
    assert "Similar records" in words(archivist.get(f"/records/{record}").text)


def test_what_could_not_be_read_waits_in_the_inbox_until_somebody_decides(
    archivist: Visitor, researcher: Visitor
) -> None:
    inbox = "Inbox: what needs somebody"
    assert inbox not in words(hand_in(archivist, whole_txt=b"whole"))
    assert inbox in words(hand_in(archivist, broken_pdf=b"%PDF-1.7\nthis is no document at all"))
    page = archivist.get("/inbox").text
    assert "broken.pdf" in words(page)
    record = re.findall(r"/inbox/([0-9a-f-]{36})/dismiss", page)[0]
    assert researcher.get("/inbox").status_code == 404
    assert "It still waits" in words(archivist.follow(f"/inbox/{record}/retry").text)
    assert archivist.post(f"/inbox/{record}/dismiss", reason=" ").status_code == 422
    assert "broken.pdf" not in words(
        archivist.follow(f"/inbox/{record}/dismiss", reason="sand").text
    )
    assert "dismissed" in words(archivist.get("/inbox?all=1").text)


def test_the_auditor_sees_what_waits_without_titles_and_can_do_nothing(
    archivist: Visitor, people: dict[Role, Visitor]
) -> None:
    hand_in(archivist, crushed_pdf=b"%PDF-1.7\ncrushed")
    page = people[Role.AUDITOR].get("/inbox").text
    assert "reading its text" in page
    assert "crushed" not in page
    record = re.findall(r"/inbox/([0-9a-f-]{36})/dismiss", archivist.get("/inbox").text)[0]
    people[Role.AUDITOR].get("/inbox")
    assert people[Role.AUDITOR].post(f"/inbox/{record}/retry").status_code == 404
