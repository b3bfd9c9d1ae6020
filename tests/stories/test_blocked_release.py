"""A release that the gate blocks prints the command that hides what shows; then it goes out."""

from __future__ import annotations

import shlex
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


def _approved(house: Household, record: str) -> None:
    _ok(house, "custodian", "redact", "submit", record)
    _ok(house, "archivist", "redact", "approve", record)


def test_the_printed_command_hides_what_blocked_the_release(tmp_path: Path) -> None:
    house = Household.apart(tmp_path).found()
    (tmp_path / "box").mkdir()
    look = look_maker.turned(NAME, 30, (260, 190))
    dpi = (look_maker.DPI, look_maker.DPI)
    (tmp_path / "box" / "note.png").write_bytes(encoded(look.page, dpi=dpi))
    _ok(house, "custodian", "source", "add", "--name", NAME)
    _ok(house, "custodian", "ingest", tmp_path / "box")
    (record,) = [one["record"] for one in house.run("records", member="archivist").lines]
    _ok(house, "custodian", "redact", "mark", record, "--region", "1:0,0,20,12", "--reason", "S5")
    _approved(house, record)

    blocked = house.run("release", record, member="archivist")
    assert blocked.code == 1
    (place,) = blocked.lines[0]["blocked_by"]
    assert (place["field"], place["page"]) == ("page-1:seen", 1)
    assert place["next"] == f"strongroom redact mark {record} --region {place['region']}"
    told = house.run("leakcheck", record, member="archivist", as_json=False)
    assert told.code == 1
    assert place["next"] in told.out
    assert not any(part in done.out + done.err for done in (blocked, told) for part in NAME.split())

    _, *words = shlex.split(place["next"])
    marked = _ok(house, "custodian", *words).data
    assert place["region"] in marked["regions"]
    _approved(house, record)
    assert _ok(house, "archivist", "release", record).data["blocked_by"] == []
    assert scan([house.folder], NAME.split()) == []
