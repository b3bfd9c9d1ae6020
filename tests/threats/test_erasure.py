"""T1, T4, T8: what was erased nobody opens again; the ledger still verifies; two people decide."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from archive import policy
from archive.errors import FourEyesRequired, InvalidValue, NotPermitted, RecordNotFound
from archive.model.access import Compartment, Level, Role
from archive.model.ids import RecordId
from archive.model.provenance import EventType
from archive.model.search import SearchRequest
from archive.sealing import FileKey, open_bytes, open_header
from archive.search import IndexState, WhooshIndex
from archive.services import audit
from archive.services.audit import bundle_checks
from archive.services.holdings import erasure
from archive.services.indexes import indexing
from archive.services.intake import receipts
from archive.services.intake.ingest import PathInput, ingest
from archive.services.intake.receipt_checks import verify_receipt
from archive.services.members import administration, recovery
from archive.services.oversight.evidence import make_bundle
from archive.services.reading_room import access
from archive.services.records import open_record
from archive.services.redaction import redact, review_queue
from archive.services.session import Session, sign_in
from keys.age import open_header as unwrap
from keys.age import open_small, parse_header
from keys.errors import KeysError
from keys.identity import HybridIdentity
from keys.profiles import RFC9106_SECOND
from tests import canary, small_archive
from tests.small_archive import PASSPHRASE, Small

AUTHORITY = "Court order 12 C 345/26"
REASON = "the harbour clerk asked for it"
MAIL = """From: ferry@harbour.example
Subject: tide tables
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Walrus tables are in the box. %s
--b
Content-Type: text/plain; name=tables.txt
Content-Disposition: attachment; filename=tables.txt

Gannet tables for the ninth berth.
--b--
"""
HEADER = re.compile(rb"age-encryption\.org/v1\n(?:(?!---).*\n)+--- [A-Za-z0-9+/]{43}\n")


@dataclass(slots=True)
class Erased:
    """The archive after the erasures, and what was known of the records before."""

    small: Small
    second: Session
    mail: RecordId
    inside: RecordId
    stays: RecordId
    pin: str
    headers: list[bytes]
    file_keys: set[bytes]
    texts: list[bytes]
    asked: erasure.Erasure
    done: erasure.Erasure
    reason: str


def long_text(first: int) -> str:
    """Return a text that is long enough to be compared with others."""
    return " ".join(f"Lot {number} of the {number % 7}th berth." for number in range(first, 200))


def every_identity(small: Small) -> list[HybridIdentity]:
    """Return what all members' keys and the recovery sheet open together."""
    key = recovery.from_sheet(small.sheet).identity
    found = [key]
    with small.archive.catalog.read() as snapshot:
        for compartment in Compartment:
            for row in snapshot.keys.all_epochs(small.archive.collection, compartment.value):
                text = open_small(row.recovery_sealed, [key]).decode()
                found.append(HybridIdentity.parse(text))
    return found


def header_of(small: Small, record: RecordId) -> list[bytes]:
    with small.archive.catalog.read() as snapshot:
        row = snapshot.records.get(record)
        release = snapshot.releases.get(record)
        assert row is not None
        ids = [row.header, *([release.header] if release else [])]
        return [snapshot.headers.get(one).header for one in ids]


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    place = tmp_path_factory.mktemp("erasure")
    small = small_archive.build(place)
    archive, people = small.archive, small.people
    custodian = people["custodian"]
    (place / "box2").mkdir()
    (place / "box2" / "tide.eml").write_text(MAIL % long_text(40))
    (place / "box2" / "stays.txt").write_text(long_text(50))
    stays, report = ingest(archive, custodian, [PathInput(place / "box2")])
    mail, inside = report.record, report.attachments[0].record
    assert stays.record is not None
    assert mail is not None
    assert inside is not None
    redact.propose(archive, custodian, small.released)
    redact.submit(archive, custodian, small.released)
    redact.reject(archive, people["archivist"], small.released, REASON)
    phrase = bytearray(PASSPHRASE)
    administration.add_member(archive, custodian, "second", Role.CUSTODIAN, phrase, RFC9106_SECOND)
    second = sign_in(archive, "second", bytearray(PASSPHRASE))
    (before,) = make_bundle(archive, custodian, [small.released], ["reason"]).opened
    gone = (small.released, mail, inside)
    headers = [one for record in gone for one in header_of(small, record)]
    with archive.catalog.read() as snapshot:
        rows = list(snapshot.receipts.all(archive.collection))
        headers += [snapshot.headers.get(row.header).header for row in rows]
    identities = every_identity(small)
    file_keys = {unwrap(parse_header(one), identities) for one in headers}
    pin = audit.pin(archive.catalog, archive.folder.vkeys)
    asked = erasure.erase(archive, custodian, small.released, AUTHORITY)
    done = erasure.erase(archive, second, small.released, AUTHORITY)
    erasure.erase(archive, second, mail, f"  {AUTHORITY} ")
    erasure.erase(archive, custodian, mail, AUTHORITY)
    texts = [small_archive.TEXT.encode(), REASON.encode(), b"Walrus", b"Gannet", b"tide.eml"]
    yield Erased(
        small,
        second,
        mail,
        inside,
        stays.record,
        pin,
        headers,
        file_keys,
        texts,
        asked,
        done,
        before.value,
    )
    archive.close()


def test_two_custodians_decide_and_the_ledger_names_the_authority_and_no_person(
    erased: Erased,
) -> None:
    small = erased.small
    assert (erased.asked.waits, erased.asked.done) == (True, False)
    assert (erased.done.waits, erased.done.done, erased.done.folded) == (False, True, True)
    for record, who in ((small.released, erased.second), (erased.mail, small.people["custodian"])):
        deleted = audit.timeline(small.archive.catalog, object_id=record, limit=1)[0]
        assert deleted.type == EventType.DELETION.value
        assert deleted.links == {"authority": AUTHORITY}
        assert deleted.key_id == who.key_id
        asked = [
            one
            for one in audit.timeline(small.archive.catalog, object_id=record)
            if one.type == EventType.ERASURE_REQUESTED.value
        ]
        assert [one.links for one in asked] == [{"authority": AUTHORITY}]
        assert asked[0].key_id != deleted.key_id


def on_disk(small: Small) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(small.archive.folder.path.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path, data
            for line in re.findall(rb"[A-Za-z0-9+/]{400,}", data):
                yield path, base64.b64decode(line[: len(line) // 4 * 4])


def test_no_byte_on_disk_opens_what_was_erased_with_every_key_there_is(erased: Erased) -> None:
    identities = every_identity(erased.small)
    opened = set()
    for path, data in on_disk(erased.small):
        for header in erased.headers:
            assert header[40:140] not in data, path
        for found in HEADER.finditer(data):
            try:
                opened.add(unwrap(parse_header(found[0]), identities))
                whole = data[found.start() :]
                with_payload = open_small(whole, identities)
            except KeysError:
                continue
            assert not any(text in with_payload for text in erased.texts), path
    assert len(opened) > 3
    assert not opened & erased.file_keys
    words = [small_archive.SECRET, REASON, "Walrus", "Gannet", "tide.eml"]
    assert canary.scan([erased.small.archive.folder.path], words) == []


def test_the_catalog_holds_nothing_that_the_remaining_keys_open_to_the_erased_text(
    erased: Erased,
) -> None:
    small = erased.small
    identities = every_identity(small)
    kept = []
    with small.archive.catalog.read() as snapshot:
        for row in snapshot.openings.all():
            kept.append(open_small(row.sealed, identities))
        for receipt in snapshot.receipts.all(small.archive.collection):
            key = open_header(snapshot.headers.get(receipt.header).header, identities)
            kept.append(open_bytes(key, receipt.sealed))
        similar = list(snapshot.similarities.all(small.archive.collection))
        for record in (small.released, erased.mail, erased.inside):
            assert list(snapshot.plans.history(record)) == []
            assert list(snapshot.objects.for_record(record)) == []
            assert snapshot.releases.get(record) is None
            assert list(snapshot.outbox.all(small.archive.collection)) == []
    assert len(kept) >= 2
    text = b"".join(kept)
    gone = [*erased.texts, small.released.encode(), erased.mail.encode(), b"a.txt"]
    assert [one for one in gone if one in text] == []
    assert b"b.txt" in text
    session = small.people["custodian"]
    key = FileKey(session.derived_key(Compartment.ORIGINALS, "similarity-file")[:16])
    packed = b"".join(open_bytes(key, row.sealed) for row in similar)
    compared = [packed[at : at + 16] for at in range(0, len(packed), 272)]
    assert compared == [UUID(erased.stays).bytes]


def test_search_and_reading_know_nothing_of_it(erased: Erased) -> None:
    small = erased.small
    people = small.people
    for query, level, session in (
        ("copper", Level.ORIGINALS, people["custodian"]),
        ("gannet", Level.ORIGINALS, people["custodian"]),
        ("walrus", Level.ORIGINALS, people["archivist"]),
        ("copper", Level.READING, people["researcher"]),
    ):
        assert access.search(small.archive, session, SearchRequest(query), level).total == 0
    found = access.search(small.archive, people["archivist"], SearchRequest("letter"))
    assert [hit.record for hit in found.hits] == [small.kept]
    for session in (people["custodian"], people["researcher"]):
        for record in (small.released, erased.mail, erased.inside):
            with pytest.raises(RecordNotFound):
                access.show(small.archive, session, record)
    assert review_queue.queue(small.archive, people["archivist"]) == ()
    held = access.records(small.archive, people["archivist"])
    assert {one.record for one in held.items} == {small.kept, erased.stays}


def test_the_index_has_no_word_of_it_and_no_file_of_before(erased: Erased) -> None:
    small = erased.small
    for level, left in ((Level.ORIGINALS, True), (Level.READING, False)):
        row = indexing.current_index(small.archive, level)
        assert row is not None
        folder = indexing.index_folder(small.archive, row)
        state = IndexState(row.index_id, row.generation, row.manifest_digest)
        key = small.people["custodian"].index_key(level)
        index = WhooshIndex.open(folder, key, state, random=os.urandom)
        words = set(index.view.words("", 10_000))
        before = {path.name for path in folder.rglob("*")}
        index.prune()
        assert {path.name for path in folder.rglob("*")} == before
        index.close()
        assert bool(words) is left
        assert not words & {"copper", "counted", "walrus", "gannet", "ninth"}


def test_the_ledger_verifies_and_only_grew(erased: Erased) -> None:
    small = erased.small
    files = audit.LogFiles(small.archive.folder)
    assert audit.extend(small.archive.catalog, erased.pin, files=files).failures == []


def test_proofs_and_a_bundle_of_an_erased_record_hold(erased: Erased, tmp_path: Path) -> None:
    small = erased.small
    made = make_bundle(small.archive, small.people["auditor"], [small.released, small.kept])
    for name, data in made.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found = bundle_checks.verify_bundle(tmp_path, vkeys=small.archive.folder.vkeys)
    assert found.verdict.failures == []
    with pytest.raises(RecordNotFound):
        make_bundle(small.archive, small.people["custodian"], [small.released], ["fixity"])
    assert erased.reason == REASON
    with pytest.raises(RecordNotFound):
        make_bundle(small.archive, small.people["custodian"], [small.released], ["reason"])


def test_receipts_are_issued_anew_without_it_and_check_out(erased: Erased) -> None:
    small = erased.small
    archive, custodian = small.archive, small.people["custodian"]
    found = receipts.list_receipts(archive, custodian)
    assert len(found) == 2
    paths = []
    for one in found:
        signed = receipts.show_receipt(archive, custodian, one.run)
        verdict = verify_receipt(archive.catalog, archive.folder.archive_id, signed.document)
        assert verdict.findings == ()
        paths += [line.path for line in signed.receipt.lines]
    assert sorted(path.rsplit("/", 1)[-1] for path in paths) == [
        "[erased]",
        "[erased]",
        "b.txt",
        "stays.txt",
    ]


def test_the_same_content_may_come_in_again(erased: Erased, tmp_path: Path) -> None:
    small = erased.small
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "c.txt").write_text("An umbrella, and another letter.")
    (report,) = ingest(small.archive, small.people["archivist"], [PathInput(tmp_path / "again")])
    assert report.outcome.value == "ingested"
    with small.archive.catalog.read() as snapshot:
        opened = open_record(small.people["archivist"], snapshot, report.record)
    assert opened.manifest.name == "c.txt"


def test_who_may_not_erase_and_what_cannot_be_erased(erased: Erased) -> None:
    small = erased.small
    archive, custodian = small.archive, small.people["custodian"]
    for name in ("archivist", "auditor", "researcher"):
        for act in (
            lambda who: erasure.erase(archive, who, small.kept, AUTHORITY),
            lambda who: erasure.plan_erasure(archive, who, small.kept),
        ):
            with pytest.raises(NotPermitted):
                act(small.people[name])
            assert audit.timeline(archive.catalog, limit=1)[0].outcome == "denied"
    for authority in ("", "  ", "x" * 201):
        with pytest.raises(InvalidValue):
            erasure.erase(archive, custodian, small.kept, authority)
    with pytest.raises(RecordNotFound):
        erasure.erase(archive, custodian, small.released, AUTHORITY)
    planned = erasure.plan_erasure(archive, custodian, small.kept)
    assert (planned.records, planned.objects, planned.done) == ((small.kept,), 2, False)
    asked = erasure.erase(archive, custodian, small.kept, AUTHORITY)
    assert asked.waits
    with pytest.raises(FourEyesRequired):
        erasure.erase(archive, custodian, small.kept, AUTHORITY)
    assert erasure.erase(archive, erased.second, small.kept, "Another order").waits
    with archive.catalog.read() as snapshot:
        assert open_record(custodian, snapshot, small.kept)


def test_one_custodian_alone_decides_alone() -> None:
    assert [policy.erasers(count) for count in (1, 2, 5)] == [1, 2, 2]


def test_a_damaged_index_is_built_anew_without_what_was_erased(tmp_path: Path) -> None:
    small = small_archive.build(tmp_path)
    people = small.people
    row = indexing.current_index(small.archive, Level.ORIGINALS)
    assert row is not None
    for path in indexing.index_folder(small.archive, row).rglob("*"):
        if path.is_file():
            path.write_bytes(b"\0" * path.stat().st_size)
    assert erasure.erase(small.archive, people["custodian"], small.released, "order 9").done
    newer = indexing.current_index(small.archive, Level.ORIGINALS)
    assert newer is not None
    assert newer.index_id != row.index_id
    found = access.search(small.archive, people["archivist"], SearchRequest("copper"))
    assert (found.total, found.notice) == (0, None)
