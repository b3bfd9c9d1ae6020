"""Objects are written before the catalog names them: what a cut-off writer left is removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archive.services.parts import Archive


@contextmanager
def storing(archive: Archive) -> Iterator[None]:
    """Hold the right to store objects; first remove what a writer that was cut off left.

    Raises:
        ArchiveBusy: another process stores objects.
        StorageError: the disk is full or failed.
    """
    with archive.folder.lock("ingest"), archive.folder.unfinished("ingest") as cut_off:
        if cut_off:
            _reap(archive)
        yield


def _reap(archive: Archive) -> None:
    """Remove objects that were stored before a writer was cut off and that no record names."""
    with archive.catalog.read() as snapshot:
        named = set(snapshot.objects.digests())
    for digest in archive.store.digests():
        if digest not in named:
            archive.store.delete(digest)
