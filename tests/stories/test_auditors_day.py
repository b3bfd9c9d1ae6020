"""An auditor's day on the command line: without content keys, and nothing wrong goes unseen."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli.app import cli
from archive.cli.exits import exit_code
from archive.errors import ArchiveError
from archive.model.provenance import EventType
from archive.services.holdings import quarantine
from archive.services.intake.ingest import PathInput, ingest
from tests.catalog_file import by_hand
from tests.small_archive import OTHER, PASSPHRASE, SECRET, TEXT, build

OK, DENIED, WRONG = 0, 5, 4


@dataclass
class House:
    """A small archive on the disk, and its records by what became of them."""

    root: Path
    released: str
    destroyed: str

    @property
    def folder(self) -> Path:
        return self.root / "archive"

    def audit(self, *words: str, who: str | None = None) -> tuple[int, dict[str, Any]]:
        """Give an audit command; return exit code and the last thing it printed."""
        me = ["--as", who, "--passphrase-file", str(self.root / "pass")] if who else []
        line = ["--json", "--archive", str(self.folder), *me, "audit", *words]
        done = CliRunner().invoke(cli, line, standalone_mode=False)
        for text in (SECRET, TEXT, OTHER, "walnuts"):
            assert text not in done.output
        if isinstance(done.exception, ArchiveError):
            return exit_code(done.exception), {}
        assert done.exception is None, done.exception
        lines = [one for one in done.stdout.splitlines() if one.startswith("{")]
        return done.return_value or 0, json.loads(lines[-1]) if lines else {}

    def codes(self, *words: str, who: str | None = None) -> tuple[int, set[str]]:
        code, told = self.audit(*words, who=who)
        return code, {one["code"] for one in told["failures"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> House:
    root = tmp_path_factory.mktemp("day")
    small = build(root)
    box = root / "suspect"
    box.mkdir()
    (box / "d.txt").write_text("A letter about walnuts.")
    (box / "SHA256SUMS").write_text("0" * 64 + "  d.txt\n")
    archivist = small.people["archivist"]
    reports = list(ingest(small.archive, archivist, [PathInput(box)]))
    (held,) = [one.record for one in reports if one.outcome.value == "rejected"]
    assert held is not None
    quarantine.discard(small.archive, archivist, held, "not wanted")
    (root / "pass").write_bytes(PASSPHRASE + b"\n")
    small.archive.close()
    return House(root, small.released, held)


@pytest.fixture
def house(made: House, tmp_path: Path) -> House:
    shutil.copytree(made.root, tmp_path / "copy")
    return House(tmp_path / "copy", made.released, made.destroyed)


def objects(house: House) -> list[Path]:
    return sorted((house.folder / "objects").rglob("*.age"))


def test_the_whole_day_on_an_honest_archive_raises_no_alarm(house: House) -> None:
    pin = str(house.root / "pin")
    assert house.audit("pin", pin)[0] == OK
    for words in (
        ("verify", "--pin", pin),
        ("extend", pin),
        ("compare", pin),
        ("object", house.released),
        ("access", house.released),
        ("redaction", house.released),
        ("erasures",),
        ("inventory", "--pin", pin),
        ("keys",),
        ("keys", "--on", "2001-01-01"),
        ("backdate",),
        ("fixity", "--status"),
        ("fixity", "--offline"),
    ):
        code, told = house.audit(*words)
        assert (code, told.get("failures")) == (OK, []), words


def test_what_is_asked_is_answered(house: House) -> None:
    told = house.audit("redaction", house.released)[1]
    assert told["released"]
    assert len(told["workers"]) == 1
    assert told["approver"] not in told["workers"]
    (erased,) = house.audit("erasures")[1]["erasures"]
    assert erased["object"] == house.destroyed
    assert erased["role"] == "archivist"
    assert len(erased["objects"]) == 2
    told = house.audit("inventory")[1]
    assert (told["objects"], told["destroyed"], told["extra"]) == (len(objects(house)), 2, [])
    types = [one["type"].rsplit("/")[-1] for one in house.audit("object", house.destroyed)[1]["about"]]  # fmt: skip  # noqa: E501
    assert types == ["ing", "del"]


def doctored(house: House, statement: str, *values: object) -> None:
    with by_hand(house.folder / "catalog.sqlite") as disk:
        assert disk.execute(statement, values).rowcount > 0
    disk.close()


def test_an_auditor_with_a_key_sees_that_no_passage_was_dropped(house: House) -> None:
    code, told = house.audit("redaction", house.released, who="auditor")
    assert (code, told["failures"]) == (OK, [])
    assert told["passages"]["ok"]
    assert (told["passages"]["all"], told["passages"]["hidden"]) == (2, 1)
    looked = house.audit("object", house.released)[1]["about"][-1]
    assert (looked["type"], looked["role"]) == (EventType.LEDGER_VERIFIED.value, "auditor")
    assert house.audit("redaction", house.released)[1]["passages"] is None
    words = ("redaction", house.released, "--without-keys")
    assert house.audit(*words, who="auditor")[1]["passages"] is None
    assert house.audit("redaction", house.released, who="researcher")[0] == DENIED


@pytest.mark.parametrize(
    ("statement", "codes", "public"),
    [
        ("delete from redaction_proofs", {"missing"}, set()),
        ("update redaction_proofs set sealed = x'00'", {"proof"}, set()),
        ("update redaction_proofs set copy_digest = 'another'", {"missing"}, set()),
        ("update releases set state = 'withdrawn'", {"missing", "release"}, {"release"}),
    ],
)
def test_a_proof_that_was_taken_away_or_changed_is_named(
    house: House, statement: str, codes: set[str], public: set[str]
) -> None:
    doctored(house, statement)
    assert house.codes("redaction", house.released, who="auditor") == (WRONG, codes)
    assert house.codes("redaction", house.released) == (WRONG if public else OK, public)


@pytest.mark.parametrize(
    ("statement", "words", "code"),
    [
        ("update members set role = 'archivist' where role = 'researcher'", "keys", "member"),
        ("update members set state = 'disabled' where role = 'auditor'", "keys", "member"),
        ("update members set id = 'another' where role = 'researcher'", "keys", "member"),
        ("update plans set state = 'draft'", "redaction", "plan"),
        ("update plans set sealed = x'00'", "redaction", "plan"),
        ("delete from plans", "redaction", "plan"),
        ("update releases set copy_digest = 'another'", "redaction", "release"),
        ("delete from releases", "redaction", "release"),
    ],
)
def test_a_row_of_the_catalog_that_is_not_what_was_signed_is_named(
    house: House, statement: str, words: str, code: str
) -> None:
    doctored(house, statement)
    asked = ("keys",) if words == "keys" else (words, house.released)
    assert house.codes(*asked) == (WRONG, {code})


def test_an_object_that_is_gone_changed_or_back_is_named(house: House) -> None:
    gone, changed, *_ = objects(house)
    gone.unlink()
    data = bytearray(changed.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    (house.folder / "objects" / "notes.txt").write_text("left here")
    code, told = house.audit("inventory")
    assert code == WRONG
    assert (told["missing"], told["damaged"]) == ([gone.stem], [changed.stem])
    assert told["extra"] == ["notes.txt"]
    erased = house.audit("erasures")[1]["erasures"][0]["objects"][0]
    back = house.folder / "objects" / erased[:2]
    back.mkdir(exist_ok=True)
    (back / f"{erased}.age").write_bytes(b"put back")
    assert house.codes("erasures") == (WRONG, {"undead"})
    assert "undead" in house.codes("inventory")[1]


def test_a_manifest_that_is_gone_or_another_is_named(house: House) -> None:
    with by_hand(house.folder / "catalog.sqlite") as db:
        chosen = (house.released,)
        db.execute("update records set manifest = x'00' where id = ?", chosen)
    code, told = house.audit("inventory")
    assert (code, told["manifests"]) == (WRONG, [house.released])


def test_authorities_that_are_no_use_are_named_and_the_rest_is_verified(house: House) -> None:
    (house.folder / "authorities").mkdir()
    (house.folder / "authorities" / "tsa.pem").write_text("no certificate")
    code, told = house.audit("verify")
    assert code == WRONG
    (found,) = told["failures"]
    assert (found["code"], "tsa.pem" in found["message"]) == ("authority", True)
    assert told["size"]


def test_a_fixity_run_finds_repairs_and_is_entered(house: House, made: House) -> None:
    gone, changed, *_ = objects(house)
    gone.unlink()
    changed.write_bytes(b"rotten")
    assert house.codes("fixity", who="auditor") == (WRONG, {"missing", "damaged"})
    code, told = house.audit("fixity", "--status")
    assert code == WRONG
    assert set(told["failed"]) == {gone.stem, changed.stem}
    copy = str(made.folder)
    code, told = house.audit("fixity", "--from", copy, who="auditor")
    assert (code, told["failures"], told["failed"]) == (OK, [], [])
    assert house.audit("inventory")[0] == OK
    assert len(house.audit("fixity", "--status")[1]["runs"]) == 2
    assert house.audit("verify")[0] == OK


def test_a_copy_that_is_rotten_too_repairs_nothing(house: House, tmp_path: Path) -> None:
    rotten, *_ = objects(house)
    rotten.write_bytes(b"rotten")
    copy = tmp_path / "objects"
    shutil.copytree(house.folder / "objects", copy)
    assert house.codes("fixity", "--from", str(tmp_path), who="auditor") == (WRONG, {"damaged"})


def test_fixity_runs_of_a_few_objects_each_come_round(house: House) -> None:
    for _ in objects(house):
        told = house.audit("fixity", "--limit", "1", who="auditor")[1]
        assert told["read"] == 1
    told = house.audit("fixity", "--since", "2001-01-01", who="auditor")[1]
    assert told["read"] == 0
    assert len(told["runs"]) == len(objects(house))


def test_a_researcher_runs_no_fixity(house: House) -> None:
    assert house.audit("fixity", who="researcher")[0] == 5


def test_a_ledger_that_was_cut_is_not_believed_in_any_answer(house: House) -> None:
    with by_hand(house.folder / "catalog.sqlite") as db:
        db.execute("delete from ledger_entries where entry_index = 8")
    for words in (("object", house.released), ("inventory",), ("keys",), ("erasures",)):
        code, codes = house.codes(*words)
        assert (code, "position" in codes) == (WRONG, True), words
