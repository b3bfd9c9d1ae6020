"""Metadata tables: encodings and names that are read, and what is refused before anything is."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import DescriptionUnusable
from archive.services.intake.descriptions import full_date, parse_table

TABLE = "filename,dc.title,Scope and Content\n편지.txt,나루터의 편지,배와 주전자\n"
CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "euc-kr", "cp949"])
def test_tables_are_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    (row,) = parse_table(TABLE.encode(encoding))
    assert row.filename == "편지.txt"
    assert row.values == {"title": "나루터의 편지", "description": "배와 주전자"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=5))
@settings(deadline=None, max_examples=60)
def test_every_cell_comes_back_as_text_without_the_space_around_it(
    delimiter: str, rows: list[tuple[str, str]]
) -> None:
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["filename", "title", "notes"])
    for number, row in enumerate(rows):
        writer.writerow([f"{number}.txt", *row])
    wanted = [
        {name: cell.strip() for name, cell in zip(("title", "notes"), row, strict=True)}
        for row in rows
    ]
    found = parse_table(out.getvalue().encode("utf-8-sig"))
    assert [row.values for row in found] == [
        {name: cell for name, cell in one.items() if cell} for one in wanted
    ]


def test_a_formula_is_text() -> None:
    (row,) = parse_table(b'path,creator\n./a.txt,"=HYPERLINK(""http://x.example"")"\n')
    assert (row.filename, row.values) == ("a.txt", {"creator": '=HYPERLINK("http://x.example")'})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "filename"),
        (b"title,date\nx,2020\n", "filename"),
        (b"filename,path\na,b\n", "filename"),
        (b"filename,title,dc.title\n", "same name"),
        (b"filename\na\nb\na\n", "line 4 names a file a second time"),
        (b"filename,title\n,x\n", "line 2 names no file"),
        (b"filename\na,b\n", "more cells"),
        (b'filename\n"a"b"\n', "line 2 is not CSV"),
        (b"filename\n\xff\xfe\x81", "encoding"),
        (b"filename\n\0", "not text"),
        (b"filename," + b"x" * 65, "64 characters"),
        (b"filename,title\na," + b"x" * 100_001, "100,000"),
    ],
)
def test_a_table_that_cannot_be_believed_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(DescriptionUnusable, match=why):
        parse_table(data)


@given(data=st.binary(max_size=300))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        rows = parse_table(b"filename,title\n" + data)
    except DescriptionUnusable:
        return
    assert all(row.filename for row in rows)


def test_only_a_whole_date_stands_for_a_records_date() -> None:
    assert full_date("2019-05-06") == "2019-05-06"
    assert [
        full_date(text) for text in ("2019", "2019-02-30", "20190506", "c. 2019", "", None)
    ] == [None] * 6
