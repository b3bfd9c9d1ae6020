"""Header rows: a fresh file key wrapped to a compartment, as the catalog keeps it."""

from __future__ import annotations

from archive.catalog.rows import HeaderRow
from archive.model.access import Compartment
from archive.model.ids import new_uuid
from archive.sealing import FileKey, new_header
from archive.services.parts import Archive
from archive.services.session import Session


def header_row(archive: Archive, compartment: Compartment, header: bytes, epoch: int) -> HeaderRow:
    """Return the row of a header that was wrapped to `compartment` when that had `epoch`."""
    return HeaderRow(
        id=new_uuid(archive.random),
        collection=archive.collection,
        compartment=compartment.value,
        epoch=epoch,
        header=header,
    )


def fresh_header(
    archive: Archive, session: Session, compartment: Compartment
) -> tuple[HeaderRow, FileKey]:
    """Draw a file key and return it with the row of its header."""
    header, file_key = new_header([session.recipients[compartment]], random=archive.random)
    return header_row(archive, compartment, header, session.epochs[compartment]), file_key
