"""What leaves the archive at reading level: a reading copy as a file, and its pages as pictures.

Made from the released reading copy and nothing else; the ledger knows before anything is opened.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from archive import policy
from archive.catalog import Snapshot
from archive.errors import InvalidValue, RecordNotFound
from archive.extraction import PDF_PAGES
from archive.ledger.persons import ONE, PERSONS
from archive.model.access import Level
from archive.model.ids import CITATION, RecordId
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import ReadingCopy
from archive.redaction import digest
from archive.redaction.pages import typeset, with_last_page
from archive.services.events import authorise, record_event
from archive.services.parts import Archive
from archive.services.persons import STAMP
from archive.services.reading import RELEASED, released_by_one, released_copy
from archive.services.reading_pages import released_pages
from archive.services.reading_room.watermarks import stamp, watermark
from archive.services.redaction.page_pictures import as_png
from archive.services.redaction.pages import picture_in
from archive.services.session import Session

THUMBNAIL_DPI, SCREEN_DPI = 24, 110


class Form(str, Enum):
    """The form in which a reading copy is handed out."""

    PDF = "pdf"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Exported:
    """A reading copy as a file, and what is redacted in it, as canonical JSON."""

    data: bytes
    form: Form
    manifest: bytes


def export(archive: Archive, session: Session, record: RecordId, form: Form) -> Exported:
    """Return the released reading copy of a record as a file.

    As `pdf` it is the rebuilt pages; a copy without pages is set on pages from its own text. Where
    the collection asks for a watermark, the file and the manifest say who took it, and when.

    Raises:
        NotPermitted: the member may not read reading copies.
        RecordNotFound: nothing is released under that id.
        IntegrityError: what is stored is not what was approved.
    """
    _admit(archive, session, record, EventType.EXPORT)
    with archive.catalog.read() as snapshot:
        copy = released_copy(session, snapshot, record)
        alone = released_by_one(snapshot, record)
        mark = watermark(archive, session, snapshot)
        if form is Form.TEXT:
            above = f"{mark}\n\n" if mark else ""
            below = f"\n{STAMP}\n" if alone else ""
            data = f"{above}{copy.title}\n\n{copy.text}\n{below}".encode()
        else:
            data = _pdf(archive, session, snapshot, copy)
            data = with_last_page(data, STAMP) if alone else data
            data = stamp(data, mark) if mark else data
    return Exported(data, form, _manifest(copy, form, data, mark, alone=alone))


def page_picture(
    archive: Archive, session: Session, record: RecordId, number: int, dpi: int = SCREEN_DPI
) -> bytes:
    """Return a page, from 1, of a released reading copy as a PNG.

    Raises:
        NotPermitted: the member may not read reading copies.
        RecordNotFound: nothing is released under that id, or it has no such page.
        IntegrityError: what is stored is not what was approved.
    """
    _admit(archive, session, record, EventType.VIEW)
    with archive.catalog.read() as snapshot:
        copy = released_copy(session, snapshot, record)
        pdf = _pdf(archive, session, snapshot, copy)
    if number < 1:
        raise RecordNotFound
    try:
        with closing(archive.sandbox()) as sandbox:
            _, picture = picture_in(sandbox, PDF_PAGES, pdf, number - 1, dpi)
    except InvalidValue:
        raise RecordNotFound from None
    return as_png(picture)


def _pdf(archive: Archive, session: Session, snapshot: Snapshot, copy: ReadingCopy) -> bytes:
    if copy.pages is not None:
        return released_pages(archive, session, snapshot, copy)
    return typeset(copy.title, copy.text)


def _admit(archive: Archive, session: Session, record: RecordId, event: EventType) -> None:
    authorise(archive, session, policy.READ_AT[Level.READING], record)
    with archive.catalog.read() as snapshot:
        _require_released(snapshot, record)
    links = {"level": Level.READING.value}
    record_event(archive, session, EntryDraft(event, record, EventOutcome.SUCCESS, links, {}))


def _require_released(snapshot: Snapshot, record: RecordId) -> None:
    release = snapshot.releases.get(record)
    if release is None or release.state != RELEASED:
        raise RecordNotFound


def _manifest(
    copy: ReadingCopy, form: Form, data: bytes, mark: str | None, *, alone: bool
) -> bytes:
    """Return what is redacted, by place in the copy's text, and of which file this is said."""
    body = {
        "format": "strongroom-redactions-1",
        "record": copy.record,
        "reference": f"{CITATION}{copy.record}#{digest(copy)[:16]}",
        "reading_copy": digest(copy),
        "form": form.value,
        "sha256": hashlib.sha256(data).hexdigest(),
        "pages": copy.pages.count if copy.pages else None,
        "set_anew": _set_anew(copy),
        "watermark": mark,
        "redactions": [[one.start, one.end, one.label] for one in copy.markers],
        "labels": dict(sorted(Counter(one.label for one in copy.markers).items())),
    }
    if alone:
        body[PERSONS] = ONE
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _set_anew(copy: ReadingCopy) -> list[int]:
    """Return which pages of a copy, from 1, are set from its words."""
    origins = copy.pages.origins if copy.pages else ()
    return [number for number, origin in enumerate(origins, start=1) if origin is None]
