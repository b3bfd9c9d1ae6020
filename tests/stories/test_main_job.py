"""The main job through the real command line: one box, four people (promises T1, T3 and T8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.canary import scan
from tests.catalog_file import by_hand
from tests.household import PASSPHRASES, Household

LETTER = """Notes from the river, 12 March.

Our friend Ri Sol-ju-nam (리솔남) crossed with two bags of zanzibarite and told us about the
price of rice at the market in Hyesan. Ri Sol-ju-
nam asks us to call +86 138 0013 8000 only at night. Copper kettles were sold too.
"""
MAIL = b"""From: "Ri Sol-ju-nam" <riverboat@example.net>
To: desk@example.org
Subject: Kettles and Ri Sol-ju-nam
Date: Tue, 10 Mar 2026 09:30:00 +0900
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=edge

--edge
Content-Type: text/plain; charset=utf-8

The quarrymen were paid in zanzibarite. Signed, Ri Sol-ju-nam.
--edge
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename="ri-sol-ju-nam.txt"

An attached list of ferries and of obsidianware.
--edge--
"""
CANARIES = ("zanzibarite", "리솔남", "riverboat", "obsidianware", "Sol-ju-nam", "quarrymen")


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("box")
    (folder / "Sol-ju-nam notes.txt").write_text(LETTER)
    (folder / "mail.eml").write_bytes(MAIL)
    (folder / "page.html").write_text(
        "<html><title>Ferry times</title><body><p>Ferries at dusk.</p></body></html>"
    )
    (folder / "picture.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (folder / "copy of notes.txt").write_text(LETTER)
    (folder / "empty.txt").touch()
    return folder


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    root = tmp_path_factory.mktemp("house")
    return Household.apart(root).found()


@pytest.fixture(scope="module")
def records(house: Household, box: Path) -> dict[str, str]:
    """Ingest the box once; return record ids by file name."""
    house.run("source", "add", "--name", "Ri Sol-ju-nam", "--alias", "리솔남", member="custodian")
    done = house.run("ingest", box, member="custodian")
    assert done.code == 3, done
    lines = {Path(line["path"]).name: line for line in done.lines if "path" in line}
    outcomes = {name: line["outcome"] for name, line in lines.items()}
    assert outcomes == {
        "Sol-ju-nam notes.txt": "ingested",
        "copy of notes.txt": "duplicate",
        "empty.txt": "rejected",
        "mail.eml": "ingested",
        "page.html": "ingested",
        "picture.bin": "no-text",
    }
    summary = done.data["summary"]
    assert summary["files"] == len(lines) == 6
    assert sum(summary[name] for name in set(outcomes.values())) == 6
    assert lines["mail.eml"]["attachments"][0]["outcome"] == "ingested"
    found = {name: line["record"] for name, line in lines.items() if line["record"]}
    found["attachment"] = lines["mail.eml"]["attachments"][0]["record"]
    house.release(found["copy of notes.txt"])
    house.release(found["mail.eml"])
    return found


def test_a_second_ingest_of_the_same_box_stores_nothing_twice(
    house: Household, box: Path, records: dict[str, str]
) -> None:
    before = house.run("status").data["records"]
    again = house.run("ingest", box, member="archivist")
    assert {line["outcome"] for line in again.lines if "path" in line} == {"duplicate", "rejected"}
    assert house.run("status").data["records"] == before == len(records) - 1


def test_a_researcher_finds_the_released_copy_and_no_redacted_name(
    house: Household, records: dict[str, str]
) -> None:
    hit = house.run("search", "kettles", member="researcher").data
    assert hit["total"] == 2
    for word in ("Sol", "nam", "리솔남", "riverboat", '"138 0013"', "ferries"):
        assert house.run("search", word, member="researcher").data["total"] == 0, word
    shown = house.run("show", records["copy of notes.txt"], member="researcher")
    assert shown.code == 0
    assert "[Source 0001]" in shown.out
    for secret in ("Sol-ju", "리솔남", "8000", "notes.txt"):
        assert secret not in shown.out


def test_an_archivist_finds_what_the_researcher_must_not(
    house: Household, records: dict[str, str]
) -> None:
    found = house.run("search", "obsidianware", member="archivist").data
    assert [hit["record"] for hit in found["hits"]] == [records["attachment"]]


@pytest.mark.parametrize(
    "words",
    [
        ("get", "RECORD"),
        ("get", "RECORD", "-o", "-"),
        ("get", "UNRELEASED", "-o", "-"),
        ("export", "UNRELEASED", "-o", "-"),
        ("show", "UNRELEASED"),
        ("show", "RECORD", "--level", "originals"),
        ("search", "kettles", "--level", "originals"),
        ("redact", "plan", "RECORD"),
        ("source", "list"),
        ("member", "list"),
        ("leakcheck", "--all"),
    ],
)
def test_what_is_not_open_to_a_researcher_ends_with_exit_5(
    house: Household, records: dict[str, str], words: tuple[str, ...]
) -> None:
    names = {"RECORD": records["copy of notes.txt"], "UNRELEASED": records["page.html"]}
    done = house.run(*(names.get(word, word) for word in words), member="researcher")
    assert done.code == 5, done
    assert done.data["error"]["code"] == "not-found"


def test_the_original_comes_back_bit_for_bit(
    house: Household, box: Path, records: dict[str, str], tmp_path: Path
) -> None:
    done = house.run("get", records["mail.eml"], "-o", tmp_path / "out", member="archivist")
    assert done.code == 0, done
    assert (tmp_path / "out").read_bytes() == (box / "mail.eml").read_bytes()


def test_an_original_goes_nowhere_unless_one_says_where(
    house: Household, records: dict[str, str]
) -> None:
    done = house.run("get", records["mail.eml"], member="archivist")
    assert done.code == 1
    assert done.data["error"]["code"] == "invalid-value"
    assert "-o FILE" in done.data["error"]["message"]


def test_who_proposed_may_not_approve(house: Household, records: dict[str, str]) -> None:
    record = records["page.html"]
    house.run("redact", "propose", record, member="custodian")
    house.run("redact", "submit", record, member="custodian")
    refused = house.run("redact", "approve", record, member="custodian")
    assert refused.code == 5
    assert refused.data["error"]["code"] == "four-eyes"
    assert house.run("release", record, member="archivist").code == 1


def test_the_gate_blocks_a_source_registered_after_approval(
    house: Household, records: dict[str, str]
) -> None:
    record = records["attachment"]
    house.run("redact", "propose", record, member="custodian")
    house.run("redact", "submit", record, member="custodian")
    house.run("redact", "approve", record, member="archivist")
    house.run("source", "add", "--name", "obsidianware", member="custodian")
    blocked = house.run("release", record, member="archivist")
    assert blocked.code == 1
    assert blocked.data["error"]["code"] == "release-blocked"
    assert "obsidianware" not in blocked.out + blocked.err


def test_withdrawal_takes_the_copy_out_of_store_and_index(
    house: Household, records: dict[str, str]
) -> None:
    record = records["mail.eml"]
    done = house.run("withdraw", record, "--reason", "second thoughts", member="archivist")
    assert done.code == 0, done
    assert house.run("show", record, member="researcher").code == 5
    assert house.run("search", "kettles", member="researcher").data["total"] == 1


def test_the_ledger_verifies_and_extends_an_earlier_pin(
    house: Household, records: dict[str, str], tmp_path: Path
) -> None:
    assert house.run("audit", "pin", tmp_path / "pin").code == 0
    house.run("search", "rice", member="researcher")
    done = house.run("audit", "verify", member="auditor")
    assert done.code == 0
    assert done.data["ok"] is True
    assert done.data["size"] > 20
    assert house.run("audit", "extend", tmp_path / "pin").code == 0
    assert house.run("audit", "prove", records["mail.eml"]).data["proof"]


def test_any_changed_byte_of_the_ledger_ends_with_exit_4(
    house: Household, records: dict[str, str]
) -> None:
    path = house.folder / "catalog.sqlite"
    with by_hand(path) as db:
        body = db.execute("SELECT body FROM ledger_entries WHERE entry_index = 7").fetchone()[0]
    for at in (0, len(body) // 2, len(body) - 1):
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        with by_hand(path) as db:
            db.execute("UPDATE ledger_entries SET body = ? WHERE entry_index = 7", (changed,))
        done = house.run("audit", "verify")
        with by_hand(path) as db:
            db.execute("UPDATE ledger_entries SET body = ? WHERE entry_index = 7", (body,))
        assert done.code == 4, at
        assert done.data["ok"] is False
    assert house.run("audit", "verify").code == 0


def test_no_word_of_documents_names_titles_or_queries_is_on_the_disk(
    house: Household, records: dict[str, str]
) -> None:
    house.run("search", "zanzibarite", member="archivist")
    house.run("search", "riverboat", member="researcher")
    words = [*CANARIES, *PASSPHRASES.values(), "Ferry times"]
    folders = [house.folder, house.root / "machine"]
    assert scan(folders, words) == []


def test_refusals_have_their_exit_codes(house: Household, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the passphrase at all\n")
    elsewhere = Household(tmp_path / "nowhere", house.environment)
    elsewhere.root.mkdir()
    assert elsewhere.run("status").code == 10
    refused = house.run("records", "--as", "custodian", "--passphrase-file", wrong)
    assert (refused.code, refused.data["error"]["code"]) == (12, "wrong-passphrase")
    unknown = house.run("records", "--as", "nobody", "--passphrase-file", wrong)
    assert unknown.out == refused.out
    assert house.run("search", '"unbalanced', member="researcher").code == 2
    assert house.run("no-such-command").code == 2
    assert house.run("show", "no-uuid", member="researcher").code == 1
