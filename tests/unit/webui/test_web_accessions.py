"""The register and the quarantine on the pages: terms, counts and reasons, with hostile names."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

from archive.model.access import Role
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef
from archive.services import accessions
from archive.services.intake.ingest import PathInput, ingest
from tests.unit.webui.webhouse import Household, Visitor, words

NAUGHTY = "<script>alert('reed')</script>"


def test_the_register_shows_terms_and_counts_and_the_quarantine_its_reasons(
    house: Household, visitors: dict[Role, Visitor], tmp_path: Path
) -> None:
    archive, session = house.archive, house.session(Role.ARCHIVIST)
    terms = Accession(
        AccessionRef(""),
        f"Papers {NAUGHTY}",
        date(2026, 1, 2),
        donor=NAUGHTY,
        restrictions=(NAUGHTY,),
        embargo=date(2030, 5, 6),
    )
    ref = accessions.open_accession(archive, session, terms)
    (tmp_path / "<b>reeds.txt").write_text("A letter about reeds.")
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  <b>reeds.txt\n")
    list(ingest(archive, session, [PathInput(tmp_path)], accession=ref))
    visitor = visitors[Role.CUSTODIAN]
    register = visitor.get("/accessions")
    for said in (
        ref,
        'no release before <time datetime="2030-05-06">',
        "1 ingested",
        "1 quarantined",
    ):
        assert said in register.text
    held = visitor.get("/accessions/quarantine")
    assert "its sha256 checksum is not the one in SHA256SUMS" in held.text
    assert "&lt;b&gt;reeds.txt" in held.text
    assert "<b>" not in held.text
    assert "<script>alert" not in register.text


def test_an_accession_is_opened_and_filled_and_closed_on_pages(archivist: Visitor) -> None:
    archivist.get("/accessions")
    page = archivist.follow(
        "/accessions",
        title=f"Box {NAUGHTY}",
        received="2026-02-03",
        donor="a library",
        source="S-0001",
        embargo="2031-04-05",
        restrictions="no names\n\n no copies ",
        agreement="by hand",
    ).text
    ref = re.findall(r"(A-\d{4}) is open", page)[0]
    assert re.search(rf'<option value="{ref}" selected>{ref} Box &lt;script', page)
    receipt = archivist.follow(
        "/ingest", accession=ref, source="", files=(BytesIO(b"the gulls of the pier"), "gulls.txt")
    )
    assert "ingested" in words(receipt.text)
    assert "Redaction plan" in words(receipt.text)
    register = words(archivist.get("/accessions").text)
    assert f"{ref} open Box {NAUGHTY} Feb 3, 2026 a library S-0001" in register
    assert "no release before Apr 5, 2031 no names no copies 1 ingested" in register
    record = re.findall(r"/records/([0-9a-f-]{36})", receipt.text)[0]
    assert f"Accession {ref}" in words(archivist.get(f"/records/{record}").text)
    page = archivist.follow(f"/accessions/{ref}/close").text
    assert f"{ref} is closed." in page
    assert f'value="{ref}"' not in archivist.get("/ingest").text
    assert "No such accession is open." in archivist.follow(f"/accessions/{ref}/close").text
    refused = archivist.post("/ingest", accession=ref, files=(BytesIO(b"late"), "late.txt"))
    assert refused.status_code == 422


def test_what_is_wrong_with_a_new_accession_is_said_and_kept(archivist: Visitor) -> None:
    archivist.get("/accessions")
    page = archivist.post("/accessions", title=f"A box {NAUGHTY}", embargo="tomorrow")
    assert page.status_code == 422
    assert "year-month-day" in page.text
    assert 'value="A box &lt;script' in page.text
    assert archivist.post("/accessions", title="x", source="S-9999").status_code in (404, 422)


def test_what_is_held_back_is_accepted_or_destroyed_with_a_reason(
    own: Household, archivist: Visitor, tmp_path: Path
) -> None:
    for name in ("cormorant", "dunlin"):
        (tmp_path / f"{name}.txt").write_text(f"A letter about a {name}.")
    sums = "".join(f"{'0' * 64}  {name}.txt\n" for name in ("cormorant", "dunlin"))
    (tmp_path / "SHA256SUMS").write_text(sums)
    reports = list(ingest(own.archive, own.session(Role.ARCHIVIST), [PathInput(tmp_path)]))
    at = {Path(one.path).stem: f"/accessions/quarantine/{one.record}" for one in reports}
    archivist.get("/accessions/quarantine")
    assert archivist.post(at["cormorant"], act="accept", reason=" ").status_code == 422
    page = archivist.post(at["dunlin"], act="discard", reason="not theirs")
    assert (page.status_code, "Nothing was destroyed." in page.text) == (422, True)
    kept = archivist.follow(at["cormorant"], act="accept", reason="asked by telephone")
    assert "1 record is accepted." in kept.text
    assert "dunlin" in words(kept.text)
    gone = archivist.follow(at["dunlin"], act="discard", sure="1", reason="not theirs")
    assert "1 record is destroyed." in gone.text
    assert "Nothing is in quarantine." in gone.text
    assert "not in quarantine any more" in archivist.follow(at["dunlin"], reason="again").text
    assert "cormorant.txt" in archivist.follow("/search", query="cormorant", level="originals").text
