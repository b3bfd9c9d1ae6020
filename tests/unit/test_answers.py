"""Whatever becomes of its output, a command ends with a known code and says what to do next."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.cli import exits, passphrases
from archive.cli.app import main
from archive.cli.context import Door
from archive.cli.printing import counted
from archive.cli.settings import Settings, config_files
from archive.errors import InvalidValue, NoArchive, PassphraseMissing
from archive.model.ids import parse_record_id, parse_reference
from tests.household import Household

RECORD = "7d0f5a52-9d0e-4c4e-8f63-1f0c5b9f2a11"
CITED = "00c1a5e5f0e1d2c3"
PROGRAM = "from archive.cli import main; main()"


def run(*words: str, out: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *words]
    return subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize("words", [("--help",), ("config", "show"), ("--json", "config", "show")])
def test_a_full_disk_behind_the_output_is_an_error_that_says_so(words: tuple[str, ...]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        ended = run(*words, out=full)
    finally:
        os.close(full)
    assert ended.returncode == exits.ERROR
    assert ended.stderr.startswith("Error: The output could not be written: No space left")
    assert "Traceback" not in ended.stderr


def test_a_reader_who_stops_reading_is_told_by_the_exit_code() -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    try:
        ended = run("config", "show", out=ours)
    finally:
        os.close(ours)
    assert (ended.returncode, ended.stderr) == (exits.PIPE_CLOSED, "")


@pytest.mark.parametrize("document", ["README.md", "docs/guides/command-line.md"])
def test_the_exit_code_of_a_closed_pipe_is_documented(document: str) -> None:
    assert f"\n| {exits.PIPE_CLOSED} | " in Path(document).read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [[], ["member"], ["source", "unseal"]])
def test_a_group_alone_shows_its_help_and_is_one_error_as_json(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == exits.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Usage: strongroom")
    with pytest.raises(SystemExit):
        main([*words, "--json"] if not words else [words[0], "--json", *words[1:]])
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_nothing_is_open_to_others_whatever_the_shell_allows(tmp_path: Path) -> None:
    house = Household.apart(tmp_path)
    sheet = tmp_path / "sheet.txt"
    before = os.umask(0)
    try:
        words = ("init", "--member", "custodian", "--recovery-out", sheet)
        secret = ("--passphrase-file", house.passphrase_file("custodian"))
        assert house.run(*words, *secret).code == 0
        assert house.run("audit", "publish").code == 0
        assert house.run("backup", "create", tmp_path / "backup").code == 0
    finally:
        os.umask(before)
    made = [sheet, house.folder, *house.folder.rglob("*"), *(tmp_path / "backup").rglob("*")]
    assert any(path.parent.name == "tile" for path in made)
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_without_a_terminal_the_option_that_is_lacking_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(PassphraseMissing) as asked:
        passphrases.code(None)
    assert "--code-file" in asked.value.next_step
    with pytest.raises(PassphraseMissing) as asked:
        passphrases.new(None)
    assert "--new-passphrase-file" in asked.value.next_step


def test_a_file_that_is_not_there_is_named_by_what_it_is_for(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="The code file could not be read"):
        passphrases.code(str(tmp_path / "none"))
    with pytest.raises(InvalidValue, match="The new passphrase file could not be read"):
        passphrases.new(str(tmp_path / "none"))


def test_a_home_that_nobody_has_is_no_archive() -> None:
    settings = Settings({})
    settings.set_flag("archive", "~nobody-of-this-name/archive")
    with pytest.raises(NoArchive, match="no archive"):
        _ = Door(settings).folder


def test_who_has_no_home_has_the_settings_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert config_files() == (Path("/etc/strongroom/config.toml"),)


def test_times_are_printed_as_rfc_3339_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings({})
    settings.json = True
    Door(settings).emit({"at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC)})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-03-01T09:30:00+00:00"}


@pytest.mark.parametrize("given", ["0cfa07c5", f"strongroom:{RECORD}#12", f"{RECORD}#{16 * 'G'}"])
def test_what_is_no_reference_is_told_where_references_are_shown(given: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_record_id(given)
    assert "`strongroom records`" in refused.value.next_step


@pytest.mark.parametrize("given", [RECORD, f" strongroom:{RECORD}", f"strongroom:{RECORD}#{CITED}"])
def test_a_citation_is_taken_where_a_record_is_asked_for(given: str) -> None:
    assert parse_record_id(given) == RECORD
    assert parse_reference(given)[1] == (CITED if "#" in given else None)


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (0, "entry", "0 entries"),
        (1, "entry", "1 entry"),
        (1, "file", "1 file"),
        (2, "file", "2 files"),
    ],
)
def test_one_of_a_thing_is_not_said_in_the_plural(count: int, noun: str, said: str) -> None:
    assert counted(count, noun) == said
