"""Reports as HTML and as PDF, the same bytes for the same report."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from archive.services.audit.reports import Report, Section
from archive.services.printing.pdf_rows import (
    BOLD,
    FOOT,
    HEIGHT,
    MARGIN,
    MONO,
    RIGHT,
    Row,
    draw_row,
    paginate,
    plain,
    texts,
)
from archive.services.printing.pdf_text import LATIN, draw, register_fonts, width_of

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:16px/1.5 serif;max-width:55em;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse}}td,th{{border:1px solid #777;padding:.2em .5em;text-align:left;
vertical-align:top;word-break:break-word}}</style></head><body>
"""
_BODY = 9  # points
_CELL = 8
_GAP = 6.0  # points between columns


def render_html(report: Report) -> bytes:
    """Return the report as one HTML page (UTF-8) that loads nothing."""
    parts = [_HEAD.format(title=escape(report.title)), f"<h1>{escape(report.title)}</h1>\n"]
    parts.append(f"<p>Made {escape(report.made)}</p>\n")
    for section in report.sections:
        parts.append(f"<h2>{escape(section.heading)}</h2>\n")
        parts += [f"<p>{escape(text)}</p>\n" for text in section.paragraphs]
        if section.rows:
            parts.append(_table(section))
    return "".join([*parts, "</body></html>\n"]).encode()


def _table(section: Section) -> str:
    heads, *rows = section.rows
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in heads)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return "<table>\n" + "".join(f"<tr>{line}</tr>\n" for line in lines) + "</table>\n"


def render_pdf(report: Report) -> bytes:
    """Return the report as PDF, A4, with its root on each page."""
    register_fonts()
    rows = [Row(tuple(texts(report.title, MARGIN, 18, RIGHT - MARGIN, BOLD)))]
    rows.append(Row((plain(f"Made {report.made}", MARGIN, _BODY),)))
    for section in report.sections:
        rows += _section(section)
    pages = paginate(rows)
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(report.title)
    for number, page in enumerate(pages, start=1):
        y = HEIGHT - MARGIN
        for row in page:
            y = draw_row(canvas, row, y)
        _footer(canvas, report, f"page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _footer(canvas: Canvas, report: Report, page: str) -> None:
    verdict = report.verdict
    lines = (f"ledger of {verdict.size} entries, root {verdict.root}", f"{report.made}, {page}")
    canvas.line(MARGIN, FOOT - 12, RIGHT, FOOT - 12)
    for index, text in enumerate(lines):
        draw(canvas, MARGIN, FOOT - 22 - 9 * index, [(MONO, text)], 7)


def _section(section: Section) -> Iterator[Row]:
    width = RIGHT - MARGIN
    yield Row((plain(" ", MARGIN, 5), *texts(section.heading, MARGIN, 12, width, BOLD)))
    for text in section.paragraphs:
        yield Row(tuple(texts(text, MARGIN, _BODY, width)))
    widths = _widths(section.rows) if section.rows else []
    for number, cells in enumerate(section.rows):
        yield from _cells(cells, widths, BOLD if number == 0 else LATIN)


def _widths(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """Return the widths of a table's columns: what they need, the last one what is left."""
    room = RIGHT - MARGIN
    widths = []
    for column in list(zip(*rows, strict=True))[:-1]:
        needed = max(width_of(cell, _CELL, BOLD) for cell in column) + _GAP
        widths.append(min(needed, room / 2))
        room -= widths[-1]
    return [*widths, room]


def _cells(cells: tuple[str, ...], widths: list[float], font: str) -> Iterator[Row]:
    """Yield the rows of one line of a table."""
    columns = []
    x = MARGIN
    for cell, width in zip(cells, widths, strict=True):
        columns.append(list(texts(cell, x, _CELL, width - _GAP, font)))
        x += width
    for number in range(max(map(len, columns))):
        beside = [column[number] for column in columns if number < len(column)]
        yield Row((beside[0],), tuple(beside[1:]))
