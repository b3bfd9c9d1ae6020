"""The sink writes what it is given, whichever way the file system takes it."""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.storage.sink import BLOCK, FileSink

_PIECES = st.lists(
    st.sampled_from([0, 1, 4096, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK]), max_size=6
)


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _aligned(size: int) -> memoryview:
    memory = mmap.mmap(-1, max(size, 1))
    memory[:size] = os.urandom(size)
    return memoryview(memory)[:size]


@settings(max_examples=40, deadline=None)
@given(sizes=_PIECES, aligned=st.booleans(), place=st.sampled_from(["disk", "/dev/shm"]))
def test_any_run_of_writes_stands_in_the_file_as_it_was_given(
    sizes: list[int], aligned: bool, place: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sink") if place == "disk" else Path(place)
    path = folder / f"sink-{os.getpid()}"
    sink = FileSink(_open(path))
    pieces = [_aligned(n) if aligned else memoryview(b"x" + os.urandom(n))[1:] for n in sizes]
    try:
        for piece in pieces:
            sink.write(piece)
        sink.close()
        assert path.read_bytes() == b"".join(pieces)
    finally:
        path.unlink()


def test_whole_blocks_pass_the_page_cache_by_and_the_rest_does_not(tmp_path: Path) -> None:
    descriptor = _open(tmp_path / "file")
    sink = FileSink(descriptor)
    sink.write(_aligned(BLOCK))
    if not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT:
        sink.close()
        pytest.skip("this file system has no direct writes")
    sink.write(b"the last few bytes")
    assert not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT
    sink.close()
    assert (tmp_path / "file").stat().st_size == BLOCK + 18
