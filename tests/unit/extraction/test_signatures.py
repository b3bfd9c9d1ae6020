"""A format is told by its bytes."""

from __future__ import annotations

import codecs
import io
import time
import zipfile

import pytest

from archive.extraction import media_type
from archive.sample_accession import folder

KOREAN = "혜산 장마당에서 쌀 1킬로가 5,800원에 팔렸다.\n"


def zipped(*names: str, first: bytes = b"") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as container:
        if first:
            container.writestr("mimetype", first)
        for name in names:
            container.writestr(name, b"content")
    return held.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x00" * 100 + b"%PDF-1.4\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01", "image/gif"),
        (b"II*\x00\x08", "image/tiff"),
        (b"MM\x00*\x00", "image/tiff"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"SQLite format 3\x00", "application/vnd.sqlite3"),
        (b"\x1f\x8b\x08\x00", "application/gzip"),
        (b"7z\xbc\xaf'\x1c\x00", "application/x-7z-compressed"),
        (b"\x7fELF\x02", "application/x-elf"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\x00\x00", "audio/mpeg"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"{\\rtf1 x}", "application/rtf"),
        (b"MZ\x90\x00\x03", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_known_signatures(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@pytest.mark.parametrize(
    ("container", "kind"),
    [
        (zipped("a.txt"), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), "wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "spreadsheetml.sheet"),
        (zipped("word/a.txt"), "application/zip"),
        (
            zipped("content.xml", first=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (zipped("x", first=b"application/epub+zip"), "application/epub+zip"),
    ],
)
def test_zip_containers_are_told_by_what_they_hold(container: bytes, kind: str) -> None:
    assert media_type(container).endswith(kind)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp949", "iso2022_kr", "johab"]
)
def test_text_is_text_in_every_encoding(encoding: str) -> None:
    assert media_type((KOREAN * 3).encode(encoding)) == "text/plain"


def test_utf16_without_a_mark_is_text() -> None:
    assert media_type("The market of Hyesan opened.".encode("utf-16-le")) == "text/plain"
    assert media_type("The market of Hyesan opened.".encode("utf-16-be")) == "text/plain"


@pytest.mark.parametrize("control", [0, 1, 8, 0x0B, 0x1F])
def test_a_control_byte_means_that_it_is_not_text(control: int) -> None:
    assert media_type(b"named .txt " + bytes([control])) == "application/octet-stream"


def test_a_head_that_cuts_a_character_is_still_text() -> None:
    for size in range(40, 60):
        assert media_type(KOREAN.encode()[:size]) == "text/plain"


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><p>x",
        b"\xef\xbb\xbf \r\n<HTML lang=ko>",
        b"<?xml version='1.0'?>\n<!-- a --><!-- b -->\n<html xmlns='x'>",
        codecs.BOM_UTF16_LE + "<html><p>장마당".encode("utf-16-le"),
        b"<title>x</title>",
    ],
)
def test_pages_are_html(page: bytes) -> None:
    assert media_type(page) == "text/html"


@pytest.mark.parametrize(
    "text", [b"<htmlx>", b"see <html> there", b"# Title\n<div>", b"<p align=center>", b"<!-- x"]
)
def test_text_with_tags_in_it_is_text(text: bytes) -> None:
    assert media_type(text) == "text/plain"


@pytest.mark.parametrize(
    "mail",
    [
        b"From: a@b.example\r\nDate: Tue, 5 Mar 2024 09:00:00 +0900\r\nTo: c\r\n\r\nhello",
        b"Received: from x\n by y\nSubject: z\n\nhello",
        b"Return-Path: <>\nMessage-ID: <1@x>\n\n\x00\x01binary body",
    ],
)
def test_messages_are_mail(mail: bytes) -> None:
    assert media_type(mail) == "message/rfc822"


@pytest.mark.parametrize(
    "mailbox",
    [
        b"From a@b Tue Mar 5 09:00:00 2024\nFrom: a\nDate: b\nTo: c\n\n",
        b"From - Tue Mar 05 09:00:00 2024\r\nX-Mozilla-Status: 0001\r\n",
        b"From MAILER-DAEMON Tue Mar  5 09:00:00 2024\n>From x y\nReceived: z\n",
    ],
)
def test_mailboxes_are_mailboxes(mailbox: bytes) -> None:
    assert media_type(mailbox) == "application/mbox"


@pytest.mark.parametrize(
    "text",
    [
        b"Dear all,\nFrom: here\nDate: there\n",
        b"Subject: only\n\ntext",
        b"Price: 5800\nPlace: Hyesan\n\ntext",
        b"From the hills\nwe saw: nothing",
        b" folded: first\nFrom: a\nDate: b\nTo: c\n\n",
    ],
)
def test_text_that_resembles_mail_is_text(text: bytes) -> None:
    assert media_type(text) == "text/plain"


@pytest.mark.parametrize("comments", [25, 6_000])
def test_many_comments_do_not_make_the_page_test_slow(comments: int) -> None:
    start = time.process_time()
    assert media_type(b"<!-- x -->" * comments + b"no page") == "text/plain"
    assert time.process_time() - start < 1.0


def test_every_document_of_the_sample_accession_is_what_its_name_says() -> None:
    kinds = {
        ".txt": "text/plain",
        ".md": "text/plain",
        ".html": "text/html",
        ".eml": "message/rfc822",
        ".pdf": "application/pdf",
        ".png": "image/png",
    }
    documents = [path for path in folder().rglob("*") if path.is_file()]
    assert len(documents) >= 40
    for path in documents:
        assert media_type(path.read_bytes()) == kinds[path.suffix]
