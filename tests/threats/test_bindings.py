"""T2: a doctored catalog is noticed before anything of it is used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from archive.errors import ArchiveError, IntegrityError
from archive.model.access import Level
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef, SourceRef
from archive.services import accessions
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.sources import entries as sources
from tests.catalog_file import by_hand
from tests.small_archive import Small, build

CHANGES = {
    "manifest of another record": (
        "UPDATE records SET manifest = (SELECT manifest FROM records WHERE id = :kept), "
        "manifest_digest = (SELECT manifest_digest FROM records WHERE id = :kept) "
        "WHERE id = :released"
    ),
    "header of another record": (
        "UPDATE headers SET header = (SELECT h.header FROM headers h JOIN records r ON "
        "r.header = h.id WHERE r.id = :kept) "
        "WHERE id = (SELECT header FROM records WHERE id = :released)"
    ),
    "entry of another record": ("UPDATE records SET entry_index = 0 WHERE id = :released"),
    "changed manifest": (
        "UPDATE records SET manifest = zeroblob(length(manifest)) WHERE id = :released"
    ),
}
RELEASES = {
    "changed copy": (
        "UPDATE releases SET sealed = zeroblob(length(sealed)) WHERE record = :released"
    ),
    "entry of another act": "UPDATE releases SET entry_index = 0 WHERE record = :released",
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    small = build(tmp_path_factory.mktemp("original"))
    yield small
    small.archive.close()


@pytest.fixture
def doctored(original: Small, tmp_path: Path) -> Iterator[Small]:
    """Put every byte of the catalog, and the mark beside it, back after the test."""
    path = original.archive.folder.catalog
    mark = original.archive.folder.ledger / "signed"
    newest = mark.read_bytes()
    with by_hand(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = sqlite3.connect(tmp_path / "kept.sqlite")
        db.backup(kept)
    yield original
    with by_hand(path) as db:
        kept.backup(db)
    kept.close()
    mark.write_bytes(newest)


def change(small: Small, statement: str) -> None:
    with by_hand(small.archive.folder.catalog) as db:
        names = {"released": small.released, "kept": small.kept}
        done = db.execute(statement, names)
        assert done.rowcount == 1, "the change did not happen"


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES.keys())
def test_a_doctored_record_is_refused(doctored: Small, statement: str) -> None:
    change(doctored, statement)
    with pytest.raises(ArchiveError) as caught:
        access.show(
            doctored.archive, doctored.people["archivist"], doctored.released, Level.ORIGINALS
        )
    assert isinstance(caught.value, IntegrityError)


@pytest.mark.parametrize("statement", RELEASES.values(), ids=RELEASES.keys())
def test_a_doctored_release_is_refused(doctored: Small, statement: str) -> None:
    change(doctored, statement)
    with pytest.raises(IntegrityError):
        access.show(doctored.archive, doctored.people["researcher"], doctored.released)


def test_a_plan_that_was_approved_on_the_disk_alone_is_not_released(doctored: Small) -> None:
    redact.propose(doctored.archive, doctored.people["custodian"], doctored.kept)
    redact.submit(doctored.archive, doctored.people["custodian"], doctored.kept)
    change(doctored, "UPDATE plans SET state = 'approved' WHERE record = :kept AND version = 2")
    with pytest.raises(IntegrityError):
        redact.release(doctored.archive, doctored.people["archivist"], doctored.kept)


def test_a_source_whose_forms_were_emptied_is_refused(doctored: Small) -> None:
    change(doctored, "UPDATE sources SET forms = zeroblob(length(forms))")
    with pytest.raises(IntegrityError):
        sources.list_sources(doctored.archive, doctored.people["archivist"])


def test_a_member_who_was_promoted_on_the_disk_is_refused(doctored: Small) -> None:
    change(doctored, "UPDATE members SET role = 'custodian' WHERE role = 'researcher'")
    with pytest.raises(IntegrityError):
        doctored.sign_in("researcher")


def test_a_grant_of_somebody_else_put_in_place_is_refused(doctored: Small) -> None:
    researcher = doctored.people["researcher"].member.id
    archivist = doctored.people["archivist"].member.id
    change(
        doctored,
        f"UPDATE grants SET body = (SELECT body FROM grants WHERE member = '{archivist}' AND "
        f"purpose = 'originals') WHERE member = '{researcher}' AND purpose = 'reading'",
    )
    with pytest.raises(IntegrityError):
        doctored.sign_in("researcher")


def test_a_compartment_recipient_replaced_on_the_disk_is_never_sealed_to(doctored: Small) -> None:
    change(
        doctored,
        "UPDATE compartments SET recipient = 'age1pqattacker' WHERE compartment = 'originals'",
    )
    archivist = doctored.sign_in("archivist")
    assert all("attacker" not in one.encode() for one in archivist.recipients.values())


def _keep(small: Small, table: str, where: str) -> tuple[list[str], list[tuple[object, ...]]]:
    with by_hand(small.archive.folder.catalog) as db:
        found = db.execute(f"SELECT * FROM {table} WHERE {where}")
        return [column[0] for column in found.description], found.fetchall()


def _put_back(small: Small, table: str, kept: tuple[list[str], list[tuple[object, ...]]]) -> None:
    columns, rows = kept
    marks = ",".join("?" * len(columns))
    with by_hand(small.archive.folder.catalog) as db:
        db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)


def test_a_withdrawn_copy_that_is_put_back_on_the_disk_stays_withdrawn(doctored: Small) -> None:
    release = _keep(doctored, "releases", f"record = '{doctored.released}'")
    headers = _keep(doctored, "headers", "compartment = 'reading'")
    redact.withdraw(doctored.archive, doctored.people["archivist"], doctored.released, "mistake")
    _put_back(doctored, "headers", headers)
    _put_back(doctored, "releases", release)
    with pytest.raises(IntegrityError):
        access.show(doctored.archive, doctored.people["researcher"], doctored.released)


def _accession(small: Small) -> AccessionRef:
    made = Accession(AccessionRef(""), "Kettle papers", date(2026, 1, 2), embargo=date(2099, 1, 1))
    return accessions.open_accession(small.archive, small.people["archivist"], made)


def test_earlier_terms_of_an_accession_that_are_put_back_are_missed(doctored: Small) -> None:
    archive, archivist = doctored.archive, doctored.people["archivist"]
    ref = _accession(doctored)
    before = _keep(doctored, "accessions", f"ref = '{ref}'")
    accessions.amend(archive, archivist, ref, {"restrictions": ("no copies",)})
    assert accessions.accession(archive, archivist, ref).accession.restrictions == ("no copies",)
    _put_back(doctored, "accessions", before)
    for look in (accessions.accession, accessions.require_open):
        with pytest.raises(IntegrityError):
            look(archive, archivist, ref)


def test_an_accession_that_was_opened_again_on_the_disk_is_refused(doctored: Small) -> None:
    ref = _accession(doctored)
    accessions.close(doctored.archive, doctored.people["archivist"], ref)
    change(doctored, "UPDATE accessions SET state = 'open'")
    with pytest.raises(IntegrityError):
        accessions.require_open(doctored.archive, doctored.people["archivist"], ref)


def test_an_alias_that_is_taken_away_on_the_disk_is_missed(doctored: Small) -> None:
    before = _keep(doctored, "sources", "ref = 'S-0001'")
    sources.add_alias(
        doctored.archive, doctored.people["archivist"], SourceRef("S-0001"), "Grey Heron"
    )
    _put_back(doctored, "sources", before)
    with pytest.raises(IntegrityError):
        sources.list_sources(doctored.archive, doctored.people["archivist"])
