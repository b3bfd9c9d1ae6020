"""Which pages of a PDF show more than their text says: scans, pictures, letters drawn as shapes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import pypdfium2.raw as pdfium

_OBJECTS = 2_000  # of one page that are looked at
_ALL_OBJECTS = 1_000_000  # of a document; a few seconds
_FORM_DEPTH = 3
_SHAPES = 12  # paths on a page without text that may be letters; a plain table has fewer
_A_PICTURE = 0.05  # of the page; smaller ones are logos and bullets
_A_SCAN = 0.8  # of the page
_A_TEXT = 200  # visible characters: more than a stamp or a running head; a recognised scan has it


class Need(IntEnum):
    """How much of a page its text leaves out."""

    NOTHING = 0
    PICTURES = 1
    ALL = 2


class PictureFinder:
    """Looks at the objects of pages, no more of them in one document than time allows."""

    def __init__(self) -> None:
        self._left = _ALL_OBJECTS

    def need(self, page: Any, visible: int) -> Need:
        """Tell what of a loaded `pypdfium2.PdfPage` with `visible` characters is not in its text.

        A page that is nearly all image and has text too is a scan that was recognised before.
        """
        images, shapes = self._look(page)
        if not visible:
            return Need.ALL if images > 0.0 or shapes >= _SHAPES else Need.NOTHING
        if images >= _A_SCAN:
            return Need.NOTHING if visible >= _A_TEXT else Need.PICTURES
        return Need.PICTURES if images >= _A_PICTURE else Need.NOTHING

    def has_image(self, page: Any) -> bool:
        """Tell whether there may be an image on a loaded page: one is seen, or not all was."""
        count = pdfium.FPDFPage_CountObjects(page.raw)
        return count > min(self._left, _OBJECTS) or self._look(page)[0] > 0.0

    def _look(self, page: Any) -> tuple[float, int]:
        """Return the share of the page under images, and the number of shapes on it."""
        width, height = page.get_size()
        covered, shapes = 0.0, 0
        count = pdfium.FPDFPage_CountObjects(page.raw)
        for number in range(min(count, self._left, _OBJECTS)):
            one = pdfium.FPDFPage_GetObject(page.raw, number)
            kind = pdfium.FPDFPageObj_GetType(one)
            shapes += kind == pdfium.FPDF_PAGEOBJ_PATH
            if kind == pdfium.FPDF_PAGEOBJ_FORM:
                inside = self._inside(one)
                shapes += inside[1]
                kind = pdfium.FPDF_PAGEOBJ_IMAGE if inside[0] else kind
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                covered += max(_area(one) / max(width * height, 1.0), 1e-6)
        self._left -= min(count, self._left, _OBJECTS)
        return min(covered, 1.0), shapes

    def _inside(self, form: Any, depth: int = 1) -> tuple[bool, int]:
        """Tell whether an image is in a form (ISO 32000-2, 8.10), and how many shapes."""
        image, shapes = False, 0
        count = pdfium.FPDFFormObj_CountObjects(form)
        get: Callable[..., Any] = pdfium.FPDFFormObj_GetObject
        for number in range(min(count, self._left, _OBJECTS)):
            self._left -= 1
            one = get(form, number)
            kind = pdfium.FPDFPageObj_GetType(one)
            image |= kind == pdfium.FPDF_PAGEOBJ_IMAGE
            shapes += kind == pdfium.FPDF_PAGEOBJ_PATH
            if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _FORM_DEPTH:
                deeper = self._inside(one, depth + 1)
                image, shapes = image or deeper[0], shapes + deeper[1]
        return image, shapes


def _area(one: Any) -> float:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(one, *map(ctypes.byref, sides)):
        return 0.0
    left, bottom, right, top = (side.value for side in sides)
    return abs(right - left) * abs(top - bottom)
