"""Header fields and parameters of a message, read so that no malformed one raises."""

from __future__ import annotations

import re
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import TypeAlias

from archive.extraction.dates import mail_date
from archive.extraction.decoding import decode_anyhow

AnyMessage: TypeAlias = "Message[str, str]"
"""A message or a part of one, whichever policy it was parsed with."""

_FIELDS = ("from", "to", "cc", "subject", "message-id", "in-reply-to", "references")
_RAW, _REPEATED = 1 << 15, 64  # code points of a field that are decoded, and fields of a name
_FOLD = re.compile(r"\r?\n(?=[ \t])")  # RFC 5322, 2.2.3


def metadata(message: AnyMessage) -> dict[str, str]:
    """Return sender, receivers, subject, identifiers; `date` is the day, `sent` the full time."""
    fields = {name: field(message, name) for name in _FIELDS}
    sent = mail_date(field(message, "date"))
    if sent is not None:
        fields["date"], fields["sent"] = sent
    return {name: value for name, value in fields.items() if value}


def field(message: AnyMessage, name: str) -> str:
    """Return all fields of that name, unfolded and decoded (RFC 2047), joined by commas."""
    found = [str(raw)[:_RAW] for key, raw in message.raw_items() if key.lower() == name]
    return ", ".join(readable(raw) for raw in found[:_REPEATED])


def kind(part: AnyMessage) -> str:
    """Return the declared media type; one that cannot be parsed is `application/octet-stream`."""
    try:
        return part.get_content_type()
    except Exception:  # the header parser of CPython raises many kinds
        return "application/octet-stream"


def charset(part: AnyMessage) -> str | None:
    """Return the declared character set, if one can be parsed."""
    try:
        return part.get_content_charset()
    except Exception:  # as above
        return None


def is_flowed(part: AnyMessage) -> bool:
    """Tell plain text whose lines may be broken inside words (RFC 3676, 4.1)."""
    found = [_parameter(part, "content-type", name) for name in ("format", "delsp")]
    return [str(one).lower() for one in found] == ["flowed", "yes"]


def boundary(part: AnyMessage) -> bytes:
    """Return the delimiter of a multipart (RFC 2046, 5.1.1), empty when none can be parsed."""
    try:
        value = _plain(part).get_boundary("")
    except Exception:  # as above
        return b""
    return value.encode("utf-8", "surrogateescape")


def is_sealed(part: AnyMessage) -> bool:
    """Tell a body encrypted by OpenPGP (RFC 3156, 4) or S/MIME (RFC 8551, 3.2)."""
    if kind(part) == "multipart/encrypted":
        return True
    signed = "signed-data" in field(part, "content-type").lower()
    return kind(part) in ("application/pkcs7-mime", "application/x-pkcs7-mime") and not signed


def file_name(part: AnyMessage) -> str:
    """Return the untrusted file name of a part (RFC 2183, RFC 2231, or as mailers write it)."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        value = _parameter(part, header, parameter)
        if value:
            return readable(collapse_rfc2231_value(value))
    return ""


def _parameter(
    part: AnyMessage, header: str, name: str
) -> str | tuple[str | None, str | None, str] | None:
    try:
        return _plain(part).get_param(name, header=header)
    except Exception:  # as above
        return None


def is_enclosed(part: AnyMessage) -> bool:
    """Tell an attachment by its disposition (RFC 2183, 2.2), however badly that is written."""
    return field(part, "content-disposition").lower().startswith("attachment")


def _plain(part: AnyMessage) -> AnyMessage:
    """Return the headers of a part as raw text, which the default policy hides."""
    plain: AnyMessage = Message()
    for name, raw in part.raw_items():
        if name.lower() in ("content-disposition", "content-type"):
            plain[name] = _eight_bit(str(raw))
    return plain


def readable(raw: str) -> str:
    """Return a field as written in a message, unfolded and decoded (RFC 2047)."""
    text = _FOLD.sub("", _eight_bit(raw)).strip()
    if "=?" not in text:
        return text
    try:
        return "".join(_chunk(*pair) for pair in decode_header(text))
    except Exception:  # odd base64: the raw words are kept
        return text


def _chunk(content: str | bytes, declared: str | None) -> str:
    """Return one piece of what `decode_header` found, which has plain text coded for Python."""
    if isinstance(content, str):
        return content
    if declared is None:
        return content.decode("raw-unicode-escape")
    return decode_anyhow(content, declared).text


def _eight_bit(raw: str) -> str:
    """Decode raw bytes in a header, which the parser keeps as surrogates (PEP 383)."""
    if raw.isascii():
        return raw
    return decode_anyhow(raw.encode("utf-8", "surrogateescape")).text
