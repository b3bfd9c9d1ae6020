"""Whoosh's view of sealed files: every way of reading gives the same bytes."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import IndexTampered
from archive.search.folder import IndexFolder
from tests.oracle.sealed_storage import SealedStorage

CONTENT = b"first line\nsecond " + bytes(range(256)) * 600 + b"\nlast"


@pytest.fixture(params=["lazy", "eager"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> SealedStorage:
    folder = IndexFolder(tmp_path / "index")
    folder.make()
    eager = request.param == "eager"
    return SealedStorage(folder, bytes(32), {}, 0, random=os.urandom, eager=eager)


def fill(storage: SealedStorage, name: str = "name") -> None:
    with storage.create_file(name) as file:
        file.write(CONTENT)


def test_a_file_can_be_read_in_every_way(storage: SealedStorage) -> None:
    fill(storage)
    with storage.open_file("name") as file:
        assert file.readline() == b"first line\n"
        assert file.tell() == 11
        assert file.read(7) == b"second "
        assert len(file.readline()) < 300
        buffer = bytearray(4)
        assert file.seek(-4, os.SEEK_END) == len(CONTENT) - 4
        assert (file.readinto(buffer), bytes(buffer)) == (4, b"last")
        assert (file.read(), file.readline(), file.peek(9)) == (b"", b"", b"")
        assert file.seek(0) == 0
        assert file.seek(3, os.SEEK_CUR) == 3
        assert file.get(6, 4) == b"line"
        assert file.get(len(CONTENT) - 2, 9) == b"st"
        assert file.get(len(CONTENT) + 2, 9) == b""
        assert file.get_array(18, "B", 3).tolist() == [0, 1, 2]
        part = file.subset(6, 4, name="part")
        assert (part.read(2), part.get(0, 4), part.read()) == (b"li", b"line", b"ne")
        part.close()
        assert file.get(0, 5) == b"first"
    storage.discard()


def test_objects_that_were_pickled_into_a_file_come_back(storage: SealedStorage) -> None:
    values = [list(range(900)), {"a": "b" * 2000}, None]
    with storage.create_file("name") as file:
        for value in values:
            file.write(pickle.dumps(value, 2))
    with storage.open_file("name") as file:
        assert [file.read_pickle() for _ in values] == values


def test_a_file_whose_last_tag_is_not_the_listed_one_is_refused(storage: SealedStorage) -> None:
    fill(storage)
    storage.files["name"] = replace(storage.files["name"], tag="00" * 16)
    with pytest.raises(IndexTampered):
        storage.open_file("name")


def test_names_are_logical_and_belong_to_the_storage(storage: SealedStorage) -> None:
    fill(storage, "one")
    storage.rename_file("one", "two")
    assert (storage.list(), list(storage)) == (["two"], ["two"])
    assert (storage.file_exists("one"), storage.file_exists("two")) == (False, True)
    assert storage.file_length("two") == len(CONTENT)
    with storage.open_file("two") as file:
        assert file.read() == CONTENT
    storage.delete_file("two")
    storage.delete_file("two")
    storage.discard()
    assert storage._folder.names() == set()


def test_a_temporary_storage_leaves_nothing_and_has_a_key_of_its_own(
    storage: SealedStorage,
) -> None:
    temporary = storage.temp_storage("MAIN.tmp")
    fill(temporary)
    (name,) = storage._folder.names()
    with temporary.open_file("name") as file:
        assert file.raw_file().read() == CONTENT
    assert temporary._key != storage._key
    temporary.destroy()
    assert storage._folder.names() == set()
    assert name not in storage.created
