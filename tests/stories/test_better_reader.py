"""T1: better readers, through the real command line: inbox, new texts, plans, older texts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.canary import scan
from tests.generations import FIRST, MARKED, SECOND, SECRETS
from tests.household import Household
from tests.readers import document

PROTECTED = Path(__file__).parents[1] / "samples" / "documents" / "protected.pdf"
PASSWORD = "key under the mat"
ENCLOSED = "An enclosed list of obsidianware and of quarrymen."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    root = tmp_path_factory.mktemp("house")
    return Household.apart(root).found()


def box(house: Household, **files: bytes) -> Path:
    folder = house.root / "box"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.txt").write_bytes(content)
    return folder


def by(house: Household, member: str, *words: str | Path, code: int = 0) -> list[dict[str, object]]:
    done = house.run(*words, member=member)
    assert done.code == code, done
    return done.lines


@pytest.fixture(scope="module")
def letter(house: Household) -> str:
    """Return a letter that the first readers read, released."""
    house.readers = "tests.readers.first"
    folder = box(house, letter=document(FIRST, SECOND, ENCLOSED))
    record = str(by(house, "custodian", "ingest", folder)[0]["record"])
    for words in MARKED:
        by(house, "custodian", "redact", "mark", record, "--text", words, "--reason", "S3")
    by(house, "custodian", "redact", "submit", record)
    by(house, "archivist", "redact", "approve", record)
    by(house, "archivist", "release", record)
    return record


def test_a_protected_document_waits_in_the_inbox_until_its_password_is_there(
    house: Household,
) -> None:
    house.readers = "archive.extraction.readers"
    folder = box(house, noise=b"\x00\x01\x02" * 50)
    shutil.copy(PROTECTED, folder / "door.pdf")
    lines = by(house, "archivist", "ingest", folder)
    record = next(line["record"] for line in lines if str(line["path"]).endswith("door.pdf"))
    [waiting] = by(house, "archivist", "jobs", "list")
    assert (waiting["record"], waiting["stage"], waiting["error"]) == (
        record,
        "extract",
        "protected",
    )
    assert waiting["title"] == "door.pdf"
    [untitled] = by(house, "auditor", "jobs", "list")
    assert "title" not in untitled
    by(house, "researcher", "jobs", "list", code=5)
    errors = {one["error"] for one in by(house, "archivist", "jobs", "list", "--all")}
    assert errors == {"protected", "no-reader"}

    wrong, right = house.root / "wrong", house.root / "right"
    wrong.write_text("not this one\n")
    right.write_text(f"{PASSWORD}\n")
    assert by(house, "archivist", "jobs", "retry") == []
    [failed] = by(house, "archivist", "jobs", "retry", "--password-file", wrong, code=3)
    assert (failed["outcome"], failed["error"]) == ("failed", "protected")
    by(house, "archivist", "jobs", "dismiss", str(record), "--reason", "nobody knows the password")
    assert by(house, "archivist", "jobs", "list") == []
    by(house, "archivist", "jobs", "dismiss", str(record), "--reason", "twice", code=5)
    [done] = by(house, "archivist", "jobs", "retry", str(record), "--password-file", right)
    assert (done["outcome"], done["error"]) == ("done", None)
    assert by(house, "archivist", "jobs", "list") == []
    [view] = by(house, "archivist", "show", str(record))
    assert view["text"] == "words behind a password"
    assert view["title"] == "A closed door"
    [found] = by(house, "archivist", "search", '"behind a password"')
    assert found["total"] == 1
    assert by(house, "archivist", "ingest", folder)[0]["outcome"] == "duplicate"


def test_a_better_reader_makes_a_second_text_and_the_plan_goes_back_to_two_people(
    house: Household, letter: str
) -> None:
    [before] = by(house, "researcher", "show", letter)
    house.readers = "tests.readers.second"
    old = by(house, "custodian", "extract", "--outdated", "--dry-run")
    assert {"record": letter, "outcome": "would-extract"} in old
    [done] = by(house, "custodian", "extract", letter)
    assert (done["outcome"], done["version"], done["plan_to_review"]) == ("new-text", 2, True)
    assert done["reader"] == "text/2 (generations)"
    [attachment] = done["attachments"]  # type: ignore[misc]
    [child] = by(house, "archivist", "show", attachment["record"])
    assert child["text"] == ENCLOSED
    assert child["metadata"]["attached-to"] == letter  # type: ignore[index]

    [newest] = by(house, "archivist", "show", letter)
    assert (newest["text"], newest["text_version"], newest["texts"]) == (SECOND, 2, 2)
    [first] = by(house, "archivist", "show", letter, "--text", "--version", "1")
    assert (first["text"], first["reader"]) == (FIRST, "text/1 (generations)")
    by(house, "archivist", "show", letter, "--version", "3", code=5)
    by(house, "researcher", "show", letter, "--version", "1", code=5)
    assert by(house, "researcher", "show", letter) == [before]

    [plan] = by(house, "archivist", "redact", "plan", letter)
    assert plan["state"] == "draft"
    spans = plan["spans"]
    assert {one["review"] for one in spans} >= {"widened", "carried", "found"}  # type: ignore[attr-defined]
    errors = [one["error"] for one in by(house, "archivist", "jobs", "list")]
    assert sorted(map(str, errors)) == ["plan-carried-over", "reading-copy-of-older-text"]
    by(house, "archivist", "release", letter, code=1)

    by(house, "custodian", "redact", "submit", letter)
    by(house, "archivist", "redact", "approve", letter)
    by(house, "archivist", "release", letter)
    [after] = by(house, "researcher", "show", letter)
    assert "Between the lines" in str(after["text"])
    assert not [word for word in SECRETS if word in str(after)]
    assert by(house, "archivist", "jobs", "list") == []


def test_reading_anew_with_the_same_reader_changes_nothing(house: Household, letter: str) -> None:
    house.readers = "tests.readers.second"
    [again] = by(house, "custodian", "extract", letter)
    [records] = by(house, "custodian", "status")
    [once_more] = by(house, "custodian", "extract", letter)
    assert (again["outcome"], once_more["outcome"]) == ("unchanged", "unchanged")
    assert by(house, "custodian", "status")[0]["records"] == records["records"]
    old = by(house, "custodian", "extract", "--outdated", "--dry-run")
    assert letter not in {one["record"] for one in old}
    house.readers = "tests.readers.third"
    [noted] = by(house, "custodian", "extract", letter)
    assert (noted["outcome"], noted["version"]) == ("noted", 2)
    assert noted["reader"] == "text/3 (generations)"
    [plan] = by(house, "archivist", "redact", "plan", letter)
    assert plan["state"] == "released"


def test_a_worse_reading_leaves_the_better_text_and_says_so_until_it_is_dismissed(
    house: Household,
) -> None:
    house.readers = "tests.readers.first"
    folder = box(house, herons=document("Herons stood in the reeds.", "damaged"))
    record = str(by(house, "archivist", "ingest", folder)[0]["record"])
    house.readers = "tests.readers.second"
    [kept] = by(house, "archivist", "extract", record, code=3)
    assert (kept["outcome"], kept["version"], kept["error"]) == ("kept", 1, "reader-failed")
    [view] = by(house, "archivist", "show", record)
    assert view["text"] == "Herons stood in the reeds."
    assert by(house, "archivist", "search", "herons")[0]["total"] == 1
    [waiting] = by(house, "archivist", "jobs", "list", "--stage", "extract")
    assert (waiting["record"], waiting["error"]) == (record, "reader-failed")
    house.readers = "tests.readers.first"
    [done] = by(house, "archivist", "jobs", "retry")
    assert (done["record"], done["outcome"]) == (record, "done")
    assert by(house, "archivist", "jobs", "list") == []


def test_a_record_that_had_no_text_gets_one_and_is_found(house: Household) -> None:
    house.readers = "tests.readers.first"
    folder = box(house, late=document("damaged", "Cormorants dived off the pier."))
    [report, _] = by(house, "archivist", "ingest", folder)
    assert report["outcome"] == "no-text"
    house.readers = "tests.readers.second"
    [done] = by(house, "archivist", "jobs", "retry")
    assert (done["record"], done["outcome"]) == (report["record"], "done")
    assert by(house, "archivist", "search", "cormorants")[0]["total"] == 1
    listed = {one["record"]: one for one in by(house, "archivist", "records")}
    assert listed[report["record"]]["outcome"] == "ingested"


@pytest.mark.parametrize(
    "words", [("extract",), ("extract", "--all", "--outdated"), ("extract", "nonsense")]
)
def test_what_to_extract_must_be_said_once(house: Household, words: tuple[str, ...]) -> None:
    by(house, "archivist", *words, code=1)


def test_the_ledger_verifies_and_no_word_or_password_is_on_the_disk(
    house: Household, letter: str
) -> None:
    assert by(house, "auditor", "audit", "verify")[0]["ok"] is True
    words = [*SECRETS, *MARKED, PASSWORD, "behind a password", "obsidianware", "nobody knows"]
    words += ["Between the lines", "closed door"]
    assert scan([house.folder, house.root / "machine"], words) == []
