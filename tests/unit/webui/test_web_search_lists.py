"""The search pages without a script: facets to tick, narrowing, lists to take away, alerts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model.access import Role
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, visitor
from webui.histogram import HEIGHT, histogram, part_of

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
    assert "plain text" in page


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
    assert ">4</td>" in page
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


def test_years_are_bars_without_gaps_and_few_enough_to_press() -> None:
    made = histogram({"year": {"2019": 400, "2021": 1, "unknown": 3, "0000": 2}}).bars
    assert [(bar.label, bar.count, bar.height) for bar in made] == [
        ("2019", 400, HEIGHT),
        ("2020", 0, 0),
        ("2021", 1, 2),
    ]
    assert made[2].span == "2021-01-01..2021-12-31"
    assert histogram({"year": {"2019": 4}}).bars == histogram({}).bars == ()
    assert histogram({"year": {"2019": 4}, "month": {}}).bars == ()


@given(st.dictionaries(st.integers(1, 9999), st.integers(1, 10**6), min_size=2, max_size=80))
def test_every_year_is_in_one_bar_and_the_bars_follow_each_other(years: dict[int, int]) -> None:
    made = histogram({"year": {f"{year:04}": count for year, count in years.items()}}).bars
    assert 1 <= len(made) <= 20
    assert sum(bar.count for bar in made) == sum(years.values())
    for bar in made:
        inside = [n for year, n in years.items() if bar.first.year <= year <= bar.last.year]
        assert sum(inside) == bar.count
        assert (bar.height > 0) == (bar.count > 0)
    for before, after in pairwise(made):
        assert (after.first - before.last).days == 1


def test_one_year_is_twelve_months() -> None:
    facets = {"year": {"2019": 5, "2020": 1}, "month": {"2019-02": 4, "2019-11": 1, "2020-01": 1}}
    drawn = histogram(facets, "2019")
    assert (drawn.year, len(drawn.bars)) == (2019, 12)
    assert [bar.count for bar in drawn.bars if bar.count] == [4, 1]
    assert (drawn.bars[1].span, drawn.bars[1].name) == ("2019-02-01..2019-02-28", "February 2019")
    assert histogram(facets, "2031").year is histogram(facets, "no year").year is None


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        ("2019-02-01", "2019-02-28", 2019),
        ("2019-01-01", "2019-12-31", None),
        ("2019-02-01", "2020-02-28", None),
        (None, "2020-02-28", None),
    ],
)
def test_part_of_a_year_leads_back_to_all_of_it(
    first: str | None, last: str | None, year: int | None
) -> None:
    assert part_of(first, last) == year


def pressed(page: str, name: str) -> dict[str, list[str]]:
    """Return what the form of the histogram sends when the bar of that name is pressed."""
    form = re.findall(r'(?s)<form[^>]*class="years".*?</form>', page)[0]
    sent: dict[str, list[str]] = {}
    for field, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
        if field != "token":
            sent.setdefault(field, []).append(value)
    for span, body in re.findall(
        r'(?s)<button[^>]*name="span" value="([^"]*)">(.*?)</button>', form
    ):
        if name in body:
            return {**sent, "span": [span]}
    raise LookupError(name)


def test_a_bar_narrows_the_search_down_and_leads_back(house: Household) -> None:
    days = ("Sun, 3 Feb 1991", "Mon, 1 Jul 1991", "Thu, 6 May 1999")
    head = "From: a@b.example\nTo: c@d.example\nSubject: birds\nMIME-Version: 1.0\n"
    letter = head + "Date: {} 10:00:00 +0000\n\navocet {}\n"
    house.take_in({f"b{n}.eml": letter.format(day, n).encode() for n, day in enumerate(days)})
    reader = visitor(house, Role.ARCHIVIST)
    reader.get("/search")
    page = reader.follow("/search", query="avocet", sort="title").text
    assert results(page) == 3
    page = reader.follow("/search", **pressed(page, "1991: 2 records")).text
    assert results(page) == 2
    assert 'name="from" type="date" value="1991-01-01"' in page
    assert '<option value="title" selected>' in page
    page = reader.follow("/search", **pressed(page, "July 1991: 1 record")).text
    assert results(page) == 1
    page = reader.follow("/search", **pressed(page, "All of 1991")).text
    assert results(page) == 2
    assert results(reader.follow("/search", **pressed(page, "All dates")).text) == 3
    assert reader.post("/search", query="avocet", span="1991..x").status_code == 422
