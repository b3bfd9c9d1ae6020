"""Descriptions of records in ISAD(G): shown with the record, changed, every version kept.

A description lives beside the ledger: the entry that wrote it commits to each element and links to
the sealed values, so that the newest entry says what counts. Erasure takes the values away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from archive import policy
from archive.catalog import Snapshot
from archive.errors import (
    BindingMismatch,
    DescriptionChanged,
    InvalidValue,
    NotPermitted,
    SealedObjectDamaged,
)
from archive.ledger import parse_entry
from archive.model.access import Action, Compartment
from archive.model.description import Description, Element
from archive.model.ids import RecordId
from archive.model.provenance import Entry, EntryDraft, EventOutcome, EventType
from archive.services.codec import decode
from archive.services.events import append_confidential, authorise, checked_signer
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session
from keys.age import open_small
from keys.errors import KeysError

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

    `seen` is the version that the change was made from, where that is known.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: no such record, or it was erased.
        DescriptionChanged: the description is not the one that was seen.
        InvalidValue: a value is too long or not printable, or nothing is changed.
    """
    authorise(archive, session, Action.DESCRIBE, record)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted
    wanted = {element: _checked(element, text) for element, text in changes.items()}
    with archive.catalog.write() as tx:
        open_record(session, tx, record)
        before = description_of(session, tx, record)
        if seen is not None and seen != before.version:
            raise DescriptionChanged
        both = {**before.values, **wanted}
        after = {element: both[element] for element in Element if both.get(element)}
        if after == before.values:
            raise InvalidValue("That changes nothing.", hint="Change an element of it.")
        draft = EntryDraft(EventType.DESCRIBED, record, EventOutcome.SUCCESS, {}, {})
        values = {element.value: text for element, text in after.items()}
        append_confidential(archive, session, tx, draft, values)
    return Description(after, before.version + 1)


def description_of(session: Session, snapshot: Snapshot, record: RecordId) -> Description:
    """Return the description of a record as its newest entry has it.

    Raises:
        BindingMismatch: it is not what was signed, by somebody who may describe.
        SealedObjectDamaged: its values are gone or cannot be opened.
    """
    found = [one for one in snapshot.ledger.about(record) if _MARK in one[1]]
    if not found:
        return Description()
    index, body = found[-1]
    entry = parse_entry(body)
    signer = checked_signer(session, snapshot, entry)
    if entry.type is not EventType.DESCRIBED or entry.object != record:
        raise BindingMismatch
    if not policy.decide(signer, Action.DESCRIBE).allowed:
        raise BindingMismatch
    values = _values(session, snapshot, index, entry) if entry.commitments else {}
    return Description(values, len(found))


def _values(session: Session, snapshot: Snapshot, index: int, entry: Entry) -> dict[Element, str]:
    opening = snapshot.openings.get(index)
    if opening is None:
        raise SealedObjectDamaged
    if hashlib.sha256(opening.sealed).hexdigest() != entry.links.get("opening"):
        raise BindingMismatch
    try:
        body = decode(open_small(opening.sealed, session.opening(Compartment.ORIGINALS)))
        return {Element(name): str(text) for name, text in body["values"].items()}
    except (KeysError, KeyError, ValueError):
        raise SealedObjectDamaged from None


def usable(text: str) -> bool:
    """Return whether a text may stand in an element: printable, and not too long."""
    plain = _plain(text)
    return len(plain) <= MAX_VALUE and plain.replace("\n", "").isprintable()


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _checked(element: Element, text: str) -> str:
    if not usable(text):
        raise InvalidValue(
            "An element of a description has up to 10,000 printable characters.",
            hint=f"Correct “{element.value}” and try again.",
        )
    return _plain(text)
