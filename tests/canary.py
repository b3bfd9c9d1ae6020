"""A byte scan for words that must not be readable anywhere on disk."""

from __future__ import annotations

import base64
import json
import quopri
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

_MAX_INFLATED = 64 << 20  # bytes of one stream
_PIECE = 1 << 16  # bytes; what is good before damage is looked at too
_MIN_BASE64 = 6  # characters; shorter ones stand in any file by chance

_STREAMS: tuple[tuple[bytes, Callable[[], zlib._Decompress | zstandard.ZstdDecompressionObj]], ...]
_STREAMS = (
    (b"\x28\xb5\x2f\xfd", lambda: zstandard.ZstdDecompressor().decompressobj()),  # RFC 8878
    (b"\x1f\x8b\x08", lambda: zlib.decompressobj(31)),  # gzip, RFC 1952
    *((bytes([0x78, flags]), zlib.decompressobj) for flags in (0x01, 0x5E, 0x9C, 0xDA)),  # RFC 1950
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A word in a file (or in its name), and how it was written."""

    path: Path
    word: str
    form: str


def forms(word: str) -> Iterator[tuple[str, bytes]]:
    """Yield the ways in which a word may lie in a file, each way once."""
    seen: set[bytes] = set()
    for normal in ("NFC", "NFD"):
        for name, raw in _written(unicodedata.normalize(normal, word)):
            if raw not in seen:
                seen.add(raw)
                yield f"{normal} {name}", raw


def _written(text: str) -> Iterator[tuple[str, bytes]]:
    raw = text.encode()
    yield "utf-8", raw
    yield "utf-16-le", text.encode("utf-16-le")
    yield "utf-16-be", text.encode("utf-16-be")
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    for name, quoted in (
        ("url", urllib.parse.quote(text)),
        ("form", urllib.parse.quote_plus(text)),
    ):
        yield name, quoted.encode()
        yield f"{name} lower", _lower_escapes(quoted).encode()
    yield "json", json.dumps(text)[1:-1].encode()
    yield "quoted-printable", quopri.encodestring(raw).replace(b"=\n", b"")
    for shift in range(3):
        for name, coded in _base64(raw, shift):
            if len(coded) >= _MIN_BASE64:
                yield f"{name}+{shift}", coded


def _lower_escapes(quoted: str) -> str:
    first, *rest = quoted.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)])


def _base64(raw: bytes, shift: int) -> Iterator[tuple[str, bytes]]:
    """Yield the characters that the word alone decides, `shift` bytes into a group of three."""
    first = -(-shift * 8 // 6)
    last = (shift + len(raw)) * 8 // 6
    padded = b"\0" * shift + raw + b"\0\0"
    yield "base64", base64.b64encode(padded)[first:last]
    yield "base64url", base64.urlsafe_b64encode(padded)[first:last]


def _unfolded(data: bytes) -> bytes:
    """Return the bytes without line breaks, soft ones (RFC 2045 section 6.7) included."""
    return data.replace(b"=\r\n", b"").replace(b"=\n", b"").translate(None, b"\r\n")


def _inflated(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    for magic, decompressor in _STREAMS:
        at = data.find(magic)
        while at >= 0:
            yield _inflate(decompressor(), view[at:])
            at = data.find(magic, at + 1)


def _inflate(stream: zlib._Decompress | zstandard.ZstdDecompressionObj, view: memoryview) -> bytes:
    inflated = bytearray()
    try:
        for start in range(0, len(view), _PIECE):
            inflated += stream.decompress(view[start : start + _PIECE])
            if stream.eof or len(inflated) > _MAX_INFLATED:
                break
    except (zlib.error, zstandard.ZstdError):
        pass
    return bytes(inflated)


def scan(folders: Iterable[Path], words: Iterable[str]) -> list[Finding]:
    """Return every place below the folders where one of the words lies in any form.

    Raises:
        ValueError: there is nothing to look for or nowhere to look.
        FileNotFoundError: a folder is not there.
    """
    wanted = [(word, form, raw) for word in words for form, raw in forms(word)]
    places = list(folders)
    if not wanted or not places:
        raise ValueError("a scan needs words and folders")
    found: list[Finding] = []
    for place in places:
        place.stat()
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            name = str(path.relative_to(place.parent)).encode(errors="surrogateescape")
            pieces = [name]
            if path.is_file():
                data = path.read_bytes()
                pieces += [data, _unfolded(data), *filter(None, _inflated(data))]
            found += [
                Finding(path, word, form)
                for word, form, raw in wanted
                if any(raw in piece for piece in pieces)
            ]
    return found
