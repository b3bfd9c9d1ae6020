"""Evidence for a court and an erasure, through the real command line."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests import canary
from tests.authority import Authority
from tests.household import Household

WORD = "Quillon"
TEXT = f"{WORD} crates stand behind the dye works."


def stamped(house: Household, place: Path) -> None:
    """Carry a request to an authority and its reply back."""
    authority = Authority.found(place / "tsa", middle=True)
    assert house.run("audit", "stamp").code == 1
    (house.folder / "authorities").mkdir()
    (house.folder / "authorities" / "tsa.pem").write_bytes(authority.root)
    asked = house.run("audit", "stamp", "--request", place / "ask.tsq")
    assert asked.code == 0, asked
    (place / "reply.tsr").write_bytes(authority.stamp((place / "ask.tsq").read_bytes()))
    taken = house.run("audit", "stamp", "--token", place / "reply.tsr")
    assert (taken.code, taken.data["authority"]) == (0, "tsa")
    assert house.run("audit", "time").data["size"] == taken.data["size"]
    made = house.run("audit", "report", "--from", "2020-01-01", "-o", place / "report.pdf")
    assert (made.code, made.data["ok"]) == (0, True), made
    assert (place / "report.pdf").read_bytes()[:5] == b"%PDF-"


def to_court(house: Household, place: Path, record: str) -> None:
    """Hand evidence out, and check it as a court would."""
    out = place / "evidence"
    words = ["audit", "bundle", record, "-o", out, "--open", "fixity"]
    assert house.run(*words, member="auditor").code == 5
    made = house.run(*words, member="custodian")
    assert made.code == 0, made
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    checked = house.run("audit", "bundle-verify", out, "--pin", place / "pin")
    assert (checked.code, checked.data["ok"]) == (0, True), checked
    assert [one["value"] for one in checked.data["opened"]] == [digest]
    assert len(checked.data["times"]) == 1
    command = [sys.executable, "-I", "-S", "-B", out / "data" / "verify.py"]
    alone = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (alone.returncode, digest in alone.stdout) == (0, True), alone
    (out / "data" / "premis.xml").write_text("<premis/>")
    wrong = house.run("audit", "bundle-verify", out)
    assert (wrong.code, "data/premis.xml" in wrong.out) == (4, True)


def erased(house: Household, record: str) -> None:
    """Erase it, on somebody's authority."""
    planned = house.run("erase", record, "--dry-run", member="custodian")
    assert (planned.code, planned.data["state"]) == (0, "would-erase")
    law = ["erase", record, "--authority", "Archives Act, section 12"]
    assert house.run(*law, member="custodian").code == 1
    assert house.run(*law, "--yes", member="archivist").code == 5
    done = house.run(*law, "--yes", member="custodian")
    assert (done.code, done.data["state"]) == (0, "erased"), done
    assert done.data["folded"] is True
    assert house.run("search", WORD, member="archivist").data["total"] == 0


def test_a_bundle_goes_to_court_and_then_the_record_is_erased(tmp_path: Path) -> None:
    house = Household.apart(tmp_path).found()
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "crates.txt").write_text(TEXT)
    record = house.run("ingest", tmp_path / "box", member="archivist").lines[0]["record"]
    assert house.run("audit", "pin", tmp_path / "pin").code == 0
    stamped(house, tmp_path)
    to_court(house, tmp_path, record)
    erased(house, record)
    assert house.run("audit", "extend", tmp_path / "pin").code == 0
    later = tmp_path / "later"
    assert house.run("audit", "bundle", record, "-o", later, member="auditor").code == 0
    assert canary.scan([house.folder, later], [WORD, "crates.txt"]) == []
    assert canary.scan([house.root / "machine"], [WORD, "crates.txt"]) == []
