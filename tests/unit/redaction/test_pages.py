"""Boxes, pixels and words of rebuilt pages."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import PlaceUnknown
from archive.model.objects import CanonicalText, WordBox
from archive.model.pages import PageBox, PagePicture
from archive.model.redaction import Method, Reason, Redaction, Region
from archive.redaction.pages import PageWriter, burn, inscribe, lay_out, spelled_out, under
from archive.redaction.pages.geometry import LEAST, blackened, whole
from archive.redaction.pages.glyphless import font_file, to_unicode
from archive.redaction.pages.pixels import Tone, tone
from archive.redaction.pages.streams import encode
from tests.unit.redaction.page_maker import set_page

WIDTH, HEIGHT = 595.0, 842.0
PAGE = PageBox(0, 0, WIDTH, HEIGHT)


def _hide(start: int, end: int) -> Redaction:
    return Redaction(start, end, Reason.CONTACT, Method.MANUAL, "manual")


def _box(word: WordBox) -> PageBox:
    return PageBox(word.left, word.bottom, word.right, word.top)


boxes = st.builds(
    lambda left, bottom, wide, tall: PageBox(left, bottom, left + wide, bottom + tall),
    st.floats(0, 560),
    st.floats(0, 800),
    st.floats(1, 300),
    st.floats(1, 60),
)


@settings(max_examples=200, deadline=None)
@given(words=st.lists(boxes, min_size=1, max_size=30), data=st.data())
def test_every_hidden_word_is_covered_whole_and_no_box_is_small(
    words: list[PageBox], data: st.DataObject
) -> None:
    seeds = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=4))
    found = blackened(seeds, words, WIDTH, HEIGHT)
    for seed in seeds:
        on_page = replace(seed, right=min(seed.right, WIDTH), top=min(seed.top, HEIGHT))
        assert any(box.holds(on_page) for box in found)
    for box in found:
        assert PAGE.holds(box)
        at_edge = box.left == 0 or box.right == WIDTH or box.bottom == 0 or box.top == HEIGHT
        assert at_edge or max(box.right - box.left, box.top - box.bottom) >= LEAST


def test_a_box_covers_the_words_beside_the_hidden_one_but_no_other_line() -> None:
    text = set_page(("market rice salt " * 20).split())
    word = text.boxes[20]
    (box,) = blackened([_box(word)], [_box(one) for one in text.boxes], WIDTH, HEIGHT)
    line = [one for one in text.boxes if one.bottom == word.bottom]
    assert all(box.holds(_box(one)) for one in line)
    assert not any(box.meets(_box(one)) for one in text.boxes if one not in line)


def test_columns_of_a_table_stay_in_sight() -> None:
    cells = [PageBox(72, 700, 130, 710), PageBox(200, 700, 260, 710), PageBox(330, 700, 380, 710)]
    (box,) = blackened([cells[1]], cells, WIDTH, HEIGHT)
    assert not box.meets(cells[0])
    assert not box.meets(cells[2])


def test_words_written_downwards_are_hidden_with_their_column() -> None:
    column = [PageBox(300, 700 - 60 * n, 312, 750 - 60 * n) for n in range(4)]
    beside = [PageBox(one.left - 20, one.bottom, one.right - 20, one.top) for one in column]
    (box,) = blackened([column[1]], column + beside, WIDTH, HEIGHT)
    assert all(box.holds(one) for one in column)
    assert not any(box.meets(one) for one in beside)


def test_words_that_are_left_are_in_the_layer_in_their_order() -> None:
    words = ("market rice salt cloth " * 12).split()
    text = set_page(words)
    page = lay_out(text, (_hide(7, 11),), ()).page(0, WIDTH, HEIGHT)
    words[1] = "[redacted: S2]"
    assert [one.text for one in page.words] == words


def test_part_of_a_word_takes_the_whole_of_it_out_of_the_layer() -> None:
    text = set_page(["market", "(Quillfeather),", "salt"])
    page = lay_out(text, (_hide(10, 13),), ()).page(0, WIDTH, HEIGHT)
    assert [one.text for one in page.words] == ["market", "([redacted: S2]),", "salt"]


def test_words_under_a_region_are_hidden_in_the_text_too() -> None:
    text = set_page(["market", "rice", "salt"])
    region = Region(
        0, PageBox(text.boxes[1].left + 1, 780, text.boxes[1].left + 2, 781), Reason.LEGAL
    )
    (found,) = under(text, (region,))
    assert (found.start, found.end, found.reason) == (7, 11, Reason.LEGAL)
    assert under(text, (replace(region, page=1),)) == ()


def test_a_region_is_black_even_where_nothing_stands() -> None:
    region = Region(0, PageBox(100, 100, 101, 101), Reason.LEGAL)
    page = lay_out(CanonicalText("", "test/1", (0,)), (), (region,)).page(0, WIDTH, HEIGHT)
    assert page.boxes == (whole(region.box, WIDTH, HEIGHT),)
    assert page.boxes[0].holds(region.box)
    assert page.labels == {page.boxes[0]: ("[redacted: S6]",)}


UNPLACED = CanonicalText("market Zorayda salt", "test/1", (0,), set_page(["market"]).boxes)


def test_words_without_a_place_block_the_page() -> None:
    with pytest.raises(PlaceUnknown) as caught:
        lay_out(UNPLACED, (_hide(7, 14),), ()).page(0, WIDTH, HEIGHT)
    assert caught.value.diagnostics == {"page": 1}
    assert "Zorayda" not in str(caught.value)


def test_a_word_box_without_area_is_no_place() -> None:
    flat = WordBox(7, 14, 0, 100.0, 100.0, 100.0, 110.0)
    text = replace(UNPLACED, boxes=(*UNPLACED.boxes, flat))
    with pytest.raises(PlaceUnknown):
        lay_out(text, (_hide(7, 14),), ()).page(0, WIDTH, HEIGHT)


def test_words_off_the_page_need_no_box() -> None:
    off = WordBox(7, 14, 0, 100.0, 0.0, 160.0, 0.0)
    text = replace(UNPLACED, boxes=(*UNPLACED.boxes, off))
    page = lay_out(text, (_hide(7, 14),), ()).page(0, WIDTH, HEIGHT)
    assert page.boxes == ()
    assert "Zorayda" not in " ".join(one.text for one in page.words)


def test_a_page_that_is_hidden_whole_needs_no_places() -> None:
    region = Region(0, PAGE, Reason.LEGAL)
    page = lay_out(UNPLACED, (_hide(7, 14),), (region,)).page(0, WIDTH, HEIGHT)
    assert page.boxes == (PAGE,)


def test_words_on_another_page_do_not_block_this_one() -> None:
    text = replace(UNPLACED, pages=(0, 7))
    layout = lay_out(text, (_hide(7, 14),), ())
    assert layout.page(0, WIDTH, HEIGHT).boxes == ()
    with pytest.raises(PlaceUnknown):
        layout.page(1, WIDTH, HEIGHT)


def _picture(mode: str = "L", columns: int = 100, rows: int = 200) -> PagePicture:
    size = columns * rows * (3 if mode == "RGB" else 1)
    return PagePicture(50.0, 100.0, columns, rows, mode, bytes([255]) * size)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_pixels_under_a_box_are_black_to_its_edges_and_others_are_not(mode: str) -> None:
    pixels = burn(_picture(mode), [PageBox(10.2, 20.2, 19.8, 29.8)])
    black = (pixels.reshape(200, 100, -1) == 0).all(axis=2)
    assert black[140:160, 20:40].all()
    assert black.sum() == 20 * 20


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_markers_are_written_on_black_and_only_whole_ones_that_fit(mode: str) -> None:
    sheet = PagePicture(
        300.0, 100.0, 600, 200, mode, bytes(600 * 200 * (3 if mode == "RGB" else 1))
    )
    box, narrow = PageBox(10, 10, 110, 30), PageBox(150, 10, 190, 30)
    held = ("[Source 0042]", "[redacted: S2]", "[redacted: S3]")
    pixels = burn(sheet, [box, narrow])
    inscribe(pixels, sheet, {box: held, narrow: held, PageBox(0, 0, 0, 0): held})
    light = pixels.reshape(200, 600, -1).max(axis=2) > 128
    assert light[140:180, 20:220].sum() > 100
    assert not light[:, 300:].any()
    assert not light[:140].any()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1 << 30), wide=st.integers(9, 40), tall=st.integers(9, 40))
def test_black_stays_black_however_a_page_is_kept(seed: int, wide: int, tall: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (tall, wide), np.uint8)
    made = encode(noise)
    assert made.filter in ("CCITTFaxDecode", "FlateDecode", "DCTDecode")
    assert b"Exif" not in made.data
    assert b"Adobe" not in made.data


def test_print_tints_and_photographs_are_told_apart() -> None:
    sheet = np.full((300, 300), 255, np.uint8)
    sheet[50:60, 20:280] = 0
    assert tone(sheet) is Tone.LINES
    sheet[100:120, :] = 190
    assert tone(sheet) is Tone.TINTS
    sheet[100:300, :] = np.linspace(60, 220, 300).astype(np.uint8)
    assert tone(sheet) is Tone.PHOTOGRAPH


def test_the_font_has_no_outline_and_says_what_it_sets() -> None:
    assert font_file()[:4] == b"\0\1\0\0"
    assert len(font_file()) < 700
    assert b"<0000> <00ff> <0000>" in to_unicode()
    assert to_unicode().count(b"beginbfrange") == 3


@pytest.mark.parametrize(
    "written",
    [
        b"Zorayda",
        "Zorayda".encode("utf-16-le"),
        "Zorayda".encode("utf-16-be"),
        b"Zorayda".hex().encode(),
        "Zorayda".encode("utf-16-be").hex().encode(),
        b"Wm9yYXlkYSBRdWlsbA==",
        b"xWm9yYXlkYSBRdWlsbA",
    ],
)
def test_bytes_are_read_in_every_way_they_may_be_written(written: bytes) -> None:
    found = [text for _, text in spelled_out(b"\x00\x01" + written + b"\x02\x00")]
    assert any("Zorayda" in text for text in found)


@pytest.mark.parametrize("size", [(1.0, 1.0), (0.1, 40_000.0), (40_000.0, 2.0)])
def test_a_page_of_any_size_becomes_one_that_viewers_show(size: tuple[float, float]) -> None:
    writer = PageWriter()
    writer.add(*size, np.zeros((1, 1), np.uint8), ())
    with pikepdf.open(BytesIO(writer.finish())) as made:
        assert [3 <= float(side) <= 14_400 for side in made.pages[0].mediabox[2:]] == [True, True]
