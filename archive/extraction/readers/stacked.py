"""Columns of letters one below the other, laid side by side: recognition reads them as lines.

For Hangul and Han characters, which fill squares: a column is as wide as one of them, and a letter
that falls into parts is put together again by its height. Columns are read from the right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from archive.extraction.readers.recognition import Pixels, Word, joined

_INK = 200  # of 255; darker is ink
_TALLEST = 1.15  # of the width of its column, that a letter is at most
_FLATTEST = 0.5
_APART = 0.9  # of the width; more space between two letters separates words
_LETTERS = 2  # of a column at least
_WIDEST = 0.25  # of the part of a page, that a column is
_NARROWEST = 12  # pixels
_COLUMNS = 60
_LETTER = 40  # pixels, as high as recognition likes letters

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Cell:
    """A letter: its box in the page, and from where to where it stands in its line, in pixels."""

    box: tuple[int, int, int, int]
    line: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Unstacked:
    """Columns as lines, and where each letter came from; a line is `step` pixels high."""

    pixels: Pixels
    cells: tuple[Cell, ...]
    step: float

    def placed(self, words: Iterable[Word]) -> Iterator[Word]:
        """Yield words where they stand on the page; letters that follow one another are one."""
        yield from joined(filter(None, map(self._there, words)), _follows)

    def _there(self, word: Word) -> Word | None:
        line = int((word.top + word.bottom) / 2 / self.step)
        held = [
            cell.box
            for cell in self.cells
            if cell.line == line and cell.start < word.right and word.left < cell.end
        ]
        if not held:
            return None
        lefts, tops, rights, bottoms = zip(*held, strict=True)
        return replace(
            word,
            left=min(lefts),
            top=min(tops),
            right=max(rights),
            bottom=max(bottoms),
            line=(str(line),),
        )


def _follows(last: Word, word: Word) -> bool:
    apart = word.top - last.bottom
    return last.line == word.line and -1 <= apart <= _APART * (word.right - word.left)


def unstacked(rest: Pixels) -> Unstacked | None:
    """Return the columns of letters of a picture as lines; `None` where there is none."""
    grey = np.frombuffer(rest.data, np.uint8).reshape(rest.height, rest.width)
    found = [*_columns(grey < _INK)][:_COLUMNS]
    if not found:
        return None
    lines, cells = [], []
    for number, (left, right, letters) in enumerate(reversed(found)):
        line, held = _line(grey, number, (left, right), letters)
        lines.append(line)
        cells += held
    wide = max(line.shape[1] for line in lines)
    padded = [
        np.pad(line, ((0, 0), (0, wide - line.shape[1])), constant_values=255) for line in lines
    ]
    made = np.concatenate(padded)
    pixels = replace(rest, data=made.tobytes(), width=wide, height=made.shape[0])
    return Unstacked(pixels, tuple(cells), made.shape[0] / len(lines))


def _columns(dark: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Yield left and right of each column, from the left, and top and bottom of its letters."""
    for left, right in _runs(np.any(dark, axis=0)):
        wide = right - left
        if not _NARROWEST <= wide <= dark.shape[1] * _WIDEST:
            continue
        letters: list[tuple[int, int]] = []
        for top, bottom in _runs(np.any(dark[:, left:right], axis=1)):
            if letters and bottom - letters[-1][0] <= _TALLEST * wide:
                letters[-1] = letters[-1][0], bottom
            else:
                letters.append((top, bottom))
        square = [_FLATTEST * wide <= end - start <= _TALLEST * wide for start, end in letters]
        if len(letters) >= _LETTERS and sum(square) * 2 > len(letters):
            yield left, right, letters


def _runs(line: npt.ArrayLike) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(line, np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _line(
    grey: Grey, number: int, sides: tuple[int, int], letters: Sequence[tuple[int, int]]
) -> tuple[Grey, list[Cell]]:
    """Return a column as a line two letters high, and its cells."""
    left, right = sides
    scale = _LETTER / (right - left)
    margin, space = np.full((2 * _LETTER, _LETTER), 255, np.uint8), _LETTER // 12
    pieces, at = [margin], _LETTER
    cells: list[Cell] = []
    last = letters[0][0]
    for top, bottom in letters:
        if top - last > _APART * (right - left):
            pieces.append(margin[:, : _LETTER // 2])
            at += _LETTER // 2
        last = bottom
        high = min(max(round((bottom - top) * scale), 1), 2 * _LETTER)
        small = Image.fromarray(grey[top:bottom, left:right]).resize((_LETTER, high))
        cell = np.full((2 * _LETTER, _LETTER + space), 255, np.uint8)
        above = _LETTER - high // 2
        cell[above : above + high, :_LETTER] = np.asarray(small)
        pieces.append(cell)
        cells.append(Cell((left, top, right, bottom), number, at, at + _LETTER))
        at += _LETTER + space
    return np.concatenate([*pieces, margin], axis=1), cells
