"""Metadata tables beside files: CSV, a row for each file, in words of Dublin Core or ISAD(G)."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO

from archive.errors import DescriptionUnusable

MAX_TABLE_BYTES = 16 << 20

_MAX_CELL = 100_000  # characters
_MAX_NAME = 64  # characters of a column's name
_FILE = ("filename", "path")
_PREFIX = re.compile(r"(?:dc|dcterms|isadg?)[.:]")
_NAMES = {
    # ISAD(G) elements that Dublin Core has a word for (ISAD(G) 2nd edition, 3.1 to 3.6)
    "reference code": "identifier",
    "reference code(s)": "identifier",
    "date(s)": "date",
    "dates": "date",
    "name of creator": "creator",
    "name of creator(s)": "creator",
    "scope and content": "description",
    "conditions governing access": "rights",
    "language/scripts of material": "language",
    "note": "notes",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a table says of one file: its name there, and values by element name."""

    filename: str
    values: dict[str, str]


def full_date(text: str | None) -> str | None:
    """Return `text` when it is a whole date of ISO 8601, which can stand for a record's date."""
    try:
        return text if text and date.fromisoformat(text).isoformat() == text else None
    except ValueError:
        return None


def parse_table(data: bytes) -> tuple[Row, ...]:
    """Return the rows of a metadata table; cells are text, also those that look like formulas.

    UTF-8, UTF-16 with a byte order mark, and EUC-KR (as Windows extends it) are read; fields are
    separated by commas, semicolons or tabs (RFC 4180 otherwise).

    Raises:
        DescriptionUnusable: too large, in another encoding, without a column of file names, with
            two columns of one name, or with two rows for one file.
    """
    if len(data) > MAX_TABLE_BYTES:
        raise _unusable("it is larger than 16 MiB")
    text = _decoded(data)
    if "\0" in text:
        raise _unusable("it is not text")
    rows = _rows(text)
    header = [_element(name) for name in next(rows, (1, []))[1]]
    columns = [name for name in header if name]
    if len(set(columns)) != len(columns):
        raise _unusable("two columns have the same name")
    named = [name for name in columns if name in _FILE]
    if len(named) != 1:
        raise _unusable("it needs one column `filename` in its first row")
    return tuple(_described(header, named[0], rows))


def _unusable(why: str) -> DescriptionUnusable:
    return DescriptionUnusable(f"The metadata table cannot be used: {why}. Nothing was ingested.")


def _decoded(data: bytes) -> str:
    marked = [encoding for mark, encoding in _BOMS if data.startswith(mark)]
    for encoding in marked or ["utf-8", "cp949"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unusable("its encoding is not UTF-8, UTF-16 or EUC-KR")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line on which a row ends, and its cells."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(len(cell) > _MAX_CELL for cell in row):
                raise _unusable(
                    f"line {reader.line_num} has a cell of more than 100,000 characters"
                )
            yield reader.line_num, row
    except csv.Error:
        raise _unusable(f"line {reader.line_num} is not CSV") from None


def _element(name: str) -> str:
    """Return the name of a column without prefix and capitals, in Dublin Core's words if it has."""
    plain = _PREFIX.sub("", " ".join(name.split()).casefold(), count=1)
    if len(plain) > _MAX_NAME or not plain.isprintable():
        raise _unusable("a column's name has more than 64 characters, or control characters")
    return _NAMES.get(plain, plain)


def _described(
    header: list[str], column: str, rows: Iterator[tuple[int, list[str]]]
) -> Iterator[Row]:
    seen: set[str] = set()
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            raise _unusable(f"line {line} has more cells than the first row")
        named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        filename = named.pop(column, "").removeprefix("./")
        if not filename:
            raise _unusable(f"line {line} names no file")
        if filename in seen:
            raise _unusable(f"line {line} names a file a second time")
        seen.add(filename)
        yield Row(filename, {name: value for name, value in named.items() if name and value})
