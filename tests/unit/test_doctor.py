"""`strongroom doctor` says what it found, what to do, and ends with a code for scripts."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from archive.bootstrap import init_archive
from archive.cli.app import cli
from archive.extraction import Sandbox
from archive.services.upkeep import doctor, doctor_memory
from archive.services.upkeep.doctor import Check, Level, examine
from keys.profiles import RFC9106_SECOND
from tests.household import PASSPHRASES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place") / "archive"
    phrase = bytearray(PASSPHRASES["custodian"].encode())
    init_archive(place, "custodian", phrase, RFC9106_SECOND)
    return place


def named(checks: list[Check], name: str) -> Check:
    (found,) = [check for check in checks if check.name == name]
    return found


def test_the_command_needs_no_archive_and_no_member_and_prints_one_object() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from archive.cli import main; main()", "doctor", "--json"],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert done.returncode == (0 if answer["ok"] else 1)
    assert {"name", "ok", "detail", "hint", "level"} == set(answer["checks"][0])
    names = [check["name"] for check in answer["checks"]]
    assert len(names) == len(set(names))
    assert {"versions", "cryptography", "sandbox", "swap", "core dumps", "clock"} <= set(names)
    assert sum(name.startswith("sandbox: ") for name in names) == 16


def test_the_folder_of_an_archive_is_looked_at(folder: Path) -> None:
    checks = list(examine(folder, now=time.time()))
    assert named(checks, "archive").level is Level.OK
    assert named(checks, "permissions").level is Level.OK
    assert "GiB free" in named(checks, "disk space").detail
    assert named(checks, "clock and archive").level is Level.OK


def test_a_folder_that_others_can_enter_is_a_problem_and_ends_with_1(folder: Path) -> None:
    folder.chmod(0o755)
    try:
        done = CliRunner().invoke(
            cli, ["doctor", "--archive", str(folder)], standalone_mode=False, obj=None
        )
    finally:
        folder.chmod(0o700)
    assert done.return_value == 1
    assert "the folder's mode is 0755" in done.stdout
    assert "chmod 700" in done.stdout


def test_a_folder_that_cannot_be_written_is_a_problem(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != folder)
    check = named(list(examine(folder, now=time.time())), "permissions")
    assert (check.level, check.detail) == (Level.PROBLEM, "the folder cannot be written")
    assert "`ledger`" in check.hint


def test_a_folder_without_an_archive_is_a_problem(tmp_path: Path) -> None:
    check = named(list(examine(tmp_path, now=time.time())), "archive")
    assert check.level is Level.PROBLEM
    assert check.hint is not None


def test_a_machine_that_cannot_confine_readers_is_told_what_it_lacks() -> None:
    checks = list(examine(None, now=time.time(), make=lambda: Sandbox(layers=frozenset())))
    assert named(checks, "sandbox").level is Level.PROBLEM
    assert "Landlock" in (named(checks, "sandbox").hint or "")
    assert named(checks, "sandbox: read /etc/passwd").detail == "got through"
    assert named(checks, "sandbox: loop for ever").level is Level.OK


def test_readers_that_do_not_start_are_a_problem_not_a_crash() -> None:
    checks = list(examine(None, now=time.time(), make=lambda: Sandbox(readers="no.such")))
    assert "do not start" in " ".join(check.detail for check in checks if "sandbox" in check.name)


def test_a_clock_that_is_behind_the_program_or_the_archive_is_seen(folder: Path) -> None:
    checks = list(examine(folder, now=1_000_000_000.0))
    assert named(checks, "clock").level is Level.PROBLEM
    assert named(checks, "clock and archive").level is Level.WARNING


@pytest.mark.parametrize(
    ("swaps", "plain"),
    [
        ("", []),
        ("/dev/sda2 partition 1 0 -2\n", ["/dev/sda2"]),
        ("/swapfile file 1 0 -2\n", ["/swapfile"]),
        ("/dev/zram0 partition 1 0 -2\n", []),
        ("/dev/dm-3 partition 1 0 -2\n/dev/dm-4 partition 1 0 -2\n", ["/dev/dm-4"]),
    ],
)
def test_swap_counts_unless_it_is_encrypted_or_memory(
    swaps: str, plain: list[str], tmp_path: Path
) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/swaps").write_text("Filename Type Size Used Priority\n" + swaps)
    for device, identity in {"dm-3": "CRYPT-PLAIN-swap", "dm-4": "LVM-abc"}.items():
        (tmp_path / "sys/block" / device / "dm").mkdir(parents=True)
        (tmp_path / "sys/block" / device / "dm/uuid").write_text(identity)
    assert doctor_memory.plain_swaps(tmp_path) == plain


@pytest.mark.parametrize(
    ("pattern", "handler"),
    [("core\n", None), ("|/usr/lib/collector %P\n", "/usr/lib/collector"), ("|", None)],
)
def test_a_program_that_collects_core_dumps_is_named(
    pattern: str, handler: str | None, tmp_path: Path
) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/core_pattern").write_text(pattern)
    assert doctor_memory.core_dump_handler(tmp_path) == handler


def test_core_dumps_that_are_allowed_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    check = doctor._core_dumps()
    assert check.level is Level.WARNING
    assert "ulimit -c 0" in (check.hint or "")


def test_languages_whose_data_is_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    data = tmp_path / "usr/share/tesseract-ocr/5/tessdata"
    data.mkdir(parents=True)
    assert doctor._ocr(tmp_path).detail == "languages: none"
    (data / "eng.traineddata").touch()
    (data / "osd.traineddata").touch()
    assert "tesseract-ocr-kor" in (doctor._ocr(tmp_path).hint or "")
    own = tmp_path / "own"
    own.mkdir()
    (own / "kor.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(own))
    assert doctor._ocr(tmp_path).level is Level.OK


@pytest.mark.parametrize(
    ("free", "level"), [(50 << 20, Level.PROBLEM), (500 << 20, Level.WARNING), (5 << 30, Level.OK)]
)
def test_little_room_is_a_warning_and_hardly_any_a_problem(
    free: int, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert doctor._space(Path("/")).level is level
