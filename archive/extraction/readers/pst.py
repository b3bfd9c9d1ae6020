"""Outlook mailboxes ([MS-PST]; .pst and .ost): every item a message of its own, by libpff.

An item is written out as mail (RFC 5322), with the header that it came with where there is one, and
is read as such: its people, its times, and everything enclosed in it, each a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from io import BytesIO
from typing import Any

import pypff

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, one_line
from archive.extraction.limits import Confinement
from archive.extraction.readers.members import Members, Refused
from archive.extraction.readers.office_message import Message, as_mail, told_body
from archive.extraction.reasons import Refusal
from archive.model.objects import Attachment, Extraction

_KIND, _MESSAGE = 0x1F, 0x04  # [MS-PST] 2.2.2.1
_DEPTH = 20  # of folders
_ENCLOSED = 1_000  # attachments of one message
_CLASS, _SUBJECT, _BODY, _HEADERS = 0x001A, 0x0037, 0x1000, 0x007D  # [MS-OXPROPS]
_TO, _CC, _BCC, _SENDER_ADDRESS, _MESSAGE_ID = 0x0E04, 0x0E03, 0x0E02, 0x0C1F, 0x1035
_SMTP_ADDRESS, _SHOWN_NAME = 0x39FE, 0x3001
_LONG_NAME, _SHORT_NAME, _METHOD = 0x3707, 0x3704, 0x3705
_EMBEDDED, _REFERENCES = 5, frozenset({2, 3, 4, 7})  # [MS-OXCMSG] 2.2.2.9
_INTEGER = 0x0003
_STRINGS = (0x001F, 0x001E)
_NOTE = "ipm.note"
_OWN = frozenset({_CLASS, _SUBJECT, _BODY, _HEADERS, 0x1013})
_OF_THE_BODY = re.compile(r"(?:content-|mime-version)", re.IGNORECASE)
_FIELD = re.compile(r"[!-9;-~]{1,76}:")
_SLASHES = str.maketrans("/\\", "__")
_ORPHANS = "items without a folder"
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes


class PstReader:
    """Reads `application/vnd.ms-outlook-pst`: folders as paths, items as members."""

    name = f"pst/1 (libpff {pypff.get_version()})"
    media_types = ("application/vnd.ms-outlook-pst",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the paths of the items as text and the items as attachments.

        Raises:
            ReaderFailed: it is damaged beyond reading.
        """
        mailbox = pypff.file()
        try:
            mailbox.open_file_object(BytesIO(data))
            root = mailbox.root_folder
        except OSError:
            raise ReaderFailed from None
        members = Members(len(data))
        for path, item in (*_items(root, ()), *_orphans(mailbox)):
            _take_out(members, "/".join((*path, _file_name(item))), item)
        return members.extraction(self.name)


def _take_out(members: Members, name: str, item: Any) -> None:
    """Make an item a member, and say what is enclosed in it and cannot be had."""
    missing: list[Attachment] = []

    def mail() -> Iterator[bytes]:
        members.meter(0)  # looks at the clock, before more work is done
        try:
            enclosed = list(_enclosed(item))
            missing.extend(one for one in enclosed if one.reason is not None)
            yield _mail(item, [one for one in enclosed if one.reason is None])
        except OSError:  # the rest of the mailbox is not to blame
            raise Refused(Refusal.DAMAGED) from None

    if item is None:
        members.refuse(name, Refusal.DAMAGED)
        return
    members.add(name, mail())
    for one in missing:
        members.refuse(f"{name}/{one.untrusted_name}", Refusal(one.reason))


def _items(folder: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every item below a folder with the names of the folders above it; `None` if damaged."""
    for item in _each(folder, "sub_message"):
        yield path, item
    for inner in _each(folder, "sub_folder"):
        if inner is None or len(path) >= _DEPTH:
            yield path, None
        else:
            name = _asked(inner, "name", "").translate(_SLASHES).strip()
            yield from _items(inner, (*path, name or "folder"))


def _orphans(mailbox: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for item in _each(mailbox, "orphan_item"):
        if item is None or item.identifier & _KIND == _MESSAGE:
            yield (_ORPHANS,), item


def _each(parent: Any, kind: str) -> Iterator[Any]:
    """Yield the children of a kind; `None` for one that is damaged."""
    number_of = _asked(parent, f"number_of_{kind}s", 0, damaged=-1)
    if number_of < 0:
        yield None
    for number in range(number_of):
        yield _asked(parent, f"get_{kind}", None, number)


def _asked(item: Any, name: str, otherwise: Any, *arguments: object, damaged: object = None) -> Any:
    """Return what the library answers, or what stands for it where it is missing or damaged."""
    try:
        answer = getattr(item, name)
        return (answer(*arguments) if arguments else answer) or otherwise
    except AttributeError:  # an item of a class that the library does not know
        return otherwise
    except OSError:
        return otherwise if damaged is None else damaged


def _file_name(item: Any) -> str:
    subject = one_line("" if item is None else _subject(item), 200).translate(_SLASHES)
    return f"{subject.strip() or 'message'}.eml"


def _subject(item: Any) -> str:
    return str(_asked(item, "subject", "") or dict(_strings(item)).get(_SUBJECT, ""))


def _mail(item: Any, enclosed: list[Attachment]) -> bytes:
    """Return an item as mail; the same item gives the same bytes."""
    texts = dict(_strings(item))
    body = told_body(
        _text(_asked(item, "plain_text_body", texts.get(_BODY))),
        _asked(item, "html_body", b""),
        _asked(item, "rtf_body", b""),
    )
    if not texts.get(_CLASS, _NOTE).lower().startswith(_NOTE):
        body = "\n".join([body, *_unsaid(texts, body)])
    message = Message(body, _metadata(item, texts), tuple(enclosed))
    return _came_with(texts.get(_HEADERS, "")) + as_mail(message)


def _came_with(header: str) -> bytes:
    """Return the fields of a header that a message came with, without those of its old body."""
    fields: list[str] = []
    for line in header.splitlines():
        if line[:1] in (" ", "\t") and fields:
            fields[-1] += f"\r\n {one_line(line, 4096).strip()}"
        elif _FIELD.match(line):
            fields.append(one_line(line, 4096))
    kept = [one for one in fields if not _OF_THE_BODY.match(one)]
    return "".join(f"{one}\r\n" for one in kept).encode("utf-8", "replace")


def _metadata(item: Any, texts: dict[int, str]) -> dict[str, str]:
    """Return what the header says where the message came with none: it was not sent by mail."""
    if texts.get(_HEADERS):
        return {}
    sender = one_line(_asked(item, "sender_name", ""), 400)
    address = texts.get(_SENDER_ADDRESS, "")
    fields = {
        "subject": _subject(item),
        "from": f"{sender} <{address}>" if "@" in address and address != sender else sender,
        "to": texts.get(_TO, ""),
        "cc": texts.get(_CC, ""),
        "bcc": texts.get(_BCC, ""),
        "recipients": "; ".join(_recipients(item)),
    }
    sent = _asked(item, "client_submit_time", _asked(item, "delivery_time", None))
    if sent is not None:
        fields["sent"] = sent.replace(tzinfo=UTC, microsecond=0).isoformat()
    return {name: value for name, value in fields.items() if value}


def _recipients(item: Any) -> Iterator[str]:
    for record in _sets(_asked(item, "recipients", None)):
        told = dict(_entries(record))
        values = [told[tag] for tag in (_SHOWN_NAME, _SMTP_ADDRESS) if told.get(tag)]
        yield from dict.fromkeys(values)


def _strings(item: Any) -> Iterator[tuple[int, str]]:
    for record in _sets(item):
        yield from _entries(record)


def _sets(item: Any) -> Iterator[Any]:
    if item is not None:
        yield from filter(None, _each(item, "record_set"))


def _each_entry(record: Any) -> Iterator[Any]:
    for number in range(_asked(record, "number_of_entries", 0)):
        entry = _asked(record, "get_entry", None, number)
        if entry is not None:
            yield entry


def _entries(record: Any) -> Iterator[tuple[int, str]]:
    """Yield the properties that are text, by their tags."""
    for entry in _each_entry(record):
        if entry.value_type in _STRINGS:
            value = _asked(entry, "data_as_string", None)
            if value and not is_blank(value):
                yield entry.entry_type or 0, value


def _unsaid(texts: dict[int, str], body: str) -> Iterator[str]:
    """Yield what a contact, task or appointment says in other properties than its body."""
    for tag, value in texts.items():
        if tag not in _OWN and value not in body:
            yield one_line(value, 4096)


def _enclosed(item: Any) -> Iterator[Attachment]:
    """Yield the attachments; libpff does not open messages in messages, and links have no bytes."""
    for number, one in enumerate(_each(item, "attachment")):
        if number == _ENCLOSED:
            yield Attachment("", _UNTOLD, b"", Refusal.TOO_MANY.value)
            return
        if one is None:
            yield Attachment("", _UNTOLD, b"", Refusal.DAMAGED.value)
            continue
        texts, method = dict(_strings(one)), _method(one)
        name = texts.get(_LONG_NAME) or texts.get(_SHORT_NAME) or texts.get(_SHOWN_NAME, "")
        size = _asked(one, "size", 0)
        if method == _EMBEDDED:
            yield Attachment(name, _UNTOLD, b"", Refusal.METHOD.value)
        elif method in _REFERENCES and not size:
            yield Attachment(name, _UNTOLD, b"", Refusal.EXTERNAL.value)
        else:
            yield Attachment(name, _UNTOLD, one.read_buffer(size) if size else b"")


def _method(attachment: Any) -> int:
    for record in _sets(attachment):
        for entry in _each_entry(record):
            if (entry.entry_type, entry.value_type) == (_METHOD, _INTEGER):
                return int(_asked(entry, "data_as_integer", 0))
    return 0


def _text(value: bytes | str | None) -> str:
    return value if isinstance(value, str) else (value or b"").decode("utf-8", "replace")
