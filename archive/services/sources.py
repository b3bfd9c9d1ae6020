"""The register of sources: pseudonyms for all, forms for archivists, dossiers for nobody alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import AttachmentRow, SourceRow
from archive.errors import BindingMismatch, InvalidValue, RecordNotFound
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId, SourceRef, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher
from archive.sealing import FileKey, open_bytes, open_header, seal_bytes
from archive.services.codec import decode, encode
from archive.services.events import append, authorise, look, trusted_entry
from archive.services.headers import fresh_header
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session

_MAX_FORM = 200
_MIN_FORM = 2
_EVENTS = (EventType.SOURCE_REGISTERED, EventType.SOURCE_ALIAS_ADDED)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as an archivist sees it: the pseudonym and all forms, in no telling order."""

    source: SourceRef
    forms: tuple[str, ...]


def _clean(forms: Sequence[str]) -> tuple[str, ...]:
    clean = sorted({" ".join(form.split()) for form in forms})
    for form in clean:
        if not _MIN_FORM <= len(form) <= _MAX_FORM or not form.isprintable():
            raise InvalidValue(
                "A name or alias has 2 to 200 printable characters.", hint="Correct it; try again."
            )
    return tuple(clean)


def _seal_forms(archive: Archive, file_key: FileKey, forms: tuple[str, ...]) -> bytes:
    return seal_bytes(file_key, encode({"forms": list(forms)}), random=archive.random)


def _register(
    archive: Archive, session: Session, tx: Transaction, event: EventType, row: SourceRow
) -> SourceRow:
    """Append the entry that binds the pseudonym to its sealed forms; return the row with it."""
    draft = EntryDraft(
        type=event,
        object=row.header,
        outcome=EventOutcome.SUCCESS,
        links={"source": row.ref, "forms": row.digest},
        commitments={},
    )
    return replace(row, entry_index=append(archive, session, tx, [draft]).first_index)


def add_source(
    archive: Archive, session: Session, name: str, aliases: Sequence[str], notes: str = ""
) -> SourceRef:
    """Register a source under the next pseudonym of the collection.

    Name and aliases are sealed together for the matcher; which of them is the name, and the notes,
    are sealed to the `sources` compartment.

    Raises:
        NotPermitted: the member may not manage sources.
        InvalidValue: a form is too short, too long or not printable.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    forms = _clean([name, *aliases])
    with archive.catalog.write() as tx:
        header, forms_key = fresh_header(archive, session, Compartment.ORIGINALS)
        dossier_header, dossier_key = fresh_header(archive, session, Compartment.SOURCES)
        tx.headers.add_many([header, dossier_header])
        dossier = encode({"name": name, "notes": notes})
        sealed = _seal_forms(archive, forms_key, forms)
        row = SourceRow(
            ref=SourceRef(f"S-{tx.sources.next_number(archive.collection):04d}"),
            collection=archive.collection,
            header=header.id,
            forms=sealed,
            dossier_header=dossier_header.id,
            dossier=seal_bytes(dossier_key, dossier, random=archive.random),
            digest=hashlib.sha256(sealed).hexdigest(),
            entry_index=0,
        )
        row = _register(archive, session, tx, EventType.SOURCE_REGISTERED, row)
        tx.sources.add(row)
    return row.ref


@tells_refusals(Action.MANAGE_SOURCES)
def add_alias(archive: Archive, session: Session, ref: SourceRef, alias: str) -> SourceView:
    """Add one more form to a source.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source.
        InvalidValue: the alias is too short, too long or not printable.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    with archive.catalog.write() as tx:
        row = tx.sources.get(archive.collection, ref)
        if row is None:
            raise RecordNotFound
        file_key, known = _open_forms(session, tx, row)
        forms = _clean([*known, alias])
        sealed = _seal_forms(archive, file_key, forms)
        row = replace(row, forms=sealed, digest=hashlib.sha256(sealed).hexdigest())
        row = _register(archive, session, tx, EventType.SOURCE_ALIAS_ADDED, row)
        tx.sources.replace_forms(row)
    return SourceView(ref, forms)


def _open_forms(
    session: Session, snapshot: Snapshot, row: SourceRow
) -> tuple[FileKey, tuple[str, ...]]:
    digest = hashlib.sha256(row.forms).hexdigest()
    entry = trusted_entry(session, snapshot, row.entry_index, _EVENTS, row.header)
    if (entry.links.get("forms"), entry.links.get("source")) != (digest, row.ref):
        raise BindingMismatch
    header = snapshot.headers.get(row.header).header
    file_key = open_header(header, session.opening(Compartment.ORIGINALS))
    return file_key, tuple(decode(open_bytes(file_key, row.forms))["forms"])


def list_sources(archive: Archive, session: Session) -> tuple[SourceView, ...]:
    """Return the register with all forms.

    Raises:
        NotPermitted: the member may not manage sources.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    look(archive, session, of="sources")
    return _views(archive, session)


def _views(archive: Archive, session: Session) -> tuple[SourceView, ...]:
    with archive.catalog.read() as snapshot:
        return tuple(
            SourceView(row.ref, _open_forms(session, snapshot, row)[1])
            for row in snapshot.sources.all(archive.collection)
        )


def matcher(archive: Archive, session: Session) -> SourceMatcher:
    """Compile the whole register into one matcher."""
    views = _views(archive, session)
    return SourceMatcher([SourceForms(view.source, view.forms) for view in views])


def require_source(archive: Archive, ref: SourceRef) -> None:
    """Check that a source exists.

    Raises:
        RecordNotFound: there is no such source.
    """
    with archive.catalog.read() as snapshot:
        if snapshot.sources.get(archive.collection, ref) is None:
            raise RecordNotFound


@tells_refusals(Action.MANAGE_SOURCES)
def attach(archive: Archive, session: Session, ref: SourceRef, record: RecordId) -> None:
    """Note, sealed, that a source stands behind a record.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source or record.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    require_source(archive, ref)
    with archive.catalog.write() as tx:
        opened = open_record(session, tx, record)
        sealed = seal_bytes(opened.file_key, ref.encode(), random=archive.random)
        draft = EntryDraft(
            type=EventType.SOURCE_ATTACHED,
            object=record,
            outcome=EventOutcome.SUCCESS,
            links={"attachment": hashlib.sha256(sealed).hexdigest()},
            commitments={},
        )
        append(archive, session, tx, [draft])
        tx.sources.attach_many([AttachmentRow(new_uuid(archive.random), record, sealed)])
