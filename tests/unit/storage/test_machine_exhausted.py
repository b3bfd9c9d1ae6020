"""A machine that can open no more files says so; it accuses nobody of having changed one."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.errors import MachineExhausted
from archive.services.log_files import CHECKPOINT, LogFiles
from tests.small_archive import build
from tests.unit.search.shelf import Shelf, document


@contextmanager
def nothing_opens() -> Iterator[None]:
    """Let the operating system refuse every new descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_index_that_cannot_be_opened_now_is_not_called_tampered(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    index = shelf.create(document(1, "salt boats"))
    index.close()
    with nothing_opens(), pytest.raises(MachineExhausted):
        shelf.open(index.state)


def test_sealed_objects_and_the_ledger_are_not_called_missing_or_tampered(tmp_path: Path) -> None:
    archive = build(tmp_path).archive
    digest = next(archive.store.digests())
    with nothing_opens(), pytest.raises(MachineExhausted):
        archive.store.open(digest)
    with nothing_opens(), pytest.raises(MachineExhausted):
        LogFiles(archive.folder).read(CHECKPOINT)
