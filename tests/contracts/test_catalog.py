"""What the catalog promises through its gateways."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalog import Catalog, Transaction
from archive.catalog.rows import (
    AccessionRow,
    AttachmentRow,
    CollectionRow,
    CompartmentRow,
    GrantRow,
    HeaderRow,
    KeySlotRow,
    MemberRow,
    ObjectRow,
    ReleaseRow,
    SourceRow,
)
from archive.errors import (
    InvalidValue,
    NameTaken,
    ObjectMissing,
    RecordNotFound,
    WrongPlanState,
)
from archive.model.ids import AccessionRef, CollectionId, MemberId, RecordId, SourceRef
from archive.model.provenance import LedgerRow
from tests.contracts.catalog_rows import ANN, BEN, MAIN, NOW, OTHER, add_records, plan, record


@given(blob=st.binary(max_size=4000), digest=st.text("aé혜\0🗝"), number=st.integers(0, 2**62))
@settings(deadline=None, max_examples=25)
def test_any_sealed_bytes_come_back_as_they_were_stored(
    blob: bytes, digest: str, number: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.create(Path(folder) / "catalog.sqlite")
        header = HeaderRow("h", MAIN, "originals", number, blob)
        row = replace(record(1, manifest=blob), manifest_digest=digest, size=number)
        with catalog.write() as tx:
            tx.collections.add(CollectionRow(MAIN, digest, blob))
            tx.headers.add_many([header])
            tx.records.add_many([row])
            tx.ledger.append([(0, digest, number, blob, blob)], [b"f" * 32], digest)
        catalog.close()
        catalog = Catalog.open(Path(folder) / "catalog.sqlite")
        with catalog.read() as snapshot:
            assert snapshot.headers.get("h") == header
            assert snapshot.records.get(row.id) == row
            assert [*snapshot.ledger.entries(0, 1)] == [LedgerRow(0, digest, number, blob, blob)]
        catalog.close()


def test_a_block_that_fails_leaves_nothing(catalog: Catalog) -> None:
    with pytest.raises(ZeroDivisionError), catalog.write() as tx:
        assert 1 // len(add_records(tx, 1, 2)[2:])
    with catalog.read() as snapshot:
        assert snapshot.records.count(MAIN) == 0


def test_a_snapshot_does_not_see_later_writes(catalog: Catalog) -> None:
    with catalog.read() as before:
        assert before.records.count(MAIN) == 0
        with catalog.write() as tx:
            add_records(tx, 1)
        assert before.records.count(MAIN) == 0
    with catalog.read() as after:
        assert after.records.count(MAIN) == 1


def test_members_are_found_by_id_and_by_tag(tx: Transaction) -> None:
    ben = MemberRow(BEN, "tag-ben", "auditor", "active", b"n", "{}", NOW - timedelta(days=1))
    tx.members.add(ben)
    assert tx.members.get(BEN) == tx.members.by_tag("tag-ben") == ben
    assert tx.members.get(MemberId("x")) is tx.members.by_tag("x") is None
    assert [row.id for row in tx.members.all()] == [BEN, ANN]
    with pytest.raises(NameTaken):
        tx.members.add(replace(ben, id=MemberId("third")))


def test_a_members_state_and_role_change(tx: Transaction) -> None:
    tx.members.retire(ANN, "tag-retired")
    tx.members.set_role(ANN, "auditor", "{certificate}")
    row = tx.members.get(ANN)
    assert row is not None
    assert (row.state, row.role, row.public_json) == ("disabled", "auditor", "{certificate}")
    assert tx.members.by_tag("tag-retired") == row
    for act in (tx.members.retire, lambda who, tag: tx.members.set_role(who, "auditor", tag)):
        with pytest.raises(RecordNotFound):
            act(BEN, "{}")


def test_slots_are_added_replaced_and_removed(tx: Transaction) -> None:
    tx.slots.add(KeySlotRow(ANN, 1, "recovery"))
    tx.slots.replace(KeySlotRow(ANN, 0, "old"))
    tx.slots.replace(KeySlotRow(ANN, 0, "new"))
    assert [row.body for row in tx.slots.for_member(ANN)] == ["new", "recovery"]
    with pytest.raises(InvalidValue):
        tx.slots.add(KeySlotRow(ANN, 1, "again"))
    tx.slots.remove(ANN, 1)
    tx.slots.remove(ANN, 1)
    assert [row.slot for row in tx.slots.for_member(ANN)] == [0]
    assert tx.slots.get(ANN, 0) == KeySlotRow(ANN, 0, "new")
    tx.slots.remove_all(ANN)
    assert tx.slots.get(ANN, 0) is None


def test_what_a_member_may_do_now_is_one_row(tx: Transaction) -> None:
    assert tx.members.standing(BEN, 0, "ledger") is None
    assert tx.members.standing(ANN, 0, "ledger") == ("custodian", "active", None, 0)
    tx.slots.add(KeySlotRow(ANN, 0, "slot"))
    for purpose, epoch in (("ledger", 1), ("ledger", 3), ("reading", 7)):
        tx.keys.put_grant(GrantRow(MAIN, purpose, epoch, ANN, "{}"))
    assert tx.members.standing(ANN, 0, "ledger") == ("custodian", "active", "slot", 3)
    assert tx.members.standing(ANN, 1, "originals") == ("custodian", "active", None, 0)
    tx.members.retire(ANN, "tag-retired")
    found = tx.members.standing(ANN, 0, "reading")
    assert found is not None
    assert (found.state, found.epoch) == ("disabled", 7)


def test_the_newest_epoch_of_a_compartment_is_current(tx: Transaction) -> None:
    rows = [
        CompartmentRow(MAIN, "reading", epoch, f"age1pq{epoch}", b"r", NOW) for epoch in (1, 3, 2)
    ]
    for row in rows:
        tx.keys.add_compartment(row)
    assert tx.keys.current(MAIN, "reading") == rows[1]
    assert [row.epoch for row in tx.keys.all_epochs(MAIN, "reading")] == [1, 2, 3]
    assert tx.keys.current(OTHER, "reading") is tx.keys.current(MAIN, "ledger") is None


def test_grants_go_with_their_member(tx: Transaction) -> None:
    tx.members.add(MemberRow(BEN, "tag-ben", "auditor", "active", b"n", "{}", NOW))
    grants = [GrantRow(MAIN, purpose, 1, ANN, "{}") for purpose in ("ledger", "reading")]
    for row in (*grants, GrantRow(MAIN, "ledger", 1, BEN, "{}")):
        tx.keys.put_grant(row)
    assert [*tx.keys.grants_for(ANN)] == grants
    tx.keys.put_grant(replace(grants[0], body="newer"))
    tx.keys.put_grant(replace(grants[0], epoch=3))
    assert [(one.epoch, one.body) for one in tx.keys.grants_for(ANN)][:1] == [(1, "newer")]
    assert (tx.keys.newest_epoch(ANN, "ledger"), tx.keys.newest_epoch(ANN, "x")) == (3, 0)
    tx.keys.remove_grants(ANN, ["ledger"])
    assert [*tx.keys.grants_for(ANN)] == grants[1:]
    tx.keys.remove_grants(ANN, ["ledger", "reading"])
    assert [*tx.keys.grants_for(ANN)] == []
    assert len([*tx.keys.grants_for(BEN)]) == 1


def test_collections_are_found_by_tag(tx: Transaction) -> None:
    assert [row.id for row in tx.collections.all()] == [MAIN, OTHER]
    assert tx.collections.by_tag("tag-main") == CollectionRow(MAIN, "tag-main", b"\x00sealed")
    assert tx.collections.by_tag("x") is None
    with pytest.raises(NameTaken):
        tx.collections.add(CollectionRow(CollectionId("third"), "tag-main", b""))


def test_headers_are_rewrapped_and_destroyed(tx: Transaction) -> None:
    rows = [HeaderRow(f"h{n:04}", MAIN, "originals", 1, b"%d" % n) for n in range(1200)]
    tx.headers.add_many(rows)
    assert tx.headers.get_many([row.id for row in rows] + ["x"]) == {row.id: row for row in rows}
    assert tx.headers.rewrap(rows[7], 2, b"wrapped anew")
    assert tx.headers.get("h0007") == HeaderRow("h0007", MAIN, "originals", 2, b"wrapped anew")
    assert not tx.headers.rewrap(rows[7], 3, b"from an older look")
    assert tx.headers.count_older(MAIN, "originals", 2) == 1199
    older = tx.headers.older(MAIN, "originals", 2, after="h0005", limit=3)
    assert [row.id for row in older] == ["h0006", "h0008", "h0009"]
    tx.headers.delete("h0007")
    tx.headers.delete("h0007")
    with pytest.raises(ObjectMissing):
        tx.headers.get("h0007")
    assert not tx.headers.rewrap(replace(rows[7], epoch=2), 3, b"")


def test_records_are_listed_and_paged_in_ledger_order(tx: Transaction) -> None:
    rows = add_records(tx, 9, 2, 5, 7)
    tx.records.add_many([record(3, OTHER)])
    assert [row.entry_index for row in tx.records.list(MAIN)] == [2, 5, 7, 9]
    assert [row.entry_index for row in tx.records.list(MAIN, 2, 2)] == [5, 7]
    assert [row.entry_index for row in tx.records.page(MAIN, 1, 2)] == [7, 5]
    assert (tx.records.count(MAIN), tx.records.count(OTHER)) == (4, 1)
    assert [tx.records.get(RecordId(one)) for one in (rows[0].id, "x")] == [rows[0], None]


def test_what_is_held_or_destroyed_is_not_among_the_holdings(tx: Transaction) -> None:
    rows = add_records(tx, 1, 2, 3)
    tx.objects.add_many([ObjectRow("d", rows[1].id, "original", 9)])
    for row in rows[1:]:
        tx.records.set_outcome(row.id, "quarantined")
    assert [row.id for row in tx.records.quarantined(MAIN)] == [rows[1].id, rows[2].id]
    assert [row.id for row in tx.records.list(MAIN)] == [rows[0].id]
    assert [row.id for row in tx.records.page(MAIN, 0, 9)] == [rows[0].id]
    assert tx.records.count(MAIN) == 1
    tx.objects.forget(rows[1].id)
    tx.records.discard(rows[1].id, 50)
    tx.records.set_outcome(rows[2].id, "no-text")
    assert [*tx.objects.for_record(rows[1].id)] == [*tx.records.quarantined(MAIN)] == []
    assert tx.records.count(MAIN) == 2
    gone = tx.records.get(rows[1].id)
    assert gone is not None
    assert (gone.outcome, gone.manifest, gone.entry_index) == ("discarded", b"", 50)
    assert tx.records.by_fingerprint(MAIN, rows[1].fingerprint) is None
    tx.records.add_many([replace(record(4), fingerprint=rows[1].fingerprint)])
    for act in (
        lambda: tx.records.discard(RecordId("x"), 1),
        lambda: tx.records.set_outcome(RecordId("x"), "y"),
    ):
        with pytest.raises(RecordNotFound):
            act()


def test_accessions_are_numbered_on_and_count_their_records(tx: Transaction) -> None:
    assert tx.accessions.next_number(MAIN) == 1
    made = AccessionRow(
        AccessionRef("A-0007"), MAIN, "id", "h", b"sealed", "d", 5, "open", NOW, NOW
    )
    tx.accessions.put(made)
    tx.accessions.put(replace(made, collection=OTHER, id="other"))
    assert tx.accessions.next_number(MAIN) == 8
    closed = replace(made, state="closed", sealed=b"again", updated=NOW + timedelta(days=1))
    tx.accessions.put(closed)
    assert [*tx.accessions.all(MAIN)] == [tx.accessions.get(MAIN, made.ref)] == [closed]
    assert tx.accessions.get(MAIN, AccessionRef("A-0001")) is None
    rows = [replace(record(number), accession=made.ref) for number in range(3)]
    rows[2] = replace(rows[2], outcome="quarantined")
    tx.records.add_many([*rows, record(9), replace(record(10, OTHER), accession=made.ref)])
    assert tx.accessions.outcomes(MAIN, made.ref) == {"ingested": 2, "quarantined": 1}
    assert tx.accessions.released(MAIN, made.ref) == 0
    tx.releases.put(ReleaseRow(rows[0].id, "h", b"s", "d", 3, NOW, "released"))
    tx.releases.put(ReleaseRow(rows[1].id, "h", b"s", "d", 4, NOW, "withdrawn"))
    assert tx.accessions.released(MAIN, made.ref) == 1
    for wrong in (replace(made, ref=AccessionRef("A-9")), replace(closed, state="lost")):
        with pytest.raises(InvalidValue):
            tx.accessions.put(wrong)


def test_known_fingerprints_are_found_in_their_collection_only(tx: Transaction) -> None:
    rows = add_records(tx, *range(1100))
    asked = [row.fingerprint for row in rows] + ["unknown"]
    assert tx.records.by_fingerprints(MAIN, asked) == {r.fingerprint: r.id for r in rows}
    assert tx.records.by_fingerprint(MAIN, asked[7]) == rows[7].id
    assert tx.records.by_fingerprints(OTHER, asked) == {}
    assert tx.records.by_fingerprint(OTHER, asked[7]) is None
    with pytest.raises(InvalidValue):
        tx.records.add_many([replace(record(2000), fingerprint=rows[0].fingerprint)])


def test_a_manifest_is_replaced_with_its_entry(tx: Transaction) -> None:
    [row] = add_records(tx, 1)
    tx.records.replace_manifest(row.id, b"new", "d" * 64, 77)
    new = replace(row, manifest=b"new", manifest_digest="d" * 64, entry_index=77)
    assert tx.records.get(row.id) == new
    with pytest.raises(RecordNotFound):
        tx.records.replace_manifest(RecordId("x"), b"", "", 1)


def test_objects_belong_to_a_record_that_is_there(catalog: Catalog) -> None:
    with catalog.write() as tx:
        [row] = add_records(tx, 1)
        rows = [ObjectRow(f"{n:064x}", row.id, f"kind-{n}", n) for n in (2, 1)]
        tx.objects.add_many(rows)
        assert [*tx.objects.for_record(row.id)] == [*tx.objects.all()] == rows[::-1]
        assert [*tx.objects.digests()] == [f"{1:064x}", f"{2:064x}"]
    with pytest.raises(InvalidValue), catalog.write() as tx:
        tx.objects.add_many([ObjectRow("f" * 64, RecordId("nobody"), "original", 1)])


def test_sources_are_numbered_on_and_their_forms_replaced(tx: Transaction) -> None:
    assert tx.sources.next_number(MAIN) == 1
    for ref in ("S-0001", "S-0041", "S-10000"):
        tx.sources.add(SourceRow(SourceRef(ref), MAIN, "h", b"f", "dh", b"d", "x", 1))
    assert (tx.sources.next_number(MAIN), tx.sources.next_number(OTHER)) == (10001, 1)
    row = tx.sources.get(MAIN, SourceRef("S-0041"))
    assert row is not None
    changed = replace(row, forms=b"more", digest="y", entry_index=8, header="h2")
    tx.sources.replace_forms(replace(changed, dossier=b"never stored by this"))
    assert tx.sources.get(MAIN, SourceRef("S-0041")) == changed
    assert [one.ref for one in tx.sources.all(MAIN)] == ["S-0001", "S-10000", "S-0041"]
    with pytest.raises(RecordNotFound):
        tx.sources.replace_forms(replace(row, ref=SourceRef("S-0002")))


def test_records_are_linked_to_sources(tx: Transaction) -> None:
    one, two = add_records(tx, 1, 2)
    links = [AttachmentRow(f"a{n}", row.id, b"%d" % n) for n, row in enumerate((one, one, two))]
    tx.sources.attach_many(links)
    assert [*tx.sources.attached(one.id)] == links[:2]
    assert [*tx.sources.attached(two.id)] == links[2:]


def test_every_version_of_a_plan_is_kept_and_the_newest_counts(tx: Transaction) -> None:
    one, two = add_records(tx, 1, 2)
    versions = [plan(1, one), plan(2, one, "submitted"), plan(10, one, "approved")]
    versions[2] = replace(versions[2], copy_sealed=b"c", copy_digest="cd", approver=ANN)
    for row in (*versions, plan(1, two, "submitted")):
        tx.plans.put(row)
    assert tx.plans.get(one.id) == versions[2]
    assert [*tx.plans.history(one.id)] == versions
    assert [(row.record, row.version) for row in tx.plans.all()] == [(one.id, 10), (two.id, 1)]
    assert [row.record for row in tx.plans.all("submitted")] == [two.id]
    assert tx.plans.get(RecordId("x")) is None
    with pytest.raises(WrongPlanState):
        tx.plans.put(plan(10, one, "rejected"))


def test_a_release_is_replaced_by_its_withdrawal(tx: Transaction) -> None:
    one, two = add_records(tx, 1, 2)
    first = ReleaseRow(one.id, "h", b"copy", "cd", 20, NOW, "released")
    tx.releases.put(first)
    tx.releases.put(replace(first, record=two.id, entry_index=10))
    tx.releases.put(replace(first, state="withdrawn", sealed=b"", entry_index=30))
    assert tx.releases.get(one.id) == replace(first, state="withdrawn", sealed=b"", entry_index=30)
    assert [row.record for row in tx.releases.all()] == [two.id, one.id]
    assert tx.releases.places("released") == {two.id: 10}
    assert [row.entry_index for row in tx.releases.of([one.id, RecordId("x"), two.id])] == [10, 30]
    with pytest.raises(InvalidValue):
        tx.releases.put(replace(first, state="lost"))
