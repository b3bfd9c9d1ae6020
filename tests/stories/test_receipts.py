"""Receipts through the real command line: made, kept, written out, verified; and nothing leaks."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from tests.canary import scan
from tests.household import PASSPHRASES, Household, Run
from tests.threats.durability_rig import mounted

MAIL = b"""From: "Nam Chol-ung" <ferryman@example.net>
Subject: Two bags
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=edge

--edge
Content-Type: text/plain; charset=utf-8

Two bags of corundumite came over.
--edge
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename="ferrylist.txt"

The list of ferries.
--edge--
"""
LETTER = "Letter {} of the quarrymen at the ferry says that rice was dear. " + " ".join(
    f"Kettle {number} went for {number * 7} won." for number in range(20)
)
CANARIES = ("Chol-ung", "corundumite", "ferrylist", "나루터편지", "gneissbox", "bidiname")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    root = tmp_path_factory.mktemp("house")
    return Household.apart(root).found()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("x") / "gneissbox"
    folder.mkdir()
    (folder / "나루터편지.txt").write_text(LETTER.format(1))
    (folder / "second version.txt").write_text(LETTER.format(2))
    (folder / "mail.eml").write_bytes(MAIL)
    (folder / "bidiname\u202egnp.\x1b[2J\n").write_text("A strange name.")
    (folder / "empty").touch()
    (folder / "link").symlink_to("나루터편지.txt")
    return folder


@pytest.fixture(scope="module")
def done(house: Household, box: Path) -> Run:
    return house.run("ingest", box, "--receipt", house.root / "out.pdf", member="archivist")


@pytest.fixture(scope="module")
def run_id(done: Run) -> str:
    return str(done.data["summary"]["receipt"])


@pytest.fixture(scope="module")
def kept(house: Household, run_id: str) -> Path:
    path = house.root / "receipt.json"
    assert house.run("receipt", "show", run_id, "-o", path, member="archivist").code == 0
    return path


def test_the_receipt_has_the_lines_that_were_printed_and_their_sums(done: Run, kept: Path) -> None:
    body = json.loads(kept.read_bytes())
    printed = [line for line in done.lines if "path" in line]
    assert body["files"] == printed
    assert done.code == 3
    summary = done.data["summary"]
    for outcome in ("ingested", "duplicate", "no-text", "rejected", "failed"):
        assert body["totals"]["inputs"][outcome]["files"] == summary[outcome]
        assert body["totals"]["attachments"][outcome]["files"] == summary["attachments"][outcome]
    assert body["totals"]["inputs"]["all"]["files"] == summary["files"] == len(printed) == 6
    assert body["complete"] is summary["complete"] is True
    (attachment,) = [one for line in printed for one in line["attachments"]]
    assert attachment["sha256"]


def test_digests_and_sizes_are_those_of_the_files(box: Path, kept: Path) -> None:
    for line in json.loads(kept.read_bytes())["files"]:
        if line["outcome"] == "ingested":
            told = subprocess.run(
                ["sha256sum", "-z", line["path"]], capture_output=True, text=True, check=True
            )
            assert told.stdout.split()[0] == line["sha256"]
            assert Path(line["path"]).stat().st_size == line["size"]


def test_a_near_duplicate_is_told_on_the_line_the_receipt_and_the_record(
    house: Household, done: Run
) -> None:
    lines = {Path(line["path"]).name: line for line in done.lines if "path" in line}
    first, second = lines["나루터편지.txt"], lines["second version.txt"]
    (later,) = [one for one in (first, second) if one["near"]]
    earlier = second if later is first else first
    ((near),) = later["near"]
    assert near["record"] == earlier["record"]
    assert 80 <= near["percent"] <= 100
    shown = house.run("show", earlier["record"], member="archivist")
    assert [one["record"] for one in shown.data["near"]] == [later["record"]]
    plain = house.run("show", earlier["record"], member="archivist", as_json=False)
    assert f"similar to {later['record']} ({near['percent']} %)" in plain.out


def test_a_receipt_is_written_privately_and_never_over_another_file(
    house: Household, run_id: str, kept: Path
) -> None:
    for path in (kept, house.root / "out.pdf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = kept.read_bytes()
    kept.write_bytes(b"mine")
    again = ("receipt", "show", run_id, "-o", kept)
    assert house.run(*again, member="archivist").code == 1
    assert kept.read_bytes() == b"mine"
    assert house.run(*again, "--force", member="archivist").code == 0
    assert kept.read_bytes() == before


def test_the_pdf_names_the_files_and_the_digest(house: Household, kept: Path, done: Run) -> None:
    pdf = (house.root / "out.pdf").read_bytes()
    text = "".join(
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)
    ).replace("\r\n", "")
    assert "나루터편지.txt" in text
    assert "\\u202egnp.\\u001b[2J\\u000a" in text
    verdict = house.run("receipt", "verify", kept).data
    assert verdict["digest"] in text
    other = house.run("receipt", "show", verdict["run"], "-o", kept.with_suffix(".pdf"))
    assert other.code != 0


def test_anybody_verifies_a_receipt_without_a_passphrase(house: Household, kept: Path) -> None:
    done = house.run("receipt", "verify", kept)
    assert (done.code, done.data["ok"], done.data["failures"]) == (0, True, [])


def test_a_changed_receipt_ends_with_exit_4(house: Household, kept: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.json"
    for old, new in (
        (b'"outcome":"rejected"', b'"outcome":"ingested"'),
        (b"second version", b"second letters"),
        (b'"complete":true', b'"complete":null'),
        (b'"role":"archivist"', b'"role":"custodian"'),
    ):
        document = kept.read_bytes()
        assert old in document
        changed.write_bytes(document.replace(old, new))
        done = house.run("receipt", "verify", changed)
        assert (done.code, done.data["ok"]) == (4, False), old
    assert house.run("receipt", "verify", house.root / "out.pdf").code == 4
    assert house.run("receipt", "verify", tmp_path / "nothing there").code == 1


def test_receipts_are_listed_and_each_reading_is_in_the_ledger_first(
    house: Household, run_id: str
) -> None:
    listed = house.run("receipt", "list", member="custodian")
    assert run_id in [line["run"] for line in listed.lines]
    assert house.run("receipt", "show", run_id, member="custodian").code == 0
    entries = house.run("audit", "log", "--record", run_id, member="auditor").lines
    names = [entry["type"].rsplit("/", 1)[-1].rsplit(":", 1)[-1] for entry in entries]
    assert names[0] == "dsp"
    assert names[-1] == "receipt-issued"
    assert "exp" in names
    assert house.run("audit", "verify").code == 0


@pytest.mark.parametrize("member", ["researcher", "auditor"])
def test_a_receipt_is_not_open_to_others(house: Household, run_id: str, member: str) -> None:
    for words in (("list",), ("show", run_id)):
        refused = house.run("receipt", *words, member=member)
        assert (refused.code, refused.data["error"]["code"]) == (5, "not-found")


def test_no_name_of_a_receipt_is_on_the_disk_in_clear(
    house: Household, box: Path, run_id: str
) -> None:
    for form in ("json", "pdf"):
        words = ("receipt", "show", run_id, "--format", form, "-o", box.parent / form)
        assert house.run(*words, member="archivist").code == 0
    folders = [house.folder, house.root / "machine"]
    assert scan(folders, [*CANARIES, *PASSPHRASES.values()]) == []


def test_a_name_moves_no_cursor_on_the_terminal(house: Household, box: Path, run_id: str) -> None:
    for words in (("ingest", box), ("receipt", "show", run_id)):
        told = house.run(*words, member="archivist", as_json=False).out
        assert "bidiname" in told
        assert not set(told) & {"\x1b", "\u202e"}


def test_a_taken_or_unknown_name_for_the_receipt_is_refused_before_anything_is_done(
    house: Household, box: Path, kept: Path
) -> None:
    before = house.run("status").data["entries"]
    for path in (kept, house.root / "receipt.docx"):
        assert house.run("ingest", box, "--receipt", path, member="archivist").code == 1
    assert house.run("status").data["entries"] == before


def test_ctrl_c_ends_a_run_cleanly_with_a_receipt_and_the_next_run_goes_on(
    house: Household, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(3000):
        (many / f"{number:04}.txt").write_text(f"Number {number}.")
    command = [sys.executable, "-c", "from archive.cli import main; main()", "ingest", str(many)]
    command += ["--archive", str(house.folder), "--as", "archivist", "--json"]
    command += ["--passphrase-file", str(house.passphrase_file("archivist"))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, **house.environment}
    ) as process:
        assert process.stdout is not None
        lines = [json.loads(process.stdout.readline())]
        process.send_signal(signal.SIGINT)
        lines += [json.loads(line) for line in process.stdout]
    summary = lines[-1]["summary"]
    assert process.returncode == 130
    assert summary["complete"] is False
    assert 0 < summary["files"] == len(lines) - 1 < 3000
    shown = house.run("receipt", "show", summary["receipt"], member="archivist").data
    assert shown["complete"] is False
    assert shown["files"] == lines[:-1]
    again = house.run("ingest", many, member="archivist").data["summary"]
    assert again["duplicate"] == summary["ingested"]
    assert again["ingested"] == 3000 - summary["ingested"]
    assert house.run("audit", "verify").code == 0


def test_what_would_not_fit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    (box / "large.bin").write_bytes(os.urandom(40 << 20))
    environment = {"STRONGROOM_KDF_PROFILE": "rfc9106-second"}
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=60m,mode=700", "none") as disk:
        house = Household(disk, environment).found()
        entries = house.run("status").data["entries"]
        refused = house.run("ingest", box, member="archivist")
        assert (refused.code, refused.data["error"]["code"]) == (1, "not-enough-space")
        assert "MB are needed" in refused.data["error"]["message"]
        assert house.run("status").data["entries"] == entries + 1  # who signed in
        forced = house.run("ingest", box, "--ignore-space", member="archivist")
        assert forced.data["summary"]["no-text"] == 1
