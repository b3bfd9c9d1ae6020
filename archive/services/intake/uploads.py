"""Files on their way in, piece by piece: sealed as they come, under keys that only memory has.

A piece is sealed as it arrives; what waits on disk is the ciphertext of an object that no record
names, under a file key that is never written anywhere. When the process ends, however it ends,
nothing can open what is left, and the next one removes it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO, cast

from archive.errors import (
    ArchiveError,
    ChecksumDiffers,
    InvalidValue,
    RecordNotFound,
    UploadBusy,
    UploadTooLarge,
    WrongOffset,
)
from archive.model.access import Action
from archive.model.ids import AccessionRef, MemberId, SourceRef, new_uuid
from archive.model.objects import Outcome
from archive.sealing import FileKey, SealedReader, SealingWriter
from archive.services.events import authorise
from archive.services.intake.ingest import FileReport, Upload, ingest
from archive.services.intake.receipts import Run
from archive.services.parts import Archive
from archive.services.session import Session

MAX_SIZE = 8 << 30  # bytes of one file
MAX_NAME = 1_024  # code points of a name with its folders
MAX_UNFINISHED = 8  # of one member; each holds some 3 MiB of memory
MAX_WAITING = 2_000  # of one member
MAX_BYTES = 32 << 30  # of all uploads of one member
LIFETIME = timedelta(hours=8)  # since the last piece came
_FILE_KEY = 16  # bytes
_DIGESTS: dict[str, Callable[[bytes], str]] = {
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).hexdigest(),
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
}
CHECKSUMS = tuple(_DIGESTS)
"""Algorithms of a piece's checksum; tus 1.0 asks for SHA-1 at the least."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an upload stands: `offset` bytes of `size` are here. `digest` is what it should have."""

    id: str
    name: str
    size: int
    offset: int
    digest: str | None
    expires: datetime


class _Coming:
    """One upload. Whoever holds `lock` may write to it."""

    def __init__(
        self, archive: Archive, owner: MemberId, name: str, size: int, digest: str | None
    ) -> None:
        self.id = new_uuid(archive.random)
        self.owner, self.name, self.size, self.digest = owner, name, size, digest
        self.lock = threading.Lock()
        self.offset = 0
        self.touched = archive.clock()
        self._key = FileKey(archive.random(_FILE_KEY))
        self._staged = archive.store.stage()
        self._writer: SealingWriter | None = SealingWriter(
            self._key, self._staged, random=archive.random
        )
        self._seen = hashlib.sha256()

    @property
    def whole(self) -> bool:
        """Whether everything is here."""
        return self._writer is None

    @property
    def standing(self) -> Standing:
        """How it stands."""
        due = self.touched + LIFETIME
        return Standing(self.id, self.name, self.size, self.offset, self.digest, due)

    def take(self, data: bytes, now: datetime) -> None:
        """Seal a piece; the last one ends the writing and must make the digest right."""
        if self._writer is None:
            raise WrongOffset
        self._writer.write(data)
        self._seen.update(data)
        self.offset += len(data)
        self.touched = now
        if self.offset == self.size:
            self._finish()

    def _finish(self) -> None:
        if self._writer is None:
            return
        if self.digest is not None and self._seen.hexdigest() != self.digest:
            raise ChecksumDiffers
        self.digest = self._seen.hexdigest()
        self._staged.seal(self._writer.finish().digest)
        self._writer = None

    def open(self) -> SealedReader:
        """Return the content from its start."""
        return SealedReader(self._key, self._staged.open())

    def forget(self) -> None:
        """Drop the key and the ciphertext."""
        self._writer = None
        self._key = FileKey(b"")
        self._staged.discard()


class _Content:
    """The content of an upload as a stream that is opened when it is read: many can wait."""

    def __init__(self, one: _Coming) -> None:
        self._one = one
        self._reader: SealedReader | None = None

    def __enter__(self) -> _Content:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def seek(self, offset: int) -> int:
        return self._opened().seek(offset)

    def read(self, size: int = -1) -> bytes:
        return self._opened().read(size) or b""

    def _opened(self) -> SealedReader:
        if self._reader is None:
            self._reader = self._one.open()
        return self._reader


class Uploads:
    """Every upload of one process; threads may share it."""

    def __init__(self) -> None:
        self._all: dict[str, _Coming] = {}
        self._guard = threading.Lock()

    def create(
        self, archive: Archive, session: Session, name: str, size: int, digest: str | None = None
    ) -> Standing:
        """Begin an upload of `size` bytes; `digest` is the SHA-256 (hex) that it should have.

        Raises:
            NotPermitted: the member may not ingest.
            InvalidValue: there is no usable name or digest.
            UploadTooLarge: it is larger than is taken in, by itself or with the others.
            UploadBusy: too many are on their way.
            DiskFull, WriteFailed: the disk takes nothing in.
        """
        authorise(archive, session, Action.INGEST)
        self.sweep(archive.clock())
        if not name or len(name) > MAX_NAME:
            raise InvalidValue(f"The name of a file has 1 to {MAX_NAME} characters.")
        if digest is not None and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
            raise InvalidValue("A SHA-256 has 64 hex digits.")
        with self._guard:
            self._require_room(session.member.id, size)
            one = _Coming(archive, session.member.id, name, size, digest)
            self._all[one.id] = one
        if size == 0:
            self._write(one, b"", archive.clock())
        return one.standing

    def _require_room(self, owner: MemberId, size: int) -> None:
        mine = [one for one in self._all.values() if one.owner == owner]
        if size > MAX_SIZE or sum(one.size for one in mine) + size > MAX_BYTES:
            raise UploadTooLarge
        if len(mine) >= MAX_WAITING or sum(not one.whole for one in mine) >= MAX_UNFINISHED:
            raise UploadBusy

    def mine(self, archive: Archive, session: Session) -> tuple[Standing, ...]:
        """Return how the member's uploads stand, oldest first.

        Raises:
            NotPermitted: the member may not ingest.
        """
        authorise(archive, session, Action.INGEST)
        self.sweep(archive.clock())
        with self._guard:
            found = [one for one in self._all.values() if one.owner == session.member.id]
        return tuple(one.standing for one in found)

    def standing(self, archive: Archive, session: Session, upload: str) -> Standing:
        """Return how one of the member's uploads stands.

        Raises:
            NotPermitted: the member may not ingest.
            RecordNotFound: there is none of that id, or it is another member's.
        """
        authorise(archive, session, Action.INGEST)
        return self._own(archive, session, upload).standing

    def append(
        self,
        archive: Archive,
        session: Session,
        upload: str,
        offset: int,
        data: bytes,
        checksum: tuple[str, str] | None = None,
    ) -> Standing:
        """Seal the next piece; `checksum` is an algorithm of `CHECKSUMS` and the piece's digest.

        What is refused leaves the upload as it was, except when the whole does not have the digest
        that was promised, or the disk fails: then it is forgotten.

        Raises:
            NotPermitted, RecordNotFound: as `standing`.
            UploadBusy: another request is at it.
            WrongOffset: the piece does not begin where the last one ended.
            UploadTooLarge: there is more than was said.
            ChecksumDiffers: the piece or the whole is not what was promised.
            InvalidValue: the algorithm is not known.
            DiskFull, WriteFailed: the disk takes nothing in.
        """
        authorise(archive, session, Action.INGEST)
        with self._held(self._own(archive, session, upload)) as one:
            if offset != one.offset:
                raise WrongOffset
            if offset + len(data) > one.size:
                raise UploadTooLarge
            _require_checksum(data, checksum)
            if data:
                self._write(one, data, archive.clock())
            return one.standing

    def _write(self, one: _Coming, data: bytes, now: datetime) -> None:
        try:
            one.take(data, now)
        except ArchiveError:
            self._drop(one)
            raise

    def discard(self, archive: Archive, session: Session, upload: str) -> None:
        """Forget one of the member's uploads.

        Raises:
            NotPermitted, RecordNotFound: as `standing`.
            UploadBusy: another request is at it.
        """
        authorise(archive, session, Action.INGEST)
        with self._held(self._own(archive, session, upload)) as one:
            self._drop(one)

    def hand_in(
        self,
        archive: Archive,
        session: Session,
        uploads: Iterable[str],
        source: SourceRef | None = None,
        accession: AccessionRef | None = None,
    ) -> tuple[Run, Iterator[FileReport]]:
        """Ingest uploads that are whole and forget them; what failed is kept to be tried again.

        `source` and `accession` stand behind all of them, as in `ingest`.

        Raises:
            NotPermitted, RecordNotFound: as `standing`.
            InvalidValue: one is not whole, or there is none.
            UploadBusy: another request is at one of them.
        """
        authorise(archive, session, Action.INGEST)
        chosen = [self._own(archive, session, one) for one in dict.fromkeys(uploads)]
        if not chosen:
            raise InvalidValue("No file was chosen.", hint="Choose one or more files.")
        if not all(one.whole for one in chosen):
            raise InvalidValue("A file is not here whole yet.", hint="Let it finish first.")
        run = Run(archive, session)
        take = partial(ingest, archive, session, source=source, accession=accession, run=run)
        return run, self._ingested(chosen, take)

    def _ingested(
        self,
        chosen: list[_Coming],
        take: Callable[[list[Upload]], Iterator[FileReport]],
    ) -> Iterator[FileReport]:
        held: list[_Coming] = []
        try:
            for one in chosen:
                if not one.lock.acquire(blocking=False):
                    raise UploadBusy
                held.append(one)
            given = [Upload(one.name, cast(BinaryIO, _Content(one)), one.size) for one in chosen]
            for report, one in zip(take(given), chosen, strict=False):
                if report.path == one.name and report.outcome is not Outcome.FAILED:
                    self._drop(one)
                yield report
        finally:
            for one in held:
                one.lock.release()

    def sweep(self, now: datetime) -> int:
        """Forget uploads to which nothing came for too long; return how many."""
        with self._guard:
            due = [one for one in self._all.values() if now - one.touched >= LIFETIME]
        return sum(self._dropped_if_free(one) for one in due)

    def moved(self, since: datetime) -> bool:
        """Return whether a piece of any upload came after `since`."""
        with self._guard:
            return any(one.touched > since for one in self._all.values())

    def close(self) -> None:
        """Forget every upload."""
        with self._guard:
            every = list(self._all.values())
        for one in every:
            self._drop(one)

    def _dropped_if_free(self, one: _Coming) -> bool:
        with suppress(UploadBusy), self._held(one):
            self._drop(one)
            return True
        return False

    def _own(self, archive: Archive, session: Session, upload: str) -> _Coming:
        self.sweep(archive.clock())
        with self._guard:
            found = self._all.get(upload)
        if found is None or found.owner != session.member.id:
            raise RecordNotFound
        return found

    @contextmanager
    def _held(self, one: _Coming) -> Iterator[_Coming]:
        if not one.lock.acquire(blocking=False):
            raise UploadBusy
        try:
            yield one
        finally:
            one.lock.release()

    def _drop(self, one: _Coming) -> None:
        with self._guard:
            self._all.pop(one.id, None)
        one.forget()


def _require_checksum(data: bytes, checksum: tuple[str, str] | None) -> None:
    if checksum is None:
        return
    algorithm, digest = checksum
    if algorithm not in _DIGESTS:
        raise InvalidValue("That kind of checksum is not known.")
    if _DIGESTS[algorithm](data) != digest:
        raise ChecksumDiffers
