"""Pages of rows: lines of text that stay together, put one below the other (A4, points)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from archive.services.printing.pdf_text import LATIN, Run, draw, wrap

WIDTH, HEIGHT = A4  # points
MARGIN = 42.0
FOOT = 66.0
RIGHT = WIDTH - MARGIN
BOLD, MONO = "Helvetica-Bold", "Courier"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: offset from the left, size, runs."""

    x: float
    size: float
    line: list[Run]


@dataclass(frozen=True, slots=True)
class Row:
    """Lines of text that stay together on a page; `side` stands beside the first of them."""

    lines: tuple[Text, ...]
    side: tuple[Text, ...] = ()

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return sum(text.size * 1.25 for text in self.lines) + 3


def paginate(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of each page."""
    pages: list[list[Row]] = [[]]
    left = room = HEIGHT - MARGIN - FOOT
    for row in rows:
        if row.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    return pages


def draw_row(canvas: Canvas, row: Row, y: float) -> float:
    """Set a row below `y` and return where it ends."""
    for index, text in enumerate(row.lines):
        y -= text.size * 1.25
        draw(canvas, text.x, y, text.line, text.size)
        for beside in row.side if index == 0 else ():
            draw(canvas, beside.x, y, beside.line, beside.size)
    return y - 3


def texts(text: str, x: float, size: float, width: float, font: str = LATIN) -> Iterator[Text]:
    """Yield the lines of a text that is broken at `width` points."""
    for line in wrap(text, size, width, font):
        yield Text(x, size, line)


def plain(text: str, x: float, size: float, font: str = LATIN) -> Text:
    """Return one line of a text that the font carries."""
    return Text(x, size, [(font, text)])
