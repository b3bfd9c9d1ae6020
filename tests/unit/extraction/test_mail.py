"""Mail gives its words, its headers, and everything enclosed, byte for byte."""

from __future__ import annotations

import base64
import hashlib
from email.message import EmailMessage

import pytest

from archive.errors import ReaderFailed
from archive.extraction import NoText, Refusal
from archive.extraction.readers.mail import MailReader
from archive.model.objects import Extraction

HEAD = "From: a@b.example\nDate: Tue, 5 Mar 2024 09:00:00 +0900\n"


def read(text: str | bytes) -> Extraction:
    return MailReader().read(text.encode() if isinstance(text, str) else text)


def body(text: str | bytes) -> str | None:
    found = read(text).text
    return found.text if found else None


def multipart(kind: str, *parts: str, seam: str = "s") -> str:
    inside = "".join(f"--{seam}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={seam}\n\n{inside}--{seam}--\n"


PLAIN = "Content-Type: text/plain\n\nplain words"
HTML = "Content-Type: text/html\n\n<p>page <b>wo</b>rds"
FILE = "Content-Type: application/x\nContent-Disposition: attachment; filename=f.bin\n\ndata"


def test_headers_are_metadata_and_not_text() -> None:
    found = read(
        "From: Oh <oh@b.example>\nTo: a@b.example,\n c@d.example\nTo: e@f.example\n"
        "Cc: g@h.example\nSubject: =?utf-8?q?=EC=8C=80?= price\nMessage-ID: <1@x>\n"
        "In-Reply-To: <0@x>\nReferences: <root@x>\n <0@x>\n"
        "Date: Tue, 5 Mar 2024 23:30:00 +0900\nX-Other: y\n\nwords\n"
    )
    assert found.metadata == {
        "from": "Oh <oh@b.example>",
        "to": "a@b.example, c@d.example, e@f.example",
        "cc": "g@h.example",
        "subject": "쌀 price",
        "message-id": "<1@x>",
        "in-reply-to": "<0@x>",
        "references": "<root@x> <0@x>",
        "date": "2024-03-05",
        "sent": "2024-03-05T23:30:00+09:00",
    }
    assert found.text is not None
    assert found.text.text == "words"


@pytest.mark.parametrize(
    "raw",
    [
        "한서연".encode(),
        "한서연".encode("euc-kr"),
        b"=?euc-kr?B?" + base64.b64encode("한서연".encode("euc-kr")) + b"?=",
        b"=?utf-8?B?7ZWc?=\n =?utf-8?B?7ISc7Jew?=",
    ],
)
def test_subjects_are_decoded_however_they_were_written(raw: bytes) -> None:
    found = read(HEAD.encode() + b"Subject: " + raw + b"\n\nx")
    assert found.metadata["subject"] == "한서연"


@pytest.mark.parametrize(
    "field",
    [
        "Subject: =?no-such-charset?B?eA==?=",
        "Content-Type: text/plain; charset",
        "Content-Type: ;;;",
        "Content-Disposition: ;;=",
        "Content-Type: text/plain; charset*0*=x''%zz",
        "Date: not a date",
    ],
)
def test_a_malformed_header_does_not_hide_the_words(field: str) -> None:
    assert body(f"From: a@b.example\n{field}\n\nwords") == "words"


def test_plain_text_is_preferred_to_html() -> None:
    assert body(HEAD + multipart("alternative", PLAIN, HTML)) == "plain words"
    assert body(HEAD + multipart("alternative", HTML, PLAIN)) == "plain words"


def test_html_is_read_where_plain_text_says_nothing() -> None:
    empty = "Content-Type: text/plain\n\n \n"
    assert body(HEAD + multipart("alternative", empty, HTML)) == "page words"
    assert body(HEAD + HTML) == "page words"


def test_words_before_and_after_an_attachment_are_one_text() -> None:
    found = read(HEAD + multipart("mixed", PLAIN, FILE, PLAIN))
    assert found.text is not None
    assert found.text.text == "plain words\n\nplain words"
    assert [(one.untrusted_name, one.data) for one in found.attachments] == [("f.bin", b"data")]


def test_a_file_enclosed_in_a_rejected_alternative_is_not_lost() -> None:
    inner = multipart("related", HTML, FILE, seam="t")
    found = read(HEAD + multipart("alternative", PLAIN, inner))
    assert found.text is not None
    assert found.text.text == "plain words"
    assert [one.untrusted_name for one in found.attachments] == ["f.bin"]


def test_text_that_is_an_attachment_is_not_the_body() -> None:
    disposed = "Content-Type: text/plain\nContent-Disposition: ATTACHMENT\n\nenclosed"
    named = "Content-Type: text/plain; name=n.txt\n\nnamed"
    found = read(HEAD + multipart("mixed", PLAIN, disposed, named))
    assert found.text is not None
    assert found.text.text == "plain words"
    assert [(one.untrusted_name, one.data) for one in found.attachments] == [
        ("", b"enclosed"),
        ("n.txt", b"named"),
    ]


@pytest.mark.parametrize(
    "parameter",
    [
        'filename="박미향.txt"',
        "filename*=utf-8''%EB%B0%95%EB%AF%B8%ED%96%A5.txt",
        "filename*0*=utf-8''%EB%B0%95;\n filename*1*=%EB%AF%B8%ED%96%A5.txt",
        'filename="=?utf-8?B?67CV66+47Zal?=.txt"',
    ],
)
def test_attachment_names_are_decoded(parameter: str) -> None:
    part = f"Content-Type: application/x\nContent-Disposition: attachment; {parameter}\n\nx"
    assert read(HEAD + multipart("mixed", PLAIN, part)).attachments[0].untrusted_name == (
        "박미향.txt"
    )


@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "8bit"])
def test_attachments_are_whole(coding: str) -> None:
    data = bytes(range(256)) * 3 if coding != "8bit" else "쌀\n".encode()
    message = EmailMessage()
    message["From"], message["Date"] = "a@b.example", "Tue, 5 Mar 2024 09:00:00 +0900"
    message.set_content("words")
    message.add_attachment(data, maintype="application", subtype="x", filename="f", cte=coding)
    found = read(message.as_bytes()).attachments[0]
    assert hashlib.sha256(found.data.rstrip(b"\n")).digest() == (
        hashlib.sha256(data.rstrip(b"\n")).digest()
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_enclosed_message_comes_out_as_it_went_in(line_end: str) -> None:
    inner = (
        "From: Pak  Mi-hyang <p@q.example>\nSubject: =?utf-8?q?long_=EC=8C=80?=\n   folded oddly\n"
        "X-Long: " + "word " * 40 + "\nDate: Thu, 18 Jan 2024 22:30:00 +0900\n\n"
        "From the stove\nsecond line\n"
    )
    outer = HEAD + multipart("mixed", PLAIN, "Content-Type: message/rfc822\n\n" + inner)
    found = read(outer.replace("\n", line_end)).attachments[0]
    assert found.data == inner.replace("\n", line_end).encode()


def test_an_enclosed_message_in_forbidden_base64_is_decoded() -> None:
    coded = base64.encodebytes((HEAD + "\ninner words\n").encode()).decode()
    part = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{coded}"
    found = read(HEAD + multipart("mixed", PLAIN, part)).attachments[0]
    assert b"inner words" in found.data


def test_a_delivery_report_is_enclosed_whole() -> None:
    status = "Content-Type: message/delivery-status\n\nReporting-MTA: x\n\nAction: failed\n"
    found = read(HEAD + multipart("report", PLAIN, status)).attachments[0]
    assert b"Reporting-MTA: x" in found.data
    assert b"Action: failed" in found.data


def test_mail_in_mail_in_mail_is_opened_level_by_level() -> None:
    message = HEAD + "\ninnermost"
    for level in range(5):
        part = "Content-Type: message/rfc822\n\n" + message
        message = HEAD + multipart("mixed", PLAIN, part, seam=f"seam{level}")
    for _ in range(5):
        message = read(message).attachments[0].data.decode()
    assert body(message) == "innermost"


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "iso-8859-1", "nonsense"])
def test_a_wrong_charset_is_tolerated(declared: str) -> None:
    assert body(f"{HEAD}Content-Type: text/plain; charset={declared}\n\n쌀값이 올랐다") == (
        "쌀값이 올랐다"
    )


def test_a_mail_without_words_keeps_its_headers_and_files() -> None:
    found = read(HEAD + multipart("mixed", FILE))
    assert (found.text, found.reason) == (None, NoText.EMPTY.value)
    assert found.metadata["from"] == "a@b.example"
    assert len(found.attachments) == 1


def test_a_seam_that_never_closes_loses_nothing() -> None:
    cut = HEAD + multipart("mixed", PLAIN, FILE)
    found = read(cut[: cut.rindex("--s--")])
    assert found.text is not None
    assert len(found.attachments) == 1


def test_no_headers_is_no_mail() -> None:
    with pytest.raises(ReaderFailed):
        read("\n\njust words")


def test_endless_parts_are_read_until_the_bound_and_the_rest_is_reported() -> None:
    found = read(HEAD + multipart("mixed", PLAIN, *[FILE] * 10_001))
    assert found.text is not None
    assert [one.reason for one in found.attachments[-2:]] == [None, Refusal.TOO_MANY.value]
