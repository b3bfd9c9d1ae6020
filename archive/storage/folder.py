"""The archive folder: its layout, its public file, its locks and the copies of headers."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import ArchiveDamaged, ArchiveExists, InvalidValue, NewerArchive, NoArchive
from archive.storage.durable import (
    FILE_MODE,
    FOLDER_MODE,
    storage_errors,
    sync_folder,
    write_atomically,
)
from archive.storage.locks import lock

FORMAT = "strongroom-archive"
FORMAT_VERSION = 1
PUBLIC_FILE = "strongroom.json"
BACKUP_FILE = "last-backup.json"
_compact = json.JSONEncoder(separators=(",", ":")).encode
FOLDERS = ("objects", "headers", "index", "locks")


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """An archive folder and what its public file says (docs/formats/archive-folder.md).

    `archive_id` is a UUID; `origin` names the ledger's log; `vkeys` are its verifier keys in the
    C2SP signed-note form; `created` is aware, in UTC. Nothing here is secret, and nothing here is
    proof: an auditor compares the keys with those of an earlier checkpoint.
    """

    path: Path
    archive_id: str
    origin: str
    vkeys: tuple[str, ...]
    created: datetime

    @classmethod
    def create(
        cls, path: Path, *, archive_id: str, origin: str, vkeys: Sequence[str], created: datetime
    ) -> ArchiveFolder:
        """Make an archive folder in a new or empty folder; parents are made too.

        Raises:
            ArchiveExists: there is something at `path` already.
            DiskFull, WriteFailed: it could not be written.
        """
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ArchiveExists
        folder = cls(path, archive_id, origin, tuple(vkeys), created.astimezone(UTC))
        with storage_errors():
            path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            path.chmod(FOLDER_MODE)
            for name in FOLDERS:
                (path / name).mkdir(mode=FOLDER_MODE)
        write_atomically(path / PUBLIC_FILE, folder._public())
        with storage_errors():
            sync_folder(path.parent)
        return folder

    @classmethod
    def open(cls, path: Path) -> ArchiveFolder:
        """Read the public file of an archive folder.

        Raises:
            NoArchive: there is none.
            NewerArchive: a newer version of Strongroom wrote it.
            ArchiveDamaged: the public file is not what Strongroom writes.
        """
        try:
            body = json.loads((path / PUBLIC_FILE).read_bytes())
        except OSError:
            raise NoArchive from None
        except ValueError:
            raise _damaged() from None
        return _parse(path, body)

    @property
    def catalog(self) -> Path:
        """Where the catalog's file stands."""
        return self.path / "catalog.sqlite"

    @property
    def objects(self) -> Path:
        """Where the store of sealed objects stands."""
        return self.path / "objects"

    @property
    def index(self) -> Path:
        """Where the search indexes stand."""
        return self.path / "index"

    @property
    def ledger(self) -> Path:
        """Where the ledger stands as files: tiles, entry bundles, checkpoints."""
        return self.path / "ledger"

    @property
    def policy(self) -> Path:
        """Where the list of witnesses stands, if somebody wrote one."""
        return self.path / "witnesses.policy"

    def note_backup(self, made: datetime) -> None:
        """Keep when the archive was last backed up (aware), for `last_backup`.

        Raises:
            DiskFull, WriteFailed: it could not be written.
        """
        text = made.astimezone(UTC).isoformat(timespec="seconds")
        write_atomically(self.path / BACKUP_FILE, json.dumps({"made": text}).encode())

    def last_backup(self) -> datetime | None:
        """Return when the archive was last backed up (aware, UTC), or `None` if never."""
        try:
            return datetime.fromisoformat(
                json.loads((self.path / BACKUP_FILE).read_bytes())["made"]
            ).astimezone(UTC)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def free_bytes(self) -> int:
        """Return the bytes that this user may still write on the folder's file system (statvfs(3)).

        Raises:
            WriteFailed: the file system does not answer.
        """
        with storage_errors():
            system = os.statvfs(self.path)
        return system.f_bavail * system.f_frsize

    @contextmanager
    def lock(self, name: str, wait: float = 0.0) -> Iterator[None]:
        """Hold the lock `name` (lower-case letters and hyphens) against processes and threads.

        `wait` is how many seconds to try for.

        Raises:
            ArchiveBusy: another process or thread holds it; `diagnostics["pid"]` says which.
            WriteFailed: the lock file cannot be opened.
        """
        with lock(self.path / "locks" / f"{name}.lock", wait):
            yield

    @contextmanager
    def unfinished(self, name: str) -> Iterator[bool]:
        """Leave a durable mark while the block runs; yield whether an earlier run was cut off.

        The mark goes when the block ends without an exception. Hold the lock of the same name.

        Raises:
            DiskFull, WriteFailed: the mark could not be made.
        """
        mark = self.path / "locks" / f"{name}.unfinished"
        cut_off = mark.exists()
        with storage_errors():
            mark.touch(mode=FILE_MODE)
            sync_folder(mark.parent)
        yield cut_off
        with storage_errors():
            mark.unlink(missing_ok=True)

    def write_headers(
        self, batch: Sequence[tuple[str, str, Sequence[str], bytes]], *, name: str
    ) -> None:
        """Keep a durable copy of headers beside the objects, as `headers/<name>.jsonl`.

        `batch` holds, for each header, its id, its record's id, the digests of the payloads that it
        opens, and the header. With these, stock tools open every document without the catalog.

        Raises:
            DiskFull, WriteFailed: it could not be written.
            InvalidValue: `name` is not a plain file name.
        """
        if not name or not set(name) <= set("0123456789abcdefghijklmnopqrstuvwxyz-"):
            raise InvalidValue("That is not the name of a batch.")
        lines = [
            _compact({"id": header_id, "record": record, "objects": list(digests)})[:-1]
            + f',"header":"{base64.b64encode(header).decode()}"}}\n'  # nothing in it to escape
            for header_id, record, digests, header in batch
        ]
        write_atomically(self.path / "headers" / f"{name}.jsonl", "".join(lines).encode())

    def renew_headers(self, stored: Callable[[list[str]], dict[str, bytes]]) -> int:
        """Write the copies of headers anew whose header is not the stored one; return how many.

        `stored` gives the headers of ids; a copy of one that it does not have stays as it is. Each
        file is replaced whole, so that a run can stop anywhere and begin again.

        Raises:
            ArchiveDamaged: a file is not what `write_headers` makes.
            DiskFull, WriteFailed: a file could not be written anew.
        """
        renewed = 0
        for path in sorted((self.path / "headers").glob("*.jsonl")):
            try:
                lines = [json.loads(line) for line in path.read_bytes().splitlines()]
                known = stored([line["id"] for line in lines])
                changed = 0
                for line in lines:
                    header = known.get(line["id"])
                    if header is not None and base64.b64decode(line["header"]) != header:
                        line["header"] = base64.b64encode(header).decode()
                        changed += 1
            except (ValueError, KeyError, TypeError):
                raise ArchiveDamaged from None
            if changed:
                write_atomically(path, _lines(lines))
            renewed += changed
        return renewed

    def forget_headers(self, ids: Collection[str]) -> None:
        """Remove the copies of headers durably, whatever batch they are in.

        The old blocks of the disk are not overwritten; that is for the disk's own encryption.

        Raises:
            DiskFull, WriteFailed: a batch could not be written anew.
        """
        marks = [json.dumps(one).encode() for one in ids]
        for path in sorted((self.path / "headers").glob("*.jsonl")):
            with storage_errors():
                lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not any(mark in line for mark in marks)]
            if len(kept) < len(lines):
                write_atomically(path, b"".join(kept))

    def _public(self) -> bytes:
        body = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "archive": self.archive_id,
            "created": self.created.isoformat(timespec="seconds"),
            "log": {"origin": self.origin, "vkeys": list(self.vkeys)},
        }
        return (json.dumps(body, indent=2) + "\n").encode()


def _lines(lines: Sequence[Mapping[str, object]]) -> bytes:
    return "".join(_compact(line) + "\n" for line in lines).encode()


def _parse(path: Path, body: object) -> ArchiveFolder:
    match body:
        case {"format": "strongroom-archive", "version": int(version)} if version > FORMAT_VERSION:
            raise NewerArchive
        case {
            "format": "strongroom-archive",
            "version": 1,
            "archive": str(archive_id),
            "created": str(created),
            "log": {"origin": str(origin), "vkeys": [*vkeys]},
        } if all(isinstance(vkey, str) for vkey in vkeys):
            try:
                return ArchiveFolder(
                    path, archive_id, origin, tuple(vkeys), datetime.fromisoformat(created)
                )
            except ValueError:
                raise _damaged() from None
    raise _damaged()


def _damaged() -> ArchiveDamaged:
    return ArchiveDamaged(f"The public file of the archive is damaged: {PUBLIC_FILE}.")
