"""age version 1 files (C2SP age specification): headers, and whole small files in memory."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from keys.errors import AuthenticationFailed, MalformedHeader, NoMatchingIdentity
from keys.identity import FILE_KEY_SIZE, Identity, Recipient
from keys.primitives import RandomBytes, hkdf
from keys.stanza import Stanza, decode_base64, decode_body, encode_base64
from keys.stream import open_payload, seal_payload

_VERSION = b"age-encryption.org/v1"
_FOOTER = b"---"
_ARGUMENTS = re.compile(rb"[!-~]+(?: [!-~]+)*")
_MAX_HEADER = 1 << 20  # bytes; some 600 hybrid stanzas


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header: its stanzas, the bytes that the MAC covers, the MAC, and its own length."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes
    size: int


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, salt=b"", info=b"header"), covered, "sha256")


def make_header(file_key: bytes, recipients: Sequence[Recipient], *, random: RandomBytes) -> bytes:
    """Return a header that seals `file_key` (16 bytes) to every recipient.

    Raises:
        MalformedHeader: there is no recipient.
        MalformedKey: a recipient's key is not usable.
    """
    if not recipients:
        raise MalformedHeader("a header needs a recipient")
    stanzas = [recipient.wrap(file_key, random=random).encode() for recipient in recipients]
    covered = b"".join([_VERSION, b"\n", *stanzas, _FOOTER])
    return covered + b" " + encode_base64(_mac(file_key, covered)) + b"\n"


def parse_header(data: bytes) -> Header:
    """Parse the header at the start of `data`, strictly.

    Raises:
        MalformedHeader: it does not follow the specification to the letter.
    """
    lines = _Lines(data)
    if lines.take() != _VERSION:
        raise MalformedHeader("not an age version 1 header")
    stanzas: list[Stanza] = []
    line = lines.take()
    while not line.startswith(_FOOTER):
        stanzas.append(_stanza(line, lines))
        line = lines.take()
    if not stanzas or line[3:4] != b" ":
        raise MalformedHeader("a header's last line is wrong, or no stanza is before it")
    if len(stanzas) > 1 and any(stanza.type == b"scrypt" for stanza in stanzas):
        raise MalformedHeader("a passphrase stanza is never beside another")
    mac = decode_base64(line[4:])
    if len(mac) != 32:
        raise MalformedHeader("a header's MAC has 32 bytes")
    covered = data[: lines.position - len(line) - 1] + _FOOTER
    return Header(tuple(stanzas), covered, mac, lines.position)


class _Lines:
    """Lines of a header, each ended by a single line feed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def take(self) -> bytes:
        end = self._data.find(b"\n", self.position, _MAX_HEADER)
        if end < 0:
            raise MalformedHeader("a header is cut short or too long")
        line = self._data[self.position : end]
        self.position = end + 1
        return line


def _stanza(first: bytes, lines: _Lines) -> Stanza:
    if not first.startswith(b"-> "):
        raise MalformedHeader("a line of the header is neither a stanza nor the last")
    if not _ARGUMENTS.fullmatch(first, 3):
        raise MalformedHeader("a stanza's arguments are not printable ASCII")
    args = tuple(first[3:].split(b" "))
    body = [lines.take()]
    while len(body[-1]) >= 64:
        body.append(lines.take())
    return Stanza(args, decode_body(body))


def open_header(header: Header, identities: Sequence[Identity]) -> bytes:
    """Return the file key (16 bytes).

    Raises:
        NoMatchingIdentity: no stanza is for any of `identities`.
        MalformedHeader: a stanza of a known type is not well-formed.
        AuthenticationFailed: the header's MAC is wrong.
    """
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is None:
            continue
        if not hmac.compare_digest(_mac(file_key, header.covered), header.mac):
            raise AuthenticationFailed("a header has been changed")
        return file_key
    raise NoMatchingIdentity("the header is sealed to others")


def seal_small(plaintext: bytes, recipients: Sequence[Recipient], *, random: RandomBytes) -> bytes:
    """Return a whole age file of `plaintext`, as it is, without compression or padding.

    Raises:
        MalformedHeader: there is no recipient.
    """
    file_key = random(FILE_KEY_SIZE)
    header = make_header(file_key, recipients, random=random)
    return header + seal_payload(file_key, plaintext, random=random)


def open_small(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """Return the plaintext of a whole age file.

    Raises:
        MalformedHeader: it is not an age file.
        NoMatchingIdentity: it is sealed to others.
        AuthenticationFailed: it was changed, cut, extended or reordered.
    """
    header = parse_header(sealed)
    file_key = open_header(header, identities)
    return open_payload(file_key, memoryview(sealed)[header.size :])
