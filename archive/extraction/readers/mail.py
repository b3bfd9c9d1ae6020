"""Mail: the words of the body, the headers as metadata, everything enclosed as attachments."""

from __future__ import annotations

import base64
import email.generator  # noqa: F401 - imported now: a confined child can import nothing
from collections.abc import Iterator
from email import message_from_bytes, policy
from platform import python_version
from typing import cast

from lxml import etree

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.decoding import Decoded, decode_anyhow
from archive.extraction.limits import Confinement
from archive.extraction.readers.html import page_text
from archive.extraction.readers.mail_fields import (
    AnyMessage,
    charset,
    file_name,
    is_enclosed,
    kind,
    metadata,
)
from archive.extraction.reasons import NoText
from archive.model.objects import Attachment, CanonicalText, Extraction

_MAX_PARTS = 10_000  # a body has a handful; more is an attack on the walk
_ENCLOSED_NAME = "message.eml"
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes


class MailReader:
    """Reads `message/rfc822` (RFC 5322 with MIME, RFC 2045 to 2049) with the standard library.

    An enclosed message is one attachment, whole; whoever calls goes down a level with it.
    """

    name = f"mail/1 (python {python_version()}, lxml {etree.__version__})"
    media_types = ("message/rfc822",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the body (plain text where there is any, else HTML), headers and attachments.

        Raises:
            ReaderFailed: it has no headers at all, or more parts than can be meant well.
        """
        message = _parse(data)
        if not message.keys():
            raise ReaderFailed
        bodies: list[Decoded] = []
        attachments: list[Attachment] = []
        for part, wanted in _leaves(message):
            if not _is_body(part):
                attachments.append(_attachment(part))
            elif wanted and not is_blank((body := _words(part)).text):
                bodies.append(body)
        text = neutralise(join_line_ends("\n\n".join(body.text.rstrip() for body in bodies)))
        if not bodies:
            return Extraction(None, metadata(message), tuple(attachments), NoText.EMPTY.value)
        encodings = {body.encoding for body in bodies}
        encoding = encodings.pop() if len(encodings) == 1 else None
        found = CanonicalText(text, self.name, encoding=encoding)
        return Extraction(found, metadata(message), tuple(attachments))


def _parse(data: bytes) -> AnyMessage:
    """Parse with the policy that regenerates an enclosed message as it came, else the old one."""
    line_end = "\r\n" if b"\r\n" in data[:4096] else "\n"
    modern = policy.default.clone(refold_source="none", linesep=line_end)
    try:
        return message_from_bytes(data, policy=modern)
    except RecursionError:
        raise
    except Exception:  # the header parser of CPython raises many kinds
        plain = policy.compat32.clone(linesep=line_end, mangle_from_=False)
    return message_from_bytes(data, policy=plain)


def _leaves(message: AnyMessage) -> Iterator[tuple[AnyMessage, bool]]:
    """Yield parts that hold no parts, and whether words of theirs belong to the text.

    Of alternatives (RFC 2046, 5.1.4) plain text is preferred; files enclosed in the others are
    yielded all the same.
    """
    waiting = [(message, True)]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part, wanted = waiting.pop()
        if not (kind(part).startswith("multipart/") and part.is_multipart()):
            yield part, wanted
            continue
        inside = _parts(part)
        plain = [one for one in inside if _is_spoken(one)]
        if kind(part) == "multipart/alternative" and plain:
            waiting.extend((one, wanted and one is plain[0]) for one in reversed(inside))
        else:
            waiting.extend((one, wanted) for one in reversed(inside))
    raise ReaderFailed


def _parts(part: AnyMessage) -> list[AnyMessage]:
    return cast(list[AnyMessage], part.get_payload())


def _is_spoken(part: AnyMessage) -> bool:
    return kind(part) == "text/plain" and _is_body(part) and not is_blank(_words(part).text)


def _is_body(part: AnyMessage) -> bool:
    named = kind(part) not in ("text/plain", "text/html") or file_name(part)
    return not named and not is_enclosed(part)


def _words(part: AnyMessage) -> Decoded:
    decoded = decode_anyhow(_content(part), charset(part))
    if kind(part) == "text/html":
        return Decoded(page_text(decoded)[0], decoded.encoding)
    return decoded


def _content(part: AnyMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attachment(part: AnyMessage) -> Attachment:
    if part.is_multipart():
        return Attachment(file_name(part) or _ENCLOSED_NAME, _UNTOLD, _enclosed_message(part))
    return Attachment(file_name(part), _UNTOLD, _content(part))


def _enclosed_message(part: AnyMessage) -> bytes:
    """Return the messages inside a `message/*` part as they came.

    RFC 2046 (5.2.1) forbids base64 on such a part; where it is used, the parser takes the code for
    the body of the enclosed message.
    """
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        inner = _parts(part)[0]
        if not inner.keys():
            return base64.b64decode(str(inner.get_payload()))
    return b"".join(inner.as_bytes() for inner in _parts(part))
