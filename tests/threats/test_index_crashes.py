"""T7: no crash, full disk or broken disk takes more of an index than what was not acknowledged."""

from __future__ import annotations

import errno
import os
import shutil
from itertools import count
from pathlib import Path

import pytest

from archive.errors import ArchiveError, DiskFull, IndexTampered, WriteFailed
from archive.search import IndexState, WhooshIndex
from tests.unit.search.shelf import Shelf, ask, document, found, record, records


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "index")


def test_t7_a_crash_before_the_new_state_is_accepted_loses_nothing(shelf: Shelf) -> None:
    index = shelf.create(document(1, "harvest"))
    accepted = index.state
    lost = index.update([document(2, "winter")], [record(1)])
    index.close()
    again = shelf.open(accepted)
    assert found(again, "harvest OR winter") == [record(1)]
    state = again.update([document(2, "winter")], [])
    assert (state.generation, state == lost) == (lost.generation, False)
    kept = shutil.copytree(shelf.place(lost), shelf.parent / "kept")
    again.prune()
    assert found(shelf.open(state), "harvest OR winter") == records([1, 2])
    with pytest.raises(IndexTampered):
        shelf.open(lost)
    shutil.copytree(kept, shelf.place(state), dirs_exist_ok=True)
    shutil.copy(kept / lost.manifest_digest[:32], manifest_path(shelf, state))
    with pytest.raises(IndexTampered):
        shelf.open(state)


def test_t7_a_generation_is_durable_before_its_state_is_returned(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, synced, real = shelf.create(document(1, "harvest")), [], os.fsync

    def noted(descriptor: int) -> None:
        real(descriptor)
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))

    before = set(shelf.files(index.state))
    monkeypatch.setattr(os, "fsync", noted)
    state = index.update([document(2, "winter")], [])
    written = set(shelf.files(state)) - before
    assert written <= set(synced)
    assert len(written) == 2
    folder, listed = shelf.place(state), manifest_path(shelf, state)
    assert synced[-2:] == [listed, folder]
    assert synced.index(folder) < synced.index(listed)


def manifest_path(shelf: Shelf, state: IndexState) -> Path:
    """Return the path of the manifest of `state`."""
    return shelf.place(state) / state.manifest_digest[:32]


def fail(number: int, error: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the `number`-th call that writes to the disk fail."""
    calls = count(1)

    def guard(name: str) -> None:
        real = getattr(os, name)

        def act(*arguments: object) -> object:
            if next(calls) == number:
                raise OSError(error, os.strerror(error), "path that must not be shown")
            return real(*arguments)

        monkeypatch.setattr(os, name, act)

    for name in ("pwrite", "fsync"):
        guard(name)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize(
    ("error", "kind"), [(errno.ENOSPC, DiskFull), (errno.EIO, WriteFailed)], ids=["full", "broken"]
)
def test_t7_whichever_write_fails_the_index_stands_as_it_was(
    shelf: Shelf, error: int, kind: type[ArchiveError]
) -> None:
    index = shelf.create(document(1, "harvest"))
    state, whole, held = index.state, shelf.files(index.state), descriptors()
    said: set[str] = set()
    for number in range(1, 1000):
        with pytest.MonkeyPatch.context() as patch:
            fail(number, error, patch)
            try:
                index.update([document(2, "winter")], [record(1)])
                break
            except kind as refusal:
                said.add(str(refusal))
        assert (index.state, shelf.files(state), descriptors()) == (state, whole, held)
        assert found(index, "harvest OR winter") == [record(1)]
    assert (number > 5, said) == (True, {kind.message})
    index.prune()
    assert found(shelf.open(index.state, eager=True), "harvest OR winter") == [record(2)]


def test_t7_a_folder_that_is_gone_is_said_plainly(shelf: Shelf) -> None:
    index = shelf.create(document(1, "harvest"))
    shutil.rmtree(shelf.place(index.state))
    with pytest.raises(IndexTampered):
        shelf.open(index.state)
    with pytest.raises(WriteFailed):
        index.update([], [])
    with pytest.raises(WriteFailed):
        WhooshIndex.create(Path("/dev/null/index"), bytes(32), random=os.urandom)


def test_closing_gives_every_descriptor_back(shelf: Shelf) -> None:
    before = descriptors()
    for eager in (False, True):
        index = shelf.create(*(document(n, "winter") for n in range(3)))
        opened = shelf.open(index.state, eager=eager)
        index.update([document(9, "late")], [record(1)])
        index.prune()
        assert ask(opened, "winter").total == 3
        index.close()
        opened.close()
    assert descriptors() == before
