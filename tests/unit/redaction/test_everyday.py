"""Forms that are everyday words are told from names; the command line says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.cli.app import main
from archive.redaction import is_everyday
from tests.small_archive import PASSPHRASE, build


@pytest.mark.parametrize("form", ["Rose", "stone", "MARCH", "Smith", "teacher", "하늘", "친구"])
def test_an_everyday_word_or_a_common_name_alone_is_everyday(form: str) -> None:
    assert is_everyday(form)


@pytest.mark.parametrize(
    "form",
    [
        "Rose Lindqvist",
        "Brindlewick",
        "Orrerysmith",
        "010-2345-6789",
        "R1",
        "金哲",
        "김명철",
        "리철",
    ],
)
def test_a_name_or_number_is_not(form: str) -> None:
    assert not is_everyday(form)


def test_command_line_warns_and_does_not_say_the_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = build(tmp_path)
    phrase = tmp_path / "phrase"
    phrase.write_bytes(PASSPHRASE)
    start = ["--archive", str(small.archive.folder.path), "--as", "custodian"]
    start += ["--passphrase-file", str(phrase), "source"]

    def said(*words: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*start, *words])
        assert not ended.value.code
        return capsys.readouterr().err

    warned = said("alias", "S-0001", "Teacher", "--dry-run")
    assert "Everyday words" in warned
    assert "--remove" in warned
    assert "teacher" not in warned.lower()
    assert "Everyday" not in said("alias", "S-0001", "Brindlewick", "--dry-run")
    assert "Everyday words" in said("add", "--name", "Ines Brindlewick", "--alias", "Rose", "--yes")
    assert "Everyday" not in said("alias", "S-0002", "Rose", "--remove")
    small.archive.close()
