"""Where objects are written before they are stored: a slow part of the disk is left for another."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from archive.storage import LocalStore, StagedObject, workshop

MANY = 200  # objects; one in 32 is timed


def written(store: LocalStore, count: int) -> list[StagedObject]:
    staged = []
    for number in range(count):
        handle = store.stage()
        payload = b"payload %d" % number
        handle.write(payload)
        handle.seal(hashlib.sha256(payload).hexdigest())
        staged.append(handle)
    return staged


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every disk is slower than this machine's patience."""
    monkeypatch.setattr(workshop, "_SLOW", -1.0)


def folders(place: Path) -> list[str]:
    return os.listdir(place / "tmp")


@pytest.mark.usefixtures("slow")
def test_where_creating_is_slow_other_folders_are_taken_and_everything_is_stored(
    tmp_path: Path,
) -> None:
    store = LocalStore(tmp_path)
    staged = written(store, MANY)
    assert len(folders(tmp_path)) > 2
    store.commit(staged)
    assert set(store.digests()) == {handle.digest for handle in staged}
    store.close()
    assert folders(tmp_path) == []


@pytest.mark.usefixtures("slow")
def test_folders_are_held_until_they_are_closed_and_no_more_are_taken_than_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "_MOST_FOLDERS", 2)
    store = LocalStore(tmp_path)
    written(store, MANY)
    assert LocalStore(tmp_path).recover() == 0
    assert len(folders(tmp_path)) == 2
    store.close()
    assert folders(tmp_path) == []
