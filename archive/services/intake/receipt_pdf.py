"""A receipt on paper: a PDF made in memory, the same bytes for the same receipt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

import segno
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from archive.model.objects import Outcome
from archive.model.receipt import Receipt, ReceiptLine, Tally
from archive.services.intake.receipt_codec import SignedReceipt
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
from archive.services.printing.pdf_text import draw, register_fonts

_QR = 84.0  # points; about 2 points a module
_NUMBER, _OUTCOME, _BYTES = 34.0, 62.0, 66.0
_NAME = MARGIN + _NUMBER
_NAME_WIDTH = RIGHT - _OUTCOME - _BYTES - _NAME - 8
_INDENT = 10.0  # points for each level of attachments
_DEEPEST = 8


def render_pdf(signed: SignedReceipt) -> bytes:
    """Return the PDF of a receipt: totals, a row per file, digest and checkpoint on each page."""
    register_fonts()
    receipt = signed.receipt
    pages = paginate([*_head(receipt), *_totals(receipt), *_files(receipt.lines)])
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(f"Receipt {receipt.run}")
    canvas.setCreator(receipt.software)
    for number, rows in enumerate(pages, start=1):
        if number == 1:
            _code(canvas, signed.digest)
        y = HEIGHT - MARGIN
        for row in rows:
            y = draw_row(canvas, row, y)
        _footer(canvas, signed, f"page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _head(receipt: Receipt) -> Iterator[Row]:
    width = RIGHT - MARGIN - _QR - 12
    yield Row(tuple(texts("Receipt", MARGIN, 20, width, BOLD)))
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
            side = (plain(name, MARGIN, 8, BOLD),)
            yield Row(tuple(texts(value, MARGIN + 60, 8, width - 60)), side)


def _totals(receipt: Receipt) -> Iterator[Row]:
    yield Row((plain(" ", MARGIN, 6),))
    columns = [MARGIN + 120 + 90 * n for n in range(4)]
    heads = ("files", "bytes", "attachments", "bytes")
    side = tuple(plain(head, x, 8, BOLD) for head, x in zip(heads, columns, strict=True))
    yield Row((plain("Totals", MARGIN, 8, BOLD),), side)
    tallies = (receipt.totals.inputs, receipt.totals.attachments)
    for outcome in (*Outcome, None):
        numbers = [number for tally in tallies for number in _sums(tally, outcome)]
        side = tuple(plain(f"{number:,}", x, 8) for number, x in zip(numbers, columns, strict=True))
        yield Row((plain(outcome.value if outcome else "all", MARGIN, 8),), side)
    yield Row((plain(" ", MARGIN, 6),))


def _sums(tally: Tally, outcome: Outcome | None) -> tuple[int, int]:
    if outcome is not None:
        return tally.files[outcome], tally.bytes[outcome]
    return sum(tally.files.values()), sum(tally.bytes.values())


def _files(lines: Sequence[ReceiptLine]) -> Iterator[Row]:
    side = (
        plain("outcome", RIGHT - _OUTCOME - _BYTES, 8, BOLD),
        plain("bytes", RIGHT - _BYTES, 8, BOLD),
    )
    yield Row((plain("File", _NAME, 8, BOLD),), side)
    for number, line in enumerate(lines, start=1):
        yield from _file(line, str(number), 0)


def _file(line: ReceiptLine, number: str, depth: int) -> Iterator[Row]:
    shift = _INDENT * min(depth, _DEEPEST)
    x, width = _NAME + shift, _NAME_WIDTH - shift
    lines = list(texts(line.path, x, 8, width))
    if line.reason:
        lines += texts(line.reason, x, 7, width)
    if line.record:
        lines.append(plain(f"record {line.record}", x, 6, MONO))
    if line.sha256:
        lines.append(plain(f"sha256 {line.sha256}", x, 6, MONO))
    for near in line.near:
        lines.append(plain(f"similar to {near.record}, {near.percent} %", x, 6, MONO))
    size = "-" if line.size is None else f"{line.size:,}"
    side = (
        plain(number if depth == 0 else "", MARGIN, 7),
        plain(line.outcome.value, RIGHT - _OUTCOME - _BYTES, 8),
        plain(size, RIGHT - _BYTES, 8),
    )
    yield Row(tuple(lines), side)
    for attachment in line.attachments:
        yield from _file(attachment, "", depth + 1)


def _code(canvas: Canvas, digest: str) -> None:
    """Draw the digest as a QR code in the upper right corner."""
    matrix = segno.make(digest, error="m", micro=False).matrix
    side = _QR / len(matrix)
    top = HEIGHT - MARGIN
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                x, y = RIGHT - _QR + column * side, top - (row + 1) * side
                canvas.rect(x, y, side, side, stroke=0, fill=1)


def _footer(canvas: Canvas, signed: SignedReceipt, page: str) -> None:
    receipt = signed.receipt
    lines = (
        f"sha256 {signed.digest}",
        f"ledger {receipt.size} entries, root {receipt.root}",
        f"receipt {receipt.run}, {page}",
    )
    canvas.line(MARGIN, FOOT - 12, RIGHT, FOOT - 12)
    for index, text in enumerate(lines):
        draw(canvas, MARGIN, FOOT - 22 - 9 * index, [(MONO, text)], 7)
