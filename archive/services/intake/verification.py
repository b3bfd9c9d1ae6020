"""What was made durable is read back and hashed (PREMIS fixity check), before its run ends.

An ingest reads the objects of a batch back while it gathers the next one; whatever else waits is
read at the end of a run. It looks at what the operating system hands back, mostly from its cache:
that finds bytes that were mangled on their way out of this program, at the price of hashing. What a
disk loses later is found by a fixity audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from archive.catalog import Transaction
from archive.errors import BindingMismatch, ObjectMissing
from archive.model.ids import RecordId
from archive.model.jobs import Stage
from archive.services.inbox import job
from archive.services.parts import Archive
from archive.storage import verify

_RECORDS = 2000  # at a time, so that an interrupted run goes on where it was
_SIDE_BY_SIDE = 64  # objects from which threads are worth it


def verify_new(archive: Archive) -> int:
    """Read back every object of records that no earlier run verified; return how many records.

    A record with a damaged or missing object becomes a job of the stage `verify`.

    Raises:
        StorageError: the catalog cannot be written.
    """
    count = 0
    while True:
        with archive.catalog.read() as snapshot:
            done = snapshot.progress.get(archive.collection, Stage.VERIFY)
            waiting = list(snapshot.objects.after(archive.collection, done, _RECORDS))
        if not waiting:
            return count
        failed = _failed(archive, [(record, digest) for _, record, digest in waiting])
        with archive.catalog.write() as tx:
            rows = [job(archive, record, Stage.VERIFY, code) for record, code in failed.items()]
            tx.jobs.add_many(rows)
            tx.progress.put(archive.collection, Stage.VERIFY, max(one[0] for one in waiting))
        count += len({record for _, record, _ in waiting})


def read_back(archive: Archive, objects: Iterable[tuple[RecordId, str]]) -> dict[RecordId, str]:
    """Read stored objects back, given as record and digest; return the codes of the damaged ones.

    It is for objects that no record names yet: `note_read_back` says how it went, with the records.
    """
    return _check(archive, objects)


def note_read_back(
    archive: Archive, tx: Transaction, first: int, last: int, failed: Mapping[RecordId, str]
) -> None:
    """Note that the objects of all records of entries `first` to `last` were read back.

    Where older ones still wait for it, `verify_new` reads all of them.
    """
    done = tx.progress.get(archive.collection, Stage.VERIFY)
    waiting = list(tx.objects.after(archive.collection, done, 1))
    if waiting and waiting[0][0] >= first:
        tx.progress.put(archive.collection, Stage.VERIFY, last)
        tx.jobs.add_many(
            [job(archive, record, Stage.VERIFY, code) for record, code in failed.items()]
        )


def verify_again(archive: Archive, record: RecordId) -> str | None:
    """Read a record's objects back once more and settle its job; return the code of a failure."""
    with archive.catalog.read() as snapshot:
        digests = [row.digest for row in snapshot.objects.for_record(record)]
    code = _failed(archive, [(record, digest) for digest in digests]).get(record)
    with archive.catalog.write() as tx:
        tx.jobs.done(record, Stage.VERIFY, keep=[code] if code else [])
        if code:
            tx.jobs.add_many([job(archive, record, Stage.VERIFY, code)])
            tx.jobs.tried(record, Stage.VERIFY)
    return code


def _failed(archive: Archive, objects: Sequence[tuple[RecordId, str]]) -> dict[RecordId, str]:
    """Return the codes of what is not as it was; reading and hashing go on side by side."""
    if len(objects) < _SIDE_BY_SIDE or archive.processes == 1:
        return _check(archive, objects)
    failed: dict[RecordId, str] = {}
    with ThreadPoolExecutor(archive.processes) as threads:
        shares = [objects[first :: archive.processes] for first in range(archive.processes)]
        for found in threads.map(partial(_check, archive), shares):
            failed |= found
    return failed


def _check(archive: Archive, objects: Iterable[tuple[RecordId, str]]) -> dict[RecordId, str]:
    failed: dict[RecordId, str] = {}
    for record, digest in objects:
        try:
            good = verify(archive.store, digest)
        except ObjectMissing as error:
            failed[record] = error.code
            continue
        if not good:
            failed[record] = BindingMismatch.code
    return failed
