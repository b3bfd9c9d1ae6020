"""A scanned-looking PDF from ingest to a researcher's export, by the real command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.canary import scan
from tests.household import Household
from tests.unit.extraction.pdf_maker import Page, lines, make

NAME = "Zorayda Quillfeather"
WORDS = f"The nurse {NAME} saw the convoy.\nA visible sentence stays.\nTotal 42"


def _ok(house: Household, member: str, *words: str | Path) -> dict[str, object]:
    done = house.run(*words, member=member)
    assert done.code == 0, done
    return done.data


def test_pages_go_out_as_they_were_previewed_and_come_back_when_withdrawn(tmp_path: Path) -> None:
    house = Household.apart(tmp_path).found()
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "letter.pdf").write_bytes(make([Page(lines(WORDS))]))
    _ok(house, "custodian", "source", "add", "--name", NAME)
    _ok(house, "custodian", "ingest", tmp_path / "box")
    (record,) = [one["record"] for one in house.run("records", member="archivist").lines]
    _ok(house, "custodian", "redact", "propose", record)
    marked = ("redact", "mark", record, "--region", "1:48,466,100,484", "--reason", "S6")
    assert _ok(house, "custodian", *marked)["regions"] == ["1:48,466,100,484"]
    for wrong in ("1:48,466,100,600", "2:1,1,9,9", "0:1,1,9,9", "1:9,9,1,1", "1:a,b,c,d"):
        refused = house.run("redact", "mark", record, "--region", wrong, member="custodian")
        assert refused.code == 1, wrong
    _ok(house, "custodian", "redact", "submit", record)
    shown = _ok(
        house, "archivist", "redact", "preview", record, "--pages", "-o", tmp_path / "look.pdf"
    )
    _ok(house, "archivist", "redact", "approve", record)
    _ok(house, "archivist", "release", record)
    out = tmp_path / "out"
    out.mkdir()
    _ok(house, "researcher", "export", record, "-o", out / "copy.pdf")
    asked = ("export", record, "--format", "text", "-o", out / "copy.txt")
    _ok(house, "researcher", *asked, "--manifest", out / "manifest.json")
    assert (out / "copy.pdf").read_bytes() == (tmp_path / "look.pdf").read_bytes()
    assert hashlib.sha256((out / "copy.pdf").read_bytes()).hexdigest() == shown["sha256"]
    text = (out / "copy.txt").read_text()
    assert "[Source 0001] saw the convoy" in text
    assert "Total" not in text
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["labels"].items() >= {"[Source 0001]": 1, "[redacted: S6]": 1}.items()
    assert manifest["pages"] == 1
    assert scan([out, house.folder], [*NAME.split(), "Total 42"]) == []
    _ok(house, "custodian", "withdraw", record, "--reason", "over")
    again = house.run("export", record, "-o", out / "more.pdf", member="researcher")
    assert again.code == 5
    assert not (out / "more.pdf").exists()
