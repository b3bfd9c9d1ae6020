"""Checking a backup and putting it back, without any key (docs/formats/backup.md)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive.catalog import Catalog
from archive.errors import ArchiveError, ArchiveExists, BackupDamaged, ObjectMissing
from archive.services import audit
from archive.services.upkeep.backups import (
    CATALOG_FILE,
    POINT_FILE,
    Point,
    Told,
    copy_objects,
    point_of,
)
from archive.storage import ArchiveFolder, BackupFolder, LocalStore, verify
from archive.storage.backup import FILE_LIST, OBJECT_LIST, copy_file, file_digest, listed
from archive.storage.durable import FOLDER_MODE, storage_errors, sync_folder
from archive.storage.folder import FOLDERS, PUBLIC_FILE

_UNFINISHED = "restore.unfinished"
_OWN = (FILE_LIST, OBJECT_LIST, POINT_FILE)  # files of a point that no archive has


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a backup: a code and what it is about, never content."""

    code: str
    name: str


@dataclass(slots=True)
class Checked:
    """A point that was checked, and what is wrong with it."""

    point: str
    objects: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; `damaged` are digests of objects that no backup had whole."""

    point: Point
    objects: int
    damaged: tuple[str, ...]


def check(source: Path, name: str | None, told: Told) -> Checked:
    """Check every file, every object and the ledger of a point, the newest when none is named.

    Raises:
        NoBackup: there is no such point.
    """
    folder = BackupFolder.open(source)
    place = folder.point(name)
    checked = Checked(place.name)
    try:
        files = listed(place / FILE_LIST)
        objects = listed(place / OBJECT_LIST)
        damaged = point_of(folder, place.name).damaged
    except BackupDamaged:
        checked.problems.append(Problem("list-damaged", place.name))
        return checked
    checked.problems += _check_files(place, files)
    checked.problems += _check_objects(folder, list(objects.values()), told)
    checked.problems += [Problem("lost-before", digest) for digest in damaged]
    checked.objects = len(objects)
    if not any(problem.code == "file-damaged" for problem in checked.problems):
        checked.problems += _check_ledger(place, set(objects.values()) | set(damaged))
    return checked


def _check_files(place: Path, files: dict[str, str]) -> Iterator[Problem]:
    for name, digest in files.items():
        if file_digest(place / name) != digest:
            yield Problem("file-damaged", name)
    for path in place.rglob("*"):
        name = path.relative_to(place).as_posix()
        if not path.is_dir() and name not in files and name != FILE_LIST:
            yield Problem("file-not-listed", name)


def _check_objects(folder: BackupFolder, digests: list[str], told: Told) -> Iterator[Problem]:
    store = folder.store
    for done, digest in enumerate(digests, 1):
        try:
            if not verify(store, digest):
                yield Problem("object-damaged", digest)
        except ObjectMissing:
            yield Problem("object-missing", digest)
        told(done, len(digests))


def _check_ledger(place: Path, objects: set[str]) -> Iterator[Problem]:
    """Verify the ledger of a point on a copy of its catalog, since SQLite would write to it."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / CATALOG_FILE
        try:
            copy_file(place / CATALOG_FILE, copy, file_digest(place / CATALOG_FILE) or "")
            archive = ArchiveFolder.open(place)
            with closing(Catalog.open(copy)) as catalog:
                verdict = audit.verify(
                    catalog, archive.vkeys, files=audit.LogFiles(archive), signatures=True
                )
                with catalog.read() as view:
                    named = set(view.objects.digests())
        except ArchiveError as error:
            yield Problem(error.code, CATALOG_FILE)
            return
    for finding in verdict.failures:
        yield Problem(finding.code, f"entry {finding.index}")
    for digest in sorted(named - objects):
        yield Problem("object-not-listed", digest)


def restore(source: Path, destination: Path, name: str | None, told: Told) -> Restored:
    """Put a point back into a new or empty folder; an interrupted run is gone on with.

    Every file and object is checked on the way. An object that is damaged in the backup is left
    out and reported; the rest is put back. The folder becomes an archive at the very end.

    Raises:
        NoBackup: there is no such point.
        ArchiveExists: there are other things in the folder.
        BackupDamaged: a file of the point is not what its list says; nothing is an archive then.
        DiskFull, WriteFailed: it could not be written; run it again.
    """
    folder = BackupFolder.open(source)
    place = folder.point(name)
    point = point_of(folder, place.name)
    files = {one: digest for one, digest in listed(place / FILE_LIST).items() if one not in _OWN}
    digests = list(listed(place / OBJECT_LIST).values())
    mark = _begin(destination, place.name)
    copied = copy_objects(folder.store, LocalStore(destination / "objects"), digests, told)
    for one in sorted(files, key=lambda name: (name == PUBLIC_FILE, name)):
        copy_file(place / one, destination / one, files[one])
    with storage_errors():
        for parent, _, _ in os.walk(destination):
            sync_folder(parent)
        mark.unlink()
        sync_folder(mark.parent)
    held = len(digests) - len(copied.damaged)
    return Restored(point, held, (*point.damaged, *copied.damaged))


def _begin(destination: Path, point: str) -> Path:
    """Prepare a folder that an archive is put back into; return the mark that says so."""
    mark = destination / _UNFINISHED
    going_on = mark.is_file() and mark.read_text() == point
    empty = destination.is_dir() and not any(destination.iterdir())
    if destination.exists() and not going_on and not empty:
        raise ArchiveExists
    with storage_errors():
        destination.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        destination.chmod(FOLDER_MODE)
        mark.write_text(point)
        for name in FOLDERS:
            (destination / name).mkdir(mode=FOLDER_MODE, exist_ok=True)
    return mark
