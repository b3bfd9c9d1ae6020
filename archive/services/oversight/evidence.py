"""Evidence bundles for auditors and courts: logged, then handed out.

What is opened is only what the member may open anyway; everything else in a bundle is public
to whoever audits (docs/formats/evidence-bundle.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from archive import policy
from archive.catalog import Snapshot
from archive.errors import BindingMismatch, InvalidValue, RecordNotFound
from archive.ledger import opens, salt_of
from archive.model.access import Action, Field
from archive.model.ids import RecordId
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.preservation import Opened, Step
from archive.preservation.bag import MANIFEST
from archive.services.audit import LogFiles, keys_of_all_times
from archive.services.audit.bundles import Whose, make
from archive.services.audit.stamps import own_authorities
from archive.services.codec import decode
from archive.services.events import append, authorise
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.redaction.proofs import stored_proofs
from archive.services.refusals import tells_refusals
from archive.services.session import Session
from keys.age import open_small
from keys.errors import KeysError

_OF_RECORD = (EventType.INGESTION, EventType.TEXT_EXTRACTED)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle by path; `digest` (SHA-256, hex, of its manifest) is in the ledger."""

    files: dict[str, bytes]
    digest: str
    entries: int
    opened: tuple[Opened, ...]


@tells_refusals(Action.AUDIT)
def make_bundle(
    archive: Archive, session: Session, records: Sequence[RecordId], fields: Sequence[str] = ()
) -> Bundle:
    """Return a bundle about records, with committed `fields` of their events opened.

    Before anything is handed out, an entry about each record says so, with the bundle's digest and
    the names of the opened fields.

    Raises:
        NotPermitted: the member may not audit, or not open originals and asks for a field.
        RecordNotFound: the ledger tells nothing of one of the records, or it was erased and a field
            is asked for.
        InvalidValue: no record, or no event of the records has such a field.
        IntegrityError: what is stored is not what was written.
    """
    wanted = tuple(dict.fromkeys(records))
    if not wanted:
        raise InvalidValue("Which records?", hint="Name at least one.")
    for record in wanted:
        authorise(archive, session, Action.AUDIT, record)
        if fields:
            authorise(archive, session, policy.DISCLOSED_BY[Field.VALUE], record)
    files = LogFiles(archive.folder)
    keys = keys_of_all_times(archive.catalog, archive.folder.vkeys)
    whose = Whose(archive.folder.archive_id, archive.folder.vkeys, keys, own_authorities(files))
    opened: list[Opened] = []
    with archive.catalog.read() as snapshot:
        files.publish(snapshot.ledger, keys)

        def choose(steps: list[Step]) -> list[Opened]:
            opened.extend(_open_fields(session, snapshot, steps, fields))
            return opened

        proofs = stored_proofs(session, snapshot, wanted)
        made = make(snapshot.ledger, files, whose, wanted, choose, proofs)
    digest = hashlib.sha256(made[MANIFEST]).hexdigest()
    _log(archive, session, wanted, digest, opened)
    entries = sum(name.endswith(".tlog-proof") for name in made)
    return Bundle(made, digest, entries, tuple(opened))


def _log(
    archive: Archive,
    session: Session,
    records: Sequence[RecordId],
    digest: str,
    opened: Sequence[Opened],
) -> None:
    links = {"bundle": digest}
    if opened:
        links["opened"] = ",".join(sorted({one.field for one in opened}))
    success = EventOutcome.SUCCESS
    drafts = [EntryDraft(EventType.EXPORT, one, success, links, {}) for one in records]
    with archive.catalog.write() as tx:
        append(archive, session, tx, drafts)


def _open_fields(
    session: Session, snapshot: Snapshot, steps: Sequence[Step], fields: Sequence[str]
) -> list[Opened]:
    found = [
        _open(session, snapshot, step, field)
        for step in steps
        for field in dict.fromkeys(fields)
        if field in step.entry.commitments
    ]
    missing = set(fields) - {one.field for one in found}
    if missing:
        known = sorted({name for step in steps for name in step.entry.commitments})
        hint = f"There are: {', '.join(known)}." if known else "They have none at all."
        raise InvalidValue("No event of these records has such a field.", hint=hint)
    return found


def _open(session: Session, snapshot: Snapshot, step: Step, field: str) -> Opened:
    """Return value and salt of a committed field, which do open the commitment."""
    entry = step.entry
    if "opening" in entry.links:
        value, salt_key = _sealed_beside(session, snapshot, step, field)
    elif entry.type in _OF_RECORD:
        manifest = open_record(session, snapshot, RecordId(entry.object)).manifest
        value = {"fixity": manifest.original.digest, "name": manifest.name}.get(field, "")
        salt_key = bytes.fromhex(manifest.salt)
    else:
        raise BindingMismatch
    salt = salt_of(field, salt_key)
    if not opens(bytes.fromhex(entry.commitments[field]), field, value, salt):
        raise BindingMismatch
    return Opened(step.index, field, value, salt.hex())


def _sealed_beside(
    session: Session, snapshot: Snapshot, step: Step, field: str
) -> tuple[str, bytes]:
    row = snapshot.openings.get(step.index)
    if row is None:
        raise RecordNotFound("The values of an event were erased.")
    if hashlib.sha256(row.sealed).hexdigest() != step.entry.links["opening"]:
        raise BindingMismatch
    identities = [one for keys in session.identities.values() for one in keys]
    try:
        body = decode(open_small(row.sealed, identities))
        return body["values"][field], bytes.fromhex(body["salt_key"])
    except (KeysError, KeyError, ValueError, TypeError):
        raise BindingMismatch from None
