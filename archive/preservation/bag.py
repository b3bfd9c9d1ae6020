"""BagIt bags (RFC 8493): a writer, and a validator stricter than the standard asks for.

A bag of ours has one way to be written, so that every byte of every file is checked: SHA-512
manifests alone, sorted lines of digest, two spaces and path, no `fetch.txt`, nothing unlisted.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The only content of `bagit.txt` (RFC 8493, 2.1.1)."""

MANIFEST = "manifest-sha512.txt"
TAG_MANIFEST = "tagmanifest-sha512.txt"
_DECLARED = "bagit.txt"
_MOST = 1 << 30  # bytes of one file
_LEVELS = 8  # folders inside one another


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something about a bag that is not as it was written: the file, and plain words."""

    path: str
    message: str


def bag(payload: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """Return every file of a bag by its path; `payload` by its path below `data/`.

    `info` is written as `bag-info.txt`, with `Payload-Oxum` added (RFC 8493, 2.2.2).
    """
    inside = {f"data/{name}": data for name, data in payload.items()}
    oxum = f"{sum(map(len, inside.values()))}.{len(inside)}"
    lines = [f"{name}: {value}\n" for name, value in {**info, "Payload-Oxum": oxum}.items()]
    tags = {
        _DECLARED: DECLARATION,
        "bag-info.txt": "".join(lines).encode(),
        MANIFEST: _listing(inside),
    }
    return {**tags, TAG_MANIFEST: _listing(tags), **inside}


def _listing(files: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha512(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


def flaws(folder: Path) -> tuple[list[Flaw], dict[str, bytes]]:
    """Return what is wrong with the bag in `folder`, and its files by path.

    The files are read once: what was hashed is what is returned. Links, sockets and the like are
    flaws and are not followed.
    """
    found: list[Flaw] = []
    files = _read(folder, found)
    if files.get(_DECLARED) != DECLARATION:
        found.append(Flaw(_DECLARED, "is missing or not the declaration of a bag of ours"))
    payload = {name: data for name, data in files.items() if name.startswith("data/")}
    tags = {name: data for name, data in files.items() if name not in (*payload, TAG_MANIFEST)}
    found += _compare(MANIFEST, files.get(MANIFEST), payload)
    found += _compare(TAG_MANIFEST, files.get(TAG_MANIFEST), tags)
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
    if oxum not in files.get("bag-info.txt", b"").decode(errors="replace").splitlines():
        found.append(Flaw("bag-info.txt", "does not state the number and size of the files"))
    return found, files


def _read(folder: Path, found: list[Flaw]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    waiting = [(folder, "", 0)]
    while waiting:
        here, prefix, level = waiting.pop()
        for path in sorted(here.iterdir()) if level <= _LEVELS else ():
            name = os.fsencode(prefix + path.name).decode(errors="backslashreplace")
            kind = path.lstat()
            if stat.S_ISDIR(kind.st_mode):
                waiting.append((path, f"{prefix}{path.name}/", level + 1))
            elif stat.S_ISREG(kind.st_mode) and kind.st_size <= _MOST:
                files[name] = path.read_bytes()
            else:
                found.append(Flaw(name, "is not a regular file, or is too large"))
    return files


def _compare(manifest: str, listing: bytes | None, files: Mapping[str, bytes]) -> list[Flaw]:
    """Return what differs between a manifest and the files that it should list."""
    if listing is None:
        return [Flaw(manifest, "is missing")]
    if listing == _listing(files):
        return []
    listed = _parse(listing)
    if listed is None:
        return [Flaw(manifest, "is not a manifest in the one form that a bag of ours has")]
    found = [Flaw(name, f"is listed in {manifest} and missing") for name in listed - files.keys()]
    found += [Flaw(name, f"is not listed in {manifest}") for name in files.keys() - listed]
    text = listing.decode()
    changed = [
        Flaw(name, f"was changed, or its line in {manifest} was")
        for name in listed & files.keys()
        if f"{hashlib.sha512(files[name]).hexdigest()}  {name}\n" not in text
    ]
    return sorted([*found, *changed], key=lambda one: one.path)


def _parse(listing: bytes) -> frozenset[str] | None:
    """Return the paths of a manifest; `None` when it is not sorted, unique and complete lines."""
    try:
        lines = listing.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None
    names = []
    for line in lines:
        digest, separator, name = line.partition("  ")
        well = len(digest) == 128 and not set(digest) - set("0123456789abcdef")
        if not (well and separator and name.endswith("\n") and len(name) > 1):
            return None
        names.append(name[:-1])
    return frozenset(names) if names == sorted(set(names)) else None
