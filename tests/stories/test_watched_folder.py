"""A watched folder through the real command line: real files, a real process, real signals."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.services.intake.watching import being_written
from tests.household import Household


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    environment = {"STRONGROOM_KDF_PROFILE": "rfc9106-second"}
    return Household(tmp_path_factory.mktemp("house"), environment).found()


def command(house: Household, *words: str | Path) -> list[str]:
    code = "from archive.cli import main; main()"
    options = ["--archive", house.folder, "--as", "archivist", "--passphrase-file"]
    options.append(house.passphrase_file("archivist"))
    return [sys.executable, "-c", code, *map(os.fspath, (*options, *words))]


class Watch:
    """A running `ingest --watch` and what it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.runs: list[dict[str, Any]] = []

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        assert text, "the watch has ended"
        found: dict[str, Any] = json.loads(text)
        return found

    def until(self, code: str) -> None:
        while self.line().get("watch") != code:
            pass

    def outcomes(self, count: int) -> dict[str, str]:
        """Wait for the lines of so many files, whatever runs they are in."""
        found: dict[str, str] = {}
        files = 0
        while files < count:
            line = self.line()
            if "path" in line:
                found[Path(line["path"]).name] = line["outcome"]
            elif "summary" in line:
                self.runs.append(line["summary"])
                files += line["summary"]["files"]
        return found

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait()


@contextmanager
def watching(house: Household, folder: Path) -> Iterator[Watch]:
    process = subprocess.Popen(
        command(house, "ingest", "--watch", folder, "--json"),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **house.environment},
    )
    with process:
        try:
            watch = Watch(process)
            watch.until("watching")
            yield watch
        finally:
            process.kill()


def test_a_watched_folder_goes_in_file_by_file_and_nothing_in_it_is_changed(
    house: Household, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "first.txt").write_text("Here before anybody watched.")
    (folder / "half.part").write_text("Half of a ")
    (folder / "link.txt").symlink_to("first.txt")
    with watching(house, folder) as watch:
        assert watch.outcomes(2) == {"first.txt": "ingested", "link.txt": "rejected"}
        (folder / "below").mkdir()
        (folder / "below" / "second.txt").write_text("In a folder that came later.")
        with (folder / "third.txt").open("w") as unfinished:
            unfinished.write("This one ")
            unfinished.flush()
            assert watch.outcomes(1) == {"second.txt": "ingested"}
            unfinished.write("takes its time.")
        assert watch.outcomes(1) == {"third.txt": "ingested"}
        (folder / "half.part").write_text("Half of a letter, and the other half.")
        (folder / "half.part").rename(folder / "whole.txt")
        (folder / "empty.txt").touch()
        assert watch.outcomes(2) == {"whole.txt": "ingested", "empty.txt": "rejected"}
        (folder / "empty.txt").write_text("Not empty any more.")
        assert watch.outcomes(1) == {"empty.txt": "ingested"}
        names = {path.name for path in folder.iterdir()}
        shutil.rmtree(folder)
        watch.until("gone")
        folder.mkdir()
        watch.until("back")
        (folder / "again.txt").write_text("The folder is back.")
        assert watch.outcomes(1) == {"again.txt": "ingested"}
        assert watch.end(signal.SIGTERM) == 3
    assert names == {"first.txt", "link.txt", "below", "third.txt", "whole.txt", "empty.txt"}
    kept = house.run("receipt", "list", member="archivist").lines
    assert {run["receipt"] for run in watch.runs} == {line["run"] for line in kept}
    assert house.run("audit", "verify").code == 0


def test_ctrl_c_ends_a_quiet_watch_with_nothing_to_complain_of(
    house: Household, tmp_path: Path
) -> None:
    with watching(house, tmp_path) as watch:
        assert watch.end(signal.SIGINT) == 0


@pytest.mark.parametrize("words", [("FILE",), ("FOLDER", "FOLDER"), ("FOLDER", "--receipt", "x")])
def test_only_one_folder_is_watched(
    house: Household, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    names = {"FILE": tmp_path / "file", "FOLDER": tmp_path}
    given = [names.get(word, word) for word in words]
    assert house.run("ingest", "--watch", *given, member="archivist").code in {1, 2}


def test_a_file_that_somebody_writes_to_is_told_from_one_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    assert not being_written(path)
    with path.open("a"):
        assert being_written(path)
    with path.open():
        assert not being_written(path)
    assert not being_written(tmp_path / "gone")


def on_terminal(words: list[str], environment: dict[str, str]) -> str:
    """Run a command whose stderr is a terminal and return what was drawn there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, **environment, "TERM": "xterm", "COLUMNS": "120"},
    ) as process:
        os.close(theirs)
        drawn = b""
        while process.poll() is None or select.select([ours], [], [], 0)[0]:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    drawn += os.read(ours, 65536)
                except OSError:
                    break
    os.close(ours)
    return drawn.decode()


def test_the_bar_shows_files_bytes_rate_and_time_left_and_no_name(
    house: Household, tmp_path: Path
) -> None:
    for number in range(300):
        (tmp_path / f"gabbrofile{number}.txt").write_text(f"Number {number}. " * 2000)
    drawn = on_terminal(command(house, "ingest", tmp_path), house.environment)
    assert "/300 files" in drawn
    assert "/s" in drawn
    assert re.search(r"\d/\d+\.\d [kM]B", drawn)
    assert "0:00:0" in drawn or "-:--:--" in drawn
    assert "gabbrofile" not in drawn
    quiet = on_terminal(command(house, "ingest", tmp_path, "--quiet"), house.environment)
    assert "files" not in quiet
