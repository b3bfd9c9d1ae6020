"""The sandbox as its caller sees it when nothing goes wrong, and before it starts."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from archive.errors import ReaderFailed, ReaderLimit
from archive.extraction import MAX_INPUT_BYTES, Limits, NoText, Sandbox
from tests.unit.extraction.pdf_maker import Page, lines, make


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("kind", ["image/heic", "application/octet-stream", "", "text/plain\n"])
def test_a_format_without_a_reader_says_so(sandbox: Sandbox, kind: str) -> None:
    found = sandbox.read(kind, b"anything")
    assert (found.text, found.reason) == (None, NoText.NO_READER.value)


def test_a_file_over_the_cap_is_not_read(sandbox: Sandbox) -> None:
    found = sandbox.read("text/plain", bytes(MAX_INPUT_BYTES + 1))
    assert (found.text, found.reason) == (None, NoText.TOO_LARGE.value)


def test_attachments_come_with_types_told_from_their_bytes(sandbox: Sandbox) -> None:
    mail = (
        b"From: a@b.example\nDate: Tue, 5 Mar 2024 09:00:00 +0900\nTo: c\n"
        b"Content-Type: multipart/mixed; boundary=s\n\n--s\nContent-Type: text/plain\n\nwords\n"
        b"--s\nContent-Type: image/png; name=../../x\x1b.png\n\n%PDF-1.7 not a picture\n--s--\n"
    )
    attachment = sandbox.read("message/rfc822", mail).attachments[0]
    assert attachment.media_type == "application/pdf"
    assert attachment.untrusted_name == "../../x\ufffd.png"


def test_more_text_than_allowed_is_a_limit() -> None:
    with Sandbox(Limits(text_code_points=10)) as sandbox:
        assert sandbox.read("text/plain", "쌀".encode() * 10).text is not None
        with pytest.raises(ReaderLimit):
            sandbox.read("text/plain", "쌀".encode() * 11)


def test_documents_read_at_the_same_time_do_not_mix(sandbox: Sandbox) -> None:
    wrong: list[str] = []

    def read(word: str) -> None:
        for _ in range(5):
            text = sandbox.read("application/pdf", make([Page(lines(word))])).text
            if text is None or text.text != word:
                wrong.append(word)

    threads = [threading.Thread(target=read, args=(word,)) for word in ("rice", "maize", "flour")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_large_document_passes_whole(sandbox: Sandbox) -> None:
    large = "가나다라 " * 1_000_000
    text = sandbox.read("text/plain", large.encode()).text
    assert text is not None
    assert text.text == large


def test_readers_that_cannot_be_loaded_are_an_error_at_the_start() -> None:
    with pytest.raises(ReaderFailed, match="could not be started"), Sandbox(readers="no.such"):
        pass


def test_a_sandbox_can_be_used_again_after_it_was_closed() -> None:
    sandbox = Sandbox()
    for _ in range(2):
        with sandbox:
            assert sandbox.read("text/plain", b"words").text is not None
