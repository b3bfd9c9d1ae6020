"""T3, T8: who left, or was given less, opens nothing that is written from then on."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from archive.bootstrap import open_archive
from archive.catalog.rows import GrantRow
from archive.errors import (
    ArchiveError,
    BindingMismatch,
    CodeRefused,
    LastCustodian,
    NotPermitted,
    SessionEnded,
    WeakPassphrase,
    WrongPassphrase,
)
from archive.model.access import Compartment, Level, Role
from archive.model.ids import RecordId
from archive.model.search import SearchRequest
from archive.sealing import open_header
from archive.services import audit, epochs
from archive.services.headers import fresh_header
from archive.services.intake.ingest import Upload, ingest
from archive.services.members import administration, ceremonies, codes
from archive.services.reading_room import access
from archive.services.session import Session, refresh, sign_in
from keys import slots
from keys.profiles import RFC9106_SECOND
from tests.small_archive import PASSPHRASE, Small, build


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


def add(small: Small, name: str, role: Role, by: str = "custodian") -> Session:
    head = small.people[by]
    administration.add_member(
        small.archive, head, name, role, bytearray(PASSPHRASE), RFC9106_SECOND
    )
    return sign_in(small.archive, name, bytearray(PASSPHRASE))


def take_in(small: Small, text: bytes) -> RecordId:
    upload = Upload("new.txt", BytesIO(text))
    [report] = ingest(small.archive, small.people["custodian"], [upload])
    assert report.record is not None
    return report.record


def header_of(small: Small, record: RecordId) -> bytes:
    with small.archive.catalog.read() as snapshot:
        row = snapshot.records.get(record)
        assert row is not None
        return snapshot.headers.get(row.header).header


def copies(small: Small) -> dict[str, bytes]:
    """Return the headers that stand beside the objects, by record."""
    lines = [
        json.loads(line)
        for path in (small.archive.folder.path / "headers").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    return {line["record"]: base64.b64decode(line["header"]) for line in lines}


def objects(small: Small) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in small.archive.folder.objects.rglob("*.age")}


def verified(small: Small) -> bool:
    return audit.verify(small.archive.catalog, small.archive.folder.vkeys).ok


def test_a_departed_archivists_keys_open_no_header_any_more(small: Small) -> None:
    custodian = small.people["custodian"]
    left = add(small, "Mirelle Oster", Role.ARCHIVIST)
    old_keys = list(left.opening(Compartment.ORIGINALS))
    open_header(header_of(small, small.kept), old_keys)
    before, old_headers = objects(small), copies(small)
    assert set(ceremonies.disable(small.archive, custodian, "Mirelle Oster")) == {
        Compartment.ORIGINALS,
        Compartment.READING,
    }
    new = take_in(small, b"Written after the farewell.")
    done: list[tuple[int, int]] = []
    count = epochs.rewrap(small.archive, custodian, lambda at, of: done.append((at, of)))
    assert done[-1] == (count, count)
    assert count >= 4
    for record in (small.kept, small.released, new):
        for header in (header_of(small, record), copies(small)[record]):
            with pytest.raises(NotPermitted):
                open_header(header, old_keys)
            open_header(header, custodian.opening(Compartment.ORIGINALS))
    assert {path: objects(small)[path] for path in before} == before
    open_header(old_headers[small.kept], old_keys)  # the limit: an old copy of the disk still opens
    for act in (
        lambda: access.show(small.archive, left, small.kept),
        lambda: sign_in(small.archive, "Mirelle Oster", bytearray(PASSPHRASE)),
    ):
        with pytest.raises((SessionEnded, WrongPassphrase)):
            act()
    assert left.locked
    with small.archive.catalog.read() as snapshot:
        assert {one.purpose for one in snapshot.keys.grants_for(left.member.id)} == {"anchor"}
        assert list(snapshot.slots.for_member(left.member.id)) == []
    assert verified(small)


def test_everybody_who_stays_works_on_with_sessions_from_before(small: Small) -> None:
    archivist, researcher = small.people["archivist"], small.people["researcher"]
    ceremonies.disable(
        small.archive, small.people["custodian"], add(small, "Leaver", Role.ARCHIVIST).name
    )
    query = SearchRequest(query="kettles")
    assert access.search(small.archive, archivist, query).total == 2
    assert access.search(small.archive, researcher, query).total == 1
    assert "kettles" in access.show(small.archive, researcher, small.released).text
    assert small.kept in {
        one.record for one in access.records(small.archive, archivist, level=Level.ORIGINALS).items
    }
    again = small.sign_in("researcher")
    assert again.epochs == small.people["custodian"].epochs
    assert set(again.identities) == {Compartment.READING}


def test_a_name_is_free_again_and_the_new_keys_are_others(small: Small) -> None:
    custodian = small.people["custodian"]
    first = add(small, "Tove Lindqvist", Role.RESEARCHER).secret.public
    ceremonies.disable(small.archive, custodian, "Tove Lindqvist")
    second = add(small, "Tove Lindqvist", Role.RESEARCHER).secret.public
    assert first != second
    views = administration.members(small.archive, custodian)
    assert sorted(one.state for one in views if one.name == "Tove Lindqvist") == [
        "active",
        "disabled",
    ]
    assert verified(small)


def test_an_archivist_who_becomes_a_researcher_keeps_reading_alone(small: Small) -> None:
    custodian = small.people["custodian"]
    was = add(small, "Ruben Hale", Role.ARCHIVIST)
    record = take_in(small, b"Taken in by somebody else.")
    with small.archive.catalog.read() as snapshot:
        signed_before = snapshot.ledger.count()
    access.show(small.archive, was, record)  # an entry in the old role
    old_keys = list(was.opening(Compartment.ORIGINALS))
    lost = ceremonies.change_role(small.archive, custodian, "Ruben Hale", Role.RESEARCHER)
    assert lost == (Compartment.ORIGINALS,)
    epochs.rewrap(small.archive, custodian)
    with pytest.raises(SessionEnded):
        refresh(small.archive, was)
    now = sign_in(small.archive, "Ruben Hale", bytearray(PASSPHRASE))
    assert now.member.role is Role.RESEARCHER
    assert set(now.identities) == {Compartment.READING}
    with pytest.raises(NotPermitted):
        open_header(header_of(small, record), [*old_keys, *now.opening(Compartment.READING)])
    with small.archive.catalog.read() as snapshot:
        assert snapshot.ledger.count() > signed_before
    assert verified(small)


def test_a_custodian_who_is_one_no_more_certified_members_who_stay(small: Small) -> None:
    custodian = small.people["custodian"]
    small.people["second"] = add(small, "Agnes Rowan", Role.CUSTODIAN)
    brought = add(small, "Pell Marsh", Role.ARCHIVIST, by="second")
    assert access.show(small.archive, brought, small.kept).record == small.kept
    ceremonies.change_role(small.archive, custodian, "Agnes Rowan", Role.ARCHIVIST)
    assert access.show(small.archive, brought, small.kept).record == small.kept
    again = sign_in(small.archive, "Pell Marsh", bytearray(PASSPHRASE))
    assert access.show(small.archive, again, small.kept).record == small.kept
    agnes = sign_in(small.archive, "Agnes Rowan", bytearray(PASSPHRASE))
    with pytest.raises(NotPermitted):
        ceremonies.disable(small.archive, agnes, "Pell Marsh")
    ceremonies.grant_again(small.archive, custodian, "Pell Marsh")
    refresh(small.archive, again)
    assert verified(small)


def test_a_founder_who_steps_down_is_still_believed_for_what_they_did(small: Small) -> None:
    head = add(small, "Ottoline Frey", Role.CUSTODIAN)
    with pytest.raises(LastCustodian):
        ceremonies.disable(small.archive, head, "Ottoline Frey")
    with pytest.raises(LastCustodian):
        ceremonies.change_role(small.archive, head, "Ottoline Frey", Role.AUDITOR)
    ceremonies.change_role(small.archive, head, "custodian", Role.AUDITOR)
    founder = small.sign_in("custodian")
    assert founder.member.role is Role.AUDITOR
    reader = small.sign_in("archivist")
    assert access.show(small.archive, reader, small.kept).record == small.kept
    ceremonies.change_role(small.archive, head, "custodian", Role.CUSTODIAN)
    small.people["custodian"] = small.sign_in("custodian")
    assert access.show(small.archive, small.sign_in("archivist"), small.kept).record == small.kept
    assert verified(small)


def test_older_public_keys_put_back_are_refused(small: Small) -> None:
    member = add(small, "Iseult Brand", Role.ARCHIVIST).member.id
    with small.archive.catalog.read() as snapshot:
        stale: list[GrantRow] = list(snapshot.keys.grants_for(member))
    epochs.roll_keys(small.archive, small.people["custodian"], [Compartment.ORIGINALS])
    with small.archive.catalog.write() as tx:
        tx.keys.remove_grants(member, ["recipients", "originals"])
        for row in stale:
            tx.keys.put_grant(row)
    with pytest.raises(BindingMismatch):
        sign_in(small.archive, "Iseult Brand", bytearray(PASSPHRASE))


def test_a_new_passphrase_ends_the_other_sessions_and_not_ones_own(small: Small) -> None:
    here = add(small, "Cato Winter", Role.RESEARCHER)
    elsewhere = sign_in(small.archive, "Cato Winter", bytearray(PASSPHRASE))
    new = b"sparrow lattice umbrella forty"
    administration.change_passphrase(small.archive, here, bytearray(new), RFC9106_SECOND)
    refresh(small.archive, here)
    with pytest.raises(SessionEnded):
        access.show(small.archive, elsewhere, small.released)
    with pytest.raises(WrongPassphrase):
        sign_in(small.archive, "Cato Winter", bytearray(PASSPHRASE))
    sign_in(small.archive, "Cato Winter", bytearray(new))


def test_an_invitation_is_completed_once_by_who_has_the_code(small: Small) -> None:
    custodian = small.people["custodian"]
    made = administration.invite(small.archive, custodian, "Wilma Storm", Role.ARCHIVIST)
    [listed] = [
        one for one in administration.members(small.archive, custodian) if one.name == "Wilma Storm"
    ]
    assert listed.state == "invited"
    with pytest.raises(WrongPassphrase):
        sign_in(small.archive, "Wilma Storm", bytearray(made.code.encode()))
    phrase = b"barley window compass eleven"
    for name, code, secret, refusal in (
        ("Wilma Storm", "AAAA-" + made.code[5:], phrase, CodeRefused),
        ("Nobody Known", made.code, phrase, CodeRefused),
        ("researcher", made.code, phrase, CodeRefused),
        ("Wilma Storm", made.code, b"short", WeakPassphrase),
    ):
        with pytest.raises(refusal):
            codes.join(
                small.archive,
                name,
                bytearray(code.encode()),
                bytearray(secret),
                RFC9106_SECOND,
            )
    typed = made.code.lower().replace("-", " ").encode()
    session = codes.join(
        small.archive, "Wilma Storm", bytearray(typed), bytearray(phrase), RFC9106_SECOND
    )
    assert access.show(small.archive, session, small.kept).record == small.kept
    with pytest.raises(CodeRefused):
        codes.join(
            small.archive,
            "Wilma Storm",
            bytearray(typed),
            bytearray(b"another lattice umbrella nine"),
            RFC9106_SECOND,
        )
    assert sign_in(small.archive, "Wilma Storm", bytearray(phrase)).member == session.member
    assert verified(small)


@pytest.mark.parametrize("name", ["archivist", "researcher", "auditor"])
def test_nobody_but_a_custodian_changes_memberships(small: Small, name: str) -> None:
    me, archive = small.people[name], small.archive
    for act in (
        lambda: administration.invite(archive, me, "Somebody New", Role.CUSTODIAN),
        lambda: ceremonies.disable(archive, me, "custodian"),
        lambda: ceremonies.change_role(archive, me, name, Role.CUSTODIAN),
        lambda: ceremonies.grant_again(archive, me, "custodian"),
        lambda: epochs.roll_keys(archive, me, [Compartment.READING]),
        lambda: epochs.rewrap(archive, me),
        lambda: epochs.epochs(archive, me),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_refusals_cost_the_same_whoever_is_named(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    administration.invite(small.archive, small.people["custodian"], "Not Yet Here", Role.AUDITOR)
    add(small, "Long Gone", Role.AUDITOR)
    ceremonies.disable(small.archive, small.people["custodian"], "Long Gone")
    runs: list[int] = []
    stretch = slots.argon2id

    def counted(*given: Any, **named: Any) -> bytearray:
        runs.append(named["memory_kib"])
        return stretch(*given, **named)

    monkeypatch.setattr(slots, "argon2id", counted)
    for name in ("researcher", "Not Yet Here", "Long Gone", "Nobody Known", "\0", ""):
        runs.clear()
        with pytest.raises(WrongPassphrase):
            sign_in(small.archive, name, bytearray(b"not the passphrase"))
        assert runs == [RFC9106_SECOND.memory_kib], name


_REWRAP = """
import sys
from pathlib import Path
from archive.bootstrap import open_archive
from archive.services import epochs
from archive.services.session import sign_in
archive = open_archive(Path(sys.argv[1]))
session = sign_in(archive, "custodian", bytearray(sys.argv[2].encode()))
epochs.rewrap(archive, session, lambda done, left: print(done, left, flush=True))
"""


def test_rewrapping_that_is_killed_goes_on_where_it_was(small: Small) -> None:
    custodian, archive = small.people["custodian"], small.archive
    made = [fresh_header(archive, custodian, Compartment.ORIGINALS) for _ in range(2600)]
    batch = [(row.id, small.kept, ["0" * 64], row.header) for row, _ in made]
    archive.folder.write_headers(batch, name="many")
    with archive.catalog.write() as tx:
        tx.headers.add_many([row for row, _ in made])
    epochs.roll_keys(archive, custodian, [Compartment.ORIGINALS])
    told = []
    for steps in (1, 2, 1):
        command = [sys.executable, "-c", _REWRAP, str(archive.folder.path), PASSPHRASE.decode()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(steps):
                told.append(tuple(map(int, process.stdout.readline().split())))
            os.kill(process.pid, signal.SIGKILL)
    assert told[0][1] > told[-1][1] > 0
    opened = open_archive(archive.folder.path)
    try:
        session = sign_in(opened, "custodian", bytearray(PASSPHRASE))
        assert epochs.rewrap(opened, session) <= told[-1][1]
        assert {one.older for one in epochs.epochs(opened, session)} == {0}
        newest = [session.opening(Compartment.ORIGINALS)[0]]
        with opened.catalog.read() as snapshot:
            stored = snapshot.headers.get_many([row.id for row, _ in made])
        for row, file_key in made:
            assert open_header(stored[row.id].header, newest) == file_key
        lines = (archive.folder.path / "headers" / "many.jsonl").read_text().splitlines()
        beside = {one["id"]: base64.b64decode(one["header"]) for one in map(json.loads, lines)}
        assert beside == {name: one.header for name, one in stored.items()}
        assert epochs.rewrap(opened, session) == 0
    finally:
        opened.close()


def test_a_roll_that_fails_leaves_session_and_archive_as_they_were(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    custodian = small.sign_in("custodian")
    before = dict(custodian.epochs)
    monkeypatch.setattr(epochs, "put_grant", lambda *_: (_ for _ in ()).throw(BindingMismatch()))
    with pytest.raises(ArchiveError):
        epochs.roll_keys(small.archive, custodian, [Compartment.READING])
    assert custodian.epochs == before
    assert small.sign_in("custodian").epochs == before
    refresh(small.archive, custodian)
