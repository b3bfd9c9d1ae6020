"""T4: an archive that is behind what was signed or cosigned does not start, and says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.bootstrap import open_archive
from archive.cli.app import cli
from archive.errors import LedgerBehind, LedgerTampered
from archive.model.provenance import EventType
from archive.services.events import record_event
from archive.services.granting import about
from tests.small_archive import PASSPHRASE, build


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose catalog is an older one, with the files beside it as they were."""
    root = tmp_path_factory.mktemp("behind")
    small = build(root)
    folder = small.archive.folder.path
    small.archive.close()
    shutil.copy(folder / "catalog.sqlite", root / "old.sqlite")
    archive = open_archive(folder)
    record_event(archive, small.people["auditor"], about(EventType.VIEW, archive.folder.archive_id))
    archive.close()
    shutil.copy(root / "old.sqlite", folder / "catalog.sqlite")
    (root / "pass").write_bytes(PASSPHRASE + b"\n")
    return root


def give(root: Path, *words: str) -> tuple[int, BaseException | None]:
    me = ["--as", "custodian", "--passphrase-file", str(root / "pass")]
    line = ["--archive", str(root / "archive"), *me, "--json", *words]
    done = CliRunner().invoke(cli, line, standalone_mode=False)
    return done.return_value or 0, done.exception


@pytest.mark.parametrize(
    "words", ["status", "records", "search kettles", "member list", "key list", "serve", "unlock"]
)
def test_no_command_starts(back: Path, words: str) -> None:
    error = give(back, *words.split())[1]
    assert isinstance(error, LedgerBehind)
    assert "audit verify" in error.next_step


def test_the_auditor_is_told_all_the_same(back: Path) -> None:
    assert give(back, "audit", "verify") == (4, None)
    assert give(back, "audit", "inventory") == (4, None)
    assert give(back, "audit", "log") == (0, None)


@pytest.mark.parametrize("name", ["cosigned", "checkpoint", "witness-0123456789abcdef"])
def test_one_kept_checkpoint_is_enough(back: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(back / "archive", tmp_path / "archive")
    ledger = tmp_path / "archive" / "ledger"
    (ledger / "signed").rename(ledger / name)
    with pytest.raises(LedgerBehind):
        open_archive(tmp_path / "archive")
    (ledger / name).unlink()
    open_archive(tmp_path / "archive").close()


def test_a_kept_checkpoint_that_nobody_signed_stops_it_too(back: Path, tmp_path: Path) -> None:
    shutil.copytree(back / "archive", tmp_path / "archive")
    signed = tmp_path / "archive" / "ledger" / "signed"
    text = signed.read_text()
    signed.write_text(text.replace(text.split("\n")[1], "9999", 1))
    with pytest.raises(LedgerTampered):
        open_archive(tmp_path / "archive")
