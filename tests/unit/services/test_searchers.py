"""One search process for a level: shared by those who are signed in, gone with the last of them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from archive.errors import ArchiveBusy
from archive.model.access import Level
from archive.model.search import SearchRequest
from archive.services import access, redact, searchers
from archive.services.parts import Archive
from archive.services.searchers import shared
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
