"""Documents with a name in many places, and pages set by measure, for tests of rebuilt pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageCms, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from archive.model.objects import CanonicalText, WordBox

SECRET = "Zorayda Quillfeather"
STAYS = "A visible sentence stays"
CARRIERS = 45
FONT, SIZE, LEADING = "Helvetica", 11.0, 14.0
LEFT, RIGHT = 72.0, 523.0


def carrier(number: int) -> str:
    """Return the name with the number of its carrier."""
    return f"{SECRET} c{number:02d}"


def pixels(text: str) -> Image.Image:
    """Return a picture of one line of text."""
    image = Image.new("RGB", (900, 90), "white")
    face = ImageFont.load_default(44)
    ImageDraw.Draw(image).text((10, 15), text, fill="black", font=face)
    return image


def jpeg(image: Image.Image, words: str) -> bytes:
    """Return a JPEG with words in EXIF, a thumbnail's place, XMP, a comment and an ICC profile."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = words, words, words
    written = BytesIO()
    image.save(
        written,
        "JPEG",
        exif=exif,
        comment=words.encode(),
        xmp=f"<x:xmpmeta>{words}</x:xmpmeta>".encode(),
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        + words.encode(),
    )
    return written.getvalue()


def tortured() -> bytes:
    """Return a PDF with the name in `CARRIERS` places, and a sentence that stays."""
    with pikepdf.open(BytesIO(_drawn())) as pdf:
        _describe(pdf)
        _annotate(pdf)
        _embed(pdf)
        _structure(pdf)
        _draw_more(pdf)
        written = BytesIO()
        pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return _revised(written.getvalue())


def _drawn() -> bytes:
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842))
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 780, f"The nurse {carrier(1)} saw the convoy. {STAYS}.")
    canvas.drawString(72, 760, carrier(2))
    canvas.rect(70, 756, 250, 16, fill=1)  # a black box over live text
    canvas.setFillGray(1)
    canvas.drawString(72, 740, carrier(3))  # white on white
    canvas.setFillGray(0)
    unseen = canvas.beginText(72, 720)
    unseen.setTextRenderMode(3)
    unseen.textLine(carrier(4))
    unseen.setTextRenderMode(0)
    canvas.drawText(unseen)
    canvas.drawString(72, -40, carrier(5))  # off the page
    canvas.bookmarkPage("b")
    canvas.addOutlineEntry(carrier(6), "b")
    canvas.drawImage(ImageReader(pixels(carrier(7))), 72, 620, 420, 42)
    canvas.setFont("Helvetica", 0.4)
    canvas.drawString(72, 600, carrier(8))  # too small to see
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 560, carrier(9))
    canvas.drawImage(ImageReader(Image.new("RGB", (10, 10), "grey")), 60, 550, 300, 30)
    canvas.drawString(72, 500, "The last line of the first page.")
    canvas.showPage()
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 780, "Page two speaks of Zorayda Quill-")
    canvas.drawString(72, 765, "feather across a line break.")
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _describe(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as metadata:
        metadata["dc:description"] = carrier(15)
    for number, key in enumerate(("/Title", "/Author", "/Subject", "/Keywords"), start=10):
        pdf.docinfo[key] = carrier(number)
    pdf.docinfo["/" + carrier(14).replace(" ", "")] = "x"
    pdf.Root["/" + carrier(16).replace(" ", "")] = 1
    labels = Dictionary(S=Name.D, P=pikepdf.String(carrier(17)))
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, labels]))
    page = pdf.pages[0].obj
    page.PieceInfo = Dictionary(App=Dictionary(Private=pikepdf.String(carrier(18))))
    page.Thumb = pdf.make_stream(carrier(19).encode())
    pdf.Root.Lang = pikepdf.String(carrier(20))


def _annotate(pdf: pikepdf.Pdf) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    look = pdf.make_stream(f"BT /F 12 Tf 2 5 Td ({carrier(22)}) Tj ET".encode())
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 300, 20])
    look.Resources = Dictionary(Font=Dictionary(F=font))
    annotations = [
        Dictionary(Subtype=Name.Text, Rect=[400, 700, 420, 720], Contents=carrier(21)),
        Dictionary(Subtype=Name.FreeText, Rect=[72, 440, 372, 460], AP=Dictionary(N=look)),
        Dictionary(Subtype=Name.Text, Rect=[400, 600, 420, 620], T=carrier(23)),
        Dictionary(
            Subtype=Name.Link,
            Rect=[400, 660, 420, 680],
            A=Dictionary(S=Name.URI, URI=carrier(24).replace(" ", "_")),
        ),
        Dictionary(
            Subtype=Name.Widget,
            FT=Name.Tx,
            T="field",
            V=carrier(25),
            DV=carrier(26),
            TU=carrier(27),
            Rect=[72, 400, 372, 420],
        ),
    ]
    for one in annotations:
        one.Type = Name.Annot
    held = [pdf.make_indirect(one) for one in annotations]
    pdf.pages[0].obj.Annots = pdf.make_indirect(Array(held))
    pdf.Root.AcroForm = Dictionary(Fields=Array(held[-1:]))


def _embed(pdf: pikepdf.Pdf) -> None:
    name = carrier(28).replace(" ", "_") + ".txt"
    pdf.attachments[name] = pikepdf.AttachedFileSpec(
        pdf, carrier(29).encode(), description=carrier(30)
    )
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=f'app.alert("{carrier(31)}")')
    script = Dictionary(S=Name.JavaScript, JS="1")
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([carrier(32), script]))
    place = Array([pdf.pages[0].obj, Name.Fit])
    pdf.Root.Names.Dests = Dictionary(Names=Array([pikepdf.String(carrier(33)), place]))


def _structure(pdf: pikepdf.Pdf) -> None:
    spoken = Dictionary(S=Name.Span, Alt=carrier(34), ActualText=carrier(35), E=carrier(36))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=spoken))
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=carrier(37)))
    pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer], Order=[layer]))
    pdf.pages[0].obj.Resources.Properties = Dictionary(MC0=layer)


def _draw_more(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.contents_add(f"/OC /MC0 BDC BT /F1 12 Tf 72 480 Td ({carrier(38)}) Tj ET EMC".encode())
    page.contents_add(f"% {carrier(39)}\n".encode())
    page.contents_add(
        f"/Span << /ActualText ({carrier(40)}) >> BDC BT /F1 12 Tf 72 460 Td (x) Tj ET EMC".encode()
    )
    form = pdf.make_stream(b"0 0 1 1 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 1, 1])
    form.Metadata = pdf.make_stream(carrier(41).encode())
    photo = pdf.make_stream(jpeg(Image.new("RGB", (64, 64), "white"), carrier(42)))
    photo.Type, photo.Subtype, photo.Width, photo.Height = Name.XObject, Name.Image, 64, 64
    photo.ColorSpace, photo.BitsPerComponent, photo.Filter = Name.DeviceRGB, 8, Name.DCTDecode
    page.obj.Resources.XObject.Fm9 = form
    page.obj.Resources.XObject.Im9 = photo
    page.contents_add(b"q 1 0 0 1 300 300 cm /Fm9 Do 20 0 0 20 0 0 cm /Im9 Do Q")
    page.obj.Resources.Font["/" + carrier(43).replace(" ", "")] = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )


def _revised(base: bytes) -> bytes:
    """Return the file after an incremental save that left an object behind, and bytes after it."""
    start = int(re.findall(rb"startxref\s+(\d+)", base)[-1])
    root = int(re.findall(rb"/Root (\d+) 0 R", base)[-1])
    number = int(re.findall(rb"/Size (\d+)", base)[-1])
    content = f"BT ({carrier(44)}) Tj ET".encode()
    old = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    body = base + old % (number, len(content), content)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n"
    table %= (number, len(base), number + 1, root, start)
    return body + table + b"startxref\n%d\n%%%%EOF\n%% %s\n" % (len(body), carrier(45).encode())


def set_page(
    words: Sequence[str], *, justified: bool = False, lines_a_page: int = 10_000
) -> CanonicalText:
    """Return a paragraph in Helvetica, broken into lines and pages, with a box for every word."""
    lines = list(broken(words))
    boxes: list[WordBox] = []
    pages: list[int] = []
    at = 0
    for number, line in enumerate(lines):
        page, row = divmod(number, lines_a_page)
        if not row:
            pages.append(at)
        space = _SPACE
        if justified and number + 1 < len(lines) and len(line) > 1:
            space = (RIGHT - LEFT - sum(map(_wide, line))) / (len(line) - 1)
        left, base = LEFT, 780.0 - row * LEADING
        for word in line:
            right = left + _wide(word)
            end = at + len(word)
            boxes.append(WordBox(at, end, page, left, base - 2.3, right, base + 8.0))
            at, left = end + 1, right + space
    text = "\n".join(" ".join(line) for line in lines)
    return CanonicalText(text, "test/1", tuple(pages or (0,)), tuple(boxes))


def broken(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words of each line of a paragraph."""
    line: list[str] = []
    taken = 0.0
    for word in words:
        if line and taken + _SPACE + _wide(word) > RIGHT - LEFT:
            yield line
            line, taken = [], 0.0
        taken += _wide(word) + (_SPACE if line else 0.0)
        line.append(word)
    yield line


@cache
def _wide(word: str) -> float:
    """Return the width of a word in points; Helvetica is set without kerning here."""
    return float(stringWidth(word, FONT, SIZE))


_SPACE = _wide(" ")
