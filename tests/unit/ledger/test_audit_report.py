"""Reports for a court: what they state, in both forms, and that nothing else is in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from lxml import html

from archive.model.provenance import EventOutcome, EventType
from archive.services import audit
from archive.services.audit import stamps
from archive.services.audit.reports import Asked, Report, report
from archive.services.oversight.report_pages import render_html, render_pdf
from tests.authority import Authority
from tests.unit.ledger.ledgers import IRIS, NOOR, START, Ledger, draft, uuid

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def made(ledger: Ledger, known: tuple[stamps.Authority, ...] = (), **span: datetime) -> Report:
    asked = Asked(uuid("archive"), ledger.log.vkeys, known, **span)
    return report(ledger.catalog, ledger.files, asked, now=NOW)


def words_of_pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def words_of_html(data: bytes) -> str:
    return str(html.fromstring(data.decode()).text_content())


def together(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("render", "words"), [(render_html, words_of_html), (render_pdf, words_of_pdf)]
)
def test_a_report_states_process_hashes_times_and_leaves_room_to_sign(
    render, words, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.write(NOOR, draft(outcome=EventOutcome.DENIED))
    gone = draft(EventType.DELETION, "gone", authority="Court order 12 <C> 345/26")
    ledger.write(IRIS, gone)
    authority = Authority.found(tmp_path / "tsa")
    known = (stamps.Authority("tsa-one", None, authority.root),)
    note = audit.checkpoint(ledger.catalog)
    stamps.take(ledger.files, note, known, authority.stamp(stamps.stamp_request(note)))
    ledger.publish()
    data = render(made(ledger, known))
    assert data == render(made(ledger, known))
    text = together(words(data))
    head = audit.parse_pin(ledger.pin())[1]
    for wanted in (
        head.root.hex(),
        *ledger.log.vkeys,
        "2026-06-01T12:00:00.000000Z",
        "Every check held.",
        "Court order 12 <C> 345/26",
        uuid("gone"),
        "tsa-one",
        "28 U.S.C. 1746",
        "Signature: ____",
        "RFC 9162",
        "denied",
    ):
        assert together(wanted) in text, wanted


def test_only_events_of_the_days_asked_for_are_counted(ledger: Ledger) -> None:
    ledger.publish()
    ledger.write(NOOR, draft(EventType.EXPORT), now=START + timedelta(days=3))
    ledger.publish()
    counted = {}
    for name, span in (
        ("all", {}),
        ("before", {"end": START + timedelta(days=3)}),
        ("after", {"start": START + timedelta(days=3)}),
        ("none", {"start": START + timedelta(days=4)}),
    ):
        rows = made(ledger, **span).sections[3].rows[1:]
        counted[name] = {kind: int(number) for kind, _, number in rows}
    assert counted["after"] == {"exp": 1}
    assert "exp" not in counted["before"]
    assert counted["all"] == {**counted["before"], "exp": 1}
    assert counted["none"] == {}


def test_a_report_on_a_rewritten_ledger_says_so(ledger: Ledger) -> None:
    ledger.publish()
    doctored = ledger.doctored("update ledger_entries set body = ? where entry_index = 2", b"{}")
    found = made(doctored)
    assert not found.verdict.ok
    text = words_of_html(render_html(found))
    assert "Not every check held" in text
    assert "malformed" in text
    doctored.close()
