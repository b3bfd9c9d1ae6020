"""A byte scan for words that must not be readable anywhere on disk."""

from __future__ import annotations

import base64
import unicodedata
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

_MAX_INFLATED = 64 << 20  # bytes
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Finding:
    """A word in a file (or in its name), and how it was written."""

    path: Path
    word: str
    form: str


def forms(word: str) -> Iterator[tuple[str, bytes]]:
    """Yield the ways in which a word may lie in a file."""
    for normal in ("NFC", "NFD"):
        text = unicodedata.normalize(normal, word)
        raw = text.encode()
        yield f"{normal} utf-8", raw
        yield f"{normal} utf-16-le", text.encode("utf-16-le")
        yield f"{normal} utf-16-be", text.encode("utf-16-be")
        yield f"{normal} hex", raw.hex().encode()
        yield f"{normal} HEX", raw.hex().upper().encode()
        yield f"{normal} url", urllib.parse.quote(text).encode()
        yield f"{normal} json", text.encode("unicode_escape")
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw + b"\0" * ((-shift - len(raw)) % 3))
            inner = coded[-(-shift * 4 // 3) : len(coded) - 4] if shift else coded[:-4]
            if len(inner) >= 6:
                yield f"{normal} base64+{shift}", inner


def _inflated(data: bytes) -> Iterator[bytes]:
    at = data.find(_ZSTD)
    while at >= 0:
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])[:_MAX_INFLATED]
        except zstandard.ZstdError:
            pass
        at = data.find(_ZSTD, at + 1)
    for magic, bits in ((b"\x1f\x8b", 31), (b"\x78\x9c", 15), (b"\x78\x01", 15), (b"\x78\xda", 15)):
        at = data.find(magic)
        while at >= 0:
            try:
                yield zlib.decompressobj(bits).decompress(data[at:], _MAX_INFLATED)
            except zlib.error:
                pass
            at = data.find(magic, at + 1)


def scan(folders: Iterable[Path], words: Iterable[str]) -> list[Finding]:
    """Return every place below the folders where one of the words lies in any form."""
    wanted = [(word, form, raw) for word in words for form, raw in forms(word)]
    found: list[Finding] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder)).encode(errors="surrogateescape")
            pieces = [name]
            if path.is_file():
                data = path.read_bytes()
                pieces += [data, *_inflated(data)]
            for word, form, raw in wanted:
                if any(raw in piece for piece in pieces):
                    found.append(Finding(path, word, form))
    return found
