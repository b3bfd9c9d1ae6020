"""A member searches through the command line: facets, lists, alerts, a damaged index."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from tests.household import Household, Run

LETTERS = {
    "ferry.txt": "Subject: ferry\nDate: 2021-05-04\n\nThe ferry carried copper kettles in May.",
    "again.txt": "The ferry carried copper kettles and rice.",
    "=sum.txt": "=cmd|' /C calc'!A0 begins this note about kettles.",
    "korean.txt": "혜산 장마당에서 쌀값이 올랐다.",
    "barge.eml": (
        "From: Ada Brunnfeld <ada@ex.example>\nTo: Tam <tam@ex.example>\nSubject: barge\n"
        "Date: Mon, 03 Mar 2014 10:00:00 +0000\n\nThe barge is late.\n"
    ),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    made = Household.apart(tmp_path_factory.mktemp("search")).found()
    box = made.root / "box"
    box.mkdir()
    for name, text in LETTERS.items():
        (box / name).write_text(text)
    done = made.run("ingest", box, member="archivist")
    assert done.code == 0, done
    return made


def search(house: Household, *words: str | Path) -> Run:
    done = house.run("search", *words, member="archivist")
    assert done.code == 0, done
    return done


def test_facets_narrow_a_search_and_their_counts_say_how(house: Household) -> None:
    found = search(house, "kettles", "--facet", "type=text/plain", "--facet", "type=x/y").data
    assert found["total"] == 3
    assert found["facets"]["type"] == {"text/plain": 3}
    assert found["hits"][0]["count"] == 1
    assert search(house, "kettles", "--facet", "type=x/y").data["total"] == 0
    assert search(house, "kettles", "--within", "rice").data["total"] == 1
    assert house.run("search", "kettles", "--facet", "colour=x", member="archivist").code == 1


def test_mail_is_found_by_who_wrote_it(house: Household) -> None:
    [hit] = search(house, "brunnfeld").data["hits"]
    assert (hit["title"], hit["count"]) == ("barge", 1)


def test_one_word_in_the_text_is_one_hit_however_many_spellings_it_has(house: Household) -> None:
    [hit] = search(house, "쌀값").data["hits"]
    assert hit["count"] == 1


def test_a_word_is_completed_and_a_mistyped_one_is_asked_about(house: Household) -> None:
    assert search(house, "--complete", "copper kett").data["completions"] == ["copper kettles"]
    found = search(house, "kettels").data
    assert (found["total"], found["suggestion"]) == (0, "kettles")


def test_records_like_another_are_found(house: Household) -> None:
    [ferry] = [h["record"] for h in search(house, "rice").data["hits"]]
    like = search(house, "--like", ferry).data
    assert ferry not in [hit["record"] for hit in like["hits"]]
    assert like["hits"][0]["title"].startswith("ferry")


def test_a_list_of_lines_is_a_table(house: Household) -> None:
    lines = house.root / "names.txt"
    lines.write_text('kettles\n\nkettles\n쌀값\n"open\nnobody\n')
    rows = search(house, "--batch", lines, "--top", "1").lines
    assert [(row["line"], row["total"]) for row in rows] == [
        ("kettles", 3),
        ("쌀값", 1),
        ('"open', 0),
        ("nobody", 0),
    ]
    assert rows[2]["error"] == "query-syntax"
    assert len(rows[0]["top"]) == 1
    table = house.root / "names.csv"
    assert search(house, "--batch", lines, "-o", table).data["lines"] == 4
    assert next(csv.reader(StringIO(table.read_text("utf-8-sig")))) == [
        "line",
        "total",
        "records",
        "titles",
        "error",
    ]
    lines.write_text("\n".join(f"line {n}" for n in range(1001)))
    assert house.run("search", "--batch", lines, member="archivist").code == 1


def test_a_whole_list_is_taken_away_and_no_cell_is_a_formula(house: Household) -> None:
    for ending in ("csv", "json"):
        assert search(house, "kettles", "-o", house.root / f"list.{ending}").data["records"] == 3
    rows = list(csv.DictReader(StringIO((house.root / "list.csv").read_text("utf-8-sig"))))
    assert "'=sum.txt" in [row["title"] for row in rows]
    assert not [
        value for row in rows for value in row.values() if value[:1] in "=+-@\t\r" and value
    ]
    kept = json.loads((house.root / "list.json").read_text())
    assert [row["record"] for row in kept] == [row["record"] for row in rows]
    assert (house.root / "list.csv").stat().st_mode & 0o077 == 0
    assert house.run("search", "x", "-o", house.root / "list.csv", member="archivist").code == 1
    assert house.run("search", "x", "-o", house.root / "list.xls", member="archivist").code == 1


def test_a_saved_search_says_what_is_new_until_it_is_run(house: Household) -> None:
    def new() -> list[tuple[str, int, int]]:
        done = house.run("searches", "new", member="archivist")
        return [(row["name"], row["total"], row["new"]) for row in done.lines]

    saved = house.run("searches", "save", "herons", "heron*", member="archivist")
    assert saved.data == {"name": "herons", "known": 0}
    assert house.run("searches", "save", "herons", "x", member="archivist").code == 1
    late = house.root / "late.txt"
    late.write_text("The herons came back.")
    assert house.run("ingest", late, member="archivist").code == 0
    assert new() == [("herons", 1, 1)]
    assert new() == [("herons", 1, 1)]
    assert house.run("searches", "run", "herons", member="archivist").data["total"] == 1
    assert new() == [("herons", 1, 0)]
    assert house.run("searches", "list", member="custodian").lines == []
    assert house.run("searches", "run", "herons", member="custodian").code == 5
    assert house.run("searches", "delete", "herons", member="archivist").code == 0
    assert house.run("searches", "list", member="archivist").lines == []


def test_a_damaged_index_is_built_anew_on_the_way(house: Household) -> None:
    for path in (house.folder / "index").glob("*/*"):
        path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))
    found = search(house, "kettles").data
    assert found["total"] == 3
    assert "built anew" in found["notice"]
    assert search(house, "kettles").data["notice"] is None
    rebuilt = house.run("index", "rebuild", member="archivist")
    assert rebuilt.code == 0
    assert rebuilt.data["level"] == "originals"
    assert search(house, "kettles").data["total"] == 3
