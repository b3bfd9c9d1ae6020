"""The lists of words that lie beside the code: a line each, comments with a `#` before them."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def lines_of(name: str) -> list[str]:
    """Return the lines of the list `name` that are not comments."""
    text = _FOLDER.joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
