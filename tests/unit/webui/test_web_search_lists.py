"""The search pages without a script: facets to tick, narrowing, lists to take away, alerts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO

import pytest

from archive.model.access import Role
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, visitor
from webui.histogram import HEIGHT, WIDTH, bars

LETTERS = {
    "first.txt": "The plover ledger of the harbour.",
    "second.txt": "The plover ledger of the mill, with a long note on water.",
    "=1+1.txt": "=1+1 plover",
    "page.html": "<!doctype html><html><body><p>A plover in the marsh.</p></body></html>",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("lists") / "archive", Clock())
    made.take_in({name: text.encode() for name, text in LETTERS.items()})
    yield made
    made.archive.close()


@pytest.fixture
def archivist(house: Household) -> Visitor:
    return visitor(house, Role.ARCHIVIST)


def results(page: str) -> int:
    return int(re.findall(r"<h2>(\d+) result", page)[0])


def test_values_of_a_facet_are_ticked_and_alternatives(archivist: Visitor) -> None:
    archivist.get("/search")
    page = archivist.follow("/search", query="plover").text
    assert results(page) == 4
    box = '<input type="checkbox" form="search" name="facet" value="type=text/html">'
    assert box in page
    both = ["type=text/html", "type=text/plain"]
    page = archivist.follow("/search", query="plover", facet=both).text
    assert results(page) == 4
    page = archivist.follow("/search", query="plover", facet=both, drop=both[1]).text
    assert results(page) == 1
    assert box.replace(">", " checked>") in page
    assert "text/plain" in page


def test_a_search_within_results_and_one_like_a_record(archivist: Visitor) -> None:
    archivist.get("/search")
    page = archivist.follow("/search", query="water", within=["plover"]).text
    assert results(page) == 1
    assert "Within the results of <bdi>plover</bdi>" in page
    like = re.findall(r'name="like" value="([0-9a-f-]{36})"', page)[0]
    page = archivist.follow("/search", query="", like=like).text
    assert results(page) >= 1
    assert archivist.post("/search", query="", like="nonsense").status_code == 422


def test_a_list_is_handed_out_as_a_file_without_formulas(archivist: Visitor) -> None:
    archivist.get("/search")
    number = archivist.post("/search", query="plover", sort="title").location
    archivist.get(number)
    answer = archivist.post(f"{number}/export", format="csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="search.csv"'
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert next(row["title"][:2] for row in rows) == "'="
    kept = json.loads(archivist.post(f"{number}/export", format="json").text)
    assert [row["record"] for row in kept] == [row["record"] for row in rows]
    assert archivist.post("/search/99/export", format="csv").status_code == 404


def test_another_query_is_offered_with_all_that_narrows_the_search_down(
    archivist: Visitor,
) -> None:
    archivist.get("/search")
    asked = {"query": "plovre", "facet": ["type=text/plain"], "within": ["ledger"], "sort": "title"}
    page = archivist.follow("/search", **asked).text
    offer = re.findall(r"(?s)<form[^>]*>(?:(?!</form>).)*Did you mean.*?</form>", page)[0]
    for kept in (
        'name="query" value="plover"',
        'name="facet" value="type=text/plain"',
        'name="within" value="ledger"',
        'name="sort" value="title"',
    ):
        assert kept in offer


def test_the_last_word_is_completed_from_the_index(archivist: Visitor) -> None:
    archivist.get("/search")
    page = archivist.post("/search", query="old plov", complete="1").text
    assert 'name="query" value="old plover"' in page
    page = archivist.post("/search", query="zzz", complete="1").text
    assert "No word of the index begins like the last one." in page


def test_a_record_of_a_batch_is_one_click_away(archivist: Visitor) -> None:
    archivist.get("/search/batch")
    page = archivist.post("/search/batch", lines="marsh").text
    links = re.findall(r'<a href="(/records/[0-9a-f-]{36})"><bdi>', page)
    assert len(links) == 1
    assert archivist.get(links[0]).status_code == 200
    page = archivist.post("/search/batch", lines="marsh", level="reading").text
    assert '<option value="reading" selected>' in page


def test_many_lines_are_a_table(archivist: Visitor) -> None:
    archivist.get("/search/batch")
    page = archivist.post("/search/batch", lines='plover\n<b>heron</b>\n"open').text
    assert "<td>4</td>" in page
    assert "&lt;b&gt;heron&lt;/b&gt;" in page
    assert "query-syntax" in page
    answer = archivist.post("/search/batch", lines="plover\n=2", format="csv")
    rows = csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")))
    assert [row["line"] for row in rows] == ["plover", "'=2"]
    assert archivist.post("/search/batch", lines="").status_code == 422
    many = "\n".join(f"line {n}" for n in range(1001))
    assert archivist.post("/search/batch", lines=many).status_code == 422


def test_a_saved_search_is_told_of_run_and_deleted(house: Household, archivist: Visitor) -> None:
    archivist.get("/search")
    number = archivist.post("/search", query="curlew").location
    archivist.get(number)
    page = archivist.follow(f"{number}/save", name="birds & <more>").text
    assert "birds &amp; &lt;more&gt;" in page
    house.take_in({"late.txt": b"A curlew at last."})
    assert "1 of 1" in archivist.post("/search/saved", act="new").text
    assert results(archivist.follow("/search/saved", act="run", name="birds & <more>").text) == 1
    assert "0 of 1" in archivist.post("/search/saved", act="new").text
    assert "birds" not in visitor(house, Role.CUSTODIAN).get("/search/saved").text
    page = archivist.follow("/search/saved", act="delete", name="birds & <more>").text
    assert "birds" not in page
    assert archivist.post("/search/saved", act="run", name="birds").status_code == 404


def test_years_are_bars_of_the_same_drawing() -> None:
    made = bars({"2019": 4, "2021": 1, "unknown": 3})
    assert [(bar.label, bar.count, bar.height) for bar in made] == [
        ("2019", 4, HEIGHT),
        ("2020", 0, 0),
        ("2021", 1, HEIGHT / 4),
    ]
    assert bars({"2019": 4}) == bars({}) == ()
    many = bars({str(year): 1 for year in range(1000, 2000)})
    assert len(many) <= 120
    assert sum(bar.count for bar in many) == 1000
    assert max(bar.x + bar.width for bar in many) <= WIDTH
    assert many[-1].label == "1999"
