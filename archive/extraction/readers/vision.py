"""OpenCV in a confined child: loaded alike for whoever looks, and its finds placed on the page."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from archive.extraction.faces import LIBRARY
from archive.model.pages import PageBox, PagePicture

if TYPE_CHECKING:
    from numpy.typing import NDArray


def loaded() -> Any:
    """Return the library, on one thread and the processor alone; `None` where there is none."""
    if find_spec(LIBRARY) is None:
        return None
    import cv2  # noqa: PLC0415 - 170 MB of address space

    cv2.setNumThreads(1)
    cv2.ocl.setUseOpenCL(False)
    return cv2


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
