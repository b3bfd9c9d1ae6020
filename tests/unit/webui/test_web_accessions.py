"""The register and the quarantine on the pages: terms, counts and reasons, with hostile names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from archive.model.access import Role
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef
from archive.services import accessions
from archive.services.ingest import PathInput, ingest
from tests.unit.webui.webhouse import Household, Visitor

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
    for words in (
        ref,
        'no release before <time datetime="2030-05-06">',
        "1 ingested",
        "1 quarantined",
    ):
        assert words in register.text
    held = visitor.get("/accessions/quarantine")
    assert "its sha256 checksum is not the one in SHA256SUMS" in held.text
    assert "&lt;b&gt;reeds.txt" in held.text
    assert "<b>" not in held.text
    assert "<script>alert" not in register.text
