"""A box with its papers: the register, a bag, a metadata table, quarantine and embargo (T1, T8)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from archive.cli import main
from tests.canary import scan
from tests.contracts.test_scanners import EICAR, protocol
from tests.household import Household, Run

TITLE = "Quillwort papers"
DONOR = "Ondolkim of Musan"
CREATOR = "=Vellumseo"
CANARIES = ("Quillwort", "Ondolkim", "Vellumseo", "hemlockdale", "brackenwood", "ferryledger")


def bag(folder: Path) -> Path:
    """Make a bag with a file that is good, one that was changed, one that is gone, one too many."""
    payload = {
        "data/ferryledger.txt": "Ferries in spring carried copper kettles.",
        "data/변경.txt": "Nine herons were counted.",
        "data/gone.txt": "This page was lost on the way.",
        "data/metadata/metadata.csv": (
            "filename,dc.title,date,creator\n"
            f"ferryledger.txt,Ledger of the ferries,2019-05-06,{CREATOR}\n"
            "nowhere.txt,Never sent,,\n"
        ),
    }
    for name, text in payload.items():
        path = folder / unicodedata.normalize("NFD", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    lines = [f"{hashlib.sha512(t.encode()).hexdigest()}  {name}" for name, t in payload.items()]
    (folder / "manifest-sha512.txt").write_text("\n".join(lines) + "\n")
    (folder / unicodedata.normalize("NFD", "data/변경.txt")).write_text("Ten herons: brackenwood.")
    (folder / "data" / "gone.txt").unlink()
    (folder / "data" / "extra.txt").write_text("Nobody listed hemlockdale.")
    return folder


class Desk:
    """The archivist at the command line, with the receipt of the bag."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.house = Household.apart(root).found()
        (self.root / "bag").mkdir()
        self.box = bag(self.root / "bag")
        self.say("source", "add", "--name", "Ri Sol-ju-nam")
        terms = ("--donor", DONOR, "--embargo", "2099-01-01", "--restriction", "no copies")
        words = ("--title", TITLE, *terms, "--source", "S-0001", "--received", "2026-02-03")
        assert self.say("accession", "open", *words).data["accession"] == "A-0001"
        self.receipt = self.ingest(self.box, "--accession", "A-0001", code=3)

    def say(self, *words: str | Path, code: int = 0, member: str = "archivist") -> Run:
        """Run the command line in this process, which saves its start."""
        secret = ("--passphrase-file", str(self.house.passphrase_file(member)))
        settings = ("--archive", str(self.house.folder), "--as", member, *secret, "--json")
        out = StringIO()
        with redirect_stdout(out), pytest.raises(SystemExit) as ended:
            main([*settings, *map(str, words)])
        done = Run(int(ended.value.code or 0), out.getvalue(), "")
        assert done.code == code, done
        return done

    def ingest(self, *words: str | Path, code: int = 0) -> dict[str, dict[str, Any]]:
        """Ingest in a process of its own; return the lines by file name, and the summary."""
        done = self.house.run("ingest", *words, member="archivist")
        assert done.code == code, done
        lines = done.lines
        assert lines[-1]["summary"]["files"] == len(lines) - 1
        named = {unicodedata.normalize("NFC", Path(one["path"]).name): one for one in lines[:-1]}
        assert len(named) == len(lines) - 1
        return {**named, "summary": lines[-1]["summary"]}

    def record(self, name: str) -> str:
        found = self.receipt[name]["record"]
        assert isinstance(found, str)
        return found

    def hits(self, query: str) -> int:
        total = self.say("search", query).data["total"]
        assert isinstance(total, int)
        return total


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def test_every_file_of_a_bag_has_one_line_and_says_what_is_wrong(desk: Desk) -> None:
    ends = {name: one.get("outcome") for name, one in desk.receipt.items() if name != "summary"}
    assert ends == {
        "ferryledger.txt": "ingested",
        "변경.txt": "rejected",
        "gone.txt": "failed",
        "extra.txt": "ingested",
        "metadata.csv": "ingested",
        "bagit.txt": "ingested",
        "manifest-sha512.txt": "ingested",
    }
    reasons = {name: one.get("reason") or "" for name, one in desk.receipt.items()}
    assert reasons["ferryledger.txt"] == ""
    assert "sha512 checksum is not the one in manifest-sha512.txt" in reasons["변경.txt"]
    assert "strongroom quarantine" in reasons["변경.txt"]
    assert reasons["gone.txt"] == "listed in manifest-sha512.txt but not there"
    assert "not listed in any manifest of its bag" in reasons["extra.txt"]
    assert "no row in the metadata table" in reasons["extra.txt"]
    assert "nowhere.txt" in reasons["metadata.csv"]


def test_a_row_of_the_table_describes_its_file(desk: Desk) -> None:
    shown = desk.say("show", desk.record("ferryledger.txt")).data
    assert (shown["title"], shown["date"]) == ("Ledger of the ferries", "2019-05-06")
    assert shown["metadata"]["described-creator"] == CREATOR
    assert shown["metadata"]["accession"] == "A-0001"
    assert "checked-sha512 in manifest-sha512.txt" in shown["metadata"]


def test_the_register_counts_what_came_with_an_accession(desk: Desk) -> None:
    shown = desk.say("accession", "show", "A-0001").data
    assert (shown["title"], shown["donor"], shown["source"]) == (TITLE, DONOR, "S-0001")
    assert (shown["received"], shown["restrictions"]) == ("2026-02-03", ["no copies"])
    assert shown["records"] == {"ingested": 5, "quarantined": 1}
    assert [one["accession"] for one in desk.say("accession", "list").lines] == ["A-0001"]


def test_the_same_ingest_again_changes_nothing(desk: Desk) -> None:
    again = desk.ingest(desk.box, "--accession", "A-0001", code=3)
    assert again["summary"]["duplicate"] == 6
    assert again["summary"]["failed"] == 1
    assert "quarantine" in again["변경.txt"]["reason"]


def test_what_is_in_quarantine_cannot_be_found_or_let_out_until_it_is_accepted(desk: Desk) -> None:
    record = desk.record("변경.txt")
    assert [one["record"] for one in desk.say("quarantine", "list").lines] == [record]
    desk.say("index", "rebuild")
    assert desk.hits("herons") == 0
    assert record not in [one["record"] for one in desk.say("records").lines]
    refused = desk.say("redact", "propose", record, code=1).data["error"]
    assert refused["code"] == "in-quarantine"
    desk.say("quarantine", "accept", record, "--reason", "the donor confirmed the change")
    assert desk.hits("herons") == 1
    assert desk.say("quarantine", "list").out == ""
    desk.say("redact", "propose", record)


def test_an_embargo_holds_a_release_back_until_it_is_lifted(desk: Desk) -> None:
    record = desk.record("ferryledger.txt")
    for member, *words in (
        ("custodian", "redact", "propose", record),
        ("custodian", "redact", "submit", record),
        ("archivist", "redact", "approve", record),
    ):
        desk.say(*words, member=member)
    refused = desk.say("release", record, code=1).data["error"]
    assert refused["code"] == "under-embargo"
    assert "2099-01-01" in refused["message"]
    desk.say("accession", "set", "A-0001", "--embargo", "2020-01-01")
    desk.say("release", record)
    assert desk.say("accession", "show", "A-0001").data["released"] == 1


def test_a_closed_accession_takes_in_nothing_until_it_is_opened_again(desk: Desk) -> None:
    late = desk.root / "late.txt"
    late.write_text("A page found later.")
    desk.say("accession", "close", "A-0001")
    error = desk.say("ingest", late, "--accession", "A-0001", code=1).data["error"]
    assert error["code"] == "accession-closed"
    desk.say("accession", "close", "A-0001", code=1)
    desk.say("accession", "reopen", "A-0001", "--reason", "one page was left")
    assert desk.ingest(late, "--accession", "A-0001")["late.txt"]["outcome"] == "ingested"


def test_custody_is_kept_in_order(desk: Desk) -> None:
    for giver, receiver in (("finder", "courier"), ("courier", "desk")):
        words = ("--from", giver, "--to", receiver, "--date", "2026-01-02")
        desk.say("accession", "transfer", "A-0001", *words, "--note", "in person")
    transfers = desk.say("accession", "show", "A-0001").data["transfers"]
    assert [(one["from"], one["to"]) for one in transfers] == [
        ("finder", "courier"),
        ("courier", "desk"),
    ]


def test_a_virus_is_held_and_can_be_destroyed(desk: Desk, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    (box / "letter.txt").write_text("A harmless letter about yew trees.")
    (box / "program.com").write_bytes(EICAR)
    scanner = str(protocol(tmp_path))
    lines = desk.ingest(box, "--clamd", scanner, code=3)
    assert lines["letter.txt"]["outcome"] == "ingested"
    assert lines["program.com"]["outcome"] == "rejected"
    assert "Eicar-Test-Signature" in lines["program.com"]["reason"]
    record = lines["program.com"]["record"]
    for member in ("researcher", "auditor"):
        desk.say("quarantine", "discard", record, "--reason", "x", code=5, member=member)
    before = sum(1 for _ in (desk.house.folder / "objects").glob("*/*.age"))
    desk.say("quarantine", "discard", record, "--reason", "it is a virus")
    after = sum(1 for _ in (desk.house.folder / "objects").glob("*/*.age"))
    assert before - after >= 1
    assert record not in "".join(
        path.read_text() for path in (desk.house.folder / "headers").glob("*.jsonl")
    )
    desk.say("show", record, code=5)
    desk.say("quarantine", "accept", record, "--reason", "no", code=5)
    again = desk.ingest(box, "--clamd", scanner, code=3)["program.com"]
    assert again["record"] not in {None, record}
    assert desk.say("audit", "verify").data["ok"] is True


def test_without_a_verdict_nothing_is_stored(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "elm.txt"
    letter.write_text("A letter about elms.")
    confused = protocol(tmp_path, lambda _: b"what?\0")
    monkeypatch.setitem(desk.house.environment, "STRONGROOM_CLAMD", str(tmp_path / "nobody"))
    for settings in ((), ("--clamd", confused)):
        line = desk.ingest(letter, *settings, code=3)["elm.txt"]
        assert (line["outcome"], line["record"]) == ("failed", None)
        assert "virus scanner" in line["reason"]
    assert desk.hits("elms") == 0


def test_a_table_that_was_named_outright_describes_files_or_stops_the_ingest(
    desk: Desk, tmp_path: Path
) -> None:
    box = tmp_path / "box"
    box.mkdir()
    (box / "oak.txt").write_text("A letter about oaks.")
    table = tmp_path / "table.csv"
    table.write_bytes("title,notes\n참나무,x\n".encode("euc-kr"))
    refused = desk.say("ingest", box, "--metadata", table, code=1).data["error"]
    assert refused["code"] == "description-unusable"
    assert desk.hits("oaks") == 0
    table.write_bytes("filename,title\noak.txt,참나무\nash.txt,없음\n".encode("euc-kr"))
    lines = desk.ingest(box, "--metadata", table)
    assert desk.say("show", lines["oak.txt"]["record"]).data["title"] == "참나무"
    assert lines["summary"]["notes"] == ["rows of the metadata table that match no file: ash.txt"]


def test_others_cannot_tell_an_accession_from_none(desk: Desk) -> None:
    for member in ("researcher", "auditor"):
        there = desk.say("accession", "show", "A-0001", code=5, member=member).data
        absent = desk.say("accession", "show", "A-0999", code=5, member=member).data
        assert there == absent
        desk.say("accession", "list", code=5, member=member)
        desk.say("quarantine", "list", code=5, member=member)
    assert desk.say("accession", "show", "A-0999", code=5).data == there


def test_no_word_of_it_is_readable_on_the_disk(desk: Desk) -> None:
    assert scan([desk.house.folder, desk.root / "machine"], CANARIES) == []
    assert scan([desk.box], ["ferryledger", "hemlockdale", "brackenwood"]) != []
    log = json.dumps(desk.say("audit", "log", member="auditor").lines)
    assert not [word for word in CANARIES if word in log]
