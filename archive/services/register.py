"""The register as it is kept: forms and attributes of each source sealed, bound to the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import SourceRow
from archive.errors import BindingMismatch, InvalidValue, RecordNotFound, SealedObjectDamaged
from archive.model.access import Compartment
from archive.model.ids import SourceRef
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.sources import Attribute, FormKind, Registered, SourceForms, Threat, Trait
from archive.redaction import SourceMatcher, is_everyday
from archive.sealing import FileKey, open_bytes, open_header, seal_bytes
from archive.services.codec import decode, encode
from archive.services.events import append, superseded, trusted_entry
from archive.services.parts import Archive
from archive.services.session import Session

_REGISTER = "register"
_MAX_FORM = 200
_MIN_FORM = 2
_EVENTS = (
    EventType.SOURCE_REGISTERED,
    EventType.SOURCE_ALIAS_ADDED,
    EventType.SOURCE_ALIAS_REMOVED,
    EventType.SOURCE_CHANGED,
)


def clean_form(form: str) -> str:
    """Return a name, alias, handle or number without needless white space.

    Raises:
        InvalidValue: it is too short, too long or not printable.
    """
    form = " ".join(form.split())
    if not _MIN_FORM <= len(form) <= _MAX_FORM or not form.isprintable():
        raise InvalidValue(
            "A name or alias has 2 to 200 printable characters.", hint="Correct it; try again."
        )
    return form


def everyday(forms: Iterable[str]) -> int:
    """Return how many of these forms are everyday words or names that many people have."""
    return sum(map(is_everyday, map(clean_form, forms)))


def attribute(trait: str, value: str) -> Attribute:
    """Return an attribute of a source.

    Raises:
        InvalidValue: there is no such kind of attribute, or the value is not usable.
    """
    try:
        kind = Trait(trait.strip().lower())
    except ValueError:
        known = ", ".join(one.value for one in Trait)
        raise InvalidValue(f"An attribute is one of {known}.") from None
    value = " ".join(value.split())
    if not 1 <= len(value) <= _MAX_FORM or not value.isprintable():
        raise InvalidValue("An attribute has 1 to 200 printable characters.")
    return Attribute(kind, value)


def tidied(source: Registered) -> Registered:
    """Return a source with its forms cleaned, each once, in an order that tells nothing.

    Raises:
        InvalidValue: a form is not usable.
    """
    kinds = {clean_form(form): kind for form, kind in source.kinds.items()}
    forms = sorted({clean_form(form) for form in source.forms})
    kinds = {form: kinds[form] for form in forms if kinds.get(form, FormKind.NAME) != FormKind.NAME}
    attributes = tuple(sorted(set(source.attributes)))
    return replace(source, forms=tuple(forms), kinds=kinds, attributes=attributes)


def seal_source(archive: Archive, file_key: FileKey, source: Registered) -> bytes:
    """Return what the catalog keeps of a source, sealed to holders of `originals`."""
    body = {
        "forms": list(source.forms),
        "kinds": {form: kind.value for form, kind in source.kinds.items()},
        "threat": source.threat.value,
        "attributes": [[one.trait.value, one.value] for one in source.attributes],
    }
    return seal_bytes(file_key, encode(body), random=archive.random)


def _decoded(ref: SourceRef, body: dict[str, Any]) -> Registered:
    """Return a source of its sealed body; before there were attributes it had forms only."""
    try:
        return Registered(
            source=ref,
            forms=tuple(body["forms"]),
            kinds={form: FormKind(kind) for form, kind in body.get("kinds", {}).items()},
            threat=Threat(body.get("threat", Threat.HIGH.value)),
            attributes=tuple(
                Attribute(Trait(trait), value) for trait, value in body.get("attributes", ())
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SealedObjectDamaged from None


def open_source(session: Session, snapshot: Snapshot, row: SourceRow) -> tuple[FileKey, Registered]:
    """Return a source and the key that its newer versions are sealed with.

    Raises:
        NotPermitted: the session holds no identity of `originals`.
        BindingMismatch: it is not what the ledger committed to.
    """
    digest = hashlib.sha256(row.forms).hexdigest()
    entry = trusted_entry(session, snapshot, row.entry_index, _EVENTS, row.header)
    if (entry.links.get("forms"), entry.links.get("source")) != (digest, row.ref):
        raise BindingMismatch
    header = snapshot.headers.get(row.header).header
    file_key = open_header(header, session.opening(Compartment.ORIGINALS))
    return file_key, _decoded(row.ref, decode(open_bytes(file_key, row.forms)))


def require_row(archive: Archive, snapshot: Snapshot, ref: SourceRef) -> SourceRow:
    """Return the row of a source.

    Raises:
        RecordNotFound: there is no such source.
    """
    row = snapshot.sources.get(archive.collection, ref)
    if row is None:
        raise RecordNotFound
    return row


def require_source(archive: Archive, ref: SourceRef) -> None:
    """Check that a source exists.

    Raises:
        RecordNotFound: there is no such source.
    """
    with archive.catalog.read() as snapshot:
        require_row(archive, snapshot, ref)


def bound(
    archive: Archive, session: Session, tx: Transaction, event: EventType, row: SourceRow
) -> SourceRow:
    """Append the entry that binds a pseudonym to its sealed forms; return the row with it."""
    row = replace(row, digest=hashlib.sha256(row.forms).hexdigest())
    draft = EntryDraft(
        type=event,
        object=row.header,
        outcome=EventOutcome.SUCCESS,
        links={
            "source": row.ref,
            "forms": row.digest,
            "dossier": hashlib.sha256(row.dossier).hexdigest(),
        },
        commitments={},
    )
    return replace(row, entry_index=append(archive, session, tx, [draft]).first_index)


def put_changed(
    archive: Archive, session: Session, tx: Transaction, source: Registered, event: EventType
) -> None:
    """Put a changed source in place of what is stored of it.

    Raises:
        RecordNotFound: there is no such source.
    """
    row = require_row(archive, tx, source.source)
    file_key, _ = open_source(session, tx, row)
    row = replace(row, forms=seal_source(archive, file_key, source))
    tx.sources.replace_forms(bound(archive, session, tx, event, row))


def all_sources(archive: Archive, session: Session) -> tuple[Registered, ...]:
    """Return the whole register in the order of its pseudonyms; nothing is logged.

    Raises:
        NotPermitted: the session holds no identity of `originals`.
        BindingMismatch: a source is not what the ledger committed to.
    """
    return _kept(archive, session).sources


@dataclass(slots=True)
class _Kept:
    """The register as it was at a version; the matcher is compiled when it is first asked for."""

    version: bytes
    sources: tuple[Registered, ...]
    matcher: SourceMatcher | None = None


def _kept(archive: Archive, session: Session) -> _Kept:
    """Return the register, opened anew only if a row of it has changed since."""
    session.opening(Compartment.ORIGINALS)
    with archive.catalog.read() as snapshot:
        rows = list(snapshot.sources.all(archive.collection))
        version = _version(rows)
        kept: _Kept | None = session.kept.get(_REGISTER)
        if kept is None or kept.version != version or _outdated(snapshot, rows):
            found = [open_source(session, snapshot, row)[1] for row in rows]
            kept = _Kept(version, tuple(sorted(found, key=lambda one: one.source)))
            session.kept[_REGISTER] = kept
    return kept


def _outdated(snapshot: Snapshot, rows: Iterable[SourceRow]) -> bool:
    """Return whether the ledger knows a newer state of a row: then an older one was put back."""
    return any(superseded(snapshot, row.entry_index, _EVENTS, row.header) for row in rows)


def _version(rows: Iterable[SourceRow]) -> bytes:
    digest = hashlib.sha256()
    for row in rows:
        sealed = hashlib.sha256(row.forms).hexdigest()
        digest.update(f"{row.ref}\n{row.header}\n{row.entry_index}\n{sealed}\n".encode())
    return digest.digest()


def compiled(sources: Iterable[Registered]) -> SourceMatcher:
    """Compile sources into one matcher."""
    return SourceMatcher([SourceForms(one.source, one.forms) for one in sources])


def matcher(archive: Archive, session: Session) -> SourceMatcher:
    """Return a matcher of the whole register, compiled once for each version and session.

    Raises:
        NotPermitted: the session holds no identity of `originals`.
        BindingMismatch: a source is not what the ledger committed to.
    """
    kept = _kept(archive, session)
    if kept.matcher is None:
        kept.matcher = compiled(kept.sources)
    return kept.matcher
