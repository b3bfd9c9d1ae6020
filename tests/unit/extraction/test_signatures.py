"""A format is told by its bytes."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction import media_type
from archive.sample_accession import folder
from tests.unit.extraction.container_maker import tarred

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
        (b"MM\x00+\x00\x08\x00\x00", "image/tiff"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8L", "image/webp"),
        (b"BM" + bytes(12) + b"\x28\x00\x00\x00", "image/bmp"),
        (b"BMI of patients, by year\n", "text/plain"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<svg xmlns='y'>", "image/svg+xml"),
        (b'<!DOCTYPE svg PUBLIC "x">', "image/svg+xml"),
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
        (b"MZ\x90\x00\x03", "application/vnd.microsoft.portable-executable"),
        (b"\xfd7zXZ\x00\x00", "application/x-xz"),
        (b"BZh91AY&SY\x00\x01", "application/x-bzip2"),
        (b"\x28\xb5\x2f\xfd\x00\x01", "application/zstd"),
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
        (b"\x78\x9f\x3e\x22\x00\x00", "application/vnd.ms-tnef"),
        (b"fLaC\x00\x00\x00\x22", "audio/flac"),
        (b"OggS\x00\x02" + bytes(22) + b"\x01\x1eOpusHead", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "video/x-matroska"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", "video/x-msvideo"),
        (b"\x00\x00\x00\x20ftypqt  ", "video/quicktime"),
        (b"\x00\x00\x00\x20ftyp3gp4", "video/3gpp"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypheic", "image/heic"),
        ((b"G" + bytes(187)) * 6, "video/mp2t"),
        (b"\x00\x00\x01\xba\x44", "video/mpeg"),
        (b"FLV\x01\x05", "video/x-flv"),
        (b"#!AMR\n\x3c\x00", "audio/amr"),
        (b"OTTO\x00\x0b", "font/otf"),
        (b"regf\x00\x00", "application/x-ms-registry-hive"),
        (b"SIMPLE  = " + b" " * 19 + b"T\x00", "image/fits"),
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_text_also_with_some_latin_and_zero_bytes_on_both_sides(
    encoding: str,
) -> None:
    written = "장마당의 쌀값이 올랐다. 강냉이와 쌀도 비싸다. 국경 세관에서 트럭을 세웠다. " * 3
    assert media_type(written.encode(encoding)) == "text/plain"


def test_the_end_of_file_of_dos_is_no_control_byte_at_the_end_and_one_elsewhere() -> None:
    written = KOREAN.encode("cp949")
    assert media_type(written + b"\x1a") == "text/plain"
    assert media_type(written + b"\x1a" + written) == "application/octet-stream"


@pytest.mark.parametrize(
    "words",
    ["MZ is a prefix.", "The wide road.", "ID3 tags", "MAC addresses", "070701,rice", "RIFF raff",
     "`\u00ea", "OTTO came.", "BZh", "Rar! we said", "The moov", "ORC", "FORM 27", "PAR1"],
)  # fmt: skip
def test_a_sentence_that_begins_like_a_signature_is_text(words: str) -> None:
    assert media_type(words.encode("latin-1")) == "text/plain"


def test_a_tar_archive_is_told_by_its_checksum_and_not_by_the_file_in_it() -> None:
    whole = tarred({"a.pdf": b"%PDF-1.7\n"})
    assert media_type(whole) == "application/x-tar"
    damaged = bytearray(whole)
    damaged[10] ^= 1
    assert media_type(bytes(damaged)) != "application/x-tar"


def test_empty_and_once_split_zip_files_are_zip_files() -> None:
    assert media_type(zipped()) == "application/zip"
    assert media_type(b"PK\x07\x08" + zipped("a")) == "application/zip"


@given(head=st.binary(max_size=2_000))
def test_any_bytes_have_a_media_type(head: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"From x\n", b"\xff\xfe", b"OggS", b"\x00\x00\x00\x20ftyp"):
        assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,90}", media_type(start + head))


def test_noise_is_unknown() -> None:
    noise = hashlib.shake_256(b"noise").digest(1 << 20)
    kinds = {media_type(noise[at : at + 512]) for at in range(0, len(noise), 512)}
    assert len(kinds) < 6


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
        b"From: a@b.example\nSubject: z\nContent-Type: text/plain\n\nhello",
        b"Return-Path: <>\nMessage-ID: <1@x>\n\n\x00\x01binary body",
    ],
)
def test_messages_are_mail(mail: bytes) -> None:
    assert media_type(mail) == "message/rfc822"


def test_a_mail_with_more_headers_than_are_looked_at_is_mail() -> None:
    traces = b"Received: from x\nSubject: z\n"
    for length in range(40, 60):
        assert media_type(traces + (b"X-" + b"y" * length + b": z\n") * 2_000) == "message/rfc822"


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
