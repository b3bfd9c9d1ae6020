"""A mailbox gives its messages, byte for byte, whatever dialect it is in."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ReaderFailed
from archive.extraction import media_type
from archive.extraction.readers.mbox import MboxReader, messages

SEAM = b"From oh@b.example Tue Mar  5 09:00:00 2024\n"
FIRST = b"From: a@b.example\nTo: c@d.example\nSubject: prices\n\nRice went up.\n"
SECOND = b"From: c@d.example\nTo: a@b.example\nSubject: =?utf-8?q?=EC=8C=80?= / more\n\nYes.\n"


def test_messages_come_out_as_they_went_in() -> None:
    assert list(messages(SEAM + FIRST + b"\n" + SEAM + SECOND + b"\n")) == [FIRST, SECOND]


def test_names_are_subjects_and_listed_one_a_line() -> None:
    found = MboxReader().read(SEAM + FIRST + b"\n" + SEAM + SECOND + b"\n" + SEAM + b"To: x\n\ny")
    assert [one.untrusted_name for one in found.attachments] == [
        "prices.eml",
        "쌀 _ more.eml",
        "message.eml",
    ]
    assert found.text is not None
    assert found.text.text.split("\n") == [one.untrusted_name for one in found.attachments]


@pytest.mark.parametrize(
    "seam",
    [
        b"From - Tue Mar 05 09:00:00 2024\n",
        b"From -\n",
        b"From MAILER-DAEMON Tue Mar  5 09:00:00 2024 +0900\n",
        b"From 1790000000000000000@xxx Tue Mar 05 09:00:00 +0000 2024\n",
    ],
)
def test_seams_of_many_programs_are_known(seam: bytes) -> None:
    assert list(messages(seam + FIRST + b"\n" + seam + SECOND)) == [FIRST, SECOND]


def test_line_ends_of_windows_are_kept() -> None:
    first, second = (one.replace(b"\n", b"\r\n") for one in (FIRST, SECOND))
    seam = SEAM.replace(b"\n", b"\r\n")
    assert list(messages(seam + first + b"\r\n" + seam + second + b"\r\n")) == [first, second]


@pytest.mark.parametrize(
    "line",
    [
        b"From here on it is quiet.",
        b"From 9:00 to 17:00 it was quiet.",
        b"From oh@b.example Tue Mar  5 09:00:00 2024 is how a seam begins.",
    ],
)
def test_a_sentence_that_begins_with_from_is_no_seam(line: bytes) -> None:
    message = FIRST + b"\n" + line + b"\nNothing: that a header could be is missing here? No.\n"
    quiet = FIRST + b"\n" + line + b"\n\nwords\n"
    assert list(messages(SEAM + quiet)) == [quiet]
    assert b"".join(messages(SEAM + message)).startswith(FIRST.rstrip())


def test_a_counted_body_may_hold_a_seam() -> None:
    body = b"Look:\n\n" + SEAM + b"Subject: pasted\n\nx\n"
    head = b"From: a@b.example\nContent-Length: %d\n\n" % len(body)
    assert list(messages(SEAM + head + body + b"\n" + SEAM + SECOND)) == [head + body, SECOND]


@pytest.mark.parametrize("count", [b"3", b"99999", b"x", b"999999999999"])
def test_a_count_that_is_wrong_is_not_believed(count: bytes) -> None:
    first = b"Content-Length: " + count + b"\n" + FIRST
    assert list(messages(SEAM + first + b"\n" + SEAM + SECOND)) == [first, SECOND]


def test_quoted_lines_lose_one_sign() -> None:
    message = FIRST + b">From here\n>>From there\n> From afar\n"
    assert list(messages(SEAM + message)) == [FIRST + b"From here\n>From there\n> From afar\n"]


def test_what_begins_with_no_message_is_not_a_mailbox() -> None:
    with pytest.raises(ReaderFailed):
        MboxReader().read(b"From here on\nit is quiet")


def test_a_mailbox_of_the_standard_library_is_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in range(50):
        message = EmailMessage()
        message["Subject"] = f"letter {number}"
        message["From"] = "a@b.example"
        message.set_content(f"From here on\n\nFrom there: {number}\n")
        box.add(message)
    box.close()
    data = (tmp_path / "box").read_bytes()
    assert media_type(data) == "application/mbox"
    found = MboxReader().read(data)
    assert [one.untrusted_name for one in found.attachments] == [
        f"letter {number}.eml" for number in range(50)
    ]


pieces = st.sampled_from(
    [
        SEAM,
        b"\n",
        b"\r\n",
        b"From ",
        b">From ~\n",
        b"Subject: a\n",
        b"~\n",
        b"\0",
        b"Content-Length: 9\n",
    ]
)


@settings(max_examples=200)
@given(held=st.lists(pieces, max_size=30))
def test_nothing_of_a_message_is_lost_or_doubled(held: list[bytes]) -> None:
    data = SEAM + b"Subject: a\n" + b"".join(held)
    found = list(messages(data))
    assert found
    assert b"".join(found).count(b"~") == data.count(b"~")
