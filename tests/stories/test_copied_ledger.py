"""An auditor on another machine: a copy of the ledger's files, an old pin, and no archive."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli.app import cli
from archive.errors import InvalidValue, NoArchive
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.oversight import log_rolling
from tests import canary, small_archive
from tests.threats.evidence_rig import cosign_and_stamp

WRONG = 4


@dataclass
class Desk:
    """What the auditor carried out of the house."""

    place: Path
    record: str

    @property
    def pin(self) -> str:
        return str(self.place / "old.pin")

    def give(self, *words: str) -> tuple[int, dict[str, Any], BaseException | None]:
        """Give an audit command; return exit code, what it printed, and an error."""
        line = ["--json", "--archive", str(self.place), "audit", *words]
        done = CliRunner().invoke(cli, line, standalone_mode=False)
        lines = [one for one in done.stdout.splitlines() if one.startswith("{")]
        return done.return_value or 0, json.loads(lines[-1]) if lines else {}, done.exception


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    house, place = tmp_path_factory.mktemp("house"), tmp_path_factory.mktemp("carried")
    small = small_archive.build(house)
    archive, folder = small.archive, small.archive.folder
    _, authority = cosign_and_stamp(small, house)
    (place / "old.pin").write_text(audit.pin(archive.catalog, folder.vkeys))
    log_rolling.roll_log(archive, small.people["custodian"])
    for _ in range(3):
        record_event(archive, small.people["custodian"], about(EventType.VIEW, small.released))
    with archive.catalog.read() as view:
        audit.LogFiles(folder).publish(view.ledger, audit.log_keys(folder.vkeys))
    shutil.copytree(folder.ledger, place / "ledger")
    (place / "trusted").mkdir()
    (place / "trusted" / "tsa-one.pem").write_bytes(authority.root)
    small.archive.close()
    return Desk(place, small.released)


@pytest.fixture
def desk(carried: Desk, tmp_path: Path) -> Desk:
    shutil.copytree(carried.place, tmp_path / "desk")
    return Desk(tmp_path / "desk", carried.record)


def test_the_whole_list_is_answered_without_the_archive(carried: Desk, tmp_path: Path) -> None:
    pin, trusted = ("--pin", carried.pin), ("--authorities", str(carried.place / "trusted"))
    for words in (
        ("verify", *pin, *trusted),
        ("extend", carried.pin),
        ("compare", carried.pin, *pin),
        ("object", carried.record, *pin),
        ("access", carried.record, *pin),
        ("redaction", carried.record, *pin),
        ("erasures", *pin),
        ("keys", "--on", "2100-01-01", *pin),
        ("backdate", *pin, *trusted),
        ("fixity", "--status", *pin),
        ("time", *pin, *trusted),
        ("log", "--limit", "3"),
        ("prove", carried.record, "-o", str(tmp_path / "proofs")),
        ("report", "-o", str(tmp_path / "report.html"), *pin, *trusted),
        ("checkpoint",),
        ("pin", str(tmp_path / "new.pin"), *pin),
    ):
        code, told, error = carried.give(*words)
        assert (code, told.get("failures", []), error) == (0, [], None), words
        assert told, words
    proof = next((tmp_path / "proofs").iterdir())
    assert carried.give("check-proof", str(proof), *pin)[0] == 0
    told = carried.give("access", carried.record, *pin)[1]["accesses"]
    assert [one["type"] for one in told] == [EventType.VIEW.value] * 3
    assert carried.give("extend", str(tmp_path / "new.pin"))[0] == 0


def test_no_word_of_a_document_is_in_what_was_carried(carried: Desk) -> None:
    secret = [small_archive.SECRET, "kettles", "a.txt", "b.txt"]
    assert canary.scan([carried.place], secret) == []


def test_what_needs_keys_or_the_archive_says_so(carried: Desk) -> None:
    error = carried.give("verify")[2]
    assert isinstance(error, InvalidValue)
    assert "--pin" in error.next_step
    for words in (("inventory",), ("publish",), ("cosign",), ("fixity", "--offline")):
        error = carried.give(*words)[2]
        assert isinstance(error, NoArchive), words
        assert "whole folder" in error.next_step


def test_a_changed_and_a_lost_file_are_named_with_exit_4(desk: Desk) -> None:
    bundle = next((desk.place / "ledger" / "tile" / "entries").glob("*.p/*"))
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    code, told, _ = desk.give("extend", desk.pin)
    named = " ".join(one["message"] for one in told["failures"])
    assert (code, bundle.relative_to(desk.place / "ledger").as_posix() in named) == (WRONG, True)
    bundle.unlink()
    code, told, _ = desk.give("verify", "--pin", desk.pin)
    assert (code, told["failures"][0]["code"]) == (WRONG, "unreadable")
    assert bundle.name in told["failures"][0]["message"]
