"""Making backups: ciphertext only, each a point in time; no key is needed (docs/formats/backup.md).

The ledger's files are copied before the catalog, so that no point holds a checkpoint that its
catalog lacks; objects come last, since the catalog says which there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO

from archive.errors import BackupDamaged, InvalidValue, ObjectMissing
from archive.ledger import unverified_checkpoint
from archive.model.access import Action
from archive.model.provenance import Checkpoint, EventType
from archive.services.events import authorise, record_event
from archive.services.granting import about
from archive.services.parts import Archive
from archive.services.session import Session
from archive.storage import ArchiveFolder, BackupFolder, ObjectStore, PointWriter, StagedObject
from archive.storage.backup import OBJECT_LIST, listed, object_lines
from archive.storage.durable import storage_errors
from archive.storage.folder import PUBLIC_FILE

CATALOG_FILE = "catalog.sqlite"
POINT_FILE = "point.json"
_BATCH = 512  # objects made durable together
_TRIES = 3
_PATIENCE = 10.0  # seconds
_BLOCK = 1 << 20  # bytes

Told = Callable[[int, int], None]
"""Is told how many objects are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point in time: its name, when it was made (RFC 3339), and what it holds.

    `size` and `root` (hex) are those of the ledger's newest checkpoint; `damaged` are digests of
    objects that the archive had lost or mangled when the point was made.
    """

    name: str
    created: str
    size: int
    root: str
    objects: int
    bytes: int
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A new point, how much was copied for it, and the SHA-256 (hex) that stands for it."""

    point: Point
    digest: str
    copied: int
    copied_bytes: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning took away, or would take away."""

    points: tuple[str, ...]
    objects: int


@dataclass(frozen=True, slots=True)
class _Seen:
    head: Checkpoint
    objects: dict[str, int]


@dataclass(frozen=True, slots=True)
class Copied:
    """Objects that were copied, their bytes, and the digests of those that are not whole."""

    objects: int
    bytes: int
    damaged: list[str]


def create(
    archive: Archive,
    destination: Path,
    session: Session | None = None,
    told: Told = lambda _done, _whole: None,
) -> Made:
    """Bring the backups in `destination` up to date and add a point in time.

    Objects that are there already are not copied again. With a session the ledger gets an entry
    that names the digest of the point; a program without keys can make backups too.

    Raises:
        NotPermitted: the member's role does not allow it.
        InvalidValue: the folder is inside the archive.
        NoBackup, BackupOfAnother: the folder holds other things.
        ArchiveBusy: another backup is being made there.
        ArchiveDamaged: the catalog does not pass SQLite's own check.
        DiskFull, WriteFailed: there is no new point; run it again.
    """
    if destination.resolve().is_relative_to(archive.folder.path.resolve()):
        hint = "Name a folder on another disk."
        raise InvalidValue("A backup cannot stand inside the archive.", hint=hint)
    if session is not None:
        authorise(archive, session, Action.BACK_UP)
    folder = BackupFolder.prepare(destination, archive.folder.archive_id)
    with folder.held():
        made = _make(archive, folder, told)
    archive.folder.note_backup(archive.clock())
    if session is not None:
        draft = about(EventType.BACKUP_MADE, archive.folder.archive_id, point=made.digest)
        record_event(archive, session, draft)
    return made


def points(destination: Path) -> list[Point]:
    """Return the points in time of a folder of backups, oldest first.

    Raises:
        NoBackup: there are no backups.
        BackupDamaged: what one of them says of itself cannot be read.
    """
    folder = BackupFolder.open(destination)
    return [point_of(folder, name) for name in folder.points]


def point_of(folder: BackupFolder, name: str | None) -> Point:
    """Return what a point says of itself; the newest when none is named.

    Raises:
        NoBackup: there is no such point.
        BackupDamaged: it cannot be read.
    """
    place = folder.point(name)
    try:
        body = json.loads((place / POINT_FILE).read_bytes())
        return _point(place.name, body)
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupDamaged from None


def prune(destination: Path, keep: int, *, dry_run: bool = False) -> Pruned:
    """Take away all but the newest `keep` points, and objects that no point names.

    Raises:
        NoBackup: there are no backups.
        InvalidValue: `keep` is not positive.
        ArchiveBusy: a backup is being made there.
        BackupDamaged: a list of objects that stays cannot be read; no object is removed then.
    """
    if keep < 1:
        raise InvalidValue("At least one point has to stay.")
    folder = BackupFolder.open(destination)
    with folder.held():
        names = folder.points
        gone, staying = names[:-keep], names[-keep:]
        named = {digest for name in staying for digest in _digests(folder, name)}
        store = folder.store
        loose = [digest for digest in store.digests() if digest not in named]
        if not dry_run:
            for name in gone:
                folder.remove(name)
            for digest in loose:
                store.delete(digest)
    return Pruned(tuple(gone), len(loose))


def _digests(folder: BackupFolder, name: str) -> Iterable[str]:
    return listed(folder.point(name) / OBJECT_LIST).values()


def _make(archive: Archive, folder: BackupFolder, told: Told) -> Made:
    """Write a point; once more when an object was destroyed while it was being written."""
    for _ in range(_TRIES):
        writer = folder.begin()
        _copy_files(archive, writer)
        seen = _copy_catalog(archive, writer)
        copied = copy_objects(archive.store, folder.store, list(seen.objects), told)
        if not _destroyed(archive, copied.damaged):
            break
    held = [digest for digest in seen.objects if digest not in set(copied.damaged)]
    writer.add(OBJECT_LIST, object_lines(held))
    now = archive.clock().astimezone(UTC)
    body = {
        "created": now.isoformat(timespec="seconds"),
        "size": seen.head.size,
        "root": seen.head.root.hex(),
        "objects": len(held),
        "bytes": sum(seen.objects[digest] for digest in held),
        "damaged": copied.damaged,
    }
    writer.add(POINT_FILE, (json.dumps(body, indent=2) + "\n").encode())
    name = f"{now:%Y%m%dT%H%M%SZ}-{seen.head.size}"
    return Made(_point(name, body), writer.finish(name), copied.objects, copied.bytes)


def _point(name: str, body: dict[str, Any]) -> Point:
    return Point(name, **{**body, "damaged": tuple(body["damaged"])})


def _copy_files(archive: Archive, writer: PointWriter) -> None:
    """Copy what stands beside the catalog: the ledger's files, copies of headers, small things."""
    place = archive.folder
    with place.lock("ledger", _PATIENCE):
        _add(writer, place, place.ledger.rglob("*"))
    _add(writer, place, (place.path / "headers").glob("*.jsonl"))
    _add(writer, place, [place.path / PUBLIC_FILE, place.policy])


def _add(writer: PointWriter, place: ArchiveFolder, paths: Iterable[Path]) -> None:
    """Add the files among `paths` that are finished; one may vanish meanwhile."""
    for path in sorted(paths):
        if path.is_file() and path.suffix != ".new":
            with storage_errors():
                writer.add(path.relative_to(place.path).as_posix(), path.read_bytes())


def _copy_catalog(archive: Archive, writer: PointWriter) -> _Seen:
    with archive.catalog.read() as view:
        head = unverified_checkpoint(view.ledger.tail().checkpoint_note or "")
        objects = {row.digest: row.size for row in view.objects.all()}
        view.copy_to(writer.folder / CATALOG_FILE)
    writer.take(CATALOG_FILE)
    return _Seen(head, objects)


def copy_objects(
    source: ObjectStore, target: ObjectStore, wanted: Sequence[str], told: Told
) -> Copied:
    """Copy the objects that the target lacks, in batches that are durable together.

    Raises:
        DiskFull, WriteFailed: the target cannot be written to; what was copied stays.
    """
    there = set(target.digests())
    lacking = [digest for digest in wanted if digest not in there]
    done, damaged, copied = len(wanted) - len(lacking), [], 0
    told(done, len(wanted))
    for start in range(0, len(lacking), _BATCH):
        staged = []
        for digest in lacking[start : start + _BATCH]:
            try:
                handle, size = _stage_copy(source, target, digest)
            except ObjectMissing:
                damaged.append(digest)
            else:
                staged.append(handle)
                copied += size
        target.commit(staged)
        done += len(staged)
        told(done, len(wanted))
    return Copied(len(lacking) - len(damaged), copied, damaged)


def _stage_copy(source: ObjectStore, target: ObjectStore, digest: str) -> tuple[StagedObject, int]:
    """Copy one object on its way into another store; return it and its bytes.

    Raises:
        ObjectMissing: it is not there, cannot be read, or is not what its digest says.
        DiskFull, WriteFailed: the target cannot be written to.
    """
    handle = target.stage()
    found, size = hashlib.sha256(), 0
    try:
        with source.open(digest) as stored:
            while block := _read(stored):
                found.update(block)
                size += handle.write(block)
    except BaseException:
        handle.discard()
        raise
    if found.hexdigest() != digest:
        handle.discard()
        raise ObjectMissing
    handle.seal(digest)
    return handle, size


def _read(stored: BinaryIO) -> bytes:
    try:
        return stored.read(_BLOCK)
    except OSError:
        raise ObjectMissing from None


def _destroyed(archive: Archive, missing: Sequence[str]) -> bool:
    """Return whether one of some objects is named by the catalog no more."""
    if not missing:
        return False
    with archive.catalog.read() as view:
        named = set(view.objects.digests())
    return any(digest not in named for digest in missing)
