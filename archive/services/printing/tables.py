"""Tables of search results as CSV (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from archive.model.search import BatchRow, SearchHit

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with (OWASP, "CSV Injection"); those of full width are Japanese."""

MARK = "\ufeff"
"""What a spreadsheet needs before a table to read it as UTF-8 and not as the machine's old code."""


def cell(value: object) -> str:
    """Return `value` as text that a spreadsheet shows and does not evaluate."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_ACTIVE) else text


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with `MARK` before it and a header row; lines end with CR LF.

    Every cell is in quotation marks: no semicolon in it begins another where semicolons part cells.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return MARK + out.getvalue()


def hits_table(hits: Iterable[SearchHit]) -> str:
    """Return the table of a list of hits."""
    rows = ((hit.record, hit.title, hit.date, f"{hit.score:.6f}") for hit in hits)
    return table(("record", "title", "date", "score"), rows)


def batch_table(rows: Iterable[BatchRow]) -> str:
    """Return the table of a batch: a row for each line."""
    return table(
        ("line", "total", "records", "titles", "error"),
        (
            (
                row.line,
                row.total,
                " ".join(record for record, _ in row.top),
                " | ".join(title for _, title in row.top),
                row.error,
            )
            for row in rows
        ),
    )
