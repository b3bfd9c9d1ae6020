"""Where on a page of a PDF there may be letters that its text does not have: pictures and drawings.

Letters that are set are known to the text, whatever their turn or colour. What is left are images,
shadings, and paths with more corners than a rectangle has, which may be letters. A page whose text
stands for nothing known, and one without any, is looked at whole.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

import pypdfium2.raw as pdfium

from archive.extraction.readers.pdf_words import frame_of_page
from archive.model.pages import PageBox

_OBJECTS = 20_000  # of one page that are looked at
_FORM_DEPTH = 3
_LEAST = 6.0  # points, across or down: less is no letter that can be read
_AROUND = 6.0  # points around a picture, and between two that are looked at together
_CORNERS = 8  # of a path; a rectangle has five points
_SHARE = 0.6  # of a page; then all of it is looked at
_GARBLED = re.compile("[\0\ufffd\ufffe\ue000-\uf8ff]")  # stands for nothing known
_FEW, _UNMAPPED = 10, 0.05  # such characters that are common, in number and as a share

_SEEN = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING)


def unknown_areas(page: Any) -> tuple[PageBox, ...]:
    """Return the parts of a loaded `pypdfium2.PdfPage` that must be seen to be read.

    Places are points from the lower left corner of the page as it is shown.
    """
    width, height = page.get_size()
    whole = PageBox(0.0, 0.0, width, height)
    count = pdfium.FPDFPage_CountObjects(page.raw)
    if count > _OBJECTS or _is_unknown(page):
        return (whole,) if count else ()
    frame = frame_of_page(page)
    found = _merged(
        PageBox(*frame.place([box.left, box.bottom, box.right, box.top])) for box in _objects(page)
    )
    covered = sum((one.right - one.left) * (one.top - one.bottom) for one in found)
    return (whole,) if covered > _SHARE * width * height else found


def _is_unknown(page: Any) -> bool:
    with closing(page.get_textpage()) as textpage:
        text = textpage.get_text_range()
    shown = sum(map(len, text.split()))
    strange = len(_GARBLED.findall(text))
    return not shown or (strange > _FEW and strange > shown * _UNMAPPED)


def _objects(page: Any) -> Iterator[PageBox]:
    """Yield the bounds, in user space, of what may show letters that are not set."""
    for number in range(pdfium.FPDFPage_CountObjects(page.raw)):
        one = pdfium.FPDFPage_GetObject(page.raw, number)
        if _shows_more(one):
            box = _bounds(one)
            if box is not None:
                yield box


def _shows_more(one: Any, depth: int = 0) -> bool:
    """Tell whether an object is a picture or a drawing, or a form (ISO 32000-2, 8.10) with one."""
    kind = pdfium.FPDFPageObj_GetType(one)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        return int(pdfium.FPDFPath_CountSegments(one)) > _CORNERS
    if kind != pdfium.FPDF_PAGEOBJ_FORM:
        return kind in _SEEN
    count = pdfium.FPDFFormObj_CountObjects(one)
    if depth >= _FORM_DEPTH or count > _OBJECTS:
        return True
    get: Callable[..., Any] = pdfium.FPDFFormObj_GetObject
    return any(_shows_more(get(one, number), depth + 1) for number in range(count))


def _bounds(one: Any) -> PageBox | None:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(one, *map(ctypes.byref, sides)):
        return None
    left, bottom, right, top = (side.value for side in sides)
    box = PageBox(left - _AROUND, bottom - _AROUND, right + _AROUND, top + _AROUND)
    return box if right - left >= _LEAST or top - bottom >= _LEAST else None


def _merged(boxes: Iterable[PageBox]) -> tuple[PageBox, ...]:
    """Return boxes without any that meets another: those that do become one around both."""
    found: list[PageBox] = []
    for box in sorted(set(boxes)):
        one = box
        if one.left >= one.right or one.bottom >= one.top:
            continue
        while met := [other for other in found if other.meets(one)]:
            found = [other for other in found if not other.meets(one)]
            for other in met:
                one = one.around(other)
        found.append(one)
    return tuple(found)
