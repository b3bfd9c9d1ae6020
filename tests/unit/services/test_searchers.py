"""One search process for a level: shared by those who are signed in, gone with the last of them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from archive.errors import ArchiveBusy, IndexTampered
from archive.model.access import Compartment, Level
from archive.model.search import SearchRequest
from archive.search import IndexState
from archive.services import searchers
from archive.services.indexes.indexing import current_index, index_folder
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.searchers import shared
from keys.identity import CompartmentKey, HybridIdentity
from tests.small_archive import Small, build


@pytest.fixture
def small(tmp_path: Path) -> Small:
    made = build(tmp_path)
    made.archive = replace(made.archive, searchers=shared())
    return made


def total(archive: Archive, session: object, level: Level = Level.READING) -> int:
    return access.search(archive, session, SearchRequest("kettles"), level).total  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_sessions_of_a_level_share_a_process_which_ends_with_the_last(small: Small) -> None:
    archive, people = small.archive, small.people
    assert archive.searchers.pids() == {}
    assert total(archive, people["researcher"]) == 1
    pids = archive.searchers.pids()
    assert set(pids) == {Level.READING}
    assert total(archive, people["archivist"]) == 1
    assert archive.searchers.pids() == pids
    assert total(archive, people["archivist"], Level.ORIGINALS) == 2
    assert set(archive.searchers.pids()) == set(Level)
    people["researcher"].lock()
    assert archive.searchers.pids()[Level.READING] == pids[Level.READING]
    people["archivist"].lock()
    assert archive.searchers.pids() == {}
    assert not alive(pids[Level.READING])
    archive.close()


def test_what_is_released_is_found_and_what_is_withdrawn_is_gone_in_the_same_process(
    small: Small,
) -> None:
    archive, people = small.archive, small.people
    assert total(archive, people["researcher"]) == 1
    pids = archive.searchers.pids()
    redact.propose(archive, people["custodian"], small.kept)
    redact.submit(archive, people["custodian"], small.kept)
    redact.approve(archive, people["archivist"], small.kept)
    redact.release(archive, people["archivist"], small.kept)
    assert total(archive, people["researcher"]) == 2
    redact.withdraw(archive, people["custodian"], small.kept, "by mistake")
    assert total(archive, people["researcher"]) == 1
    assert archive.searchers.pids() == pids
    archive.close()


def test_a_member_asks_one_thing_at_a_time(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, researcher = small.archive, small.people["researcher"]
    monkeypatch.setattr(searchers, "_TURN_SECONDS", 0.0)
    with archive.searchers._turn(researcher.member.id):
        with pytest.raises(ArchiveBusy):
            total(archive, researcher)
        assert total(archive, small.people["archivist"]) == 1
    assert total(archive, researcher) == 1
    archive.close()


class Counted:
    """A compartment's key that counts what is derived of it."""

    def __init__(self, key: CompartmentKey) -> None:
        self._key = key
        self.derived: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._key, name)

    def derive(self, info: str) -> bytes:
        self.derived.append(info)
        return self._key.derive(info)


def test_a_session_derives_its_key_once_and_again_when_it_has_another_or_the_process_went(
    small: Small,
) -> None:
    archive, researcher, archivist = small.archive, small.people["researcher"], "archivist"
    keys = [Counted(researcher.identities[Compartment.READING][0]) for _ in range(2)]
    researcher.identities[Compartment.READING] = [keys[0]]
    for _ in range(3):
        total(archive, researcher)
    assert len(keys[0].derived) == 1
    total(archive, small.people[archivist])
    total(archive, researcher)
    assert len(keys[0].derived) == 1
    researcher.identities[Compartment.READING] = [keys[1]]
    total(archive, researcher)
    total(archive, researcher)
    assert (len(keys[0].derived), len(keys[1].derived)) == (1, 1)
    archive.searchers.close()
    total(archive, researcher)
    assert len(keys[1].derived) == 2
    archive.close()


def test_a_session_with_another_key_is_not_answered_by_the_process_of_this_one(
    small: Small,
) -> None:
    archive, researcher = small.archive, small.people["researcher"]
    total(archive, researcher)
    before = archive.searchers.pids()[Level.READING]
    other = small.sign_in("archivist")
    other.identities[Compartment.READING] = [HybridIdentity.generate(os.urandom)]
    row = current_index(archive, Level.READING)
    assert row is not None
    state = IndexState(row.index_id, row.generation, row.manifest_digest)
    place = index_folder(archive, row)
    for _ in range(2):
        with pytest.raises(IndexTampered):
            archive.searchers.ask(other, Level.READING, place, state, {"act": "alive"})
    assert not alive(before)
    found = access.search(archive, researcher, SearchRequest("kettles"))
    assert (found.total, found.notice) == (1, None)
    archive.close()


def test_many_threads_get_their_answers(small: Small) -> None:
    archive = small.archive
    found: list[int] = []

    def ask(name: str) -> None:
        found.append(total(archive, small.people[name]))

    threads = [Thread(target=ask, args=(name,)) for name in ("researcher", "archivist") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8
    archive.close()
