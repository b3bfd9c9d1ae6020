"""Where on a page of a PDF there may be letters that its text does not have: pictures and drawings.

Letters that are set are known to the text, whatever their turn or colour. What is left are images,
shadings, and paths with more corners than a rectangle has, which may be letters. Shorter paths may
be letters too (`L`, `V`, or one stroke of any): they count beside those, and where there are many.
A page whose text stands for nothing known, and one without any, is looked at whole.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from archive.extraction.readers.pdf_words import frame_of_page
from archive.model.pages import PageBox

_OBJECTS = 20_000  # of one page that are looked at
_FORM_DEPTH = 3
_LEAST = 6.0  # points, across or down: in less are no letters that can be read
_AROUND = 6.0  # points around a picture, and between two that are looked at together
_LETTER = 72.0  # points; what is not larger may be a letter, as far from the next as it is large
_CORNERS = 8  # of a path; a rectangle has five points
_RECTANGLE = 4  # points at least, at two places across and two down
_STROKES = 8  # paths with few corners, which together are looked at
_SHARE = 0.6  # of a page; then all of it is looked at
_GARBLED = re.compile("[\0\ufffd\ufffe\ue000-\uf8ff]")  # stands for nothing known
_FEW, _UNMAPPED = 10, 0.05  # such characters that are common, in number and as a share

_PATTERN = (191, 191, 191)  # pdfium, CPDF_ColorState::SetPattern: what stands for one
_OPAQUE = 255

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
    found = tuple(
        PageBox(*frame.place([one.left, one.bottom, one.right, one.top]))
        for one in _merged(_objects(page))
    )
    covered = sum((one.right - one.left) * (one.top - one.bottom) for one in found)
    return (whole,) if covered > _SHARE * width * height else found


def _is_unknown(page: Any) -> bool:
    with closing(page.get_textpage()) as textpage:
        text = textpage.get_text_range()
    shown = sum(map(len, text.split()))
    strange = len(_GARBLED.findall(text))
    return not shown or (strange > _FEW and strange > shown * _UNMAPPED)


@dataclass(frozen=True, slots=True, order=True)
class _Drawn:
    """Something drawn, in user space: with what is around it, its ink alone, and what it counts."""

    area: PageBox
    ink: PageBox
    strokes: int

    @property
    def is_seen(self) -> bool:
        """Tell whether letters may be in it that can be read."""
        wide, high = self.ink.right - self.ink.left, self.ink.top - self.ink.bottom
        return self.strokes >= _STROKES and max(wide, high) >= _LEAST

    def around(self, other: _Drawn) -> _Drawn:
        """Return both together."""
        strokes = self.strokes + other.strokes
        return _Drawn(self.area.around(other.area), self.ink.around(other.ink), strokes)


def _objects(page: Any) -> Iterator[_Drawn]:
    """Yield what may show letters that are not set, and what may be a part of one."""
    for number in range(pdfium.FPDFPage_CountObjects(page.raw)):
        one = pdfium.FPDFPage_GetObject(page.raw, number)
        more = _shows_more(one)
        if more or pdfium.FPDFPageObj_GetType(one) == pdfium.FPDF_PAGEOBJ_PATH:
            ink = _bounds(one)
            if ink is not None and (more or _large(ink) <= _LETTER):
                yield _drawn(ink, _STROKES if more else int(_is_stroke(one)))


def _drawn(ink: PageBox, strokes: int) -> _Drawn:
    size = _large(ink)
    by = max(_AROUND, size) if size <= _LETTER else _AROUND
    area = PageBox(ink.left - by, ink.bottom - by, ink.right + by, ink.top + by)
    return _Drawn(area, ink, strokes)


def _large(ink: PageBox) -> float:
    return max(ink.right - ink.left, ink.top - ink.bottom)


def _is_figured(path: Any) -> bool:
    """Tell whether a path may show more than its outline: a pattern, or what a mask lets through.

    pdfium tells of no soft mask but that something is not opaque, and of a coloured pattern a grey.
    """
    fill, stroke = (
        _colour(path, ask)
        for ask in (pdfium.FPDFPageObj_GetFillColor, pdfium.FPDFPageObj_GetStrokeColor)
    )
    if fill is None or fill[:3] == _PATTERN:
        return True
    opaque = fill[3] == _OPAQUE and (stroke is None or stroke[3] == _OPAQUE)
    return opaque and bool(pdfium.FPDFPageObj_HasTransparency(path))


def _colour(path: Any, ask: Callable[..., Any]) -> tuple[int, ...] | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    return tuple(one.value for one in parts) if ask(path, *map(ctypes.byref, parts)) else None


def _is_stroke(path: Any) -> bool:
    """Tell whether a path is neither a rectangle nor a line of a table."""
    points = list(_points(path))
    across, down = ({one[axis] for one in points} for axis in (0, 1))
    if min(len(across), len(down)) < 2:
        return False
    return len(points) < _RECTANGLE or max(len(across), len(down)) > 2


def _points(path: Any) -> Iterator[tuple[float, float]]:
    """Yield the points of a path with few, in its own space."""
    for number in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        across, down = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(across), ctypes.byref(down))
        yield across.value, down.value


def _shows_more(one: Any, depth: int = 0) -> bool:
    """Tell whether an object is a picture or a drawing, or a form (ISO 32000-2, 8.10) with one."""
    kind = pdfium.FPDFPageObj_GetType(one)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        return int(pdfium.FPDFPath_CountSegments(one)) > _CORNERS or _is_figured(one)
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
    return PageBox(left, bottom, right, top) if left <= right and bottom <= top else None


def _merged(drawn: Iterable[_Drawn]) -> tuple[PageBox, ...]:
    """Return the areas of what is seen, without any that meets another: those become one."""
    found = sorted(set(drawn))
    while len(swept := _swept(found)) < len(found):
        found = sorted(swept)
    return tuple(one.area for one in found if one.is_seen)


def _swept(drawn: Iterable[_Drawn]) -> list[_Drawn]:
    """Return what is drawn, in order from the left, with those together that meet on the way."""
    passed: list[_Drawn] = []
    near: list[_Drawn] = []
    for one in drawn:
        whole = one
        passed += [other for other in near if other.area.right <= one.area.left]
        near = [other for other in near if other.area.right > one.area.left]
        while met := [other for other in near if other.area.meets(whole.area)]:
            near = [other for other in near if not other.area.meets(whole.area)]
            for other in met:
                whole = whole.around(other)
        near.append(whole)
    return passed + near
