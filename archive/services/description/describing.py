"""Descriptions of records and units in ISAD(G): shown, changed, every version kept.

A description lives beside the ledger: the entry that wrote it commits to each element and links to
the sealed values, so that the newest entry says what counts. Erasure takes the values away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive import policy
from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import OutboxKind, OutboxRow
from archive.errors import (
    BindingMismatch,
    DescriptionChanged,
    InvalidValue,
    NotPermitted,
    SealedObjectDamaged,
)
from archive.ledger import parse_entry
from archive.model.access import Action, Compartment, Level, Member
from archive.model.description import Description, Element, LevelOfDescription
from archive.model.ids import RecordId
from archive.model.provenance import Entry, EntryDraft, EventOutcome, EventType
from archive.services.events import append_confidential, authorise, checked_signer, confided, look
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session

MAX_VALUE = 10_000  # characters of one element
_MARK = f'"type":"{EventType.DESCRIBED.value}"'.encode()


@tells_refusals(Action.DESCRIBE)
def describe(
    archive: Archive,
    session: Session,
    record: RecordId,
    changes: Mapping[Element, str],
    seen: int | None = None,
) -> Description:
    """Write elements of a record's description; an empty value takes one away.

    `seen` is the version that the change was made from, where that is known. The next search of
    originals finds the record by what is written.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: no such record, or it was erased.
        DescriptionChanged: the description is not the one that was seen.
        InvalidValue: a value is too long or not printable, or nothing is changed.
    """
    authorise(archive, session, Action.DESCRIBE, record)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted
    with archive.catalog.write() as tx:
        open_record(session, tx, record)
        made = written(archive, session, tx, record, changes, seen)
        tx.outbox.add_many([OutboxRow(0, OutboxKind.INDEX_ORIGINAL, archive.collection, record)])
        return made


def written(
    archive: Archive,
    session: Session,
    tx: Transaction,
    about: str,
    changes: Mapping[Element, str],
    seen: int | None,
) -> Description:
    """Write elements of the description of a record or unit inside the caller's transaction.

    Raises:
        DescriptionChanged: the description is not the one that was seen.
        InvalidValue: a value is too long or not printable, or nothing is changed.
    """
    before = description_of(session, tx, about)
    wanted = {
        element: _checked(element, text)
        for element, text in changes.items()
        if text != before.values.get(element)
    }
    if seen is not None and seen != before.version:
        raise DescriptionChanged
    both = {**before.values, **wanted}
    after = {element: both[element] for element in Element if both.get(element)}
    if after == before.values:
        raise InvalidValue("That changes nothing.", hint="Change an element of it.")
    draft = EntryDraft(EventType.DESCRIBED, about, EventOutcome.SUCCESS, {}, {})
    values = {element.value: text for element, text in after.items()}
    append_confidential(archive, session, tx, draft, values)
    return Description(after, before.version + 1)


def description_of(session: Session, snapshot: Snapshot, about: str) -> Description:
    """Return the description of a record or unit as its newest entry has it.

    Of 10,000 entries about a record SQLite picks those of descriptions in 11 ms of processor time.

    Raises:
        BindingMismatch: it is not what was signed, by somebody who may describe.
        SealedObjectDamaged: its values are gone or cannot be opened.
    """
    found = snapshot.ledger.about(about, holding=_MARK)
    if not found:
        return Description()
    return _read(session, snapshot, about, len(found), *found[-1]).description


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a description: when it was written (RFC 3339), by whom, in which role."""

    description: Description
    time: str
    by: Member


@tells_refusals(Action.READ_ORIGINALS)
def versions(archive: Archive, session: Session, record: RecordId) -> tuple[Version, ...]:
    """Return every version of a record's description, the newest first; the ledger knows before.

    Raises:
        NotPermitted: the member may not read originals.
        RecordNotFound: no such record, or it was erased.
        BindingMismatch, SealedObjectDamaged: see `description_of`.
    """
    authorise(archive, session, Action.READ_ORIGINALS, record)
    with archive.catalog.read() as snapshot:
        open_record(session, snapshot, record)
    look(archive, session, EventType.VIEW, record, level=Level.ORIGINALS.value, of="descriptions")
    with archive.catalog.read() as snapshot:
        found = snapshot.ledger.about(record, holding=_MARK)
        made = [_read(session, snapshot, record, n, *one) for n, one in enumerate(found, start=1)]
    return tuple(reversed(made))


@tells_refusals(Action.DESCRIBE)
def bring_back(
    archive: Archive, session: Session, record: RecordId, number: int, seen: int | None = None
) -> Description:
    """Write an older version of a record's description once more, as its newest.

    `number` counts from 1; `seen` is as in `describe`.

    Raises:
        InvalidValue: there is no such version, or it says what the newest says.
        NotPermitted, RecordNotFound, DescriptionChanged: see `describe`.
        BindingMismatch, SealedObjectDamaged: see `description_of`.
    """
    authorise(archive, session, Action.DESCRIBE, record)
    with archive.catalog.read() as snapshot:
        open_record(session, snapshot, record)
        found = snapshot.ledger.about(record, holding=_MARK)
        if not 1 <= number <= len(found):
            raise InvalidValue("There is no such version of the description.")
        older = _read(session, snapshot, record, number, *found[number - 1]).description
    changes = {element: older.values.get(element, "") for element in Element}
    return describe(archive, session, record, changes, seen)


def _read(
    session: Session, snapshot: Snapshot, about: str, number: int, index: int, body: bytes
) -> Version:
    entry = parse_entry(body)
    signer = checked_signer(session, snapshot, entry)
    if entry.type is not EventType.DESCRIBED or entry.object != about:
        raise BindingMismatch
    if not policy.decide(signer, Action.DESCRIBE).allowed:
        raise BindingMismatch
    values = _values(session, snapshot, index, entry) if entry.commitments else {}
    return Version(Description(values, number), entry.time, signer)


def _values(session: Session, snapshot: Snapshot, index: int, entry: Entry) -> dict[Element, str]:
    values = confided(session, snapshot, index, entry)
    try:
        return {Element(name): str(text) for name, text in values.items()}
    except ValueError:
        raise SealedObjectDamaged from None


def usable(element: Element, text: str) -> bool:
    """Return whether a text may stand in an element: printable, not too long; a level is one."""
    plain = _plain(text)
    if element is Element.LEVEL:
        return plain in ("", *LevelOfDescription)
    return len(plain) <= MAX_VALUE and plain.replace("\n", "").isprintable()


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _checked(element: Element, text: str) -> str:
    if not usable(element, text):
        if element is Element.LEVEL:
            raise InvalidValue(
                "That is no level of description.",
                hint="Choose one of: fonds, subfonds, series, subseries, file, item.",
            )
        raise InvalidValue(
            "An element of a description has up to 10,000 printable characters.",
            hint=f"Correct “{element.value}” and try again.",
        )
    return _plain(text)
