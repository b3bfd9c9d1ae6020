"""A year of keys through the real command line: invite, lose, recover, part ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.household import Household, Run

NEW = "walnut harbour singing nineteen"


@pytest.fixture
def house(tmp_path: Path) -> Household:
    return Household.apart(tmp_path).found()


def told(run: Run) -> dict[str, object]:
    assert run.code == 0, (run.out, run.err)
    return run.data


def choose(house: Household, name: str, code: object, words: str) -> Run:
    (house.root / "code").write_text(f"{code}\n")
    (house.root / f"{name}.new").write_text(f"{words}\n")
    done = house.run(
        *("--as", name, "member", "join", "--code-file", house.root / "code"),
        *("--new-passphrase-file", house.root / f"{name}.new"),
    )
    if done.code == 0:
        house.passphrase_file(name).write_text(f"{words}\n")
    return done


@pytest.mark.slow
def test_every_lost_passphrase_comes_back_by_two_shares(house: Household) -> None:
    (house.root / "box").mkdir()
    (house.root / "box" / "a.txt").write_text("Ledger of the kelp harvest.\n")
    told(house.run("ingest", house.root / "box", member="archivist"))
    sheet, out = house.root / "recovery.txt", house.root / "shares"
    told(house.run("key", "share", "--sheet", sheet, "--out", out, member="custodian"))
    sheet.unlink()
    one, two, three = (out / f"share-{number}.txt" for number in (1, 2, 3))
    both = ("--share", one, "--share", three)
    told(house.run("key", "rehearse", *both, member="custodian"))
    few = house.run("member", "reset", "archivist", "--share", two, member="custodian")
    assert (few.code, few.data["error"]["code"]) == (12, "shares-unusable")

    made = told(house.run("member", "reset", "archivist", *both, member="custodian"))
    assert house.run("search", "kelp", member="archivist").code == 12
    weak = choose(house, "archivist", made["code"], "archivist archivist")
    assert weak.data["error"]["code"] == "weak-passphrase"
    assert choose(house, "archivist", made["code"], NEW).code == 0
    assert choose(house, "archivist", made["code"], NEW + " two").code == 12
    assert told(house.run("search", "kelp", member="archivist"))["total"] == 1

    nobody = house.run("member", "reset", "researcher", *both)
    assert nobody.code == 5
    made = told(house.run("member", "reset", "custodian", *both))
    assert choose(house, "custodian", made["code"], "plum orchard kettle sixteen").code == 0
    told(house.run("member", "disable", "researcher", member="custodian"))
    assert house.run("search", "kelp", member="researcher").code == 12
    assert told(house.run("search", "kelp", member="archivist"))["total"] == 1
    assert {one["older"] for one in house.run("key", "list", member="custodian").lines} == {0}
    assert told(house.run("audit", "verify"))["ok"] is True
    members = house.run("member", "list", member="custodian").lines
    assert {one["member"]: one["state"] for one in members} == {
        "custodian": "active",
        "archivist": "active",
        "researcher": "disabled",
        "auditor": "active",
    }
