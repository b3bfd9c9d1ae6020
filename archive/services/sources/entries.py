"""The register of sources: pseudonyms for all, forms for archivists, dossiers for nobody alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import AttachmentRow, SourceRow
from archive.errors import InvalidValue
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId, SourceRef, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.sources import Attribute, FormKind, Registered, SourceForms, Threat
from archive.redaction import SourceMatcher
from archive.sealing import seal_bytes
from archive.services.events import append, authorise, record_event
from archive.services.headers import fresh_header
from archive.services.parts import Archive
from archive.services.reading import RELEASED
from archive.services.records import open_record
from archive.services.redaction.plans import current_plan
from archive.services.refusals import tells_refusals
from archive.services.register import (
    all_sources,
    bound,
    clean_form,
    open_source,
    put_changed,
    require_row,
    require_source,
    seal_source,
    tidied,
)
from archive.services.session import Session
from archive.services.sources.aftermath import Aftermath, Progress, foresee, take_in
from archive.services.sources.dossiers import Dossier, seal_dossier

_ALL = "all"
_NOBODY = SourceRef("S-0000")


@dataclass(frozen=True, slots=True)
class NewSource:
    """A person to register; `name` and `notes` go into the dossier that nobody opens alone."""

    name: str
    aliases: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    threat: Threat = Threat.HIGH
    notes: str = field(default="", repr=False)

    def registered(self, ref: SourceRef = _NOBODY) -> Registered:
        """Return what archivists will see of it.

        Raises:
            InvalidValue: a form is too short, too long or not printable.
        """
        kinds = dict.fromkeys(self.handles, FormKind.HANDLE)
        kinds |= dict.fromkeys(self.numbers, FormKind.NUMBER)
        forms = (self.name, *self.aliases, *self.handles, *self.numbers)
        return tidied(Registered(ref, forms, kinds, self.threat, self.attributes))


@dataclass(frozen=True, slots=True)
class Changed:
    """A source after an act, and what the act led to."""

    source: Registered
    aftermath: Aftermath


@dataclass(frozen=True, slots=True)
class Coverage:
    """In how many records' plans a source is hidden, and how many of those are released."""

    hidden: int = 0
    released: int = 0


def searcher(forms: Sequence[str]) -> SourceMatcher:
    """Return what finds these forms, under a pseudonym that nobody has."""
    return SourceMatcher([SourceForms(_NOBODY, tuple(forms))])


def foresee_forms(
    archive: Archive, session: Session, forms: Sequence[str], progress: Progress | None = None
) -> Aftermath:
    """Return what registering these forms would lead to; nothing is changed.

    Raises:
        NotPermitted: the member may not manage sources.
        InvalidValue: a form is too short, too long or not printable.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    return foresee(archive, session, searcher([clean_form(form) for form in forms]), progress)


def register(
    archive: Archive, session: Session, new: NewSource, progress: Progress | None = None
) -> Changed:
    """Register a source under the next pseudonym, and withdraw every reading copy that names it.

    Name and aliases are sealed together for the matcher; which of them is the name, and the notes,
    are sealed to the `sources` compartment.

    Raises:
        NotPermitted: the member may not manage sources.
        InvalidValue: a form is too short, too long or not printable.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    forms = new.registered().forms
    source, aftermath = take_in(
        archive,
        session,
        _numbered(archive, forms),
        lambda tx: put_source(archive, session, tx, new),
        progress,
    )
    return Changed(source, aftermath)


def _numbered(archive: Archive, forms: Sequence[str]) -> SourceMatcher:
    """Return what finds forms of a source that will get the next pseudonym."""
    with archive.catalog.read() as snapshot:
        ref = SourceRef(f"S-{snapshot.sources.next_number(archive.collection):04d}")
    return SourceMatcher([SourceForms(ref, tuple(forms))])


def add_source(
    archive: Archive, session: Session, name: str, aliases: Sequence[str], notes: str = ""
) -> SourceRef:
    """Register a source by its names alone; see `register`."""
    new = NewSource(name, tuple(aliases), notes=notes)
    return register(archive, session, new).source.source


def put_source(archive: Archive, session: Session, tx: Transaction, new: NewSource) -> Registered:
    """Store a new source inside the caller's transaction."""
    header, forms_key = fresh_header(archive, session, Compartment.ORIGINALS)
    ref = SourceRef(f"S-{tx.sources.next_number(archive.collection):04d}")
    source = new.registered(ref)
    dossier = seal_dossier(archive, session, tx, ref, Dossier(new.name, new.notes))
    tx.headers.add_many([header, dossier.header])
    tx.unsealings.replace_shares(archive.collection, ref, dossier.shares)
    row = SourceRow(
        ref=ref,
        collection=archive.collection,
        header=header.id,
        forms=seal_source(archive, forms_key, source),
        dossier_header=dossier.header.id,
        dossier=dossier.sealed,
        digest="",
        entry_index=0,
    )
    tx.sources.add(bound(archive, session, tx, EventType.SOURCE_REGISTERED, row))
    return source


@tells_refusals(Action.MANAGE_SOURCES)
def add_alias(
    archive: Archive,
    session: Session,
    ref: SourceRef,
    alias: str,
    kind: FormKind = FormKind.NAME,
    progress: Progress | None = None,
) -> Changed:
    """Add one more form to a source, and withdraw every reading copy that has it.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source.
        InvalidValue: the alias is too short, too long or not printable.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    alias = clean_form(alias)

    def change(tx: Transaction) -> Registered:
        known = _opened(archive, session, tx, ref)
        forms, kinds = (*known.forms, alias), {**known.kinds, alias: kind}
        source = tidied(replace(known, forms=forms, kinds=kinds))
        put_changed(archive, session, tx, source, EventType.SOURCE_ALIAS_ADDED)
        return source

    with archive.catalog.read() as snapshot:
        _opened(archive, session, snapshot, ref)
    finder = SourceMatcher([SourceForms(ref, (alias,))])
    return Changed(*take_in(archive, session, finder, change, progress))


def _opened(archive: Archive, session: Session, snapshot: Snapshot, ref: SourceRef) -> Registered:
    return open_source(session, snapshot, require_row(archive, snapshot, ref))[1]


@tells_refusals(Action.MANAGE_SOURCES)
def remove_alias(archive: Archive, session: Session, ref: SourceRef, alias: str) -> Registered:
    """Take a form away from a source: from now on neither proposals nor the gate look for it.

    Plans and reading copies stay as they are; what they hide stays hidden.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source.
        InvalidValue: it has no such form, or only that one.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    alias = clean_form(alias)
    with archive.catalog.write() as tx:
        known = _opened(archive, session, tx, ref)
        if alias not in known.forms:
            raise InvalidValue("The source has no such form.", hint="See `source show`.")
        if len(known.forms) == 1:
            raise InvalidValue("A source keeps one form at least.", hint="Add another one first.")
        source = tidied(
            replace(
                known,
                forms=tuple(form for form in known.forms if form != alias),
                kinds={form: kind for form, kind in known.kinds.items() if form != alias},
            )
        )
        put_changed(archive, session, tx, source, EventType.SOURCE_ALIAS_REMOVED)
    return source


@tells_refusals(Action.MANAGE_SOURCES)
def edit_source(
    archive: Archive,
    session: Session,
    ref: SourceRef,
    *,
    threat: Threat | None = None,
    add: Sequence[Attribute] = (),
    drop: Sequence[Attribute] = (),
) -> Registered:
    """Set the threat level of a source, and add and take away attributes.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source.
        InvalidValue: an attribute to be taken away is not there, or nothing is to be changed.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    if threat is None and not add and not drop:
        raise InvalidValue("Say what to change.", hint="See `source edit --help`.")
    with archive.catalog.write() as tx:
        known = _opened(archive, session, tx, ref)
        if set(drop) - set(known.attributes):
            raise InvalidValue("The source has no such attribute.", hint="See `source show`.")
        kept = tuple(one for one in known.attributes if one not in drop)
        source = tidied(replace(known, threat=threat or known.threat, attributes=(*kept, *add)))
        put_changed(archive, session, tx, source, EventType.SOURCE_CHANGED)
    return source


def name_source(
    archive: Archive, session: Session, ref: SourceRef, name: str, notes: str = ""
) -> int:
    """Write the dossier of a source anew, for the custodians that there are now.

    Returns how many of them hold a share. The old dossier is destroyed. The name must be one of the
    source's forms, so that it is looked for.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source.
        InvalidValue: the name is no form of the source, or the notes are too long.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    name = clean_form(name)
    with archive.catalog.write() as tx:
        if name not in _opened(archive, session, tx, ref).forms:
            raise InvalidValue("The name is no form of the source.", hint="Add it as alias first.")
        row = require_row(archive, tx, ref)
        dossier = seal_dossier(archive, session, tx, ref, Dossier(name, notes))
        tx.headers.add_many([dossier.header])
        tx.unsealings.replace_shares(archive.collection, ref, dossier.shares)
        changed = replace(row, dossier_header=dossier.header.id, dossier=dossier.sealed)
        changed = bound(archive, session, tx, EventType.SOURCE_CHANGED, changed)
        tx.sources.replace_dossier(changed)
        tx.headers.delete(row.dossier_header)
    return len(dossier.shares)


def list_sources(archive: Archive, session: Session) -> tuple[Registered, ...]:
    """Return the register with all forms; the ledger knows before it is opened.

    Raises:
        NotPermitted: the member may not manage sources.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    _log_shown(archive, session, _ALL)
    return all_sources(archive, session)


def pseudonyms(archive: Archive, session: Session) -> tuple[SourceRef, ...]:
    """Return the pseudonyms alone; nothing is opened.

    Raises:
        NotPermitted: the member may not manage sources.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    with archive.catalog.read() as snapshot:
        return tuple(sorted(row.ref for row in snapshot.sources.all(archive.collection)))


@tells_refusals(Action.MANAGE_SOURCES)
def show_source(archive: Archive, session: Session, ref: SourceRef) -> Registered:
    """Return a source; the ledger knows before it is opened.

    Raises:
        NotPermitted: the member may not manage sources.
        RecordNotFound: there is no such source.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    require_source(archive, ref)
    _log_shown(archive, session, ref)
    with archive.catalog.read() as snapshot:
        return _opened(archive, session, snapshot, ref)


def _log_shown(archive: Archive, session: Session, what: str) -> None:
    draft = EntryDraft(
        type=EventType.SOURCE_SHOWN,
        object=new_uuid(archive.ids),
        outcome=EventOutcome.SUCCESS,
        links={"source": what},
        commitments={},
    )
    record_event(archive, session, draft)


def coverage(archive: Archive, session: Session) -> dict[SourceRef, Coverage]:
    """Return how far each source is covered by the newest plans; sources in no plan are left out.

    Opens every plan: about a millisecond for each.

    Raises:
        NotPermitted: the member may not manage sources.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    found: dict[SourceRef, Coverage] = {}
    with archive.catalog.read() as snapshot:
        for record in [row.record for row in snapshot.plans.all()]:
            stored = current_plan(session, snapshot, open_record(session, snapshot, record))
            release = snapshot.releases.get(record)
            out = release is not None and release.state == RELEASED
            for ref in {one.source for one in stored.plan.redactions} if stored else ():
                if ref is not None:
                    before = found.get(ref, Coverage())
                    found[ref] = Coverage(before.hidden + 1, before.released + out)
    return found


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
