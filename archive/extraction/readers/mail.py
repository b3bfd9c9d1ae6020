"""Mail: the words of the body, the headers as metadata, everything enclosed as attachments."""

from __future__ import annotations

from email.message import Message
from platform import python_version

from lxml import etree

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.decoding import Decoded, decode_anyhow
from archive.extraction.limits import Confinement
from archive.extraction.readers.html import page_text
from archive.extraction.readers.mail_fields import (
    AnyMessage,
    charset,
    field,
    file_name,
    is_enclosed,
    is_flowed,
    is_sealed,
    kind,
    metadata,
)
from archive.extraction.readers.mail_flowed import unflowed
from archive.extraction.readers.mail_parts import Part, Walk, whole
from archive.extraction.reasons import NoText, Refusal
from archive.model.objects import Attachment, CanonicalText, Extraction

_ENCLOSED_NAME = "message.eml"
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_CODED = ("base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue")


class MailReader:
    """Reads `message/rfc822` (RFC 5322 with MIME, RFC 2045 to 2049) with the standard library.

    An enclosed message is one attachment, whole; whoever calls goes down a level with it.
    """

    name = f"mail/3 (python {python_version()}, lxml {etree.__version__})"
    media_types = ("message/rfc822",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the body (plain text where there is any, else HTML), headers and attachments.

        Raises:
            ReaderFailed: it has no headers at all.
        """
        message = whole(data)
        if not message.headers.keys():
            raise ReaderFailed
        bodies: list[Decoded] = []
        attachments: list[Attachment] = []
        walk = Walk(message, _is_spoken)
        for part, wanted in walk.leaves():
            if not _is_body(part.headers):
                attachments.append(_attachment(part))
            elif wanted and not is_blank((body := _words(part)).text):
                bodies.append(body)
        if walk.cut:
            attachments.append(Attachment("", _UNTOLD, b"", Refusal.TOO_MANY.value))
        return self._extraction(message.headers, bodies, tuple(attachments))

    def _extraction(
        self, headers: AnyMessage, bodies: list[Decoded], attachments: tuple[Attachment, ...]
    ) -> Extraction:
        if not bodies:
            reason = NoText.PROTECTED if is_sealed(headers) else NoText.EMPTY
            return Extraction(None, metadata(headers), attachments, reason.value)
        text = neutralise(join_line_ends("\n\n".join(body.text.rstrip() for body in bodies)))
        encodings = {body.encoding for body in bodies}
        encoding = encodings.pop() if len(encodings) == 1 else None
        found = CanonicalText(text, self.name, encoding=encoding)
        return Extraction(found, metadata(headers), attachments)


def _is_spoken(part: Part) -> bool:
    plain = kind(part.headers) == "text/plain" and _is_body(part.headers)
    return plain and not is_blank(_words(part).text)


def _is_body(headers: AnyMessage) -> bool:
    named = kind(headers) not in ("text/plain", "text/html") or file_name(headers)
    return not named and not is_enclosed(headers)


def _words(part: Part) -> Decoded:
    decoded = decode_anyhow(_content(part), charset(part.headers))
    if kind(part.headers) == "text/html":
        return Decoded(page_text(decoded)[0], decoded.encoding)
    if is_flowed(part.headers):
        return Decoded(unflowed(join_line_ends(decoded.text)), decoded.encoding)
    return decoded


def _content(part: Part) -> bytes:
    """Return the body with its transfer encoding (RFC 2045, 6) undone, as far as it can be."""
    coding = field(part.headers, "content-transfer-encoding").strip().lower()
    if coding not in _CODED:
        return part.body
    coded: AnyMessage = Message()
    coded["Content-Transfer-Encoding"] = coding
    coded.set_payload(part.body.decode("ascii", "surrogateescape"))
    content = coded.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attachment(part: Part) -> Attachment:
    """Return what is enclosed, an enclosed message as it came."""
    name, enclosed = file_name(part.headers), kind(part.headers)
    if enclosed == "message/external-body":
        return Attachment(name, _UNTOLD, b"", Refusal.EXTERNAL.value)
    if enclosed.startswith("message/"):
        name = name or _ENCLOSED_NAME
    return Attachment(name, _UNTOLD, _content(part))
