"""The ledger as files beside the catalog: what was signed, and the log as C2SP tlog-tiles.

Nothing in here opens anything or holds a key: the append side and the auditor use it alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from archive.errors import LedgerBehind, LedgerTampered, unless_exhausted
from archive.ledger import (
    HANDOVER,
    Handover,
    LogKey,
    TileTree,
    first_new,
    leading,
    new_tiles,
    open_checkpoint,
    succession,
    unverified_checkpoint,
)
from archive.model.provenance import Checkpoint, LedgerRow, LedgerTail
from archive.storage import ArchiveFolder
from archive.storage.durable import (
    FILE_MODE,
    FOLDER_MODE,
    HAS_SYNCFS,
    storage_errors,
    sync_filesystem,
    sync_folder,
    write_all,
    write_atomically,
)

SIGNED = "signed"
CHECKPOINT = "checkpoint"
COSIGNED = "cosigned"
COSIGNATURES = "cosignatures"
HANDOVERS = "handovers"
_PATIENCE = 10.0  # seconds; publishing a million entries takes three


class Rows(Protocol):
    """What publishing needs of the catalog."""

    def tail(self) -> LedgerTail:
        """Return size, frontier and newest checkpoint."""

    def entries(self, start: int, stop: int) -> Iterator[LedgerRow]:
        """Yield the entries with `start` <= index < `stop` in order."""

    def checkpoint_at(self, size: int) -> str | None:
        """Return the checkpoint over the first `size` entries, if one was made."""

    def about(self, object_id: str) -> list[tuple[int, bytes]]:
        """Return index and body of every entry about an object, oldest first."""


def log_keys(vkeys: Sequence[str]) -> tuple[LogKey, ...]:
    """Return the log's keys from their vkeys.

    Raises:
        LedgerTampered: a vkey is malformed or there is none.
    """
    if not vkeys:
        raise LedgerTampered
    return tuple(LogKey.parse(text) for text in vkeys)


def handovers(rows: Rows, keys: Sequence[LogKey]) -> list[tuple[int, bytes]]:
    """Return index and body of the entries in which the log's keys were handed over.

    They are about the archive, whose id ends the log's name.
    """
    about = rows.about(keys[0].name.rpartition("/")[2]) if keys else []
    return [(index, body) for index, body in about if HANDOVER in body]


def every_key(rows: Rows, keys: Sequence[LogKey]) -> tuple[LogKey, ...]:
    """Return the log's keys of all times, to which `keys`, those of one time, lead.

    Raises:
        LedgerTampered: the ledger does not lead from them to those of another time.
    """
    told = [Handover.parse(index, body) for index, body in handovers(rows, keys)]
    return succession(keys, told, rows.checkpoint_at)


@lru_cache(maxsize=8)
def _opened(note: str, keys: tuple[LogKey, ...]) -> Checkpoint:
    return open_checkpoint(note, keys)


class LogFiles:
    """The folder `ledger` of an archive (docs/formats/ledger.md, Files)."""

    def __init__(self, folder: ArchiveFolder) -> None:
        self._folder = folder
        self.path = folder.ledger
        self._base = f"{self.path}/"  # joined by hand: a path object takes as long as the reading

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            LedgerTampered: it is not there or cannot be read.
            MachineExhausted: nothing can be opened now.
        """
        try:
            descriptor = os.open(self._base + name, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            tampered = LedgerTampered(f"A file of the ledger is missing: {name}.")
            raise unless_exhausted(error, tampered) from None
        try:
            return os.read(descriptor, os.fstat(descriptor).st_size)
        except OSError:
            raise LedgerTampered(f"A file of the ledger cannot be read: {name}.") from None
        finally:
            os.close(descriptor)

    def note(self, name: str) -> str | None:
        """Return a checkpoint that is kept here under a name, if there is one.

        Raises:
            LedgerTampered: it is not text.
        """
        try:
            return (self.path / name).read_bytes().decode()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise LedgerTampered from None

    def require_not_behind(self, rows: Rows, keys: Sequence[LogKey]) -> None:
        """Refuse to go on with a catalog that is behind what was signed or cosigned.

        Raises:
            LedgerBehind: entries below such a checkpoint are gone, or there are others.
            LedgerTampered: a checkpoint that is kept here is not signed by the log.
        """
        self._require(rows, keys, (SIGNED, COSIGNED))

    def require_whole(self, rows: Rows, keys: Sequence[LogKey]) -> None:
        """Refuse to begin with a catalog behind any checkpoint here, also of a single witness.

        Raises:
            LedgerBehind, LedgerTampered: see `require_not_behind`.
        """
        names = (path.name for path in sorted(self.path.glob("witness-*")))
        self._require(rows, keys, (SIGNED, COSIGNED, CHECKPOINT, *names))

    def _require(self, rows: Rows, keys: Sequence[LogKey], names: Iterable[str]) -> None:
        tail = rows.tail()
        for name in names:
            note = self.note(name)
            if note is None or note == tail.checkpoint_note:
                continue
            head = self._head(note, rows, keys)
            stored = rows.checkpoint_at(head.size) if head.size <= tail.size else None
            if stored is None or unverified_checkpoint(stored).root != head.root:
                raise LedgerBehind(size=tail.size, signed=head.size)

    def _head(self, note: str, rows: Rows, keys: Sequence[LogKey]) -> Checkpoint:
        """Open a checkpoint of any time; the keys of other times are looked for when needed."""
        try:
            return _opened(note, leading(keys))
        except LedgerTampered:
            return _opened(note, leading(every_key(rows, keys)))

    def keep_signed(self, note: str) -> None:
        """Keep the newest checkpoint that the log signed; an older one is passed over.

        Raises:
            DiskFull, WriteFailed: it could not be kept.
        """
        self.keep(SIGNED, note)

    def keep(self, name: str, note: str) -> None:
        """Keep a checkpoint under a name unless one of a larger tree is there; one sync.

        Raises:
            DiskFull, WriteFailed: it could not be kept.
        """
        self._make(self.path)
        with self._folder.lock("ledger", _PATIENCE):
            there = self.note(name)
            if there is None or _size(there) <= unverified_checkpoint(note).size:
                write_atomically(self.path / name, note.encode(), name=False)

    def file_away(self, name: str, note: str) -> None:
        """Keep a cosigned checkpoint for ever, for the time that it shows; the first one stays.

        Raises:
            DiskFull, WriteFailed: it could not be kept.
        """
        path = self.path / COSIGNATURES / name
        self._make(path.parent)
        if not path.exists():
            write_atomically(path, note.encode())

    def names(self, folder: str) -> list[str]:
        """Return the names, with the folder before them, of the files in a folder of this one."""
        try:
            return sorted(f"{folder}/{name}" for name in os.listdir(self.path / folder))
        except OSError:
            return []

    def partials(self) -> list[str]:
        """Return the names of the partial tiles and bundles, also of those of older checkpoints."""
        found = (path for path in self.path.glob("tile/**/*.p/*") if path.suffix != ".new")
        return sorted(path.relative_to(self.path).as_posix() for path in found)

    def published(self) -> Checkpoint | None:
        """Return the checkpoint that the tiles go up to; its signatures are not checked.

        Raises:
            LedgerTampered: malformed.
        """
        note = self.note(CHECKPOINT)
        return None if note is None else unverified_checkpoint(note)

    def publish(self, rows: Rows, keys: Sequence[LogKey]) -> Checkpoint:
        """Bring tiles and bundles up to the newest checkpoint, durably, and return that.

        Files that were published are never changed; the checkpoint comes last.

        Raises:
            LedgerBehind: the catalog is behind what is published, or tells another history.
            LedgerTampered: the entries are not those of the newest checkpoint.
            DiskFull, WriteFailed: a file could not be written; run it again.
        """
        self._make(self.path)
        with self._folder.lock("ledger", _PATIENCE):
            note = rows.tail().checkpoint_note or ""
            head = open_checkpoint(note, every_key(rows, keys))
            old = self.published() or Checkpoint(head.origin, 0, b"")
            if old.size > head.size:
                raise LedgerBehind(size=head.size, signed=old.size)
            full = self._extend(rows, old.size, head.size)
            self._require_growth(old, head)
            self._keep_handovers(rows, keys)
            write_atomically(self.path / CHECKPOINT, note.encode())
            for path in full:
                self._forget_partial(path.with_name(f"{path.name}.p"))
        return head

    def _extend(self, rows: Rows, old: int, new: int) -> list[Path]:
        """Write the files of the entries from `old` to `new`; return those that are full."""
        full = []
        bodies = (row.body for row in rows.entries(first_new(old), new))
        for name, data in new_tiles(self.read, old, new, bodies) if old < new else ():
            path = self.path / name
            self._write(path, data)
            if not path.parent.name.endswith(".p"):
                full.append(path)
        self._settle()
        return full

    def _keep_handovers(self, rows: Rows, keys: Sequence[LogKey]) -> None:
        """Publish the checkpoint of each handover of the log's keys, which leads to the next."""
        for index, _ in handovers(rows, keys):
            path, note = self.path / HANDOVERS / str(index + 1), rows.checkpoint_at(index + 1)
            if note is not None and not path.exists():
                self._make(path.parent)
                write_atomically(path, note.encode())

    def _require_growth(self, old: Checkpoint, new: Checkpoint) -> None:
        tree = TileTree(self.read, new.size)
        if tree.root() != new.root:
            raise LedgerTampered("The files of the ledger are not those of its checkpoint.")
        if old.size and tree.root(old.size) != old.root:
            raise LedgerBehind(size=new.size, signed=old.size)

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file that no published checkpoint covers yet."""
        with storage_errors():
            self._make(path.parent)
            beside = path.with_name(f"{path.name}.new")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
            try:
                write_all(descriptor, data)
                if not HAS_SYNCFS:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(beside, path)

    def _forget_partial(self, folder: Path) -> None:
        """Remove the partial files that a full one replaces (tlog-tiles, Partial Tiles)."""
        with storage_errors():
            for path in folder.iterdir() if folder.is_dir() else ():
                path.unlink()
            if folder.is_dir():
                folder.rmdir()

    def _settle(self) -> None:
        with storage_errors():
            if not HAS_SYNCFS:
                for folder in (self.path, *self.path.rglob("*/")):
                    sync_folder(folder)
                return
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                sync_filesystem(descriptor)
            finally:
                os.close(descriptor)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            with storage_errors():
                folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def _size(note: str) -> int:
    try:
        return unverified_checkpoint(note).size
    except LedgerTampered:
        return 0
