"""The rebuilt pages of released reading copies, as objects sealed to `reading`."""

from __future__ import annotations

import hashlib
from functools import partial

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import ObjectRow
from archive.errors import BindingMismatch, RecordNotFound, StorageError
from archive.model.access import Compartment
from archive.model.ids import RecordId
from archive.model.objects import Representation
from archive.model.redaction import ReadingCopy
from archive.sealing import FileKey, open_bytes, open_header, seal_bytes
from archive.services.parts import Archive
from archive.services.session import Session

_KIND = Representation.READING_COPY.value


def store_pages(archive: Archive, file_key: FileKey, record: RecordId, pdf: bytes) -> ObjectRow:
    """Seal rebuilt pages under the file key of a reading copy and return the object's row.

    Call it within `storing`, and add the row in the transaction that releases the copy.

    Raises:
        DiskFull, WriteFailed: the store cannot be written to.
    """
    payload = seal_bytes(file_key, pdf, random=archive.random)
    digest = hashlib.sha256(payload).hexdigest()
    handle = archive.store.stage()
    try:
        handle.write(payload)
        handle.seal(digest)
        archive.store.commit([handle])
    except StorageError:
        handle.discard()
        raise
    return ObjectRow(digest, record, _KIND, len(payload))


def forget_pages(archive: Archive, tx: Transaction, record: RecordId) -> None:
    """Take the pages of an earlier release out of the catalog, and out of store afterwards."""
    for row in [one for one in tx.objects.for_record(record) if one.representation == _KIND]:
        tx.objects.drop(row.digest)
        tx.afterwards[f"pages {row.digest}"] = partial(archive.store.delete, row.digest)


def released_pages(
    archive: Archive, session: Session, snapshot: Snapshot, copy: ReadingCopy
) -> bytes:
    """Return the pages that a released reading copy binds.

    Raises:
        RecordNotFound: the copy has none.
        ObjectMissing: they are not in the store.
        BindingMismatch: what is stored is not what was approved.
    """
    rows = [one for one in snapshot.objects.for_record(copy.record) if one.representation == _KIND]
    release = snapshot.releases.get(copy.record)
    if copy.pages is None or release is None:
        raise RecordNotFound
    if len(rows) != 1:
        raise BindingMismatch
    header = snapshot.headers.get(release.header)
    file_key = open_header(header.header, session.opening(Compartment.READING))
    with archive.store.open(rows[0].digest) as stored:
        payload = stored.read()
    if hashlib.sha256(payload).hexdigest() != rows[0].digest:
        raise BindingMismatch
    pdf = open_bytes(file_key, payload)
    if hashlib.sha256(pdf).hexdigest() != copy.pages.digest:
        raise BindingMismatch
    return pdf
