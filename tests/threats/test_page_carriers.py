"""T3: of a name that stands in every place of a file, nothing is left in the rebuilt pages."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, PngImagePlugin

from archive.extraction import (
    IMAGE_PAGES,
    PAGE_WORDS,
    PDF_PAGES,
    PDF_PARTS,
    SECOND_PDF,
    Order,
    Sandbox,
)
from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, default_detectors, propose, text_digest
from archive.services.redaction.pages import redraw
from tests.canary import scan
from tests.unit.extraction.picture_maker import picture
from tests.unit.redaction import odd_pages
from tests.unit.redaction.page_maker import CARRIERS, SECRET, STAYS, carrier, jpeg, pixels, tortured

NAMES = SECRET.split()
_WHOLE = {"ends": "1", "foreign": "0", "fonts": "1"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def odd_copy(sandbox: Sandbox) -> bytes:
    return _rebuilt(sandbox, "application/pdf", PDF_PAGES, odd_pages.odd())


def _rebuilt(sandbox: Sandbox, kind: str, question: str, data: bytes) -> bytes:
    text = sandbox.read(kind, data).text
    assert text is not None
    register = SourceMatcher([SourceForms(SourceRef("S-0042"), (SECRET,))])
    found = propose(text.text, register, default_detectors(), hints=True)
    plan = RedactionPlan(RecordId("r"), text_digest(text.text), found)
    return redraw(sandbox, question, data, text, plan)[0]


def _words(sandbox: Sandbox, question: str, pdf: bytes, order: bytes = b"") -> str:
    text = sandbox.ask(question, pdf, order).text
    return text.text if text else ""


def _seen(sandbox: Sandbox, pdf: bytes, page: int) -> str:
    return _words(sandbox, PAGE_WORDS, pdf, bytes(Order(page, 1, 300)))


def _named(text: str) -> list[str]:
    return re.findall("zorayda|quill|feather", text, re.IGNORECASE)


def _carried(data: bytes) -> set[int]:
    """Return the numbers of the carriers that lie in a PDF, by every string and stream in it."""
    pieces = [data]
    with pikepdf.open(BytesIO(data)) as pdf:
        for one in pdf.objects:
            pieces.append(one.unparse(resolved=True))
            if isinstance(one, pikepdf.Stream):
                pieces.append(one.read_raw_bytes())
                if one.get("/Filter") not in ("/DCTDecode", "/CCITTFaxDecode"):
                    pieces.append(one.read_bytes())
    joined = b"\n".join(pieces).decode("latin-1")
    joined += b"\n".join(pieces).decode("utf-16-be", "replace")
    return {int(n) for n in re.findall(r"Zorayda[ _]?Quillfeather[ _]?c(\d\d)", joined)}


def test_the_tortured_file_carries_the_name_where_it_says() -> None:
    assert _carried(tortured()) == set(range(1, CARRIERS + 1)) - {7}  # which is pixels


def test_no_carrier_of_a_pdf_survives(sandbox: Sandbox, tmp_path: Path) -> None:
    pdf = _rebuilt(sandbox, "application/pdf", PDF_PAGES, tortured())
    (tmp_path / "copy.pdf").write_bytes(pdf)
    assert scan([tmp_path / "copy.pdf"], [*NAMES, "quillfeather", "Quill-"]) == []
    assert _carried(pdf) == set()
    for question in ("application/pdf", SECOND_PDF, PDF_PARTS):
        assert _named(_words(sandbox, question, pdf)) == []
    assert STAYS in " ".join(_words(sandbox, "application/pdf", pdf).split())
    assert [_named(_seen(sandbox, pdf, page)) for page in (0, 1)] == [[], []]
    assert "last line" in _seen(sandbox, pdf, 0)


def test_a_rebuilt_pdf_holds_pictures_words_and_one_font(sandbox: Sandbox) -> None:
    pdf = _rebuilt(sandbox, "application/pdf", PDF_PAGES, tortured())
    assert sandbox.ask(PDF_PARTS, pdf).metadata == _WHOLE
    assert sandbox.ask(PDF_PARTS, tortured()).metadata != _WHOLE
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert "/Info" not in opened.trailer
        assert set(opened.Root.keys()) == {"/Type", "/Pages"}
        assert {str(one.Subtype) for one in opened.objects if _is_stream_image(one)} == {"/Image"}


def _is_stream_image(one: object) -> bool:
    return isinstance(one, pikepdf.Stream) and one.get("/Type") == "/XObject"


@pytest.mark.parametrize("way", odd_pages.WAYS.values(), ids=odd_pages.WAYS.keys())
def test_no_carrier_of_an_odd_pdf_survives(
    way: Callable[[bytes], bytes], sandbox: Sandbox, tmp_path: Path
) -> None:
    odd = odd_pages.odd()
    assert odd.count(SECRET.encode()) > 40
    pdf = _rebuilt(sandbox, "application/pdf", PDF_PAGES, way(odd))
    (tmp_path / "copy.pdf").write_bytes(pdf)
    assert scan([tmp_path / "copy.pdf"], [*NAMES, "quillfeather"]) == []
    words = " ".join(_words(sandbox, "application/pdf", pdf).split())
    assert [f"{STAYS} on page {page + 1}." in words for page in range(odd_pages.PAGES)] == [
        True
    ] * odd_pages.PAGES
    for question in ("application/pdf", SECOND_PDF, PDF_PARTS):
        assert _named(_words(sandbox, question, pdf)) == []
    assert sandbox.ask(PDF_PARTS, pdf).metadata == _WHOLE


@pytest.mark.parametrize("page", [1, 2, 4, 5])
def test_no_name_is_seen_on_odd_pages(page: int, sandbox: Sandbox, odd_copy: bytes) -> None:
    assert _named(_seen(sandbox, odd_copy, page)) == []


def test_equal_files_and_plans_give_equal_bytes(sandbox: Sandbox) -> None:
    first, second = (_rebuilt(sandbox, "application/pdf", PDF_PAGES, tortured()) for _ in range(2))
    assert first == second


def _photograph(words: str) -> Image.Image:
    sheet = Image.new("RGB", (1000, 500), "white")
    sheet.paste(pixels(f"Here is {SECRET}"), (20, 20))
    sheet.paste(picture(f"{STAYS}.", 44).convert("RGB"), (20, 260))
    sheet.info["words"] = words
    return sheet


def _png(sheet: Image.Image) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", carrier(1))
    info.add_itxt("Comment", carrier(2))
    info.add_text("Deflated", carrier(3), zip=True)
    info.add_itxt("XML:com.adobe.xmp", carrier(4))
    exif = Image.Exif()
    exif[0x010E] = carrier(5)
    written = BytesIO()
    sheet.save(written, "PNG", pnginfo=info, exif=exif, icc_profile=carrier(6).encode())
    return written.getvalue() + carrier(7).encode()


def _tiff(sheet: Image.Image) -> bytes:
    written = BytesIO()
    tags = {tag: carrier(tag % 90) for tag in (269, 270, 271, 272, 285, 305, 315, 316, 33432)}
    another = pixels(f"And {SECRET} again")
    sheet.save(written, "TIFF", save_all=True, append_images=[another], tiffinfo=tags)
    return written.getvalue()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("image/png", _png(_photograph("png"))),
        ("image/jpeg", jpeg(_photograph("jpeg"), SECRET) + SECRET.encode()),
        ("image/tiff", _tiff(_photograph("tiff"))),
    ],
    ids=["png", "jpeg", "tiff"],
)
def test_no_carrier_of_an_image_survives(
    kind: str, data: bytes, sandbox: Sandbox, tmp_path: Path
) -> None:
    assert SECRET.encode() in data
    pdf = _rebuilt(sandbox, kind, IMAGE_PAGES, data)
    (tmp_path / "copy.pdf").write_bytes(pdf)
    assert scan([tmp_path / "copy.pdf"], NAMES) == []
    assert _named(_words(sandbox, PDF_PARTS, pdf)) == []
    assert sandbox.ask(PDF_PARTS, pdf).metadata == _WHOLE
    assert _named(_seen(sandbox, pdf, 0)) == []
    assert "visible sentence" in _seen(sandbox, pdf, 0)


def _named_photograph() -> Image.Image:
    sheet = Image.new("RGB", (1000, 500), "white")
    sheet.paste(pixels(f"And {SECRET} again"), (20, 120))
    return sheet


def _frames(form: str, **more: object) -> bytes:
    """Return a picture whose second frame shows the name, and whose first shows nothing of it."""
    first = Image.new("RGB", (1000, 500), "white")
    first.paste(picture(f"{STAYS}.", 44).convert("RGB"), (20, 260))
    written = BytesIO()
    first.save(written, form, save_all=True, append_images=[_named_photograph()], **more)
    return written.getvalue()


def _marker(kind: int, content: bytes) -> bytes:
    """Return a marker segment of a JPEG (ITU-T T.81, B.1.1.4)."""
    return bytes((0xFF, kind)) + struct.pack(">H", len(content) + 2) + content


def _exif_thumbnail() -> bytes:
    """Return Exif whose thumbnail (Exif 2.32, 4.5.8) shows the name, beside a description."""
    small = BytesIO()
    _named_photograph().resize((320, 160)).save(small, "JPEG")
    thumbnail, said = small.getvalue(), SECRET.encode() + b"\0"
    said += b"\0" * (len(said) % 2)
    second = 8 + 2 + 12 + 4 + len(said)
    data = second + 2 + 36 + 4
    first = struct.pack("<HHHIII", 1, 0x010E, 2, len(said), second - len(said), second)
    tags = ((0x103, 6), (0x201, data), (0x202, len(thumbnail)))
    listed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + said
    return head + struct.pack("<H", 3) + listed + b"\0" * 4 + thumbnail


def _laden_jpeg() -> bytes:
    plain = BytesIO()
    _photograph("jpeg").save(plain, "JPEG")
    name = SECRET.encode()
    block = b"\x1c\x02\x50" + struct.pack(">H", len(name)) + name  # IPTC-IIM 4.2, by-line
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block
    laden = _marker(0xE1, _exif_thumbnail()) + _marker(0xED, iptc) + _marker(0xFE, name)
    behind = BytesIO()
    _named_photograph().save(behind, "JPEG")
    return plain.getvalue()[:2] + laden + plain.getvalue()[2:] + behind.getvalue() + name


def _laden_png() -> bytes:
    plain = _png(_photograph("png"))
    private = b"prVt" + SECRET.encode()
    size, check = struct.pack(">I", len(private) - 4), struct.pack(">I", zlib.crc32(private))
    return plain[:33] + size + private + check + plain[33:]


LATER = {
    "apng": ("image/png", _frames("PNG")),
    "gif": ("image/gif", _frames("GIF", comment=SECRET.encode())),
    "webp": ("image/webp", _frames("WEBP", lossless=True, xmp=f"<x>{SECRET}</x>".encode())),
    "mpo": ("image/jpeg", _frames("MPO")),
    "tiff": ("image/tiff", _frames("TIFF", tiffinfo={65_000: SECRET, 34_377: SECRET.encode()})),
}


@pytest.mark.parametrize(("kind", "data"), LATER.values(), ids=LATER.keys())
def test_a_name_in_a_later_frame_is_hidden(
    kind: str, data: bytes, sandbox: Sandbox, tmp_path: Path
) -> None:
    pdf = _rebuilt(sandbox, kind, IMAGE_PAGES, data)
    (tmp_path / "copy.pdf").write_bytes(pdf)
    assert scan([tmp_path / "copy.pdf"], NAMES) == []
    assert "visible sentence" in _words(sandbox, "application/pdf", pdf)
    assert _named(_seen(sandbox, pdf, 1)) == []
    with pikepdf.open(BytesIO(pdf)) as made:
        assert len(made.pages) == 2


@pytest.mark.parametrize(
    ("kind", "data"),
    [("image/jpeg", _laden_jpeg()), ("image/png", _laden_png())],
    ids=["jpeg", "png"],
)
def test_what_an_image_carries_beside_its_pixels_is_left_behind(
    kind: str, data: bytes, sandbox: Sandbox, tmp_path: Path
) -> None:
    assert data.count(SECRET.encode()) >= 4
    pdf = _rebuilt(sandbox, kind, IMAGE_PAGES, data)
    (tmp_path / "copy.pdf").write_bytes(pdf)
    assert scan([tmp_path / "copy.pdf"], NAMES) == []
    assert sandbox.ask(PDF_PARTS, pdf).metadata == _WHOLE
    with pikepdf.open(BytesIO(pdf)) as made:
        assert len(made.pages) == 1
