"""What is handed in by the pages is taken in beside the threads of others, and keeps nothing."""

from __future__ import annotations

import gc
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from archive.services.intake.ingest import PathInput, Upload, ingest
from tests.small_archive import build


def test_an_upload_leaves_what_other_threads_are_at_to_the_collector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = build(tmp_path / "archive")
    frozen: list[int] = []
    freeze = gc.freeze
    monkeypatch.setattr(gc, "freeze", lambda: (frozen.append(gc.get_count()[0]), freeze()))
    handed_in = [Upload("a.txt", BytesIO(b"A third letter, of ropes and tar."))]
    reports = list(ingest(small.archive, small.people["archivist"], handed_in))
    assert [one.outcome.value for one in reports] == ["ingested"]
    assert frozen == []
    (tmp_path / "b.txt").write_text("A fourth letter, of sails.")
    walked = [PathInput(tmp_path / "b.txt")]
    assert len(list(ingest(small.archive, small.people["archivist"], walked))) == 1
    assert frozen
    small.archive.close()


def test_the_threads_of_the_pages_take_memory_from_few_heaps() -> None:
    program = """
import ctypes, sys, threading
from webui.serve import _share_heaps
_share_heaps()
taken, all_there = [], threading.Barrier(6)
def take():
    taken.append(bytearray(5_000))
    all_there.wait()
threads = [threading.Thread(target=take) for _ in range(6)]
for one in threads: one.start()
for one in threads: one.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, told)
library.fflush(told)
"""
    told = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert 1 <= told.count("<heap nr=") <= 2
