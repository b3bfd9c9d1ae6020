"""Outlook mailboxes: every item a message of its own, with people, time and what it holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.errors import SandboxError
from archive.extraction import Extraction, NoText, Refusal, Sandbox, media_type, too_large
from archive.model.objects import Attachment
from tests.unit.extraction.pst_maker import (
    BINARY,
    BODY,
    CLASS,
    DATA,
    HEADERS,
    INTEGER,
    LONG_NAME,
    METHOD,
    SENDER,
    SENDER_ADDRESS,
    SENT,
    STRING,
    SUBJECT,
    TIME,
    TO,
    Folder,
    Item,
    make_pst,
)

NOTE = {(CLASS, STRING): "IPM.Note"}
MARCH = 133221240000000000  # 1 March 2023, 06:00 UTC, in steps of 100 ns since 1601
PRICES = Item(
    {
        **NOTE,
        (SUBJECT, STRING): "Prices / 쌀값",
        (BODY, STRING): "Rice rose at the Hyesan market.",
        (SENDER, STRING): "Ri Chun-hwa",
        (SENDER_ADDRESS, STRING): "ri@example.org",
        (TO, STRING): "Kim Myong",
        (SENT, TIME): MARCH,
    }
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def read(sandbox: Sandbox, *items: Item) -> Extraction:
    mailbox = make_pst(Folder("Top", folders=[Folder("Inbox", list(items))]))
    return sandbox.read(media_type(mailbox), mailbox)


def opened(sandbox: Sandbox, one: Attachment) -> Extraction:
    return sandbox.read(one.media_type, one.data)


def test_an_item_is_a_message_with_its_folders_people_and_time(sandbox: Sandbox) -> None:
    found = read(sandbox, PRICES)
    assert found.text is not None
    assert found.text.text == "Top/Inbox/Prices _ 쌀값.eml"
    (member,) = found.attachments
    assert member.media_type == "message/rfc822"
    message = opened(sandbox, member)
    assert message.text is not None
    assert message.text.text.strip() == "Rice rose at the Hyesan market."
    assert message.metadata["from"] == "Ri Chun-hwa <ri@example.org>"
    assert message.metadata["to"] == "Kim Myong"
    assert message.metadata["subject"] == "Prices / 쌀값"
    assert message.metadata["date"] == "2023-03-01"


def test_the_header_that_a_message_came_with_is_kept_and_its_old_body_is_not(
    sandbox: Sandbox,
) -> None:
    header = (
        "From: =?utf-8?q?Ri?= <ri@example.org>\r\nTo: kim@example.org,\r\n choe@example.org\r\n"
        "Message-ID: <7@example.org>\r\nSubject: Prices\r\n"
        "Content-Type: multipart/mixed; boundary=gone\r\nMIME-Version: 1.0\r\n\r\n"
    )
    (member,) = read(sandbox, Item({**PRICES.properties, (HEADERS, STRING): header})).attachments
    message = opened(sandbox, member)
    assert message.text is not None
    assert message.text.text.strip() == "Rice rose at the Hyesan market."
    assert message.metadata["from"] == "Ri <ri@example.org>"
    assert message.metadata["to"] == "kim@example.org, choe@example.org"
    assert message.metadata["message-id"] == "<7@example.org>"


def test_what_is_enclosed_comes_along_and_what_cannot_be_opened_is_named(sandbox: Sandbox) -> None:
    attachments = [
        {(LONG_NAME, STRING): "a.txt", (DATA, BINARY): b"Ferry at noon.", (METHOD, INTEGER): 1},
        {(LONG_NAME, STRING): "inner", (DATA, BINARY): b"opaque", (METHOD, INTEGER): 5},
        {(LONG_NAME, STRING): "elsewhere", (METHOD, INTEGER): 4},
    ]
    found = read(sandbox, Item(PRICES.properties, attachments))
    message, *refused = found.attachments
    (inside,) = opened(sandbox, message).attachments
    assert (inside.untrusted_name, inside.data) == ("a.txt", b"Ferry at noon.")
    assert [(one.untrusted_name.rpartition("/")[2], one.reason) for one in refused] == [
        ("inner", Refusal.METHOD.value),
        ("elsewhere", Refusal.EXTERNAL.value),
    ]


def test_a_contact_tells_what_it_holds_beside_a_body(sandbox: Sandbox) -> None:
    contact = {(CLASS, STRING): "IPM.Contact", (SUBJECT, STRING): "Kim", (0x3A1C, STRING): "555 17"}
    (member,) = read(sandbox, Item(contact)).attachments
    message = opened(sandbox, member)
    assert message.text is not None
    assert "555 17" in message.text.text


def test_names_lead_nowhere_and_no_item_is_lost(sandbox: Sandbox) -> None:
    subjects = ["../../etc/passwd", "a\nb", "", "", "\u202etxt.exe", "x" * 3000]
    items = [Item({**NOTE, **({(SUBJECT, STRING): one} if one else {})}) for one in subjects]
    found = [*read(sandbox, *items[:3]).attachments, *read(sandbox, *items[3:]).attachments]
    names = [one.untrusted_name for one in found]
    assert len(names) == len(subjects)
    assert not any("/../" in name or "\n" in name or "\u202e" in name for name in names)


def test_the_same_mailbox_gives_the_same_messages(sandbox: Sandbox) -> None:
    assert read(sandbox, PRICES, PRICES) == read(sandbox, PRICES, PRICES)


@pytest.mark.parametrize("cut", [10, 500, 564, 0x4600, -600, -100])
def test_a_cut_off_mailbox_fails_or_tells_what_is_missing(sandbox: Sandbox, cut: int) -> None:
    whole = make_pst(Folder("Inbox", [PRICES]))
    try:
        found = sandbox.read("application/vnd.ms-outlook-pst", whole[:cut])
    except SandboxError:
        return
    assert any(one.reason is not None or one.data for one in found.attachments)


def test_a_mailbox_that_is_too_large_says_what_to_do() -> None:
    assert too_large("application/vnd.ms-outlook-pst") is NoText.UNOPENED
