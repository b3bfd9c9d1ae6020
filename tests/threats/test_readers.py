"""Promise T5: a hostile document spoils its own text only."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from archive.errors import ReaderFailed, ReaderLimit, SandboxError
from archive.extraction import Confinement, Limits, Sandbox
from tests.canary import scan
from tests.unit.extraction.docx_maker import make_docx

CANARY = "Quillfeather Marshlight"
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=2, memory_bytes=512 << 20)
each = pytest.mark.parametrize("confinement", list(Confinement))
filtered = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the system call numbers are those of x86-64"
)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, "tests.unit.extraction.hostile_readers") as sandbox:
        yield sandbox


def answer(
    sandbox: Sandbox,
    attempt: str,
    data: bytes = b"",
    confinement: Confinement = Confinement.PURE,
) -> str:
    text = sandbox.read(f"{confinement.value}/{attempt}", data).text
    return text.text if text else ""


def wait_until_gone(group: int) -> None:
    """Wait for the end of every process of a group."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("a process of the sandbox is still there")


@filtered
@each
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
        "write-into-the-document",
        "path-only",
        "process-by-clone",
        "process-by-clone3",
        "new-user-namespace",
        "read-the-zygote",
        "look-up-its-limits",
    ],
)
def test_a_taken_over_reader_is_refused_by_the_system(
    hostile: Sandbox, attempt: str, confinement: Confinement
) -> None:
    assert answer(hostile, attempt, confinement=confinement).startswith("refused")


@filtered
def test_only_a_reader_that_declares_threads_may_start_one(hostile: Sandbox) -> None:
    assert answer(hostile, "thread") == "refused"
    assert answer(hostile, "thread", confinement=Confinement.THREADS) == "allowed"


@filtered
@pytest.mark.parametrize("attempt", ["shared-memory", "growing-memory"])
def test_memory_that_no_limit_counts_is_refused(hostile: Sandbox, attempt: str) -> None:
    assert answer(hostile, attempt, confinement=Confinement.THREADS) == "refused 1"


@each
@pytest.mark.parametrize("attempt", ["write-a-file", "make-a-file"])
def test_a_taken_over_reader_leaves_no_file(
    hostile: Sandbox, attempt: str, confinement: Confinement, tmp_path: Path
) -> None:
    target = tmp_path / "planted"
    assert answer(hostile, attempt, bytes(target), confinement).startswith("refused")
    assert not target.exists()


@each
def test_a_taken_over_reader_writes_to_no_file_that_is_there(
    hostile: Sandbox, confinement: Confinement, tmp_path: Path
) -> None:
    target = tmp_path / "there"
    target.write_bytes(b"as it was")
    assert answer(hostile, "open-for-writing", bytes(target), confinement).startswith("refused")


def test_tika_reads_an_office_document_confined(hostile: Sandbox) -> None:
    document = make_docx("Rice rose at the Hyesan market.")
    found = answer(hostile, "use-tika", document, Confinement.THREADS)
    assert found.strip() == "Rice rose at the Hyesan market."


def test_a_document_changes_nothing_for_the_next_one_that_tika_reads(hostile: Sandbox) -> None:
    document = make_docx("Rice rose at the Hyesan market.")
    texts = set()
    for _ in range(20):
        assert answer(hostile, "spoil-tika", document, Confinement.THREADS) == "spoilt"
        assert answer(hostile, "left-over", confinement=Confinement.THREADS) == "0 bytes"
        texts.add(answer(hostile, "use-tika", document, Confinement.THREADS))
    assert texts == {answer(hostile, "use-tika", document, Confinement.THREADS)}


@each
@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("flood", ReaderLimit),
        ("memory", ReaderLimit),
        ("recurse", ReaderLimit),
        ("many", ReaderLimit),
        ("spin", ReaderLimit),
        ("spin-past-the-limit", ReaderLimit),
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
    hostile: Sandbox, attempt: str, error: type[SandboxError], confinement: Confinement
) -> None:
    with pytest.raises(error):
        hostile.read(f"{confinement.value}/{attempt}", b"")
    assert answer(hostile, "echo", b"abc", confinement) == "abc"


@filtered
@each
def test_a_reader_that_sleeps_is_killed_by_the_wall_clock(confinement: Confinement) -> None:
    limits = Limits(wall_seconds=2.0)
    with Sandbox(limits, "tests.unit.extraction.hostile_readers") as sandbox:
        start = time.monotonic()
        with pytest.raises(ReaderLimit):
            sandbox.read(f"{confinement.value}/wait", b"")
        assert time.monotonic() - start < 15
        assert answer(sandbox, "echo", b"abc", confinement) == "abc"


def test_no_word_of_a_document_is_in_the_error_of_its_reader(hostile: Sandbox) -> None:
    with pytest.raises(ReaderFailed) as caught:
        hostile.read("pure/quote-in-an-exception", CANARY.encode())
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in repr((error, vars(error)))
        error = error.__context__


def test_a_reader_cannot_put_its_own_words_into_a_reason(hostile: Sandbox) -> None:
    with pytest.raises(ReaderFailed):
        hostile.read("pure/own-reason", CANARY.encode())


def test_what_a_library_prints_is_neither_shown_nor_part_of_the_answer(
    hostile: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    assert answer(hostile, "chatter", CANARY.encode()) == "spoke"
    assert capfd.readouterr() == ("", "")


def test_text_that_shows_nothing_is_no_text(hostile: Sandbox) -> None:
    found = hostile.read("pure/blank", b"")
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
        for kind, attempt in product(Confinement, ("crash", "flood", "echo")):
            with suppress(SandboxError):
                sandbox.read(f"{kind.value}/{attempt}", b"abc")
        groups = [zygote.process.pid for zygote in sandbox._zygotes.values()]
    assert len(groups) == len(Confinement)
    assert len(os.listdir("/proc/self/fd")) == before
    for group in groups:
        wait_until_gone(group)


def test_a_zygote_that_was_killed_is_replaced() -> None:
    with Sandbox() as sandbox:
        process = sandbox._zygotes[Confinement.PURE].process
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert sandbox.read("text/plain", b"still here").text is not None


def test_tika_is_loaded_by_no_process_that_does_not_need_it() -> None:
    with Sandbox() as sandbox:
        assert sandbox.read("text/plain", b"words").text is not None
        (zygote,) = sandbox._zygotes.values()
        assert "tika" not in Path(f"/proc/{zygote.process.pid}/maps").read_text()
