"""T6: one member's longest question keeps no other member's from being answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.errors import ArchiveBusy
from archive.model.access import Level
from archive.model.search import SearchRequest
from archive.search import effort, searching
from archive.services import searchers
from archive.services.reading_room import access
from tests.small_archive import Small, build
from tests.threats.agent_rig import until


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = build(tmp_path)
    yield made
    made.archive.close()


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A search for "slow" is a long one, makes `gate`/begun, and waits there for `gate`/end."""
    real = searching.search

    def search(view: Any, request: SearchRequest, **asked: Any) -> Any:
        if request.query == "slow":
            effort.spend(effort.SHORT + 1)
            (tmp_path / "begun").touch()
            while not (tmp_path / "end").exists():
                time.sleep(0.005)
        return real(view, request, **asked)

    monkeypatch.setattr(searching, "search", search)
    return tmp_path


def find(small: Small, name: str, query: str) -> int:
    request = SearchRequest(query)
    return access.search(small.archive, small.people[name], request, Level.READING).total


def test_others_are_answered_first_and_the_member_waits_for_their_own(
    small: Small, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[str] = []

    def slow() -> None:
        find(small, "researcher", "slow")
        answered.append("slow")

    asking = threading.Thread(target=slow)
    asking.start()
    until((gate / "begun").exists)
    for name in ("archivist", "custodian", "archivist"):
        assert find(small, name, "kettles") == 1
        answered.append(name)
    monkeypatch.setattr(searchers, "_TURN_SECONDS", 0.0)
    with pytest.raises(ArchiveBusy):
        find(small, "researcher", "kettles")
    (gate / "end").touch()
    asking.join()
    assert answered == ["archivist", "custodian", "archivist", "slow"]
    assert find(small, "researcher", "kettles") == 1
