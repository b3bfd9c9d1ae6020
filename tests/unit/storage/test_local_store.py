"""The folder store on a real file system."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import ObjectMissing
from archive.storage import LocalStore, verify

HOLDER = """
import sys, time
from pathlib import Path
from archive.storage import LocalStore
store = LocalStore(Path(sys.argv[1]))
handles = [store.stage() for _ in range(3)]
[handle.write(b"ciphertext") for handle in handles]
print("staged", flush=True)
sys.stdin.read()
"""


def put(store: LocalStore, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    handle = store.stage()
    handle.write(data)
    handle.seal(digest)
    store.commit([handle])
    return digest


def place(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / f"{digest}.age"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_path_is_made_of_the_digest_alone(tmp_path: Path) -> None:
    digest = put(LocalStore(tmp_path), b"payload")
    assert files(tmp_path) == [place(tmp_path, digest)]
    assert hashlib.sha256(files(tmp_path)[0].read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_only_the_owner_may_read(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        digest = put(LocalStore(tmp_path), b"payload")
    finally:
        os.umask(before)
    path = place(tmp_path, digest)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = (path.parent, tmp_path / "tmp", *(tmp_path / "tmp").iterdir())
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in made] == [0o700] * 3


def test_any_flipped_byte_breaks_fixity(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    digest = put(store, b"a sealed payload")
    path = place(tmp_path, digest)
    for position in range(16):
        damaged = bytearray(b"a sealed payload")
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        assert not verify(store, digest)
    path.write_bytes(b"a sealed payload")
    assert verify(store, digest)


@pytest.mark.parametrize("plant", ["link", "pipe", "folder"])
def test_what_is_planted_in_an_objects_place_is_not_opened(tmp_path: Path, plant: str) -> None:
    store = LocalStore(tmp_path)
    digest = put(store, b"payload")
    path = place(tmp_path, digest)
    path.rename(tmp_path / "elsewhere")
    {
        "link": lambda: path.symlink_to(tmp_path / "elsewhere"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }[plant]()
    with pytest.raises(ObjectMissing):
        store.open(digest)


def test_foreign_files_are_not_listed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    digest = put(store, b"payload")
    folder = place(tmp_path, digest).parent
    for name in ("notes.txt", f"{'0' * 64}.age", f"{digest}.bak", digest):
        (folder / name).write_bytes(b"")
    (tmp_path / "lost+found").mkdir()
    assert list(store.digests()) == [digest]


def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"staged\n"
        while_alive = LocalStore(tmp_path).recover()
        left = files(tmp_path)
        process.kill()
    assert while_alive == 0
    assert len(left) == 3
    assert LocalStore(tmp_path).recover() == 3
    assert LocalStore(tmp_path).recover() == 0
    assert files(tmp_path) == []


def test_a_store_in_use_survives_the_recovery_of_another(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    handle = store.stage()
    handle.write(b"still writing")
    assert LocalStore(tmp_path).recover() == 0
    handle.seal(hashlib.sha256(b"still writing").hexdigest())
    store.commit([handle])
    assert len(list(store.digests())) == 1


def test_closing_leaves_nothing_unfinished_behind(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.stage().write(b"unfinished")
    store.close()
    store.close()
    assert files(tmp_path) == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert put(store, b"again") in set(store.digests())


def test_many_staged_objects_do_not_use_up_the_open_files(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    handles = []
    for number in range(200):
        handle = store.stage()
        handle.write(b"%d" % number)
        handle.seal(hashlib.sha256(b"%d" % number).hexdigest())
        handles.append(handle)
    assert len(os.listdir("/proc/self/fd")) <= before + 2
    store.commit(handles)
    assert len(list(store.digests())) == 200
