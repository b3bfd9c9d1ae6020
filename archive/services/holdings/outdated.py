"""Which records an installed reader would read anew, told without opening an original."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.errors import IntegrityError, ObjectMissing
from archive.extraction import NoText
from archive.model.access import Action, Compartment, Level
from archive.model.ids import RecordId
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.records import OpenRecord, canonical_text, open_record
from archive.services.session import Session


def all_records(archive: Archive, session: Session) -> tuple[RecordId, ...]:
    """Return every record of the collection in the order of the ledger.

    Raises:
        NotPermitted: the member may not extract.
    """
    authorise(archive, session, Action.EXTRACT)
    look(archive, session, of="records", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        return tuple(row.id for row in snapshot.records.list(archive.collection))


def outdated(archive: Archive, session: Session) -> tuple[RecordId, ...]:
    """Return the records whose newest text another reader made than the one installed now.

    So are records without text for whose format there was no reader and now is one. A damaged
    record is left out; reading it anew would fail too.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        ReaderFailed: the readers cannot be started on this machine.
    """
    records = all_records(archive, session)
    session.opening(Compartment.ORIGINALS)
    with archive.sandbox() as sandbox:
        readers = sandbox.reader_names()
    return tuple(_outdated(archive, session, records, readers))


def _outdated(
    archive: Archive,
    session: Session,
    records: tuple[RecordId, ...],
    readers: Mapping[str, frozenset[str]],
) -> Iterator[RecordId]:
    for record in records:
        try:
            with archive.catalog.read() as snapshot:
                opened = open_record(session, snapshot, record)
            if _is_outdated(archive, opened, readers):
                yield record
        except (IntegrityError, ObjectMissing):
            continue


def _is_outdated(
    archive: Archive, opened: OpenRecord, readers: Mapping[str, frozenset[str]]
) -> bool:
    """Compare names; one that is part of the other is the same reader with helpers beside it."""
    installed = readers.get(opened.manifest.media_type)
    if not installed:
        return False
    if not opened.manifest.texts:
        return opened.manifest.reason == NoText.NO_READER.value
    newest = opened.manifest.texts[-1]
    made_by = newest.confirmed or newest.reader
    if not made_by:
        text = canonical_text(archive, opened)
        made_by = text.reader if text else ""
    return not any(name in made_by for name in installed)
