"""The pixels of a page as an array, and what is found among them placed on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archive.model.pages import PageBox, PagePicture

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pixels_of(page: PagePicture) -> NDArray[np.uint8]:
    """Return the pixels of a page: rows, columns, and one channel or three."""
    channels = 1 if page.mode == "L" else 3
    return np.frombuffer(page.data, np.uint8).reshape(page.rows, page.columns, channels)


def on_page(page: PagePicture, left: float, top: float, right: float, bottom: float) -> PageBox:
    """Return a rectangle of pixels from the upper left corner in points, as far as it is there."""
    across, down = page.width / page.columns, page.height / page.rows
    return PageBox(
        max(left * across, 0.0),
        max(page.height - bottom * down, 0.0),
        min(right * across, page.width),
        min(page.height - top * down, page.height),
    )
