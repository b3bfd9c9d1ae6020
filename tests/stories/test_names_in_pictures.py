"""A note at a slant: its name is proposed as a region, by the real command line, and taken back."""

from __future__ import annotations

from pathlib import Path

from tests.canary import scan
from tests.household import Household, Run
from tests.unit.extraction import look_maker
from tests.unit.extraction.picture_maker import encoded

NAME = "Zorayda Quillfeather"


def _ok(house: Household, member: str, *words: str | Path) -> Run:
    done = house.run(*words, member=member)
    assert done.code == 0, done
    return done


def test_a_name_at_a_slant_is_proposed_and_can_be_taken_back(tmp_path: Path) -> None:
    house = Household.apart(tmp_path).found()
    (tmp_path / "box").mkdir()
    look = look_maker.turned(NAME, 30, (260, 190))
    (tmp_path / "box" / "note.png").write_bytes(
        encoded(look.page, dpi=(look_maker.DPI, look_maker.DPI))
    )
    _ok(house, "custodian", "source", "add", "--name", NAME)
    _ok(house, "custodian", "ingest", tmp_path / "box")
    (record,) = [one["record"] for one in house.run("records", member="archivist").lines]
    refused = house.run("redact", "propose", record, "--pages", "2-1", member="custodian")
    assert refused.code == 1
    assert "before the first" in str(refused.lines)
    proposed = _ok(house, "custodian", "redact", "propose", record, "--pages", "1-").data
    assert proposed["names"] == {"recognition": "ready", "pages": 1, "unseen": []}
    plan = _ok(house, "custodian", "redact", "plan", record).data
    (found,) = plan["proposed_regions"]
    assert (found["method"], found["detector"], found["reason"]) == (
        "register",
        "recognition",
        "S1",
    )
    _ok(house, "custodian", "redact", "unmark", record, "--found-by", "recognition")
    plan = _ok(house, "custodian", "redact", "plan", record).data
    assert plan["regions"] == []
    assert scan([house.folder], NAME.split()) == []
