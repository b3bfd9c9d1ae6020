"""Recipient stanzas of an age header and their unpadded base64 (C2SP age, "Header")."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from keys.errors import MalformedHeader

_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*")
_COLUMNS = 64  # characters of a full body line; the last line is always shorter


def encode_base64(data: bytes) -> bytes:
    """Return canonical base64 (RFC 4648, section 4) without padding."""
    return base64.b64encode(data).rstrip(b"=")


def decode_base64(text: bytes) -> bytes:
    """Return the bytes behind canonical unpadded base64.

    Raises:
        MalformedHeader: padding, a foreign character or non-zero trailing bits.
    """
    if not _ALPHABET.fullmatch(text):
        raise MalformedHeader("base64 with a foreign character")
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise MalformedHeader("base64 of an impossible length") from None
    if encode_base64(data) != text:
        raise MalformedHeader("base64 that is not canonical")
    return data


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapped file key: the recipient type and its arguments, and the body."""

    args: tuple[bytes, ...]
    body: bytes

    @property
    def type(self) -> bytes:
        """The first argument, which names the recipient type."""
        return self.args[0]

    def encode(self) -> bytes:
        """Return the stanza's lines, each ended by a line feed."""
        text = encode_base64(self.body)
        lines = [text[at : at + _COLUMNS] for at in range(0, len(text) + 1, _COLUMNS)]
        return b"\n".join([b"-> " + b" ".join(self.args), *lines, b""])

    def only_argument(self, size: int) -> bytes:
        """Return the single argument after the type, decoded.

        Raises:
            MalformedHeader: there is not exactly one, or it does not hold `size` bytes.
        """
        if len(self.args) != 2:
            raise MalformedHeader("a stanza has a wrong number of arguments")
        argument = decode_base64(self.args[1])
        if len(argument) != size:
            raise MalformedHeader("a stanza's argument has a wrong length")
        return argument


def decode_body(lines: list[bytes]) -> bytes:
    """Return the body of a stanza from its lines, of which only the last is short.

    Raises:
        MalformedHeader: wrong wrapping or base64.
    """
    if any(len(line) != _COLUMNS for line in lines[:-1]) or len(lines[-1]) >= _COLUMNS:
        raise MalformedHeader("a stanza's body is wrapped wrongly")
    return decode_base64(b"".join(lines))
