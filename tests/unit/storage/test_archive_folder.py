"""The archive folder: public file, locks, copies of headers."""

from __future__ import annotations

import base64
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveExists,
    InvalidValue,
    NewerArchive,
    NoArchive,
    WriteFailed,
)
from archive.storage import ArchiveFolder

CREATED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LOCKER = """
import sys, time
from pathlib import Path
from archive.storage import ArchiveFolder
with ArchiveFolder.open(Path(sys.argv[1])).lock("ingest"):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> ArchiveFolder:
    return made(tmp_path / "archive")


def made(path: Path) -> ArchiveFolder:
    return ArchiveFolder.create(
        path,
        archive_id="7d0bd9e4-2f6e-4d0a-9c39-0f54cf1c3c11",
        origin="strongroom.example/7d0bd9e4",
        vkeys=["strongroom.example/7d0bd9e4+1c2d3e4f+AQ=="],
        created=CREATED,
    )


def public(folder: ArchiveFolder) -> Path:
    return folder.path / "strongroom.json"


def test_what_was_created_is_what_is_opened(folder: ArchiveFolder) -> None:
    assert ArchiveFolder.open(folder.path) == folder
    assert folder.catalog.parent == folder.path
    assert folder.objects.is_dir()
    assert folder.index.is_dir()


def test_times_are_stored_in_utc(tmp_path: Path) -> None:
    seoul = CREATED.astimezone(timezone(timedelta(hours=9)))
    folder = ArchiveFolder.create(
        tmp_path / "a", archive_id="i", origin="o", vkeys=[], created=seoul
    )
    assert folder.created == CREATED
    assert json.loads(public(folder).read_bytes())["created"] == "2026-03-04T05:06:07+00:00"


def test_only_the_owner_may_look_inside(folder: ArchiveFolder) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in folder.path.rglob("*")}
    assert modes.pop(public(folder)) == 0o600
    assert set(modes.values()) == {0o700}
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_an_empty_folder_may_become_an_archive_but_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    made(tmp_path / "empty")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letter").write_bytes(b"mine")
    for name in ("empty", "file", "used"):
        with pytest.raises(ArchiveExists):
            made(tmp_path / name)
    assert (tmp_path / "used" / "letter").read_bytes() == b"mine"


def test_a_folder_without_public_file_is_no_archive(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NoArchive):
            ArchiveFolder.open(path)


def test_an_archive_of_a_newer_version_is_left_alone(folder: ArchiveFolder) -> None:
    body = json.loads(public(folder).read_bytes()) | {"version": 2, "log": "elsewhere"}
    public(folder).write_text(json.dumps(body))
    with pytest.raises(NewerArchive):
        ArchiveFolder.open(folder.path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 0},
        {"version": "1"},
        {"archive": 7},
        {"created": "yesterday"},
        {"log": {"origin": "o", "vkeys": [1]}},
        {"log": {"origin": "o"}},
    ],
)
def test_a_public_file_of_another_shape_is_damaged(
    folder: ArchiveFolder, change: dict[str, object]
) -> None:
    body = json.loads(public(folder).read_bytes()) | change
    public(folder).write_text(json.dumps(body))
    with pytest.raises(ArchiveDamaged):
        ArchiveFolder.open(folder.path)


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_cut_or_overwritten_public_file_opens_or_is_refused_cleanly(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = made(tmp_path_factory.mktemp("cut") / "archive")
    whole = public(folder).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    public(folder).write_bytes(whole[:at] + data.draw(st.binary(max_size=4)))
    try:
        assert ArchiveFolder.open(folder.path) == folder
    except ArchiveError as error:
        assert error.code in ("archive-damaged", "newer-archive")  # noqa: PT017


def test_a_lock_excludes_other_threads_and_is_given_back(folder: ArchiveFolder) -> None:
    seen: list[object] = []

    def try_it() -> None:
        try:
            with folder.lock("ingest"):
                seen.append("locked")
        except ArchiveBusy as error:
            seen.append(error.diagnostics["pid"])

    with folder.lock("ingest"), folder.lock("index-reading"):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    try_it()
    assert seen == [os.getpid(), "locked"]


def test_a_lock_is_given_back_when_the_work_fails(folder: ArchiveFolder) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), folder.lock("ingest"):
            raise ZeroDivisionError


def test_a_lock_excludes_other_processes_until_they_are_killed(folder: ArchiveFolder) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, folder.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        with pytest.raises(ArchiveBusy) as refused, folder.lock("ingest"):
            pass
        assert refused.value.diagnostics["pid"] == process.pid
        process.send_signal(signal.SIGKILL)
    with folder.lock("ingest"):
        pass


def test_waiting_for_a_lock_ends_when_it_is_free(folder: ArchiveFolder) -> None:
    locked = threading.Event()

    def hold() -> None:
        with folder.lock("ingest"):
            locked.set()
            time.sleep(0.1)

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    with pytest.raises(ArchiveBusy), folder.lock("ingest", wait=0.01):
        pass
    with folder.lock("ingest", wait=30.0):
        pass
    thread.join()


def test_a_child_does_not_keep_its_parents_lock(folder: ArchiveFolder) -> None:
    with folder.lock("ingest"):
        child = os.fork()
        if child == 0:
            signal.pause()
    try:
        with folder.lock("ingest"):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_without_its_folder_a_lock_is_a_failed_write(folder: ArchiveFolder) -> None:
    (folder.path / "locks").rmdir()
    with pytest.raises(WriteFailed), folder.lock("ingest"):
        pass


def test_headers_are_kept_beside_the_objects_in_order(folder: ArchiveFolder) -> None:
    batch = [(f"h{n}", f"r{n}", [f"{n:064x}", "f" * 64], bytes([n, 0, 255])) for n in range(3)]
    folder.write_headers(batch, name="0f54cf1c-3c11")
    lines = (folder.path / "headers" / "0f54cf1c-3c11.jsonl").read_text().splitlines()
    read = [json.loads(line) for line in lines]
    assert [
        (one["id"], one["record"], one["objects"], base64.b64decode(one["header"])) for one in read
    ] == batch
    assert os.listdir(folder.path / "headers") == ["0f54cf1c-3c11.jsonl"]


def test_copies_of_destroyed_headers_are_taken_out_of_every_batch(folder: ArchiveFolder) -> None:
    for batch in ("one", "two", "three"):
        lines = [(f"{batch}-{n}", "r", ["f" * 64], b"header") for n in range(3)]
        folder.write_headers(lines, name=batch)
    untouched = (folder.path / "headers" / "three.jsonl").stat().st_ino
    folder.forget_headers({"one-1", "two-0", "two-1", "two-2", "three", "one"})
    kept = {
        path.name: [json.loads(line)["id"] for line in path.read_text().splitlines()]
        for path in (folder.path / "headers").iterdir()
    }
    assert kept == {
        "one.jsonl": ["one-0", "one-2"],
        "two.jsonl": [],
        "three.jsonl": ["three-0", "three-1", "three-2"],
    }
    assert (folder.path / "headers" / "three.jsonl").stat().st_ino == untouched


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "a.b", "x\n"])
def test_a_batch_name_cannot_lead_elsewhere(folder: ArchiveFolder, name: str) -> None:
    with pytest.raises(InvalidValue):
        folder.write_headers([], name=name)


def test_a_batch_that_cannot_be_written_is_reported(folder: ArchiveFolder) -> None:
    gone = replace(folder, path=folder.path / "gone")
    with pytest.raises(WriteFailed) as failed:
        gone.write_headers([], name="a")
    assert "gone" not in str(failed.value)
    assert failed.value.__cause__ is None
