"""T1, T3, T6: what a member notes, tags, lays aside and asks is read by nobody whom it is not for.

Another member, a custodian who can reset accounts, and an operator with the disk are tried.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.catalog.rows import PapersRow
from archive.errors import BindingMismatch, NotPermitted, SealedObjectDamaged
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.reading_room import access_requests, papers, watermarks
from archive.services.reading_room.exports import Form, export
from keys.errors import KeysError
from keys.primitives import committing_open
from tests.canary import scan
from tests.small_archive import Small

CANARIES = ["Quillwortmeadow", "Fennelbarrow", "Oatmealharbour", "Thistlereeve", "Mossgranite"]


def fill(small: Small, who: str = "researcher") -> None:
    archive, me = small.archive, small.people[who]
    papers.annotate(archive, me, small.released, CANARIES[0], [CANARIES[1]])
    papers.lay_in(archive, me, CANARIES[2], small.released)
    access_requests.ask(archive, me, CANARIES[3])


def sealed(small: Small, who: str) -> bytes:
    with small.archive.catalog.read() as snapshot:
        row = snapshot.papers.get(small.people[who].member.id)
    assert row is not None
    return row.sealed


def test_nothing_of_it_is_readable_on_disk(small: Small, tmp_path: Path) -> None:
    fill(small)
    request = access_requests.requests(small.archive, small.people["archivist"])[0]
    access_requests.answer(small.archive, small.people["archivist"], request.id, CANARIES[4])
    assert scan([tmp_path], CANARIES) == []


def test_nobody_elses_keys_open_it(small: Small) -> None:
    fill(small)
    own = sealed(small, "researcher")
    for who in ("custodian", "archivist", "auditor"):
        key = small.people[who].secret.derive("strongroom/papers/v1")
        with pytest.raises(KeysError):
            committing_open(key, b"strongroom/papers/v1", own)
    for who in ("custodian", "archivist"):
        assert papers.papers(small.archive, small.people[who]) == papers.Papers()
        assert access_requests.mine(small.archive, small.people[who]) == ()
    with pytest.raises(NotPermitted):
        papers.papers(small.archive, small.people["auditor"])


def test_full_and_empty_desks_look_alike(small: Small) -> None:
    """Neither size nor entry of the ledger tells whether a member wrote or only looked."""
    archive, writer, looker = small.archive, small.people["researcher"], small.people["archivist"]
    before = len(audit.timeline(archive.catalog, limit=10_000))
    papers.annotate(archive, writer, small.released, CANARIES[0], [])
    papers.papers(archive, looker)
    assert len(sealed(small, "researcher")) == len(sealed(small, "archivist"))
    lines = audit.timeline(archive.catalog, limit=10_000)
    new = lines[: len(lines) - before]
    assert [(one.type, one.links) for one in new] == [(EventType.PAPERS_OPENED.value, {})] * 2


def test_papers_of_another_member_put_in_place_are_refused(small: Small) -> None:
    fill(small)
    fill(small, "archivist")
    me = small.people["researcher"]
    with small.archive.catalog.write() as tx:
        tx.papers.put(PapersRow(me.member.id, sealed(small, "archivist")))
    for look in (papers.papers, papers.beside, access_requests.mine):
        with pytest.raises(SealedObjectDamaged):
            look(small.archive, me)


def test_requests_are_for_those_who_read_originals_and_bound_to_who_asked(small: Small) -> None:
    archive, people = small.archive, small.people
    fill(small)
    for who in ("researcher", "auditor"):
        with pytest.raises(NotPermitted):
            access_requests.requests(archive, people[who])
    (one,) = access_requests.requests(archive, people["custodian"])
    assert (one.name, one.text) == ("researcher", CANARIES[3])
    fill(small, "archivist")
    other, first = access_requests.requests(archive, people["custodian"])
    with archive.catalog.write() as tx:
        row, swapped = tx.access_requests.get(first.id), tx.access_requests.get(other.id)
        assert row is not None
        assert swapped is not None
        tx.access_requests.put(replace(row, sealed=swapped.sealed))
    with pytest.raises(BindingMismatch):
        access_requests.requests(archive, people["custodian"])


def test_an_answer_put_under_another_request_is_refused(small: Small) -> None:
    archive, me = small.archive, small.people["researcher"]
    for text in ("first", "second"):
        access_requests.ask(archive, me, text)
    second, first = access_requests.requests(archive, small.people["archivist"])
    access_requests.answer(archive, small.people["archivist"], first.id, "yes")
    with archive.catalog.write() as tx:
        row, other = tx.access_requests.get(first.id), tx.access_requests.get(second.id)
        assert row is not None
        assert other is not None
        tx.access_requests.put(replace(other, answer=row.answer))
    with pytest.raises(SealedObjectDamaged):
        access_requests.mine(archive, me)


def test_a_request_for_what_exists_and_one_for_what_does_not_are_the_same(small: Small) -> None:
    archive, me = small.archive, small.people["researcher"]
    sizes = []
    for text in (f"strongroom:{small.kept}", f"strongroom:{'0' * 8}", "x" * 3_000):
        access_requests.ask(archive, me, text)
    with archive.catalog.read() as snapshot:
        sizes = [len(row.sealed) for row in snapshot.access_requests.all(archive.collection)]
    assert len(set(sizes)) == 1
    assert {one.answer for one in access_requests.mine(archive, me)} == {None}


def test_only_a_custodian_decides_about_watermarks(small: Small) -> None:
    archive, people = small.archive, small.people
    for who in ("archivist", "researcher", "auditor"):
        with pytest.raises(NotPermitted):
            watermarks.set_watermark(archive, people[who], on=False)
    watermarks.set_watermark(archive, people["custodian"], on=True)
    assert watermarks.watermarked(archive, people["researcher"])
    taken = export(archive, people["researcher"], small.released, Form.TEXT)
    assert taken.data.startswith(b"Taken by researcher on ")
    assert b"Taken by researcher on " in taken.manifest
