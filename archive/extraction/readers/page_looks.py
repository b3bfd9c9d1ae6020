"""Other ways to look at a page: turned, without bars, pale ink dark, by its colours alone.

What recognition does not read the right way up, in grey, a person still can. The turned looks leave
out the words that were read already, and are left out where nothing else is on the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from archive.extraction.readers.recognition import Pixels, Word

_INK = 200  # of 255; darker is ink
_PALE = 250  # of 255; darker is pale ink
_DARKER = 12  # times the distance from white: what is hardly off it becomes black
_AROUND = 4  # pixels, that the edges of letters reach
_SPECK = 150  # pixels at 300 dots per inch: less than a letter of six points
_CELL = 32  # pixels; a square of four cells holds two letters of six points and more
_LETTERS, _DOT = 2, 30  # parts of a word at least; pixels of a dot of print at most
_MANY = 64  # places; of more, none is looked at by itself
_ROOM = 150  # pixels around what stands together: half an inch
_LEAST = 1_000  # pixels of a side; recognition finds no layout on slips
_GROUND = 0.5  # of a page, at least: less that is light is no ground
_READ = 70.0  # confidence from which a word need not be read again
_PRINT = 10  # letters and digits
_MOSTLY = 0.7  # of the letters of a line
_COLOURED = 24  # of 255, between two channels
_SLANT_DPI = 60  # dots per inch, at which lines of print are told from others
_STEP, _LEVEL, _APART = 3, 6, 12  # degrees: steps of slants, what is level, what is another slant
_SLANTS = 2
_BLACK = 64  # of 255
_LOW = (1, 2, 4, 8, 12)  # pixels; 27 are the height of a marker, 6.5 points
_STEPS = (1, 2, 4, 8)  # pixels; 16 in a row, across and down, are no part of a letter
_STROKE = (1, 2, 4)  # pixels; a square of 15 is wider than the strokes of letters
_SPARSE = 7  # pixels to one, to tell how much of a page is dark
_PICTURE = 0.25  # of a page: more is dark where a photograph is
_CLEAR = 0.99  # of the pixels stand out less than letters do
_LEAST_DPI = 70  # dots per inch, that tesseract believes

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rest:
    """What was not read of a page: `whole`, and `part`, all of it that letters may stand in.

    `left` and `top` are where on the page the part begins; pixels.
    """

    whole: Pixels
    part: Pixels
    left: int
    top: int


def unread(picture: Pixels, words: Sequence[Word]) -> Rest | None:
    """Return what is left on a page without the words that were read; `None` where it is nothing.

    Lines of `words` are left out that were read from the first word to the last, and of those that
    were read for the most part, what was: of one that stands on its head a word or two often seem
    to be read.
    """
    rest = _array(picture).copy()
    for word in _surely_read(words):
        top, left = max(word.top - _AROUND, 0), max(word.left - _AROUND, 0)
        rest[top : word.bottom + _AROUND, left : word.right + _AROUND] = 255
    squares = _clustered(rest < _INK)
    if not squares:
        return None
    rows, columns = (_stretch([one[axis] for one in squares], rest.shape[axis]) for axis in (0, 1))
    part = _pixels(rest[rows, columns], picture)
    return Rest(_pixels(rest, picture), part, columns.start, rows.start)


def _surely_read(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words of lines that were read as a whole, and the sure ones of nearly as much."""
    sure = [word for word in words if word.confidence >= _READ]
    length, read = _lengths(words), _lengths(sure)
    doubtful = {word.line for word in words if word.confidence < _READ}
    printed = {line for line in doubtful if read[line] >= max(_PRINT, _MOSTLY * length[line])}
    yield from (word for word in words if word.line not in doubtful)
    yield from (word for word in sure if word.line in printed)


def _lengths(words: Sequence[Word]) -> Counter[tuple[str, ...]]:
    """Return how many letters and digits each line has in these words."""
    length: Counter[tuple[str, ...]] = Counter()
    for word in words:
        length[word.line] += sum(map(str.isalnum, word.text))
    return length


def _stretch(firsts: Sequence[int], size: int) -> slice:
    """Return the pixels of a side that hold squares, with room around, `_LEAST` at least."""
    first, last = min(firsts) - _ROOM, max(firsts) + 2 * _CELL + _ROOM
    short = max(_LEAST - (last - first), 0)
    first = max(min(first - short // 2, size - _LEAST), 0)
    return slice(first, min(max(last + short // 2, _LEAST), size))


def _clustered(ink: Mask) -> list[tuple[int, int]]:
    """Return squares, by row and column, with as much ink as a word has, or parts of two letters.

    Dots, and the ends of strokes that stick out of the boxes of words, lie all over a page.
    """
    down, across = (-(-size // _CELL) * _CELL for size in ink.shape)
    whole = np.zeros((down + _CELL, across + _CELL), np.bool_)
    whole[: ink.shape[0], : ink.shape[1]] = ink
    cells = whole.reshape(down // _CELL + 1, _CELL, across // _CELL + 1, _CELL)
    sums = cells.sum(axis=(1, 3), dtype=np.int32)
    squares = sums[:-1, :-1] + sums[1:, :-1] + sums[:-1, 1:] + sums[1:, 1:]
    places = [(top, left) for top, left in (np.argwhere(squares >= _SPECK) * _CELL).tolist()]
    if squares.max(initial=0) >= 2 * _SPECK or len(places) > _MANY:
        return places
    return [
        (top, left)
        for top, left in places
        if _is_parted(whole[top : top + 2 * _CELL, left : left + 2 * _CELL])
    ]


def _is_parted(ink: Mask) -> bool:
    """Return whether ink is in two parts that do not touch, both larger than a dot."""
    left = ink.copy()
    parts = 0
    while parts < _LETTERS and left.any():
        part = np.zeros_like(left)
        part[np.unravel_index(int(left.argmax()), left.shape)] = True
        size = 0
        while size != (size := int(part.sum())):
            padded = np.pad(part, 1)
            for down, across in ((0, 1), (2, 1), (1, 0), (1, 2)):
                part = part | padded[down : down + len(left), across : across + left.shape[1]]
            part &= left
        parts += size >= _DOT
        left &= ~part
    return parts >= _LETTERS


def without_grain(picture: Pixels) -> Pixels:
    """Return a page whose ground is white: paper that is not, and the grain of a scan on it.

    The grain is as strong to the dark side of the commonest tone as to the light one. Without ink,
    recognition would take it for letters, and look for a minute.
    """
    grey = _array(picture)
    tones = np.bincount(grey.ravel(), minlength=256)
    ground = _INK + int(tones[_INK:].argmax())
    lighter = tones[ground:].cumsum()
    grain = int(np.searchsorted(lighter, _CLEAR * lighter[-1]))
    if ground - grain > _PALE or tones[_INK:].sum() < _GROUND * grey.size:
        return picture
    lightest = ground - 2 * grain - 1
    return _pixels(np.where(grey >= lightest, np.uint8(255), grey), picture)


def without_bars(picture: Pixels) -> Pixels | None:
    """Return a picture in which solid black is white; `None` where there is none."""
    shape = picture.height, picture.width
    pixels = np.frombuffer(picture.data, np.uint8).reshape(shape)
    black = pixels < _BLACK
    for axis in (0, 1):
        black = _shrunk(black, axis)
    if not black.any():
        return None
    bars = np.zeros(shape, bool)
    bars[: black.shape[0], : black.shape[1]] = black
    for axis in (0, 1):
        for step in _STEPS:
            size = bars.shape[axis] - step
            grown = bars.copy()
            grown_part = _part(grown, axis, step, size + step)
            grown_part |= _part(bars, axis, 0, size)
            bars = grown
    bars = _with_inscriptions(bars)
    return replace(picture, data=np.where(bars, np.uint8(255), pixels).tobytes())


def _with_inscriptions(bars: Mask) -> Mask:
    """Return bars with what is as low as a marker and stands between two parts of one."""
    closed = bars.copy()
    for step in _LOW:
        closed[step:] |= closed[:-step].copy()
    for step in _LOW:
        closed[:-step] &= closed[step:].copy()
    return closed | bars


def _shrunk(mask: Mask, axis: int) -> Mask:
    """Return where a stretch of `sum(_STEPS) + 1` pixels along an axis is set from here on."""
    for step in _STEPS:
        if mask.shape[axis] <= step:
            return mask[:0]
        size = mask.shape[axis] - step
        mask = _part(mask, axis, 0, size) & _part(mask, axis, step, size + step)
    return mask


def _part(mask: Mask, axis: int, first: int, last: int) -> Mask:
    return mask[first:last] if axis == 0 else mask[:, first:last]


def in_print(words: Sequence[Word]) -> list[Word]:
    """Return the words of lines that are long: of what lies at a slant, scraps seem to be read."""
    length = _lengths(words)
    return [word for word in words if length[word.line] >= _PRINT]


def turned(rest: Pixels) -> Iterator[tuple[int, Pixels]]:
    """Yield the other three sides of a page, with the degrees by which it is turned."""
    for turns in (1, 2, 3):
        yield 90 * turns, _pixels(np.rot90(_array(rest), turns), rest)


def slanted(rest: Pixels) -> Iterator[tuple[int, Pixels]]:
    """Yield a page turned so that lines at a slant are level, with the degrees.

    Where ink lies in lines, the sums of its rows change most when these are level (Postl, US patent
    4,723,297, 1988: the criterion of squared differences). The two steepest peaks are taken.
    """
    dark = Image.fromarray(np.where(_array(rest) < _INK, np.uint8(255), np.uint8(0)))
    small = dark.reduce(max(1, round(rest.dpi / _SLANT_DPI)))
    change = {angle: _change(small, angle) for angle in range(-90, 90, _STEP)}
    found: list[int] = []
    for angle in sorted(filter(partial(_is_peak, change), change), key=lambda one: -change[one]):
        near = any(min(abs(angle - one), 180 - abs(angle - one)) < _APART for one in found)
        if not near and len(found) < _SLANTS:
            found.append(angle)
    grey = Image.fromarray(_array(rest))
    for angle in found:
        level_one = grey.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        yield angle % 360, _pixels(np.asarray(level_one), rest)


def _is_peak(change: Mapping[int, float], angle: int) -> bool:
    """Return whether rows change more at an angle than beside it, and it is not nearly level."""
    sides = (change.get(angle + _STEP, 0.0), change.get(angle - _STEP, 0.0))
    return min(abs(angle), 90 - abs(angle)) >= _LEVEL and change[angle] > max(sides)


def _change(small: Image.Image, angle: int) -> float:
    rows = np.asarray(small.rotate(angle, Image.Resampling.BILINEAR, expand=True), np.float32)
    return float(np.square(np.diff(rows.sum(axis=1))).sum())


def reduced(rest: Pixels, longest: int) -> Pixels:
    """Return a page whose longer side has at most so many pixels."""
    by = -(-max(rest.width, rest.height) // longest)
    if by <= 1:
        return rest
    small = _pixels(np.asarray(Image.fromarray(_array(rest)).reduce(by)), rest)
    return replace(small, dpi=max(rest.dpi // by, _LEAST_DPI))


def darkened(picture: Pixels) -> Pixels | None:
    """Return a page whose pale ink is dark; `None` where there is none but at the edges of ink."""
    grey = _array(picture)
    pale = (grey <= _PALE) & ~_grown(grey < _INK)
    if int(pale.sum()) < _SPECK:
        return None
    strong = 255 - np.minimum((255 - grey.astype(np.int32)) * _DARKER, 255)
    return _pixels(strong.astype(np.uint8), picture)


def mirrored(rest: Pixels) -> Pixels:
    """Return a page seen from behind: of thin paper, film, and glass."""
    return _pixels(_array(rest)[:, ::-1], rest)


def stood_out(rest: Pixels) -> Iterator[Pixels]:
    """Yield what is thin and lighter than its surroundings, and what is darker, as dark ink.

    Letters over a photograph have no ground of one tone; what is left of the picture after an
    opening or closing by more than a stroke is (Meyer's top-hat transform, 1979). Pages that are
    mostly white have none.
    """
    grey = _array(rest)
    if not grey.size or float((grey[::_SPARSE, ::_SPARSE] < _INK).mean()) < _PICTURE:
        return
    for side in (grey, 255 - grey):
        opened = _widest(_widest(side, np.minimum), np.maximum)
        thin = side - np.minimum(side, opened)
        below = np.bincount(thin.ravel(), minlength=256).cumsum()
        strength = max(int(np.searchsorted(below, _CLEAR * thin.size)), _COLOURED)
        clear = np.clip((thin.astype(np.int32) * 2 - strength) * 255 // strength, 0, 255)
        yield _pixels((255 - clear).astype(np.uint8), rest)


def _widest(grey: Grey, extreme: Callable[[Grey, Grey], Grey]) -> Grey:
    """Return the extreme of the pixels around each, in a square of `2 * sum(_STROKE) + 1`."""
    for axis in (0, 1):
        for step in _STROKE:
            before, after = np.roll(grey, step, axis), np.roll(grey, -step, axis)
            grey = extreme(extreme(grey, before), after)
    return grey


def colours(image: Image.Image, picture: Pixels) -> Iterator[Pixels]:
    """Yield a page, in RGB, by how red it is rather than green, and how yellow rather than blue.

    Letters of another colour than their ground, and as dark, are seen in one of the two.
    """
    red, green, blue = np.moveaxis(np.asarray(image).astype(np.int32), 2, 0)
    for opposed in (red - green, (red + green) // 2 - blue):
        low, high = int(opposed.min()), int(opposed.max())
        if high - low >= _COLOURED:
            stretched = (opposed - low) * 255 // (high - low)
            yield _pixels(stretched.astype(np.uint8), picture)


def _grown(mask: Mask) -> Mask:
    size = (mask.shape[1] // _AROUND or 1, mask.shape[0] // _AROUND or 1)
    small = Image.fromarray(mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BOX)
    cells = np.pad(np.asarray(small) > 0, 1)
    rows, columns = size[1], size[0]
    near = np.zeros((rows, columns), bool)
    for down in range(3):
        for across in range(3):
            near |= cells[down : down + rows, across : across + columns]
    whole = Image.fromarray(near.astype(np.uint8)).resize(
        mask.shape[::-1], Image.Resampling.NEAREST
    )
    return np.asarray(whole) > 0


def _array(picture: Pixels) -> Grey:
    return np.frombuffer(picture.data, np.uint8).reshape(picture.height, picture.width)


def _pixels(grey: Grey, picture: Pixels) -> Pixels:
    height, width = grey.shape
    return replace(picture, data=grey.tobytes(), width=width, height=height)
