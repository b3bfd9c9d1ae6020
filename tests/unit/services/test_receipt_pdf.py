"""The receipt on paper: every name can be read back, none can change how the page reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.objects import Outcome
from archive.model.receipt import Near, ReceiptLine
from archive.services.intake.receipt_pdf import render_pdf
from archive.services.printing.pdf_text import LATIN, runs
from tests.receipts import RECORD, signed

NAMES = [
    "box/plain letter.txt",
    "box/혜산 쌀값.txt",
    "box/김.txt",
    "김",
    "box/ひらがな・カタカナ 漢字.pdf",
    "box/简体中文.docx",
    "box/繁體中文檔案.doc",
    "box/Письмо из Хабаровска.eml",
    "box/Ναι ñandú Œuvre.txt",
    unicodedata.normalize("NFD", "box/나루터 café.txt"),
]


def line(path: str, **more: object) -> ReceiptLine:
    return ReceiptLine(path, Outcome.INGESTED, RECORD, None, 1234, "ef" * 32, **more)


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_of_these_scripts_can_be_read_back(name: str) -> None:
    (text,) = pages(render_pdf(signed([line(f"{name} ")], name=name)))
    wanted = squeezed(unicodedata.normalize("NFC", name))
    assert squeezed(text).count(wanted) >= 2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("a\nb\tc\x07\x00\x1b[2J", "a\\u000ab\\u0009c\\u0007\\u0000\\u001b[2J"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("رسالة.txt", "\\u0631\\u0633\\u0627\\u0644\\u0629.txt"),
        ("\U0001f600.png", "\\U0001f600.png"),
        ("half \udcff", "half \\udcff"),
    ],
)
def test_controls_marks_of_direction_and_scripts_without_a_font_are_escapes(
    name: str, told: str
) -> None:
    (text,) = pages(render_pdf(signed([line(name)])))
    assert squeezed(told) in squeezed(text)


@given(name=st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_name_is_set_in_fonts_that_carry_it_and_on_one_line(name: str) -> None:
    for font, text in runs(name):
        assert text.isprintable()
        assert all(unicodedata.bidirectional(c) not in {"R", "AL", "RLO", "LRO"} for c in text)
        if font == LATIN:
            text.encode("cp1252")


@pytest.mark.parametrize("first", ["!", "가", "一"])
def test_a_long_name_is_broken_and_nothing_of_it_is_lost(first: str) -> None:
    name = "".join(runs(chr(ord(first) + number))[0][1] for number in range(240))
    (text,) = pages(render_pdf(signed([line(name)])))
    assert name in squeezed(text).replace("ingested1,234", "")


def test_every_page_has_digest_checkpoint_and_its_number() -> None:
    made = signed([line(f"box/{number}.txt") for number in range(100)])
    found = pages(render_pdf(made))
    assert len(found) > 3
    for number, text in enumerate(found, start=1):
        assert made.digest in text
        assert made.receipt.root in text
        assert f"page {number} of {len(found)}" in text
    rows = "\n".join(found).splitlines()
    assert [n for n in range(100) if not any(f" box/{n}.txt " in row for row in rows)] == []


def test_sums_attachments_reasons_and_similar_records_are_told() -> None:
    inner = ReceiptLine("mail.eml!1", Outcome.NO_TEXT, RECORD, "no reader for this format", 66)
    lost = ReceiptLine("gone.txt", Outcome.FAILED, None, "it is not there (any more)")
    near = line("mail.eml", near=(Near(RECORD, 87),), attachments=(inner,))
    (text,) = pages(render_pdf(signed([near, lost])))
    for told in (
        "ingested 1 1,234 0 0",
        "no-text 0 0 1 66",
        "failed 1 0 0 0",
        "all 2 1,234 1 66",
        "no reader for this format",
        "it is not there (any more)",
        f"similar to {RECORD}, 87 %",
        "S-0001",
    ):
        assert told in text


def test_the_same_receipt_gives_the_same_bytes() -> None:
    made = signed([line(name) for name in NAMES])
    assert render_pdf(made) == render_pdf(made)


def test_making_a_pdf_writes_no_file(tmp_path: Path) -> None:
    """Run in a process of its own, whose every opening of a file for writing is seen."""
    (tmp_path / "receipt.json").write_bytes(signed([line(name) for name in NAMES]).document)
    code = """
import os, sys
opened = []
def hook(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
        opened.append(str(args[0]))
sys.dont_write_bytecode = True
sys.addaudithook(hook)
from archive.services.intake.receipt_codec import parse_receipt
from archive.services.intake.receipt_pdf import render_pdf
document = open(sys.argv[1], "rb").read()
assert render_pdf(parse_receipt(document)).startswith(b"%PDF")
probe = os.open(os.devnull, os.O_WRONLY)
import json
print(json.dumps(opened))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "receipt.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [os.devnull]
