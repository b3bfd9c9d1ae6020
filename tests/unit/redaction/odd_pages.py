"""A PDF with a name in places that `page_maker` has not: odd fonts, turns, layers, structures."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.unit.redaction.page_maker import SECRET, STAYS, pixels

_SAID, _SIZE = "the keeper of it", 14.0
PAGES = 6


def odd() -> bytes:
    """Return a sound PDF of `PAGES` pages; the name is on each, and in forty places beside them."""
    with pikepdf.open(BytesIO(_drawn())) as pdf:
        for draw in (_layers, _spoken, _fonts, _boxes):
            draw(pdf)
        for tell in (_threads, _files, _fields, _catalog):
            tell(pdf)
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    written = BytesIO()
    pdf.save(written, object_stream_mode=ObjectStreamMode.disable)
    return written.getvalue()


def _locked(data: bytes) -> bytes:
    written = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.save(written, encryption=pikepdf.Encryption(owner="owner", user=""))
    return written.getvalue()


def _linear(data: bytes) -> bytes:
    written = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.save(written, linearize=True)
    return written.getvalue()


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "sound": lambda data: data,
    "encrypted without a password": _locked,
    "linear": _linear,
    "without a table": lambda data: re.sub(rb"startxref\s+\d+", b"startxref\n99999999", data),
}


def _drawn() -> bytes:
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    for number in range(PAGES):
        canvas.setFont("Helvetica", 12)
        canvas.drawString(72, 780, f"{STAYS} on page {number + 1}.")
        (_letters if number == 0 else _turns if number == 1 else _plain)(canvas)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _plain(canvas: Canvas) -> None:
    canvas.drawString(172, 600, f"{SECRET} came back.")


def _letters(canvas: Canvas) -> None:
    """Set the name letter by letter: in order, backwards, far apart, one below the other."""
    lefts = [72.0]
    for letter in SECRET:
        lefts.append(lefts[-1] + stringWidth(letter, "Helvetica", 12))
    placed = list(zip(SECRET, lefts, strict=False))
    for letter, left in placed:
        canvas.drawString(left, 700, letter)
    for letter, left in reversed(placed):
        canvas.drawString(left, 660, letter)
    for number, letter in enumerate(SECRET):
        canvas.drawString(500, 600 - 16 * number, letter)
    line = canvas.beginText(72, 620)
    line.setCharSpace(12)
    line.textLine(SECRET)
    canvas.drawText(line)


def _turns(canvas: Canvas) -> None:
    for number, angle in enumerate((7, 45, 90, 135, 180, 270)):
        canvas.saveState()
        canvas.translate(160 + 250 * (number % 2), 640 - 200 * (number // 2))
        canvas.rotate(angle)
        canvas.drawCentredString(0, 0, SECRET)
        canvas.restoreState()


def _set(pdf: pikepdf.Pdf, page: int, content: str) -> None:
    pdf.pages[page].contents_add(content.encode("latin-1"))


def _form(pdf: pikepdf.Pdf, content: str, resources: Dictionary) -> pikepdf.Stream:
    return pdf.make_stream(
        content.encode("latin-1"),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 595, 842]),
        Resources=resources,
    )


def _layers(pdf: pikepdf.Pdf) -> None:
    """Put the name on layers that are on, off, locked and for print, and deep in forms."""
    layers = [pdf.make_indirect(Dictionary(Type=Name.OCG, Name=one)) for one in "abcd"]
    layers[3].Usage = Dictionary(
        Print=Dictionary(PrintState=Name.ON), View=Dictionary(ViewState=Name.OFF)
    )
    by_event = Dictionary(Event=Name.View, OCGs=[layers[3]], Category=[Name.View])
    pdf.Root.OCProperties = Dictionary(
        OCGs=layers,
        D=Dictionary(ON=layers[:1], OFF=layers[1:2], Locked=layers[2:3], AS=[by_event]),
    )
    resources = pdf.pages[2].obj.Resources
    resources.Properties = Dictionary(dict(zip(("/A", "/B", "/C", "/D"), layers, strict=True)))
    for number, one in enumerate("ABCD"):
        at = f"1 0 0 1 72 {560 - 20 * number} Tm"
        _set(pdf, 2, f"/OC /{one} BDC BT /F1 12 Tf {at} ({SECRET}) Tj ET EMC")
    form = _form(pdf, f"BT /F1 12 Tf 1 0 0 1 72 440 Tm ({SECRET}) Tj ET", resources)
    for _ in range(5):
        form = _form(pdf, "/X Do", Dictionary(XObject=Dictionary(X=form)))
    resources.XObject = Dictionary(X=form)
    _set(pdf, 2, "/X Do")
    _set(pdf, 2, f"q BT /F1 30 Tf 7 Tr 1 0 0 1 72 360 Tm ({SECRET}) Tj ET 0 340 595 60 re f Q")


def _spoken(pdf: pikepdf.Pdf) -> None:
    said = f"<< /ActualText ({SECRET}) /Alt ({SECRET}) /E ({SECRET}) >>"
    _set(pdf, 3, f"/Span {said} BDC BT /F1 12 Tf 1 0 0 1 72 560 Tm (the keeper) Tj ET EMC")
    told = Dictionary(O=Name.Table, Summary=SECRET)
    figure = Dictionary(S=Name.Figure, Alt=SECRET, T=SECRET, ID=SECRET, A=told)
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=figure))
    pdf.Root.StructTreeRoot.RoleMap = Dictionary({"/" + SECRET.replace(" ", ""): Name.P})


def _to_unicode(pdf: pikepdf.Pdf, said: str) -> pikepdf.Stream:
    lines = "\n".join(f"<{at + 1:02x}> <{ord(one):04x}>" for at, one in enumerate(said))
    return pdf.make_stream(
        f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange {len(said)} beginbfchar\n"
        f"{lines}\nendbfchar endcmap".encode()
    )


def _fonts(pdf: pikepdf.Pdf) -> None:
    """Set other letters that say the name, and the name in a Type 3 font without any measures."""
    fonts = pdf.pages[4].obj.Resources.Font
    glyphs = [Name("/space") if one == " " else Name(f"/{one}") for one in _SAID.ljust(len(SECRET))]
    fonts.Lies = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name("/" + SECRET.replace(" ", "")),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *glyphs])),
            ToUnicode=_to_unicode(pdf, SECRET),
        )
    )
    codes = "".join(f"{at + 1:02x}" for at in range(len(SECRET)))
    _set(pdf, 4, f"BT /Lies 12 Tf 1 0 0 1 72 540 Tm <{codes}> Tj ET")
    drawn = {
        f"/g{at}": pdf.make_stream(f"0 0 d0 BT /F1 1000 Tf ({one}) Tj ET".encode())
        for at, one in enumerate(SECRET)
    }
    names = [Name(one) for one in drawn]
    fonts.Drawn = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=[0, 0, 0, 0],
            FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
            CharProcs=Dictionary(drawn),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *names])),
            FirstChar=1,
            LastChar=len(SECRET),
            Widths=Array([0] * len(SECRET)),
            Resources=Dictionary(Font=Dictionary(F1=fonts.F1)),
            ToUnicode=_to_unicode(pdf, SECRET),
        )
    )
    shown = " ".join(
        f"1 0 0 1 {72 + 13 * at} 480 Tm <{at + 1:02x}> Tj" for at in range(len(SECRET))
    )
    _set(pdf, 4, f"BT /Drawn {_SIZE} Tf {shown} ET")


def _boxes(pdf: pikepdf.Pdf) -> None:
    turned, negative = pdf.pages[5].obj, pdf.pages[3].obj
    turned.Rotate, turned.UserUnit = 90, 2
    turned.CropBox = Array([50, 100, 500, 800])
    negative.MediaBox = Array([595, 842, -100, -200])


def _threads(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    thread = pdf.make_indirect(
        Dictionary(Type=Name.Thread, I=Dictionary(Title=SECRET, Author=SECRET))
    )
    bead = pdf.make_indirect(Dictionary(Type=Name.Bead, T=thread, P=page, R=[0, 0, 9, 9]))
    bead.N = bead.V = thread.F = bead
    pdf.Root.Threads, page.B = Array([thread]), Array([bead])
    image = pixels(SECRET).convert("L")
    page.Thumb = pdf.make_stream(
        image.tobytes(),
        Width=image.width,
        Height=image.height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
    )
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    page.Metadata = pdf.make_stream(packet, Type=Name.Metadata, Subtype=Name.XML)


def _files(pdf: pikepdf.Pdf) -> None:
    content = pdf.make_stream(f"{SECRET} wrote it.".encode(), Type=Name.EmbeddedFile)
    held = Dictionary(Type=Name.Filespec, F=SECRET, UF=SECRET, Desc=SECRET)
    held.EF = Dictionary(F=content)
    pdf.Root.AF = pdf.pages[0].obj.AF = Array([pdf.make_indirect(held)])
    pdf.Root.Collection = Dictionary(
        Schema=Dictionary(n=Dictionary(Subtype=Name.S, N=SECRET)), D=SECRET
    )
    look = _form(pdf, f"BT /F1 12 Tf 2 5 Td ({SECRET}) Tj ET", pdf.pages[0].obj.Resources)
    kinds = "Line Square Highlight Stamp Caret Ink Popup FileAttachment Redact Watermark Polygon"
    notes = [
        Dictionary(
            Type=Name.Annot,
            Subtype=Name(f"/{kind}"),
            Rect=[72, 300 - 25 * at, 372, 320 - 25 * at],
            F=4,
            AP=Dictionary(N=look),
            **dict.fromkeys(("Contents", "T", "Subj", "NM", "OverlayText"), SECRET),
        )
        for at, kind in enumerate(kinds.split())
    ]
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(one) for one in notes])


def _fields(pdf: pikepdf.Pdf) -> None:
    told = dict.fromkeys(("Name", "Reason", "Location", "ContactInfo"), SECRET)
    signature = Dictionary(Type=Name.Sig, Contents=SECRET.encode(), **told)
    fields = [
        Dictionary(FT=Name.Sig, T="signed", V=signature),
        Dictionary(FT=Name.Ch, T="choice", Opt=Array([SECRET, Array(["x", SECRET])]), V=SECRET),
        Dictionary(FT=Name.Btn, T=SECRET, MK=Dictionary(CA=SECRET), TM=SECRET),
    ]
    held = [pdf.make_indirect(one) for one in fields]
    form = f"<template><text>{SECRET}</text></template>".encode()
    pdf.Root.AcroForm = Dictionary(Fields=Array(held), XFA=pdf.make_stream(form))


def _catalog(pdf: pikepdf.Pdf) -> None:
    page = Array([pdf.pages[0].obj, Name.Fit])
    pdf.Root.Dests = Dictionary({"/" + SECRET.replace(" ", "_"): page})
    pdf.Root.OutputIntents = Array([Dictionary(Type=Name.OutputIntent, Info=SECRET)])
    pdf.Root.URI = Dictionary(Base=SECRET)
    pdf.Root.SpiderInfo = Dictionary(V=1.0, C=Array([Dictionary(AU=SECRET)]))
    pdf.Root.Extensions = Dictionary(X=Dictionary(BaseVersion=SECRET))
    pdf.Root.OpenAction = Dictionary(
        S=Name.Launch, F=SECRET, Next=Dictionary(S=Name.URI, URI=SECRET)
    )
    pdf.Root.AA = Dictionary(WC=Dictionary(S=Name.JavaScript, JS=pdf.make_stream(SECRET.encode())))
    pdf.docinfo["/" + SECRET.replace(" ", "")] = SECRET
