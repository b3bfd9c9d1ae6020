"""Text recognition: grey pixels in, words with places and confidence out. Tesseract, in process.

Tesseract reads its language data when it is prepared, in the zygote; a confined child then needs no
file. `TESSDATA_PREFIX` names the folder of the data, else that of the Debian packages is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from glob import glob
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive.extraction.canonical import neutralise

NAME = f"tesserocr {version('tesserocr')}"
CPU_SECONDS = 220.0
"""Processor time for one document, of the 300 seconds that a child which recognises may take."""
MAX_PIXELS = 25_000_000
"""Of one page: A4 at 600 dots per inch needs 35 million, and is as legible with half of them."""

_PAGE_MILLISECONDS = 60_000
_FOLDERS = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata")
_FIRST = ("eng", "kor", "chi_sim", "chi_tra", "jpn", "rus")  # then what else is installed, by name
_LANGUAGES = 6  # each is tried on a doubtful word and costs as much time again
_NOT_LANGUAGES = ("osd", "equ")  # layout and formulas; names with `_vert` are parts of others
_DOUBTFUL = 60.0  # mean confidence below which the page may stand on its head
_NOISE = 30.0  # confidence below which marks without letters and digits are specks
_SURE = 40.0  # confidence that words need which nothing around them confirms
_GLUED = 0.15  # of a letter: no space between Hangul, kana or Han characters
_WORD_LEVEL = "5"  # tesseract(1), TSV: level, page, block, paragraph, line, word, then the box
_TURNED = 180


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture: 8-bit grey, row by row, `width` bytes each; `dpi` is dots per inch."""

    data: bytes
    width: int
    height: int
    dpi: int


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word; pixels from the upper left corner; confidence from 0 to 100.

    `line` and `block` are equal for the words of one line and of one block.
    """

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    line: tuple[str, ...]
    block: str


class Recogniser:
    """Tesseract with the languages that are installed."""

    def __init__(self) -> None:
        self._api: Any = None
        self._tried = False
        self.languages: tuple[str, ...] = ()

    def prepare(self) -> None:
        """Load the language data, once; without any, `languages` stays empty."""
        if self._tried:
            return
        self._tried = True
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # OpenMP 5.2, 21.9; a child has no threads
        folder, installed = _installed()
        if installed:
            self._api = _start(folder, installed)
            self.languages = installed if self._api else ()

    def words(self, picture: Pixels) -> list[Word]:
        """Return the words in the order of reading.

        A page that stands on its side is seen as such; one on its head is tried the other way
        round when hardly a word can be read.
        """
        found = self._recognised(picture)
        if found and confidence(found) < _DOUBTFUL:
            turned = self._recognised(replace(picture, data=picture.data[::-1]))
            if weight(turned) > weight(found):
                found = [_turned(word, picture) for word in turned]
        return list(joined(filter(_is_word, found), _belong_together))

    def scattered(self, picture: Pixels) -> list[Word]:
        """Return words that stand anywhere, without a layout: of signs, stamps, and single notes.

        Those of which tesseract is not sure are left out: in photographs it sees letters
        everywhere.
        """
        return self._laid_out_as("SPARSE_TEXT", picture)

    def block(self, picture: Pixels) -> list[Word]:
        """Return the words of lines of one size, those of which tesseract is sure."""
        return self._laid_out_as("SINGLE_BLOCK", picture)

    def _laid_out_as(self, layout: str, picture: Pixels) -> list[Word]:
        import tesserocr  # noqa: PLC0415 - loaded when this one was prepared

        usual = self._api.GetPageSegMode()
        self._api.SetPageSegMode(getattr(tesserocr.PSM, layout))
        try:
            found = self._recognised(picture)
        finally:
            self._api.SetPageSegMode(usual)
        sure = (word for word in found if word.confidence >= _SURE)
        return list(joined(sure, _belong_together))

    def _recognised(self, picture: Pixels) -> list[Word]:
        self._api.SetImageBytes(picture.data, picture.width, picture.height, 1, picture.width)
        self._api.SetSourceResolution(picture.dpi)
        if not self._api.Recognize(_PAGE_MILLISECONDS):
            return []
        rows = self._api.GetTSVText(0).split("\n")
        self._api.Clear()
        return [word for row in rows if (word := _parsed(row.split("\t"))) is not None]


RECOGNISER = Recogniser()
"""The one of this process: its language data takes some 40 MB."""


def confidence(words: list[Word]) -> float:
    """Return the mean confidence, each character counting the same; 0 without any."""
    characters = sum(len(word.text) for word in words)
    return weight(words) / characters if characters else 0.0


def weight(words: list[Word]) -> float:
    """Return the sum of the confidence of all characters."""
    return sum(word.confidence * len(word.text) for word in words)


def _installed() -> tuple[str, tuple[str, ...]]:
    """Return a folder with language data, and the languages to use of it."""
    prefix = os.environ.get("TESSDATA_PREFIX")
    folders = [prefix] if prefix else [one for pattern in _FOLDERS for one in sorted(glob(pattern))]
    for folder in reversed(folders):
        names = {path.stem for path in Path(folder).glob("*.traineddata")}
        names = {one for one in names if one not in _NOT_LANGUAGES and "_vert" not in one}
        chosen = [one for one in _FIRST if one in names]
        chosen += sorted(names.difference(chosen))
        if chosen:
            return folder, tuple(chosen[:_LANGUAGES])
    return "", ()


def _start(folder: str, languages: tuple[str, ...]) -> Any:
    """Return a tesseract that has all its data in memory, or `None` where the data is damaged."""
    import tesserocr  # noqa: PLC0415 - 0.1 s that a run without a picture does not pay

    layout = (Path(folder) / "osd.traineddata").is_file()
    mode = tesserocr.PSM.AUTO_OSD if layout else tesserocr.PSM.AUTO
    try:
        api = tesserocr.PyTessBaseAPI(path=folder, lang="+".join(languages), psm=mode)
        api.SetVariable("debug_file", "")  # standard error; the default is opened at first use
        api.SetImageBytes(b"\xff" * 10_000, 100, 100, 1, 100)  # loads what is loaded at first use
        api.Recognize(_PAGE_MILLISECONDS)
        api.Clear()
    except RuntimeError:
        return None
    return api


def _parsed(fields: list[str]) -> Word | None:
    if len(fields) != 12 or fields[0] != _WORD_LEVEL or not fields[11].strip():
        return None
    left, top, width, height = map(int, fields[6:10])
    return Word(
        text=neutralise("".join(fields[11].split())),
        left=left,
        top=top,
        right=left + width,
        bottom=top + height,
        confidence=max(0.0, float(fields[10])),
        line=tuple(fields[1:5]),
        block=fields[2],
    )


def _is_word(word: Word) -> bool:
    return word.confidence >= _NOISE or any(one.isalnum() for one in word.text)


def _turned(word: Word, picture: Pixels) -> Word:
    return replace(
        word,
        left=picture.width - word.right,
        right=picture.width - word.left,
        top=picture.height - word.bottom,
        bottom=picture.height - word.top,
    )


def joined(words: Iterable[Word], together: Callable[[Word, Word], bool]) -> Iterator[Word]:
    """Yield words of which those are one that follow one another and belong together."""
    last: Word | None = None
    for word in words:
        if last is not None and together(last, word):
            last = _joined_pair(last, word)
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


def _belong_together(one: Word, following: Word) -> bool:
    """Return whether the models for scripts without spaces cut one word into these."""
    dense = one.text[-1] >= "\u2e80" and following.text[0] >= "\u2e80"
    return dense and one.line == following.line and _gap(one, following) <= _GLUED


def _gap(one: Word, following: Word) -> float:
    """Return how far apart two words are, across or down, in letters; negative where they meet."""
    across = max(following.left - one.right, one.left - following.right)
    down = max(following.top - one.bottom, one.top - following.bottom)
    letter = max(min(w.right - w.left, w.bottom - w.top) for w in (one, following))
    return max(across, down) / max(letter, 1)


def _joined_pair(one: Word, following: Word) -> Word:
    pair = [one, following]
    return replace(
        one,
        text=one.text + following.text,
        left=min(one.left, following.left),
        top=min(one.top, following.top),
        right=max(one.right, following.right),
        bottom=max(one.bottom, following.bottom),
        confidence=confidence(pair),
    )
