"""Checksum lists that come beside files: BagIt manifests (RFC 8493) and those of `sha256sum`.

A list is believed as a whole or not at all: one line that cannot be read makes it unusable. Names
in it are the sender's; one that leaves the list's folder is such a line.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LIST_BYTES = 32 << 20

_SIZES = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_ALGORITHM = "md5|sha1|sha224|sha256|sha384|sha512"
_NAMES = (
    re.compile(rf"(?:tag)?manifest-({_ALGORITHM})\.txt", re.IGNORECASE),
    re.compile(rf".*?({_ALGORITHM})sums?(?:\W.*)?", re.IGNORECASE | re.DOTALL),
    re.compile(rf".*\.({_ALGORITHM})", re.IGNORECASE | re.DOTALL),
)
_GNU = re.compile(rb"(\\?)([0-9A-Fa-f]+)(?: [ *]|[ \t]+)(.+)", re.DOTALL)
_BSD = re.compile(rb"(\\?)([A-Z0-9]+) ?\((.+)\) ?= ?([0-9A-Fa-f]+)", re.DOTALL)
_BAG = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)", re.DOTALL)
_ESCAPES = {b"\\\\": b"\\", b"\\n": b"\n", b"\\r": b"\r"}
_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"BagIt-Version: [0-9]+\.[0-9]+\r?\nTag-File-Character-Encoding: ([A-Za-z0-9_-]+)\s*"
)
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "utf-16", "euc-kr", "cp949"}


class ListUnusable(ValueError):
    """A list cannot be believed; the text says why, without any of its content."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a sender says a file hashes to: `digest` is lower-case hex, `origin` names the list."""

    algorithm: str
    digest: str
    origin: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: a path relative to the list's folder, and its checksum."""

    path: str
    checksum: Checksum


def printable(text: str, limit: int = 80) -> str:
    """Return untrusted text on one line: what is not printable becomes `?`, the rest is cut."""
    clean = "".join(one if one.isprintable() else "?" for one in text[: limit + 1])
    return clean if len(clean) <= limit else clean[:limit] + "…"


def algorithm_of(name: str) -> str | None:
    """Return the algorithm of the checksum list that a file of this name is, if it is one."""
    for pattern in _NAMES:
        if found := pattern.fullmatch(name):
            return found[1].lower()
    return None


def new_hash(algorithm: str) -> hashlib._Hash:
    """Return a hash object; MD5 and SHA-1 find accidents, not attackers."""
    return hashlib.new(algorithm, usedforsecurity=False)


def bag_encoding(declaration: bytes) -> str | None:
    """Return the encoding that a bag declaration names (RFC 8493, 2.1.1), or `None` if it is none.

    Raises:
        ListUnusable: the encoding is not a known one.
    """
    found = _DECLARATION.fullmatch(declaration)
    if found is None:
        return None
    encoding = found[1].decode().lower()
    if encoding not in _ENCODINGS:
        raise ListUnusable("the bag declares an encoding that is not known")
    return encoding


def parse_list(name: str, data: bytes) -> tuple[Listed, ...]:
    """Return the lines of a list as `sha256sum`, `sha256sum --tag` and their like write it.

    Raises:
        ListUnusable: a line cannot be read, leaves the folder, or contradicts another.
    """
    algorithm = algorithm_of(name) or ""
    lines = data.removeprefix(_BOM).replace(b"\r\n", b"\n").split(b"\n")
    bare = [line.strip() for line in lines if line.strip()]
    if len(bare) == 1 and re.fullmatch(rb"[0-9A-Fa-f]+", bare[0]):
        stem = name.rpartition(".")[0]
        return _collect(name, algorithm, iter([(1, bare[0].decode(), stem)]))
    return _collect(name, algorithm, _plain(algorithm, lines))


def _plain(algorithm: str, lines: list[bytes]) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith((b"#", b";")):
            continue
        if found := _BSD.fullmatch(line):
            escaped, kind, path, digest = found.groups()
            if kind.decode().lower() != algorithm:
                raise ListUnusable(f"line {number} is of another algorithm")
        elif found := _GNU.fullmatch(line):
            escaped, digest, path = found.groups()
        else:
            raise ListUnusable(f"line {number} cannot be read")
        yield number, digest.decode(), os.fsdecode(_unescaped(bool(escaped), path, number))


def _unescaped(escaped: bool, path: bytes, number: int) -> bytes:
    """Undo what `sha256sum` does to names with a backslash or a line end.

    It marks such a line; a backslash in another one is a Windows program's separator.
    """
    if not escaped:
        return path.replace(b"\\", b"/")
    parts = re.split(rb"(\\.)", path, flags=re.DOTALL)
    if any(part not in _ESCAPES for part in parts[1::2]) or any(b"\\" in p for p in parts[::2]):
        raise ListUnusable(f"line {number} has an escape that is not known")
    return b"".join(_ESCAPES.get(part, part) for part in parts)


def parse_manifest(name: str, data: bytes, encoding: str) -> tuple[Listed, ...]:
    """Return the lines of a bag's payload or tag manifest (RFC 8493, 2.1.3 and 2.2.1).

    Raises:
        ListUnusable: a line cannot be read, leaves the bag, contradicts another, or belongs into
            the other kind of manifest.
    """
    try:
        text = data.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError:
        raise ListUnusable("it is not in the encoding that the bag declares") from None
    listed = _collect(name, algorithm_of(name) or "", _bag(text))
    payload = not name.lower().startswith("tag")
    if any(one.path.startswith("data/") is not payload for one in listed):
        raise ListUnusable("it names files of the other kind of manifest")
    return listed


def _bag(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if not line.strip():
            continue
        found = _BAG.fullmatch(line)
        if found is None:
            raise ListUnusable(f"line {number} cannot be read")
        path = re.sub("%0A", "\n", found[2], flags=re.IGNORECASE)
        path = re.sub("%0D", "\r", path, flags=re.IGNORECASE)
        yield number, found[1], path.replace("%25", "%")


def _collect(
    name: str, algorithm: str, lines: Iterator[tuple[int, str, str]]
) -> tuple[Listed, ...]:
    origin = printable(name)
    found: dict[str, Listed] = {}
    for number, digest, raw in lines:
        path = _inside(raw, number)
        if len(digest) != _SIZES[algorithm]:
            raise ListUnusable(f"line {number} has a checksum of another length")
        one = Listed(path, Checksum(algorithm, digest.lower(), origin))
        if found.setdefault(path, one) != one:
            raise ListUnusable(f"line {number} has a second checksum for one file")
    found.pop(name, None)  # a list that was open while it was written names itself
    return tuple(found.values())


def _inside(raw: str, number: int) -> str:
    """Return a relative path without `.` parts.

    Raises:
        ListUnusable: it is absolute, has a drive, or climbs out of its folder.
    """
    parts = [part for part in raw.split("/") if part != "."]
    outside = raw.startswith("/") or re.match(r"[A-Za-z]:/", raw) or ".." in parts
    if outside or "" in parts or not parts or "\0" in raw:
        raise ListUnusable(f"line {number} names a path outside of the list's folder")
    return "/".join(parts)
