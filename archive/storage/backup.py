"""A folder of backups: sealed objects once, and points in time (docs/formats/backup.md)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import BackupDamaged, BackupOfAnother, NewerArchive, NoBackup
from archive.storage.durable import (
    FILE_MODE,
    FOLDER_MODE,
    storage_errors,
    sync_folder,
    write_all,
    write_atomically,
)
from archive.storage.local import LocalStore
from archive.storage.locks import lock

PUBLIC_FILE = "strongroom-backup.json"
OBJECT_LIST = "objects.sha256"
FILE_LIST = "files.sha256"
_FORMAT, _FORMAT_VERSION = "strongroom-backup", 1
_UNFINISHED = ".unfinished"
_POINT = re.compile(r"\d{8}T\d{6}Z-\d+")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*)")  # sha256sum(1)
_BLOCK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """A folder that holds the backups of one archive."""

    path: Path
    archive_id: str

    @classmethod
    def open(cls, path: Path) -> BackupFolder:
        """Read the public file of a folder of backups.

        Raises:
            NoBackup: there is none.
            NewerArchive: a newer version of Strongroom wrote it.
            BackupDamaged: the public file is not what Strongroom writes.
        """
        try:
            body = json.loads((path / PUBLIC_FILE).read_bytes())
        except OSError:
            raise NoBackup from None
        except ValueError:
            raise BackupDamaged from None
        match body:
            case {"format": "strongroom-backup", "version": int(version)} if version > 1:
                raise NewerArchive
            case {"format": "strongroom-backup", "version": 1, "archive": str(archive_id)}:
                return cls(path, archive_id)
        raise BackupDamaged

    @classmethod
    def prepare(cls, path: Path, archive_id: str) -> BackupFolder:
        """Open the folder of backups of an archive; a new or empty folder becomes one.

        Raises:
            NoBackup: there are other things in the folder.
            BackupOfAnother: it holds the backups of another archive.
            DiskFull, WriteFailed: it could not be made.
        """
        if (path / PUBLIC_FILE).exists():
            found = cls.open(path)
            if found.archive_id != archive_id:
                raise BackupOfAnother
            return found
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise NoBackup("There are other things in that folder, and no backup.")
        with storage_errors():
            path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            for name in ("objects", "points"):
                (path / name).mkdir(mode=FOLDER_MODE)
        body = {"format": _FORMAT, "version": _FORMAT_VERSION, "archive": archive_id}
        write_atomically(path / PUBLIC_FILE, (json.dumps(body, indent=2) + "\n").encode())
        return cls(path, archive_id)

    @property
    def store(self) -> LocalStore:
        """The sealed objects of all points."""
        return LocalStore(self.path / "objects")

    @property
    def points(self) -> list[str]:
        """The names of the points in time, oldest first."""
        with storage_errors():
            names = os.listdir(self.path / "points")
        return sorted(name for name in names if _POINT.fullmatch(name))

    def point(self, name: str | None = None) -> Path:
        """Return the folder of a point; of the newest when none is named.

        Raises:
            NoBackup: there is no such point.
        """
        names = self.points
        if not names or (name is not None and name not in names):
            hint = "`strongroom backup list` shows which points there are."
            raise NoBackup("There is no such point in time in that folder.", hint=hint)
        return self.path / "points" / (name or names[-1])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other backups out of the folder while the block runs.

        Raises:
            ArchiveBusy: another process is at work there.
        """
        with lock(self.path / "backup.lock", 0.0):
            yield

    def begin(self) -> PointWriter:
        """Return a new point to write into; what an earlier try left is removed.

        Raises:
            DiskFull, WriteFailed: it could not be made.
        """
        folder = self.path / "points" / _UNFINISHED
        names = self.points
        with storage_errors():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=FOLDER_MODE)
        return PointWriter(folder, self.path / "points" / names[-1] if names else None)

    def remove(self, name: str) -> None:
        """Take a point away; its objects stay until no point names them.

        Raises:
            NoBackup: there is no such point.
            WriteFailed: it could not be removed.
        """
        folder = self.point(name)
        gone = folder.with_name(_UNFINISHED)
        with storage_errors():
            shutil.rmtree(gone, ignore_errors=True)
            os.rename(folder, gone)
            sync_folder(gone.parent)
            shutil.rmtree(gone)


class PointWriter:
    """A point in time that is being written; it has no name yet.

    A file that is the same as in the point before is linked to it where the file system can.
    """

    def __init__(self, folder: Path, previous: Path | None) -> None:
        self.folder = folder
        self._previous = previous
        self._before = {} if previous is None else dict(_lenient(previous / FILE_LIST))
        self._files: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        """Write a file of the point durably.

        Raises:
            DiskFull, WriteFailed: it could not be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        target = self.folder / name
        with storage_errors():
            target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            if self._before.get(name) != digest or not _linked(self._previous, name, target):
                _write(target, data)
        self._files[name] = digest

    def take(self, name: str) -> None:
        """List a file that stands in the folder already, and make it durable.

        Raises:
            WriteFailed: it cannot be read or synced.
        """
        with storage_errors(), (self.folder / name).open("rb") as file:
            self._files[name] = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())

    def finish(self, name: str) -> str:
        """Write the list of files, make all of it durable and give the point its name.

        Returns the SHA-256 (hex) of the list of files, which stands for the whole point.

        Raises:
            DiskFull, WriteFailed: it could not be written; there is no new point.
        """
        lines = "".join(f"{self._files[one]}  {one}\n" for one in sorted(self._files)).encode()
        with storage_errors():
            _write(self.folder / FILE_LIST, lines)
            for parent, _, _ in os.walk(self.folder):
                sync_folder(parent)
            os.rename(self.folder, self.folder.with_name(name))
            sync_folder(self.folder.parent)
        return hashlib.sha256(lines).hexdigest()


def _linked(previous: Path | None, name: str, target: Path) -> bool:
    """Link a file to that of the point before; false where that cannot be done."""
    if previous is None:
        return False
    try:
        os.link(previous / name, target)
    except OSError:
        return False
    return True


def object_lines(digests: Iterable[str]) -> bytes:
    """Return the list of objects of a point, as `sha256sum --check` reads it."""
    return "".join(f"{one}  objects/{one[:2]}/{one}.age\n" for one in digests).encode()


def listed(path: Path) -> dict[str, str]:
    """Return digests (SHA-256, hex) by name from a list of files or objects.

    Raises:
        BackupDamaged: it cannot be read, or holds a line that is no digest and plain relative name.
    """
    found: dict[str, str] = {}
    for name, digest in _lines(path):
        if ".." in name.split("/") or name in found:
            raise BackupDamaged
        found[name] = digest
    return found


def file_digest(path: Path) -> str | None:
    """Return the SHA-256 (hex) of a file, or `None` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def copy_file(source: Path, target: Path, digest: str) -> None:
    """Copy one file of a point durably; folders on the way are made.

    Raises:
        BackupDamaged: its SHA-256 is not `digest`, or it cannot be read.
        DiskFull, WriteFailed: it could not be written.
    """
    with storage_errors():
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        try:
            found = hashlib.sha256()
            for block in _blocks(source):
                found.update(block)
                write_all(descriptor, block)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if found.hexdigest() != digest:
            beside.unlink()
            raise BackupDamaged
        os.replace(beside, target)


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError:
        raise BackupDamaged from None


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open() as file:
            for line in file:
                found = _LINE.fullmatch(line.removesuffix("\n"))
                if found is None:
                    raise BackupDamaged
                yield found[2], found[1]
    except (OSError, UnicodeDecodeError):
        raise BackupDamaged from None


def _lenient(path: Path) -> Mapping[str, str]:
    """Return a list of an earlier point; nothing when that is damaged, which costs space only."""
    try:
        return listed(path)
    except BackupDamaged:
        return {}
