"""A ledger that came as files alone, without the catalog: what an auditor carries out of the house.

Entries, tiles and checkpoints are read as if they were rows of a catalog. Which checkpoints the
log made in between is told by the entries, which quote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from archive.errors import LedgerTampered
from archive.ledger import TileTree, parse_entry, unverified_checkpoint
from archive.ledger.tiles import WIDTH, bundle_name, parse_bundle, tile_name
from archive.model.provenance import LedgerRow, LedgerTail
from archive.services.audit.checking import Reader
from archive.services.audit.stamps import checkpoints as stamped
from archive.services.log_files import (
    CHECKPOINT,
    COSIGNATURES,
    COSIGNED,
    HANDOVERS,
    SIGNED,
    LogFiles,
)
from archive.storage import ArchiveFolder
from archive.storage.folder import PUBLIC_FILE

_HASH = 32  # bytes
_QUOTED = re.compile(rb'\{"after":\{"root":"[0-9a-f]{64}","size":([0-9]{1,15})\}')


class Auditable(Protocol):
    """What an auditor looks at: a whole archive, or the copy of a ledger."""

    @property
    def folder(self) -> ArchiveFolder:
        """Where the files are."""

    @property
    def catalog(self) -> Reader:
        """The ledger's rows."""


class LedgerCopy:
    """Reads a ledger's files as `checking.Reader` and `checking.Rows` do; signs and checks nothing.

    Whatever reads entries raises `LedgerTampered`, with the name of the file, where one is missing
    or malformed.
    """

    def __init__(self, files: LogFiles) -> None:
        self._files = files

    @property
    def ledger(self) -> LedgerCopy:
        """The ledger's rows."""
        return self

    @contextmanager
    def read(self) -> Iterator[LedgerCopy]:
        """Return one consistent view: files that were published never change."""
        yield self

    def tail(self) -> LedgerTail:
        """Return size, frontier and checkpoint as they are published."""
        note = self._files.note(CHECKPOINT)
        if note is None:
            raise LedgerTampered(f"A file of the ledger is missing: {CHECKPOINT}.")
        size = unverified_checkpoint(note).size
        tree = TileTree(self._files.read, size)
        levels = [level for level in range(size.bit_length()) if size >> level & 1]
        frontier = [tree.perfect(level, (size >> level) - 1) for level in reversed(levels)]
        return LedgerTail(size, tuple(frontier), note)

    def entries(self, start: int, stop: int) -> Iterator[LedgerRow]:
        """Yield the entries with `start` <= index < `stop` in order; its tile has the leaf hash."""
        for first, bodies in self._bundles(max(start, 0), stop):
            tile = self._files.read(tile_name(0, first // WIDTH, len(bodies)))
            for place, body in enumerate(bodies):
                if start <= first + place < stop:
                    leaf = tile[place * _HASH : (place + 1) * _HASH]
                    yield LedgerRow(first + place, *_columns(body), body, leaf)

    def _bundles(self, start: int, stop: int) -> Iterator[tuple[int, list[bytes]]]:
        size = unverified_checkpoint(self._files.note(CHECKPOINT) or "").size
        for first in range(start // WIDTH * WIDTH, min(stop, size), WIDTH):
            width = min(WIDTH, size - first)
            name = bundle_name(first // WIDTH, width)
            data = self._files.read(name)
            try:
                yield first, parse_bundle(data, width)
            except LedgerTampered:
                raise LedgerTampered(f"A file of the ledger is malformed: {name}.") from None

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Yield the checkpoints that are kept up to the published one, smallest first."""
        kept = (name for folder in (HANDOVERS, COSIGNATURES) for name in self._files.names(folder))
        names = [*kept, COSIGNED, CHECKPOINT]
        notes = [*stamped(self._files).values(), *map(self._files.note, names)]
        found: dict[int, str] = {}
        for note in notes:
            try:
                found[unverified_checkpoint(note or "").size] = note or ""
            except LedgerTampered:
                continue
        last = self.tail().size
        yield from ((size, found[size]) for size in sorted(found) if size <= last)

    def checkpoint_at(self, size: int) -> str | None:
        """Return the checkpoint over the first `size` entries, if it is kept."""
        return dict(self.checkpoints()).get(size)

    def about(self, object_id: str) -> list[tuple[int, bytes]]:
        """Return index and body of every entry about an object, oldest first."""
        mark = f'"object":"{object_id}"'.encode()
        return [
            (first + place, body)
            for first, bodies in self._bundles(0, 1 << 62)
            for place, body in enumerate(bodies)
            if mark in body
        ]

    def opening_digests(self) -> dict[int, str]:
        """Return nothing: sealed values stand in the catalog."""
        return {}

    def quoted(self) -> frozenset[int]:
        """Return the sizes of the checkpoints that entries quote."""
        found = set()
        for _, bodies in self._bundles(0, 1 << 62):
            found |= {int(match[1]) for match in map(_QUOTED.match, bodies) if match}
        return frozenset(found)

    def lacking(self) -> int:
        """Return how many entries the log had signed, by the copy's word, that are not in it."""
        signed = self._files.note(SIGNED)
        more = 0 if signed is None else unverified_checkpoint(signed).size
        return max(0, more - self.tail().size)


def _columns(body: bytes) -> tuple[str, int]:
    """Return what a catalog has beside an entry: object and number."""
    try:
        entry = parse_entry(body)
    except LedgerTampered:
        return "", -1
    return entry.object, entry.seq


@dataclass(frozen=True, slots=True)
class CopiedLedger:
    """The copy of a ledger in a folder."""

    folder: ArchiveFolder
    catalog: LedgerCopy


def copied_ledger(place: Path) -> CopiedLedger | None:
    """Return the ledger below `place/ledger`, or in `place`, if there is one without a catalog.

    Keys and name are those of the public file when it was copied too, else there are none.

    Raises:
        ArchiveDamaged, NewerArchive: the public file is not what this version writes.
        LedgerTampered: the checkpoint is not text.
    """
    if place.name == "ledger" and (place / CHECKPOINT).is_file():
        place = place.parent
    folder = ArchiveFolder(place, "", "", (), datetime.min.replace(tzinfo=UTC))
    if folder.catalog.exists() or not (folder.ledger / CHECKPOINT).is_file():
        return None
    if (place / PUBLIC_FILE).exists():
        folder = ArchiveFolder.open(place)
    return CopiedLedger(folder, LedgerCopy(LogFiles(folder)))
