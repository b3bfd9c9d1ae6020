"""QR codes for pages, as runs of dark modules."""

from __future__ import annotations

import segno

_QUIET_ZONE = 4  # modules; ISO/IEC 18004


def qr_rows(content: str) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the code's width in modules with its quiet zone, and the dark columns of each row."""
    code = segno.make_qr(content, error="m")
    rows = [tuple(row) for row in code.matrix_iter(border=_QUIET_ZONE)]
    width = len(rows)
    return tuple((width, tuple(at for at, dark in enumerate(row) if dark)) for row in rows)
