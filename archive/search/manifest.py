"""The manifest of one generation: which files are the index, sealed and named by its own digest.

On disk a manifest is 16 random bytes followed by AES-256-GCM of a JSON object, padded with spaces
to a PADME length. The key is derived from the index key with the random bytes as salt, and bound to
the index's id and the generation's number. Its SHA-256 is what the catalog keeps as the index's
state, so no other generation, however authentic, is taken for the current one.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from archive.errors import IndexOutdated, IndexTampered, NewerArchive
from archive.model.ids import RandomBytes
from archive.model.padding import padme
from keys.errors import AuthenticationFailed
from keys.primitives import AesGcm256, hkdf

VERSION = 4
"""1 was Whoosh's own codec, W3; 2 is `archive.search.codec`; 3 has records without text in it."""

_SALT = 16  # bytes
_NONCE = bytes(12)  # the salted key seals once only


@dataclass(frozen=True, slots=True)
class IndexState:
    """What names one generation of one index; the catalog keeps it.

    `index_id` is 32 hex digits, `generation` counts updates from 0, `manifest_digest` is the
    SHA-256 of the sealed manifest in 64 hex digits.
    """

    index_id: str
    generation: int
    manifest_digest: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of an index.

    `name` is logical; `file` is its random id and name on disk, 32 hex digits; `generation` wrote
    it; `length` is that of its content in bytes; `tag` (hex) is that of its last chunk.
    """

    name: str
    file: str
    generation: int
    length: int
    tag: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a manifest lists: the files of a generation by logical name, and the count of shards."""

    shards: int
    files: dict[str, StoredFile]


def manifest_name(digest: str) -> str:
    """Return the name on disk of the manifest with this digest: it looks like any other file."""
    return digest[:32]


def _cipher(key: bytes, salt: bytes, index_id: str, generation: int) -> AesGcm256:
    info = b"strongroom index manifest 1\x00" + struct.pack(">Q", generation) + index_id.encode()
    return AesGcm256(hkdf(key, salt=salt, info=info))


def seal_manifest(
    key: bytes,
    index_id: str,
    generation: int,
    content: Listed,
    *,
    random: RandomBytes,
) -> tuple[bytes, IndexState]:
    """Return the sealed manifest of `content` and the state that names it."""
    rows = [[f.name, f.file, f.generation, f.length, f.tag] for f in content.files.values()]
    plain = json.dumps(
        {
            "version": VERSION,
            "index": index_id,
            "generation": generation,
            "shards": content.shards,
            "files": rows,
        }
    ).encode()
    salt = random(_SALT)
    cipher = _cipher(key, salt, index_id, generation)
    sealed = salt + cipher.seal(_NONCE, plain.ljust(padme(len(plain))), b"")
    return sealed, IndexState(index_id, generation, sha256(sealed).hexdigest())


def open_manifest(key: bytes, state: IndexState, sealed: bytes) -> Listed:
    """Return what the manifest of `state` lists.

    Raises:
        IndexTampered: `sealed` is not the manifest that `state` names.
        IndexOutdated: it is, and was written by an older version: the index must be rebuilt.
        NewerArchive: it is, and was written by a newer version.
    """
    if not compare_digest(sha256(sealed).hexdigest(), state.manifest_digest):
        raise IndexTampered
    cipher = _cipher(key, sealed[:_SALT], state.index_id, state.generation)
    try:
        content = json.loads(cipher.open(_NONCE, sealed[_SALT:], b""))
    except AuthenticationFailed:
        raise IndexTampered from None
    if content["version"] < VERSION:
        raise IndexOutdated
    if content["version"] > VERSION:
        raise NewerArchive
    return Listed(content["shards"], {row[0]: StoredFile(*row) for row in content["files"]})
