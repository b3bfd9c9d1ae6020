"""A box with files inside files: each has its own outcome, and the counts add up."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.canary import scan
from tests.household import Household, Run
from tests.unit.extraction.container_maker import overlapping, sevened, tarred, zipped
from tests.unit.extraction.quine import QUINE

CANARY = "Quillfeather"


def letter(subject: str, *enclosed: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@b.example", "c@d.example"
    message["Date"] = "Tue, 5 Mar 2024 09:00:00 +0900"
    message.set_content(f"{subject}: prices went up again at the market by the river.\n")
    for number, content in enumerate(enclosed):
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=f"{number}.zip"
        )
    return message.as_bytes()


def nested_zip(levels: int) -> bytes:
    inside = zipped({"bottom.txt": b"words at the bottom"})
    for level in range(levels):
        inside = zipped({f"level-{level}.zip": inside})
    return inside


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    root = tmp_path_factory.mktemp("house")
    return Household.apart(root).found()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("box")
    deep = zipped({"deep.txt": f"{CANARY} was seen at the ferry.".encode()})
    (folder / "outer.zip").write_bytes(
        zipped({"letter.eml": letter("Zip in mail in zip", deep), "../../slip.txt": b"slipped"})
    )
    (folder / "mailbox").write_bytes(
        b"".join(
            b"From a@b.example Tue Mar  5 09:00:00 2024\n" + letter(f"Letter {number}") + b"\n"
            for number in range(5)
        )
    )
    (folder / "packed.tar.gz").write_bytes(gzip.compress(tarred({"a": b"alpha", "b": b"beta"})))
    (folder / "locked.7z").write_bytes(sevened({"x.txt": b"hidden"}, password="granite lantern"))
    (folder / "overlap.zip").write_bytes(overlapping(50, 1 << 20))
    (folder / "bomb.zip").write_bytes(zipped({"bomb": bytes(40 << 20), "beside": b"beside it"}))
    (folder / "quine.zip").write_bytes(QUINE)
    (folder / "matryoshka.zip").write_bytes(nested_zip(12))
    return folder


@pytest.fixture(scope="module")
def first(house: Household, box: Path) -> Run:
    return house.run("ingest", box, member="custodian")


def by_name(done: Run) -> dict[str, dict[str, Any]]:
    return {Path(line["path"]).name: line for line in done.lines if "path" in line}


def everything(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield line
    for child in line.get("attachments", ()):
        yield from everything(child)


def outcomes(line: dict[str, Any]) -> list[str]:
    return [one["outcome"] for one in everything(line)]


def test_every_file_handed_in_has_one_outcome_and_the_counts_add_up(first: Run, box: Path) -> None:
    lines = by_name(first)
    assert set(lines) == {path.name for path in box.iterdir()}
    summary = first.data["summary"]
    assert summary["files"] == len(lines)
    kinds = ("ingested", "duplicate", "no-text", "rejected", "failed")
    assert sum(summary[kind] for kind in kinds) == summary["files"]


def test_a_text_in_a_zip_in_a_mail_in_a_zip_is_found(house: Household, first: Run) -> None:
    outer = by_name(first)["outer.zip"]
    assert outcomes(outer) == ["ingested"] * 5
    hit = house.run("search", CANARY, member="custodian").data
    assert [one["record"] for one in hit["hits"]] == [list(everything(outer))[3]["record"]]


def test_a_container_is_found_by_the_names_in_it(house: Household, first: Run) -> None:
    hit = house.run("search", "slip", member="custodian").data
    assert by_name(first)["outer.zip"]["record"] in [one["record"] for one in hit["hits"]]


def test_a_mailbox_is_as_many_records_as_letters(first: Run) -> None:
    assert outcomes(by_name(first)["mailbox"]) == ["ingested"] * 6


def test_what_cannot_be_taken_out_says_why_and_what_can_goes_in(first: Run) -> None:
    lines = by_name(first)
    assert [one["reason"] for one in lines["locked.7z"]["attachments"]] == [
        "encrypted inside its container: unpack it with the password and ingest it alone"
    ]
    assert outcomes(lines["bomb.zip"]) == ["ingested", "rejected", "ingested"]
    assert set(outcomes(lines["overlap.zip"])[1:]) == {"rejected"}
    assert len(lines["overlap.zip"]["attachments"]) == 50


def test_a_zip_that_holds_itself_comes_to_an_end(first: Run) -> None:
    assert outcomes(by_name(first)["quine.zip"]) == ["ingested", "duplicate"]


def test_what_is_nested_too_deeply_is_reported(first: Run) -> None:
    line = by_name(first)["matryoshka.zip"]
    assert outcomes(line) == ["ingested"] * 9 + ["rejected"]
    assert "nested too deeply" in list(everything(line))[-1]["reason"]


def test_the_same_box_again_changes_nothing(house: Household, box: Path, first: Run) -> None:
    before = house.run("status").data["records"]
    again = house.run("ingest", box, member="custodian")
    assert {line["outcome"] for line in again.lines if "path" in line} == {"duplicate"}
    assert house.run("status").data["records"] == before


def test_no_name_of_a_member_made_a_file_and_no_word_is_in_clear(
    house: Household, box: Path, first: Run
) -> None:
    assert not list(box.parent.rglob("slip.txt"))
    assert not list(house.root.rglob("slip.txt"))
    places = [house.folder, house.root / "machine"]
    assert scan(places, [CANARY, "slip.txt", "letter.eml", "hidden"]) == []


def test_the_quine_is_one(tmp_path: Path) -> None:
    (tmp_path / "q.zip").write_bytes(QUINE)
    with zipfile.ZipFile(tmp_path / "q.zip") as container:
        assert container.read(container.namelist()[0]) == QUINE
