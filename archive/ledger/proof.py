"""Proofs as files: C2SP tlog-proof, one entry each, complete in itself."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from archive.errors import LedgerTampered
from archive.ledger.canonical import from_base64

_FIRST = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_MOST = 63  # hashes; a path of a tree of 2**63 leaves
_LONGEST = 1 << 20  # characters


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry, where it stands, the hashes up to the root, and the checkpoint's signed note.

    `body` stands in the `extra` line; nothing about it is believed before it hashes up to the root.
    """

    index: int
    body: bytes
    hashes: tuple[bytes, ...]
    note: str

    def encode(self) -> str:
        """Return the text of a `.tlog-proof` file."""
        lines = [_FIRST, f"extra {_encode(self.body)}", f"index {self.index}"]
        return "\n".join([*lines, *map(_encode, self.hashes)]) + "\n\n" + self.note

    @classmethod
    def parse(cls, text: str) -> EntryProof:
        """Return the proof of a file, without checking it.

        Raises:
            LedgerTampered: malformed, or without the entry in its `extra` line.
        """
        head, separator, note = text[:_LONGEST].partition("\n\n")
        first, extra, index, *hashes = (*head.split("\n"), "", "")
        hashes = hashes[:-2]
        place = _INDEX.fullmatch(index)
        if not separator or first != _FIRST or place is None or len(hashes) > _MOST:
            raise LedgerTampered
        if not extra.startswith("extra "):
            raise LedgerTampered
        body = from_base64(extra.removeprefix("extra "))
        path = tuple(map(from_base64, hashes))
        return cls(int(place[1]), body, path, note)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
