"""A scan that takes longer than one document may is read in runs, and its text is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archive.errors import ReaderFailed
from archive.extraction import Concern, Sandbox
from archive.extraction.readers.page_text import PageText, assembled
from archive.extraction.readers.recognition import RECOGNISER
from archive.extraction.recognised import LEFT, PAGES, REACHED, RUNS, Reached, read_on
from archive.model.objects import Extraction, WordBox
from tests.unit.extraction.picture_maker import picture

WORDS = ("The wagons came on Tuesday", "and left before the rain", "", "Nobody wrote it down")
PDF = "application/pdf"
READER = "test/1"
LATE = Concern.UNRECOGNISED.value
texts = st.lists(st.sampled_from(["", "rain", "two words", "the\nlast ferry"]), min_size=1)


@pytest.fixture(scope="module")
def hurried() -> Iterator[Sandbox]:
    RECOGNISER.prepare()
    if "eng" not in RECOGNISER.languages:
        pytest.skip("tesseract's English is missing. Run: sudo apt-get install tesseract-ocr-eng")
    with Sandbox(readers="tests.readers.hurried") as running:
        yield running


def _scan(*pages: str) -> bytes:
    drawn = []
    for words in pages:
        drawn.append(Image.new("L", (1240, 1754), 255))
        drawn[-1].paste(picture(words), (100, 200))
    held = BytesIO()
    drawn[0].save(held, "PDF", save_all=True, append_images=drawn[1:], resolution=150)
    return held.getvalue()


def test_pages_that_one_run_has_no_time_for_are_read_by_the_next(hurried: Sandbox) -> None:
    pages = (*WORDS, "Rice went up", "Coal went down", "", "The end of it")
    found = hurried.read(PDF, _scan(*pages))
    assert found.text is not None
    ends = (*found.text.pages[1:], len(found.text.text) + 1)
    starts = zip(found.text.pages, ends, strict=True)
    assert tuple(found.text.text[start : end - 1] for start, end in starts) == pages
    words = [found.text.text[box.start : box.end] for box in found.text.boxes]
    assert words == " ".join(pages).split()
    assert {box.page for box in found.text.boxes} == {0, 1, 3, 4, 5, 7}
    assert found.concerns == ()
    assert found.metadata[PAGES] == str(len(pages))
    assert int(found.metadata["ocr-confidence"]) > 80
    assert not {LEFT, REACHED} & found.metadata.keys()


def _text_of(pages: list[str], upto: int, start: int) -> list[PageText]:
    """Return pages of which those of one run have words, and the others none."""
    return [
        PageText(words, (WordBox(0, len(words), 0, 0, 0, 9, 9),) if words else ())
        if start <= at < upto
        else PageText("")
        for at, words in enumerate(pages)
    ]


def _run(pages: list[str], start: int, count: int) -> Extraction:
    upto = min(start + count, len(pages))
    text = assembled(_text_of(pages, upto, start), READER)
    read = sum(map(len, pages[start:upto]))
    reached = Reached(upto if upto < len(pages) else None, read, read * 90)
    fields = {PAGES: str(upto - start), REACHED: str(reached)}
    if upto == len(pages):
        return Extraction(text if text.text.strip() else None, fields, reason="blank")
    fields[LEFT] = str(len(pages) - upto)
    return Extraction(text if text.text.strip() else None, fields, concerns=(LATE,))


@given(texts, st.integers(1, 5))
def test_runs_together_are_as_one_that_has_the_time(pages: list[str], count: int) -> None:
    found = read_on(lambda start: _run(pages, start, max(count, len(pages) // RUNS + 1)))
    once = _run(pages, 0, len(pages))
    assert found.text == once.text
    assert found.concerns == ()
    assert found.metadata[PAGES] == str(len(pages))
    assert LEFT not in found.metadata


def test_what_a_run_that_fails_would_have_read_is_told_as_left() -> None:
    pages = ["one", "two", "three"]

    def run(start: int) -> Extraction:
        if start:
            raise ReaderFailed
        return _run(pages, 0, 1)

    found = read_on(run)
    assert found.text is not None
    assert found.text.text.split() == ["one"]
    assert (found.concerns, found.metadata[LEFT]) == ((LATE,), "2")


def test_the_first_run_may_fail() -> None:
    def run(_: int) -> Extraction:
        raise ReaderFailed

    with pytest.raises(ReaderFailed):
        read_on(run)


@pytest.mark.parametrize("lie", ["begins again", "has other pages", "tells nonsense"])
def test_a_document_that_lies_about_its_pages_ends(lie: str) -> None:
    pages, runs = ["one", "two", "three"], 0

    def run(start: int) -> Extraction:
        nonlocal runs
        runs += 1
        told = _run(pages, start, 1)
        if lie == "begins again":
            return replace(told, metadata={**told.metadata, REACHED: "1 5 450"})
        if lie == "has other pages" and start:
            return _run(pages[:2], start, 1)
        if lie == "tells nonsense":
            return replace(told, metadata={**told.metadata, REACHED: "9 9", PAGES: "many"})
        return told

    found = read_on(run)
    assert runs <= 2
    assert found.text is not None
    assert found.text.text.split()[0] == "one"
    assert found.concerns == (LATE,)


def test_there_is_an_end_of_runs() -> None:
    runs = 0

    def run(start: int) -> Extraction:
        nonlocal runs
        runs += 1
        return _run(["word"] * (RUNS * 2), start, 1)

    assert LATE in read_on(run).concerns
    assert runs == RUNS
