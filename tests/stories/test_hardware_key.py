"""A member's hardware key by the real command line, through a plugin that is a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import canary
from tests.age_plugin_tin import IDENTITY, RECIPIENT, Tin
from tests.household import Household, Run


@pytest.fixture
def house(tmp_path: Path) -> Household:
    return Household.apart(tmp_path).found()


def told(run: Run) -> dict[str, object]:
    assert run.code == 0, (run.out, run.err)
    return run.data


def test_a_hardware_key_opens_what_the_passphrase_opens_until_it_is_removed(
    house: Household,
) -> None:
    tin = Tin(house.root / "tin")
    house.environment["PATH"] = tin.path
    file = house.root / "identity.txt"
    file.write_text(f"# made by age-plugin-tin\n{IDENTITY}\n")
    by_key = ("--as", "archivist", "--identity-file", file)
    assert house.run(*by_key, "records").data["error"]["code"] == "wrong-passphrase"
    assert told(house.run("member", "hardware", RECIPIENT, member="archivist")) == {
        "hardware_key": "set"
    }
    (house.root / "box").mkdir()
    (house.root / "box" / "a.txt").write_text("Ledger of the kelp harvest.\n")
    told(house.run(*by_key, "ingest", house.root / "box"))
    assert told(house.run(*by_key, "search", "kelp"))["total"] == 1
    assert told(house.run("search", "kelp", member="archivist"))["total"] == 1

    other = house.run("--as", "custodian", "--identity-file", file, "records")
    assert other.data["error"]["code"] == "wrong-passphrase"
    tin.behave("refuses")
    refused = house.run(*by_key, "records")
    assert (refused.code, refused.data["error"]["code"]) == (12, "hardware-key-failed")
    tin.behave("PIN")
    assert house.run(*by_key, "records").data["error"]["code"] == "hardware-key-failed"
    tin.behave()
    file.write_text("# nothing\n")
    assert house.run(*by_key, "records").data["error"]["code"] == "invalid-value"
    file.write_text(IDENTITY)
    assert told(house.run("member", "hardware", "--remove", member="archivist"))
    assert house.run(*by_key, "records").data["error"]["code"] == "wrong-passphrase"
    assert house.run("member", "hardware", "--remove", member="archivist").code == 5
    told(house.run("audit", "verify"))
    assert canary.scan([house.folder], ["kelp harvest", IDENTITY]) == []
