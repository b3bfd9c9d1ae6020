"""A receipt on paper: a PDF made in memory, the same bytes for the same receipt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import segno
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from archive.model.objects import Outcome
from archive.model.receipt import Receipt, ReceiptLine, Tally
from archive.services.pdf_text import Run, draw, register_fonts, wrap
from archive.services.receipt_codec import SignedReceipt

_WIDTH, _HEIGHT = A4  # points
_MARGIN = 42.0
_FOOT = 66.0
_RIGHT = _WIDTH - _MARGIN
_BOLD, _MONO = "Helvetica-Bold", "Courier"
_QR = 84.0  # points; about 2 points a module
_NUMBER, _OUTCOME, _BYTES = 34.0, 62.0, 66.0
_NAME = _MARGIN + _NUMBER
_NAME_WIDTH = _RIGHT - _OUTCOME - _BYTES - _NAME - 8
_INDENT = 10.0  # points for each level of attachments
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Text:
    """One line of text: offset from the left, size, runs."""

    x: float
    size: float
    line: list[Run]


@dataclass(frozen=True, slots=True)
class _Row:
    """Lines of text that stay together on a page; `side` stands beside the first of them."""

    lines: tuple[_Text, ...]
    side: tuple[_Text, ...] = ()

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return sum(text.size * 1.25 for text in self.lines) + 3


def render_pdf(signed: SignedReceipt) -> bytes:
    """Return the PDF of a receipt: totals, a row per file, digest and checkpoint on each page."""
    register_fonts()
    receipt = signed.receipt
    pages = _pages([*_head(receipt), *_totals(receipt), *_files(receipt.lines)])
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(f"Receipt {receipt.run}")
    canvas.setCreator(receipt.software)
    for number, rows in enumerate(pages, start=1):
        if number == 1:
            _code(canvas, signed.digest)
        y = _HEIGHT - _MARGIN
        for row in rows:
            y = _draw_row(canvas, row, y)
        _footer(canvas, signed, f"page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _pages(rows: Sequence[_Row]) -> list[list[_Row]]:
    pages: list[list[_Row]] = [[]]
    left = room = _HEIGHT - _MARGIN - _FOOT
    for row in rows:
        if row.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    return pages


def _draw_row(canvas: Canvas, row: _Row, y: float) -> float:
    for index, text in enumerate(row.lines):
        y -= text.size * 1.25
        draw(canvas, text.x, y, text.line, text.size)
        for beside in row.side if index == 0 else ():
            draw(canvas, beside.x, y, beside.line, beside.size)
    return y - 3


def _texts(
    text: str, x: float, size: float, width: float, font: str = "Helvetica"
) -> Iterator[_Text]:
    for line in wrap(text, size, width, font):
        yield _Text(x, size, line)


def _plain(text: str, x: float, size: float, font: str = "Helvetica") -> _Text:
    return _Text(x, size, [(font, text)])


def _head(receipt: Receipt) -> Iterator[_Row]:
    width = _RIGHT - _MARGIN - _QR - 12
    yield _Row(tuple(_texts("Receipt", _MARGIN, 20, width, _BOLD)))
    member = receipt.member
    facts = {
        "Receipt": receipt.run,
        "Archive": receipt.archive,
        "Member": f"{member.name} ({member.role.value}, key {member.key_id})",
        "Started": receipt.started,
        "Ended": receipt.ended + ("" if receipt.complete else " (stopped early)"),
        "Accession": receipt.accession,
        "Source": receipt.source,
        "Sandbox": receipt.sandbox,
        "Software": receipt.software,
    }
    for name, value in facts.items():
        if value:
            side = (_plain(name, _MARGIN, 8, _BOLD),)
            yield _Row(tuple(_texts(value, _MARGIN + 60, 8, width - 60)), side)


def _totals(receipt: Receipt) -> Iterator[_Row]:
    yield _Row((_plain(" ", _MARGIN, 6),))
    columns = [_MARGIN + 120 + 90 * n for n in range(4)]
    heads = ("files", "bytes", "attachments", "bytes")
    side = tuple(_plain(head, x, 8, _BOLD) for head, x in zip(heads, columns, strict=True))
    yield _Row((_plain("Totals", _MARGIN, 8, _BOLD),), side)
    tallies = (receipt.totals.inputs, receipt.totals.attachments)
    for outcome in (*Outcome, None):
        numbers = [number for tally in tallies for number in _sums(tally, outcome)]
        side = tuple(
            _plain(f"{number:,}", x, 8) for number, x in zip(numbers, columns, strict=True)
        )
        yield _Row((_plain(outcome.value if outcome else "all", _MARGIN, 8),), side)
    yield _Row((_plain(" ", _MARGIN, 6),))


def _sums(tally: Tally, outcome: Outcome | None) -> tuple[int, int]:
    if outcome is not None:
        return tally.files[outcome], tally.bytes[outcome]
    return sum(tally.files.values()), sum(tally.bytes.values())


def _files(lines: Sequence[ReceiptLine]) -> Iterator[_Row]:
    side = (
        _plain("outcome", _RIGHT - _OUTCOME - _BYTES, 8, _BOLD),
        _plain("bytes", _RIGHT - _BYTES, 8, _BOLD),
    )
    yield _Row((_plain("File", _NAME, 8, _BOLD),), side)
    for number, line in enumerate(lines, start=1):
        yield from _file(line, str(number), 0)


def _file(line: ReceiptLine, number: str, depth: int) -> Iterator[_Row]:
    shift = _INDENT * min(depth, _DEEPEST)
    x, width = _NAME + shift, _NAME_WIDTH - shift
    texts = list(_texts(line.path, x, 8, width))
    if line.reason:
        texts += _texts(line.reason, x, 7, width)
    if line.record:
        texts.append(_plain(f"record {line.record}", x, 6, _MONO))
    if line.sha256:
        texts.append(_plain(f"sha256 {line.sha256}", x, 6, _MONO))
    for near in line.near:
        texts.append(_plain(f"similar to {near.record}, {near.percent} %", x, 6, _MONO))
    size = "-" if line.size is None else f"{line.size:,}"
    side = (
        _plain(number if depth == 0 else "", _MARGIN, 7),
        _plain(line.outcome.value, _RIGHT - _OUTCOME - _BYTES, 8),
        _plain(size, _RIGHT - _BYTES, 8),
    )
    yield _Row(tuple(texts), side)
    for attachment in line.attachments:
        yield from _file(attachment, "", depth + 1)


def _code(canvas: Canvas, digest: str) -> None:
    """Draw the digest as a QR code in the upper right corner."""
    matrix = segno.make(digest, error="m", micro=False).matrix
    side = _QR / len(matrix)
    top = _HEIGHT - _MARGIN
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                x, y = _RIGHT - _QR + column * side, top - (row + 1) * side
                canvas.rect(x, y, side, side, stroke=0, fill=1)


def _footer(canvas: Canvas, signed: SignedReceipt, page: str) -> None:
    receipt = signed.receipt
    lines = (
        f"sha256 {signed.digest}",
        f"ledger {receipt.size} entries, root {receipt.root}",
        f"receipt {receipt.run}, {page}",
    )
    canvas.line(_MARGIN, _FOOT - 12, _RIGHT, _FOOT - 12)
    for index, text in enumerate(lines):
        draw(canvas, _MARGIN, _FOOT - 22 - 9 * index, [(_MONO, text)], 7)
