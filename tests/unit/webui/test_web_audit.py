"""The audit room: one object's history, proofs, fixity, releases, witnesses; no word of a text."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from archive.model.access import Role
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.audit.bundle_checks import verify_bundle
from archive.services.oversight.cosigning import POLICY
from archive.services.oversight.witness import WitnessFolder
from tests.catalog_file import by_hand
from tests.unit.webui.webhouse import SOURCE_NAME, TEXTS, Household, Visitor, words


def test_an_objects_page_tells_its_history_and_who_was_refused(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    record = house.records["harbour.txt"]
    visitors[Role.RESEARCHER].get(f"/reading/{record}")
    page = visitors[Role.AUDITOR].get(f"/audit/about/{record}").text
    assert "ingestion" in page
    assert "release" in page
    unreleased = house.records["quarry.txt"]
    visitors[Role.RESEARCHER].get(f"/reading/{unreleased}")
    page = words(visitors[Role.AUDITOR].get(f"/audit/about/{unreleased}").text)
    assert "denied (read reading) (not found)" in page


def test_an_objects_page_says_whether_a_passage_was_dropped_unseen(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    record = house.records["harbour.txt"]
    place = f"/audit/about/{record}"
    assert "none was dropped unseen" in words(visitors[Role.AUDITOR].get(place).text)
    statement = "update redaction_proofs set copy_digest = ? where record = ?"
    with house.archive.catalog.read() as snapshot:
        row = snapshot.proofs.get(record)
    assert row is not None
    with by_hand(house.archive.folder.catalog) as disk:
        disk.execute(statement, ("another", record))
    page = words(visitors[Role.AUDITOR].get(place).text)
    with by_hand(house.archive.folder.catalog) as disk:
        disk.execute(statement, (row.copy_digest, record))
    disk.close()
    assert "there is no proof of the copy that is out" in page
    assert "none was dropped unseen" not in page


def test_a_proof_can_be_downloaded_and_checks_by_itself(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    answer = visitors[Role.AUDITOR].get("/audit/proof/3")
    keys = audit.log_keys(house.archive.folder.vkeys)
    told = audit.check_proof(answer.text, keys, None)
    assert (told.verdict.ok, told.index) == (True, 3)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="3.tlog-proof"'
    assert visitors[Role.AUDITOR].get("/audit/proof/999999").status_code == 404


def test_an_evidence_bundle_is_handed_out_and_checks_by_itself(
    house: Household, visitors: dict[Role, Visitor], tmp_path: Path
) -> None:
    record, auditor = house.records["harbour.txt"], visitors[Role.AUDITOR]
    place = f"/audit/about/{record}"
    assert f'action="{place}/bundle"' in auditor.get(place).text
    answer = auditor.post(f"{place}/bundle")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="evidence-{record}.zip"'
    with ZipFile(BytesIO(answer.data)) as packed:
        packed.extractall(tmp_path)
        inside = b"".join(packed.read(name) for name in packed.namelist())
    told = verify_bundle(tmp_path / f"evidence-{record}", vkeys=house.archive.folder.vkeys)
    assert (told.verdict.ok, told.records) == (True, [record])
    for secret in (SOURCE_NAME, "harbour", *TEXTS.values()):
        assert secret.encode() not in inside, secret
    newest = audit.timeline(house.archive.catalog, limit=1)[0]
    assert (newest.type, newest.object) == (EventType.EXPORT.value, record)
    nothing = auditor.post("/audit/about/c7a1e0de-9b6d-4a53-8f0e-2d5a61b0f3e4/bundle")
    assert nothing.status_code == 404


def test_releases_are_told_with_both_persons_and_fixity_with_what_is_overdue(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    page = words(visitors[Role.AUDITOR].get("/audit/holdings").text)
    members = {role: house.session(role).member.id for role in (Role.ARCHIVIST, Role.CUSTODIAN)}
    line = page.partition("Out Result")[2]
    assert line.index(members[Role.ARCHIVIST][:8]) < line.index(members[Role.CUSTODIAN][:8])
    assert "Last run never" in page


def test_the_checkpoint_is_shown_as_a_code(visitors: dict[Role, Visitor]) -> None:
    page = visitors[Role.AUDITOR].get("/audit/checkpoint").text
    assert '<svg class="qr"' in page
    assert "strongroom.example/" in page


def test_witnesses_that_have_not_cosigned_are_named(own: Household) -> None:
    from webui.app import create_app

    folder = own.archive.folder.path
    made = WitnessFolder.create(
        folder.parent / "witness", "w.example/one", random=own.archive.random
    )
    (folder / POLICY).write_text(f"witness w.example/one {made.vkeys[1]}\nquorum w.example/one\n")
    visitor = Visitor(create_app(own.archive))
    visitor.sign_in(Role.AUDITOR)
    page = words(visitor.get("/audit").text)
    assert "w.example/one never" in page
    (folder / POLICY).unlink()


def test_the_timeline_is_filtered_by_member_and_day(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    auditor = visitors[Role.AUDITOR]
    me = house.session(Role.ARCHIVIST).member.id
    page = auditor.get(f"/audit?member={me}").text
    assert len(re.findall("<td[^>]*>archivist", page)) == page.count("<tr>") - 1 > 0
    assert "No entry fits" in auditor.get("/audit?until=2001-01-01").text
    assert "No entry fits" in auditor.get("/audit?since=2999-01-01").text


def test_no_word_of_a_document_reaches_these_pages(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    record = house.records["mill.txt"]
    for path in ("", "/holdings", "/checkpoint", f"/about/{record}", "/proof/5"):
        page = visitors[Role.AUDITOR].get(f"/audit{path}").text
        for text in (SOURCE_NAME, *TEXTS.values(), *TEXTS):
            assert text not in page, path
