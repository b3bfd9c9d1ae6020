"""Pictures of text are read, in the confined child, with a box for every word."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from PIL import Image, ImageOps

from archive.errors import ReaderFailed, ReaderLimit
from archive.extraction import Concern, NoText, Sandbox, disagreement, media_type
from archive.extraction.readers import images, pdf_scanned
from archive.extraction.readers.recognition import RECOGNISER, Recogniser
from archive.model.objects import CanonicalText, Extraction
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import encoded, hangul_font, picture, scanned_pdf

WORDS = "The wagons came on Tuesday\nand left before the rain"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    RECOGNISER.prepare()
    if "eng" not in RECOGNISER.languages:
        pytest.skip("tesseract's English is missing. Run: sudo apt-get install tesseract-ocr-eng")
    with Sandbox() as running:
        yield running


def read(sandbox: Sandbox, data: bytes) -> Extraction:
    return sandbox.read(media_type(data), data)


def text_of(found: Extraction) -> CanonicalText:
    assert found.text is not None
    return found.text


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF"])
def test_every_format_is_read(sandbox: Sandbox, kind: str) -> None:
    found = read(sandbox, encoded(picture(WORDS), kind))
    assert disagreement(text_of(found).text, WORDS) < 0.1
    assert found.concerns == ()
    assert "eng" in found.metadata["ocr-languages"]
    assert int(found.metadata["ocr-confidence"]) > 80


def test_lines_stay_lines_and_every_word_has_its_box(sandbox: Sandbox) -> None:
    drawn = picture(WORDS)
    found = text_of(read(sandbox, encoded(drawn, dpi=(300, 300))))
    assert found.text == WORDS
    assert [found.text[box.start : box.end] for box in found.boxes] == WORDS.split()
    first, last = found.boxes[0], found.boxes[-1]
    assert first.left == pytest.approx(40 * 72 / 300, abs=2)
    assert first.bottom > last.top
    assert all(0 <= box.left < box.right <= drawn.width * 72 / 300 for box in found.boxes)
    assert all(0 <= box.bottom < box.top <= drawn.height * 72 / 300 for box in found.boxes)


def test_an_image_without_a_resolution_has_points_for_pixels(sandbox: Sandbox) -> None:
    found = text_of(read(sandbox, encoded(picture(WORDS))))
    assert found.boxes[0].left == pytest.approx(42, abs=6)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_or_head_is_read(sandbox: Sandbox, turn: int) -> None:
    many = "\n".join([WORDS] * 4)
    found = text_of(read(sandbox, encoded(picture(many).rotate(turn, expand=True))))
    assert disagreement(found.text, many) < 0.1


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_orientation_that_a_camera_noted_is_applied(sandbox: Sandbox, orientation: int) -> None:
    turns = {3: 180, 6: 90, 8: 270}  # Exif 3.0, 4.6.4, tag 274
    exif = Image.Exif()
    exif[274] = orientation
    exif[271], exif[306] = "Moor Optical", "2024:05:03 10:15:00"
    drawn = picture(WORDS)
    stored = drawn.rotate(turns[orientation], expand=True)
    found = read(sandbox, encoded(stored, "JPEG", exif=exif))
    assert disagreement(text_of(found).text, WORDS) < 0.1
    assert text_of(found).boxes[0].left < text_of(found).boxes[3].left
    assert found.metadata["camera-make"] == "Moor Optical"
    assert found.metadata["date"] == "2024-05-03"
    assert "gps" not in found.metadata


def test_a_place_in_exif_is_said_to_be_there(sandbox: Sandbox) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = {1: "N", 2: (39.0, 1.0, 2.0)}
    found = read(sandbox, encoded(picture(WORDS), "JPEG", exif=exif))
    assert found.metadata["gps"] == "present"


def test_white_on_black_and_white_on_nothing_are_read(sandbox: Sandbox) -> None:
    drawn = picture(WORDS)
    clear = Image.merge("LA", (Image.new("L", drawn.size, 255), ImageOps.invert(drawn)))
    for shown in (ImageOps.invert(drawn), clear):
        assert disagreement(text_of(read(sandbox, encoded(shown))).text, WORDS) < 0.1


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "RGBA", "I;16", "LAB"])
def test_every_kind_of_pixel_is_read(sandbox: Sandbox, mode: str) -> None:
    drawn = picture(WORDS)
    if mode == "LAB":
        shown = Image.merge("LAB", (drawn, *[Image.new("L", drawn.size, 128)] * 2))
    elif mode == "I;16":
        shown = drawn.convert("I").point(lambda value: value * 200).convert("I;16")
    else:
        shown = drawn.convert("RGB").convert(mode)
    assert disagreement(text_of(read(sandbox, encoded(shown, "TIFF"))).text, WORDS) < 0.1


def test_a_fax_with_oblong_pixels_is_read(sandbox: Sandbox) -> None:
    drawn = picture(WORDS)
    fax = drawn.resize((drawn.width, drawn.height // 2)).convert("1")
    found = text_of(read(sandbox, encoded(fax, "TIFF", dpi=(204, 98))))
    assert disagreement(found.text, WORDS) < 0.1


def test_frames_are_pages_and_the_same_frame_is_one(sandbox: Sandbox) -> None:
    frames = [picture("First leaf"), picture("Other leaf"), picture("First leaf")]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    found = text_of(read(sandbox, data))
    assert found.text.split("\n") == ["First leaf", "Other leaf"]
    assert [box.page for box in found.boxes] == [0, 0, 1, 1]


def test_korean_is_read(sandbox: Sandbox) -> None:
    font = hangul_font()
    if font is None or "kor" not in RECOGNISER.languages:
        pytest.skip("Korean is not tested. Run: sudo apt-get install fonts-nanum tesseract-ocr-kor")
    shown = "쌀값이 크게 올랐다고 한다\n마을 사람들은 강가에서 기다렸다"
    found = text_of(read(sandbox, encoded(picture(shown, font=font), dpi=(300, 300))))
    assert disagreement(found.text, shown) < 0.2
    assert "쌀값이" in found.text


def test_a_blank_picture_is_no_text(sandbox: Sandbox) -> None:
    assert read(sandbox, encoded(Image.new("L", (300, 300), 255))).reason == NoText.EMPTY.value


def test_a_picture_that_is_cut_short_is_read_and_said_to_be_damaged(sandbox: Sandbox) -> None:
    data = encoded(picture("\n".join([WORDS] * 9)), "JPEG")
    found = read(sandbox, data[: len(data) // 2])
    assert "wagons" in text_of(found).text
    assert Concern.DAMAGED.value in found.concerns


def test_a_smear_is_read_with_low_confidence(sandbox: Sandbox) -> None:
    drawn = picture("\n".join([WORDS] * 4), size=22)
    smeared = drawn.resize((drawn.width // 4, drawn.height // 4)).resize(drawn.size)
    found = read(sandbox, encoded(smeared))
    assert found.text is None or Concern.LOW_CONFIDENCE.value in found.concerns


def test_a_scanned_page_is_read_where_it_stands(sandbox: Sandbox) -> None:
    found = read(sandbox, scanned_pdf(WORDS))
    text = text_of(found)
    assert text.text == WORDS
    assert text.reader.startswith("pdf-ocr/")
    assert found.metadata["ocr-pages"] == "1"
    assert found.concerns == ()
    assert text.boxes[0].left == pytest.approx((100 + 40) * 420 / 1240, abs=3)
    assert text.boxes[0].top == pytest.approx(595 - (200 + 40) * 595 / 1754, abs=6)


def test_a_stamp_on_a_scan_does_not_hide_the_scan(sandbox: Sandbox) -> None:
    text = text_of(read(sandbox, scanned_pdf(WORDS, stamp="Exhibit 12")))
    assert text.text == f"Exhibit 12\n\n{WORDS}"
    assert [text.text[box.start : box.end] for box in text.boxes] == text.text.split()


def test_a_page_of_text_is_not_recognised(sandbox: Sandbox) -> None:
    found = read(sandbox, make([Page(lines(WORDS))]))
    assert text_of(found).reader.startswith("pdf/")
    assert "ocr-pages" not in found.metadata


def test_letters_drawn_as_shapes_are_looked_at(sandbox: Sandbox) -> None:
    strokes = " ".join(f"{x} 100 m {x} 160 l S" for x in range(60, 300, 12))
    found = read(sandbox, make([Page(strokes)]))
    assert found.metadata["ocr-pages"] == "1"


def test_without_language_data_the_text_of_a_pdf_stays_and_images_say_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with Sandbox() as bare:
        assert read(bare, encoded(picture(WORDS))).reason == NoText.NO_LANGUAGE_DATA.value
        stamped = read(bare, scanned_pdf(WORDS, stamp="Exhibit 12"))
        assert text_of(stamped).text == "Exhibit 12"
        assert stamped.concerns == (Concern.UNRECOGNISED.value,)
        scanned = read(bare, scanned_pdf(WORDS))
        assert scanned.reason == NoText.NO_LANGUAGE_DATA.value


def test_damaged_language_data_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"not a model")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    recogniser = Recogniser()
    recogniser.prepare()
    assert recogniser.languages == ()


def test_pages_that_there_is_no_time_for_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "CPU_SECONDS", 0.0)
    found = images.ImageReader().read(encoded(picture(WORDS)))
    assert found.concerns == (Concern.UNRECOGNISED.value,)
    monkeypatch.setattr(pdf_scanned, "CPU_SECONDS", 0.0)
    late = pdf_scanned.ScannedPdfReader().read(scanned_pdf(WORDS))
    assert Concern.UNRECOGNISED.value in late.concerns


def flat_png(width: int, height: int) -> bytes:
    """Return the head of a PNG that claims a size, and hardly any data."""
    data = bytearray(encoded(Image.new("L", (1, 1))))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 1), (1, 90_000), (11_000, 11_000)])
def test_a_picture_of_absurd_size_is_not_decoded(sandbox: Sandbox, size: tuple[int, int]) -> None:
    assert read(sandbox, flat_png(*size)).reason == NoText.TOO_LARGE.value


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"junk" * 50,
        b"\xff\xd8\xff\xe0" + bytes(99),
        b"GIF89a\0\0\0\0\0\0\0;",
        b"II*\0\xff\xff\xff\xff",
        b"BM" + bytes(12) + b"\x28" + bytes(60),
        b"RIFF\x20\0\0\0WEBPVP8 " + bytes(20),
    ],
)
def test_a_picture_that_is_none_fails_cleanly(sandbox: Sandbox, data: bytes) -> None:
    with pytest.raises(ReaderFailed):
        read(sandbox, data)


def test_commands_that_look_like_pictures_are_text_and_not_obeyed(sandbox: Sandbox) -> None:
    spell = b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://x.example/\"|ls\")'\n"
    found = read(sandbox, spell)
    assert text_of(found).reader.startswith("text/")


@pytest.mark.slow
def test_a_bomb_of_frames_ends(sandbox: Sandbox) -> None:
    frames = [Image.new("1", (2_000, 2_000), number % 2) for number in range(100)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    try:
        found = read(sandbox, data)
    except ReaderLimit:
        return
    assert found.reason == NoText.EMPTY.value


def test_pillow_opens_no_format_that_is_not_listed() -> None:
    written = BytesIO()
    Image.new("L", (9, 9)).save(written, "TGA")
    with pytest.raises(ReaderFailed):
        images.ImageReader().read(written.getvalue())
