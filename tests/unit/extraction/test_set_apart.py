"""What stands between the letters of a word and is not read there stands behind its paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from archive.extraction import Sandbox, media_type
from tests.unit.extraction import office_maker

_SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "v": "urn:schemas-microsoft-com:vml",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    }.items()
)
WHOLE = "Lindgrovesen"
_BOX = "<w:txbxContent><w:p><w:r><w:t>aside</w:t></w:r></w:p></w:txbxContent>"
_SHAPE = f"<v:shape><v:textbox>{_BOX}</v:textbox></v:shape>"
_DRAWING = (
    '<w:drawing><wp:anchor><wp:docPr id="3" name="Box 1"/><a:graphic><a:graphicData><wps:wsp>'
    f"<wps:txbx>{_BOX}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
)


def _run(words: str, properties: str = "") -> str:
    marks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{marks}<w:t>{words}</w:t></w:r>"


_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> XE "aside" </w:instrText>'
    '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
_READING = f"<w:rt>{_run('aside')}</w:rt><w:rubyBase>{_run('grov')}</w:rubyBase>"
_RUBY = f"<w:r><w:ruby>{_READING}</w:ruby></w:r>"
_STRUCK = '<w:del w:id="6" w:author="Ahn"><w:r><w:delText>aside</w:delText></w:r></w:del>'
WORD = {
    "hidden": _run("Lind")
    + _run("as", "<w:vanish/>")
    + _run("ide", "<w:vanish/>")
    + _run("grovesen"),
    "struck": _run("Lind") + _STRUCK + _run("grovesen"),
    "ruby": _run("Lind") + _RUBY + _run("esen"),
    "field": _run("Lind") + _FIELD + _run("grovesen"),
    "old box": _run("Lind") + f"<w:r><w:pict>{_SHAPE}</w:pict></w:r>" + _run("grovesen"),
    "new box": _run("Lind") + f"<w:r>{_DRAWING}</w:r>" + _run("grovesen"),
    "both boxes": _run("Lind")
    + f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{_DRAWING}</mc:Choice><mc:Fallback>'
    f"<w:pict>{_SHAPE}</w:pict></mc:Fallback></mc:AlternateContent></w:r>" + _run("grovesen"),
}
OPEN_DOCUMENT = {
    "ruby": "Lind<text:ruby><text:ruby-base>grov</text:ruby-base><text:ruby-text>aside"
    "</text:ruby-text></text:ruby>esen",
    "frame": "Lind<draw:frame><draw:text-box><text:p>aside</text:p></draw:text-box></draw:frame>"
    "grovesen",
    "comment": "Lind<office:annotation><text:p>aside</text:p></office:annotation>grovesen",
}
RICH = {
    "hidden": r"Lind{\v aside}grovesen",
    "hidden until": r"Lind\v aside\v0 grovesen",
    "struck": r"Lind{\deleted aside}grovesen",
}
PAGE = {
    "hidden": "Lind<span hidden>aside</span>grovesen",
    "not displayed": "</p><div>Lind<div style='color: red; DISPLAY : none'><p>aside</p></div>"
    "grovesen</div>",
    "not visible": "Lind<i style='visibility:hidden'>a<i>si</i>de</i>grovesen",
    "no size": "Lind<font style='font-size:0px'>aside</font>grovesen",
    "ruby": "<ruby>Lind<rp>(</rp><rt>aside</rt><rp>)</rp></ruby>grovesen",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _text(sandbox: Sandbox, data: bytes) -> str:
    found = sandbox.read(media_type(data), data).text
    assert found is not None
    return found.text


def _word(inside: str) -> bytes:
    names = dict.fromkeys(office_maker.DOCX, "none")
    body = f"<w:document {_SPACES}><w:body><w:p>{inside}</w:p><w:p>{_run('Rice')}</w:p></w:body>"
    return office_maker.docx(names, {"word/document.xml": f"{body}</w:document>"})


def _odt(inside: str) -> bytes:
    return office_maker.odt(dict.fromkeys(office_maker.ODT, "none") | {"body": inside})


def _rich(inside: str) -> bytes:
    return f"{{\\rtf1\\ansi Rice.\\par {inside} rose.\\par Oil.}}".encode("ascii")


def _page(inside: str) -> bytes:
    return f"<!DOCTYPE html><html><body><p>{inside}</p><p>Rice</p></body></html>".encode()


CASES = [
    *((f"word {name}", _word(inside)) for name, inside in WORD.items()),
    *((f"odt {name}", _odt(inside)) for name, inside in OPEN_DOCUMENT.items()),
    *((f"rtf {name}", _rich(inside)) for name, inside in RICH.items()),
    *((f"page {name}", _page(inside)) for name, inside in PAGE.items()),
]


@pytest.mark.parametrize("data", [one for _, one in CASES], ids=[name for name, _ in CASES])
def test_a_word_is_read_whole_and_nothing_that_parted_it_is_lost(
    data: bytes, sandbox: Sandbox
) -> None:
    text = _text(sandbox, data)
    assert WHOLE in text
    assert "aside" in text
    assert text.index(WHOLE) < text.index("aside"), "behind the paragraph"


def test_a_changed_paragraph_is_told_as_it_is_and_as_it_was(sandbox: Sandbox) -> None:
    put_in = f'<w:ins w:id="7" w:author="Ahn">{_run("stone")}</w:ins>'
    text = _text(sandbox, _word(_run("Old Lind") + _STRUCK + put_in + _run(" rose.")))
    lines = text.split("\n")
    assert "Old Lindstone rose." in lines
    assert "Old Lindaside rose." in lines


def test_a_box_that_is_drawn_in_two_ways_is_told_once(sandbox: Sandbox) -> None:
    assert _text(sandbox, _word(WORD["both boxes"])).count("aside") == 1


def test_hidden_is_not_what_is_only_called_so(sandbox: Sandbox) -> None:
    seen = _text(
        sandbox, _word(_run("Lind", '<w:vanish w:val="0"/>') + _run("grovesen") + _run("x"))
    )
    assert "Lindgrovesenx" in seen
    page = "Lind<span style='font-size:0.9em; opacity:0.5'>grove</span>sen<br hidden> rose"
    assert "Lindgrovesen" in _text(sandbox, _page(page))


def _mail(text: str, parameters: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "desk@post.example", "Rice"
    message.set_content("x")
    message.replace_header("Content-Type", f"text/plain; charset=utf-8{parameters}")
    message.set_payload(text)
    return message.as_bytes()


def test_soft_line_ends_of_mail_are_taken_out_where_they_stand_in_words(sandbox: Sandbox) -> None:
    text = "Then Lind \ngrovesen came \nhome.\n> She is Lind \n> grovesen.\n>> No.\n-- \nRice\n"
    whole = "Then Lindgrovesen camehome.\n> She is Lindgrovesen.\n>> No.\n-- \nRice"
    assert _text(sandbox, _mail(text, "; format=flowed; delsp=yes")).strip() == whole
    for parameters in ("; format=flowed", "; delsp=yes", ""):
        assert "Then Lind \ngrovesen" in _text(sandbox, _mail(text, parameters))
