"""Sealed files give back what was written, from any offset, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import IndexTampered
from archive.search.chunks import (
    CHUNK,
    TAG,
    ChunkCache,
    ChunkReader,
    ChunkWriter,
    file_key,
    padme,
)

FILE = "00" * 16


class Sealed:
    """A file that is written once and read often."""

    def __init__(self, path: Path, name: str = "name", generation: int = 1) -> None:
        self.path = path
        self.cipher = file_key(bytes(32), FILE, name, generation)
        self.length, self.tag = 0, b""

    def writer(self) -> ChunkWriter:
        return ChunkWriter(os.open(self.path, os.O_CREAT | os.O_RDWR), self.cipher, self.note)

    def note(self, length: int, tag: bytes) -> None:
        self.length, self.tag = length, tag

    def write(self, *pieces: bytes) -> Sealed:
        writer = self.writer()
        for piece in pieces:
            assert writer.write(piece) == len(piece)
        writer.close()
        return self

    def reader(self, cache: int = 1 << 20) -> ChunkReader:
        return ChunkReader(
            os.open(self.path, os.O_RDONLY), self.cipher, self.length, ChunkCache(cache)
        )


SIZES = st.sampled_from([0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])


def pattern(size: int) -> bytes:
    return bytes(n * n % 251 for n in range(1000)) * (size // 1000 + 1)


@given(st.lists(SIZES, max_size=4), st.lists(st.tuples(SIZES, SIZES), max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_from_any_offset(
    sizes: list[int], reads: list[tuple[int, int]]
) -> None:
    path = Path(os.environ["TMPDIR"]) / "file"
    path.unlink(missing_ok=True)
    whole = b"".join(pattern(size)[:size] for size in sizes)
    sealed = Sealed(path).write(*(pattern(size)[:size] for size in sizes))
    assert sealed.length == len(whole)
    reader = sealed.reader(cache=CHUNK)
    assert reader.tag == sealed.tag
    for start, size in [*reads, (0, len(whole) + 9)]:
        assert reader.read(start, size) == whole[start : start + size]
    assert reader.whole() == whole
    reader.release()


def test_a_file_on_disk_has_a_padme_length_and_a_tag_for_each_chunk(tmp_path: Path) -> None:
    for number, size in enumerate((0, 1, 1000, CHUNK, CHUNK + 1, 5 * CHUNK)):
        path = tmp_path / str(number)
        Sealed(path).write(bytes(size))
        chunks = max(1, -(-padme(size) // CHUNK))
        assert path.stat().st_size == padme(size) + chunks * TAG


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 0), (1, 1), (9, 10), (100, 104), (1000, 1024), (1_000_000, 1_015_808)],
)
def test_padme_lengths_are_those_of_its_definition(length: int, padded: int) -> None:
    assert padme(length) == padded


@given(st.integers(2, 1 << 40))
def test_padme_adds_at_most_twelve_percent_and_is_stable(length: int) -> None:
    assert length <= padme(length) <= length * 1.12 + 1
    assert padme(padme(length)) == padme(length)


@pytest.mark.parametrize("extra", [b"\0", bytes(CHUNK + TAG)])
def test_a_file_of_whole_chunks_that_grew_is_refused(tmp_path: Path, extra: bytes) -> None:
    sealed = Sealed(tmp_path / "file").write(bytes(2 * CHUNK))
    sealed.path.write_bytes(sealed.path.read_bytes() + extra)
    with pytest.raises(IndexTampered):
        sealed.reader()


@pytest.mark.parametrize("other", [("other", 1), ("name", 2)])
def test_a_file_opens_under_its_own_name_and_generation_only(
    tmp_path: Path, other: tuple[str, int]
) -> None:
    written = Sealed(tmp_path / "file").write(b"content")
    read = Sealed(tmp_path / "file", *other)
    read.length = written.length
    with pytest.raises(IndexTampered):
        read.reader()


def test_a_closed_file_leaves_the_cache_before_its_number_is_used_again(tmp_path: Path) -> None:
    cache = ChunkCache(1 << 20)
    for content in (b"one", b"two"):
        sealed = Sealed(tmp_path / content.decode()).write(content)
        descriptor = os.open(sealed.path, os.O_RDONLY)
        reader = ChunkReader(descriptor, sealed.cipher, sealed.length, cache)
        assert reader.read(0, 3) == content
        shared = reader.share()
        reader.release()
        assert shared.read(0, 3) == content
        shared.release()
