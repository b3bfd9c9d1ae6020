"""Promise T5: a hostile document spoils its own text only."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import ReaderFailed, ReaderLimit, SandboxError
from archive.extraction import Limits, Sandbox
from tests.canary import scan

CANARY = "Quillfeather Marshlight"
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=2, memory_bytes=512 << 20)
filtered = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the system call numbers are those of x86-64"
)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, "tests.unit.extraction.hostile_readers") as sandbox:
        yield sandbox


def answer(sandbox: Sandbox, attempt: str, data: bytes = b"") -> str:
    text = sandbox.read(f"hostile/{attempt}", data).text
    return text.text if text else ""


@filtered
@pytest.mark.parametrize(
    "attempt",
    [
        "read-a-file",
        "stat-a-file",
        "list-a-folder",
        "tcp",
        "udp",
        "unix-socket",
        "fork",
        "exec",
        "kill-the-zygote",
        "new-session",
        "memory-file",
        "raise-limits",
        "trace",
    ],
)
def test_a_taken_over_reader_is_refused_by_the_system(hostile: Sandbox, attempt: str) -> None:
    assert answer(hostile, attempt).startswith("refused")


def test_a_taken_over_reader_leaves_no_file(hostile: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "planted"
    assert answer(hostile, "write-a-file", bytes(target)).startswith("refused")
    assert not target.exists()


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("flood", ReaderLimit),
        ("memory", ReaderLimit),
        ("recurse", ReaderLimit),
        ("many", ReaderLimit),
        ("spin", ReaderLimit),
        ("nonsense", ReaderFailed),
        ("silence", ReaderFailed),
        ("half", ReaderFailed),
        ("too-much", ReaderFailed),
        ("crash", ReaderFailed),
        ("answer-and-crash", ReaderFailed),
        ("give-up", ReaderFailed),
    ],
)
def test_a_reader_that_misbehaves_costs_one_document(
    hostile: Sandbox, attempt: str, error: type[SandboxError]
) -> None:
    with pytest.raises(error):
        hostile.read(f"hostile/{attempt}", b"")
    assert answer(hostile, "echo", b"abc") == "abc"


@filtered
def test_a_reader_that_sleeps_is_killed_by_the_wall_clock() -> None:
    limits = Limits(wall_seconds=0.5)
    with Sandbox(limits, "tests.unit.extraction.hostile_readers") as sandbox:
        start = time.monotonic()
        with pytest.raises(ReaderLimit):
            sandbox.read("hostile/wait", b"")
        assert time.monotonic() - start < 15
        assert answer(sandbox, "echo", b"abc") == "abc"


def test_no_word_of_a_document_is_in_the_error_of_its_reader(hostile: Sandbox) -> None:
    with pytest.raises(ReaderFailed) as caught:
        hostile.read("hostile/quote-in-an-exception", CANARY.encode())
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in repr((error, vars(error)))
        error = error.__context__


def test_a_reader_cannot_put_its_own_words_into_a_reason(hostile: Sandbox) -> None:
    with pytest.raises(ReaderFailed):
        hostile.read("hostile/own-reason", CANARY.encode())


def test_what_a_library_prints_is_neither_shown_nor_part_of_the_answer(
    hostile: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    assert answer(hostile, "chatter", CANARY.encode()) == "spoke"
    assert capfd.readouterr() == ("", "")


def test_text_that_shows_nothing_is_no_text(hostile: Sandbox) -> None:
    found = hostile.read("hostile/blank", b"")
    assert found.text is None
    assert found.reason == "there is no text in it"


def test_control_characters_of_a_hostile_answer_are_neutralised(hostile: Sandbox) -> None:
    assert answer(hostile, "controls") == "a\u200bb\ufffd[2J\ufffdc\n\nd"


def test_reading_leaves_nothing_in_temp_and_home(tmp_path: Path) -> None:
    document = f"<title>{CANARY}</title><p>{CANARY} met {CANARY}"
    mail = f"From: {CANARY} <a@b.example>\nDate: Tue, 5 Mar 2024 09:00:00 +0900\nTo: x\n\n{CANARY}"
    with Sandbox() as sandbox:
        assert sandbox.read("text/html", document.encode()).text is not None
        assert sandbox.read("message/rfc822", mail.encode()).text is not None
        assert sandbox.read("text/plain", CANARY.encode("utf-16")).text is not None
        with pytest.raises(ReaderFailed):
            sandbox.read("application/pdf", b"%PDF-1.7 " + CANARY.encode())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert scan([tmp_path], [CANARY]) == []


def test_no_process_and_no_descriptor_outlives_the_sandbox() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with Sandbox(LIMITS, "tests.unit.extraction.hostile_readers") as sandbox:
        for attempt in ("crash", "flood", "nonsense", "echo"):
            try:
                sandbox.read(f"hostile/{attempt}", b"abc")
            except SandboxError:
                continue
        assert sandbox._zygote is not None
        group = sandbox._zygote.process.pid
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_a_zygote_that_was_killed_is_replaced() -> None:
    with Sandbox() as sandbox:
        assert sandbox._zygote is not None
        sandbox._zygote.process.kill()
        sandbox._zygote.process.wait()
        assert sandbox.read("text/plain", b"still here").text is not None
