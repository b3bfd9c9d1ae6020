"""Redaction plans as they are kept: sealed beside the record, bound to the ledger, versioned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from archive import policy
from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import PlanRow
from archive.errors import (
    BindingMismatch,
    InQuarantine,
    PlanChanged,
    RecordNotFound,
    WrongPlanState,
)
from archive.ledger import parse_entry
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.objects import CanonicalText
from archive.model.provenance import Entry, EntryDraft, EventOutcome, EventType
from archive.model.redaction import PlanState, ReadingCopy, Redaction, RedactionPlan
from archive.redaction import decode_reading_copy, text_digest, unlinked
from archive.redaction.pages import Run, set_anew, telling
from archive.sealing import open_bytes, seal_bytes
from archive.services.codec import decode_plan, encode_plan
from archive.services.events import append_confidential, checked_signer, trusted_entry
from archive.services.parts import Archive
from archive.services.records import OpenRecord, canonical_text, held_back, open_record
from archive.services.redaction.pages import effective, has_pages
from archive.services.session import Session

PLAN_EVENTS = (
    EventType.REDACTION_PROPOSED,
    EventType.REDACTION_MARKED,
    EventType.PLAN_CARRIED_OVER,
    EventType.PLAN_SUBMITTED,
    EventType.PLAN_APPROVED,
    EventType.PLAN_REJECTED,
)


WORDLESS = CanonicalText("", "none")
"""The text of a photograph without words: its pages can be redacted and released all the same."""


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """The newest version of a plan with everything about it that is sealed.

    `editors` are the ids of members who changed it; `copy` is the exact reading copy that was
    submitted, `copy_digest` its SHA-256 (hex), which the approver signs.
    """

    row: PlanRow
    plan: RedactionPlan
    state: PlanState
    editors: tuple[str, ...]
    copy: ReadingCopy | None = None

    @property
    def copy_digest(self) -> str | None:
        """SHA-256 (hex) of the submitted reading copy."""
        return self.row.copy_digest


@dataclass(frozen=True, slots=True)
class Desk:
    """A record open for redaction: its text and its plan, if there is one yet."""

    opened: OpenRecord
    text: CanonicalText
    stored: StoredPlan | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw who acts on a plan: versions of the plan and of the text, 0 for none."""

    plan: int
    text: int


def current_plan(session: Session, snapshot: Snapshot, opened: OpenRecord) -> StoredPlan | None:
    """Return the newest plan of a record.

    Raises:
        BindingMismatch: the stored plan is not the one that its editor signed.
    """
    record = opened.manifest.record
    row = snapshot.plans.get(record)
    if row is None:
        return None
    entry = trusted_entry(session, snapshot, row.entry_index, PLAN_EVENTS, record)
    return _bound(opened, row, entry)


def plan_history(
    session: Session, snapshot: Snapshot, opened: OpenRecord
) -> tuple[StoredPlan, ...]:
    """Return every version of a record's plan, oldest first.

    Raises:
        BindingMismatch: a version is not the one that its editor signed, or one is missing.
    """
    found = []
    for number, row in enumerate(list(snapshot.plans.history(opened.manifest.record)), start=1):
        if row.version != number:
            raise BindingMismatch
        found.append(_version(session, snapshot, opened, row))
    return tuple(found)


def _version(session: Session, snapshot: Snapshot, opened: OpenRecord, row: PlanRow) -> StoredPlan:
    """Open a version of a plan, be it the newest or not, that a certified member signed."""
    entries = list(snapshot.ledger.entries(row.entry_index, row.entry_index + 1))
    entry = parse_entry(entries[0].body) if entries else None
    if entry is None or entry.type not in PLAN_EVENTS or entry.object != opened.manifest.record:
        raise BindingMismatch
    checked_signer(session, snapshot, entry)
    return _bound(opened, row, entry)


def _bound(opened: OpenRecord, row: PlanRow, entry: Entry) -> StoredPlan:
    """Open a version of a plan that is the one its entry signs."""
    signed = (entry.links.get("plan"), entry.links.get("state"), entry.links.get("reading_copy"))
    if signed != (hashlib.sha256(row.sealed).hexdigest(), row.state, row.copy_digest):
        raise BindingMismatch
    plan, editors = decode_plan(open_bytes(opened.file_key, row.sealed))
    copy = None
    if row.copy_sealed is not None:
        body = open_bytes(opened.file_key, row.copy_sealed)
        if hashlib.sha256(body).hexdigest() != row.copy_digest:
            raise BindingMismatch
        copy = decode_reading_copy(body)
    return StoredPlan(row, plan, PlanState(row.state), editors, copy)


def open_desk(archive: Archive, session: Session, snapshot: Snapshot, record: RecordId) -> Desk:
    """Open a record for redaction.

    Raises:
        RecordNotFound: no such record, or it has neither text nor pages to redact.
        InQuarantine: it failed a check on arrival and nobody has accepted it.
        BindingMismatch: what is stored is not what was written.
    """
    opened = open_record(session, snapshot, record)
    if held_back(session, snapshot, opened) is not None:
        raise InQuarantine
    text = canonical_text(archive, opened)
    if text is None and has_pages(opened):
        text = WORDLESS
    if text is None:
        raise RecordNotFound(
            "The record has no text to redact.",
            hint="Only records with text or pages can be released.",
        )
    stored = current_plan(session, snapshot, opened)
    if stored is not None and stored.plan.text_digest != text_digest(text.text):
        raise BindingMismatch
    return Desk(opened, text, stored)


def blank_plan(desk: Desk) -> RedactionPlan:
    """Return the record's plan, or an empty one bound to its text."""
    if desk.stored is not None:
        return desk.stored.plan
    return RedactionPlan(desk.opened.manifest.record, text_digest(desk.text.text))


def runs_in(text: CanonicalText, stored: StoredPlan) -> tuple[Run, ...]:
    """Return the pages that a plan lets nobody draw; those that its copy sets anew if it does."""
    hidden = effective(stored.plan, text).redactions
    pages = stored.copy.pages if stored.copy is not None else None
    set_already = pages is not None and pages.is_anew
    labels = {span.label for _, span in telling(text, hidden)} if set_already else set()
    return set_anew(text, hidden, labels)


def put_draft(
    archive: Archive,
    session: Session,
    tx: Transaction,
    desk: Desk,
    plan: RedactionPlan,
    event: EventType,
    *,
    restores: int | None = None,
    values: dict[str, str] | None = None,
    **links: str,
) -> StoredPlan:
    """Store `plan` as a new draft version, signed by its editor.

    `restores` is the version whose marks it puts back; `values` are confidential, `links` public.
    What a copy that was released showed loses its pseudonym in the plan's copies (ADR 0061).
    """
    marks = unlinked(desk.text.text, plan.redactions, _earlier(session, tx, desk, plan))
    plan = replace(plan, redactions=marks, restores=restores)
    editors = desk.stored.editors if desk.stored else ()
    if session.member.id not in editors:
        editors = (*editors, session.member.id)
    sealed = seal_bytes(desk.opened.file_key, encode_plan(plan, editors), random=archive.random)
    row = PlanRow(
        record=plan.record,
        version=desk.stored.row.version + 1 if desk.stored else 1,
        state=PlanState.DRAFT.value,
        header=desk.opened.row.header,
        sealed=sealed,
        digest=hashlib.sha256(sealed).hexdigest(),
        copy_sealed=None,
        copy_digest=None,
        proposer=session.member.id,
        approver=None,
        entry_index=0,
        updated=archive.clock(),
    )
    row = _put(archive, session, tx, row, event, values or {}, links)
    return StoredPlan(row, plan, PlanState.DRAFT, editors)


def _earlier(
    session: Session, snapshot: Snapshot, desk: Desk, plan: RedactionPlan
) -> Iterator[tuple[Redaction, ...]]:
    """Yield what each released copy of the plan's text hid, words under regions included."""
    if snapshot.releases.get(plan.record) is None:
        return
    for row in list(snapshot.plans.history(plan.record)):
        if row.state == PlanState.RELEASED.value:
            released = _version(session, snapshot, desk.opened, row).plan
            if released.text_digest == plan.text_digest:
                yield effective(released, desk.text).redactions


def put_state(
    archive: Archive,
    session: Session,
    tx: Transaction,
    row: PlanRow,
    event: EventType,
    values: dict[str, str] | None = None,
    links: dict[str, str] | None = None,
) -> PlanRow:
    """Store a plan whose state changed, as a new version signed by who changed it."""
    changed = replace(row, version=row.version + 1, updated=archive.clock())
    return _put(archive, session, tx, changed, event, values or {}, links)


def _put(
    archive: Archive,
    session: Session,
    tx: Transaction,
    row: PlanRow,
    event: EventType,
    values: dict[str, str],
    more: dict[str, str] | None = None,
) -> PlanRow:
    links = {**(more or {}), "plan": hashlib.sha256(row.sealed).hexdigest(), "state": row.state}
    if row.copy_digest is not None:
        links["reading_copy"] = row.copy_digest
    draft = EntryDraft(
        type=event,
        object=row.record,
        outcome=EventOutcome.SUCCESS,
        links=links,
        commitments={},
    )
    index = append_confidential(archive, session, tx, draft, values)
    stored = replace(row, entry_index=index)
    tx.plans.put(stored)
    return stored


def plan_states(action: Action) -> tuple[PlanState, ...]:
    """Return the states of a plan in which policy lets an act go on."""
    return tuple(PlanState(one.value) for one in policy.RULES[action].states)


def in_state(desk: Desk, *states: PlanState) -> StoredPlan:
    """Return the record's plan if it is in one of the states.

    Raises:
        WrongPlanState: it is in another one, or there is no plan.
    """
    if desk.stored is None:
        raise WrongPlanState("There is no redaction plan yet.", hint="Run `redact propose` first.")
    if desk.stored.state not in states:
        raise WrongPlanState(f"The redaction plan is {desk.stored.state.value}.")
    return desk.stored


def require_seen(desk: Desk, seen: Seen | None) -> None:
    """Check that plan and text are at the versions that were seen before an act.

    Raises:
        PlanChanged: one is not; without versions (`None`) any is right.
    """
    plan = desk.stored.row.version if desk.stored is not None else 0
    texts = desk.opened.manifest.texts
    if seen is not None and seen != Seen(plan, texts[-1].version if texts else 0):
        raise PlanChanged


def unchanged(desk: Desk, seen: StoredPlan) -> StoredPlan:
    """Return the plan if it is the one that was seen before the work on it began.

    Raises:
        WrongPlanState: somebody changed it meanwhile.
    """
    stored = in_state(desk, seen.state)
    if stored.row != seen.row:
        raise WrongPlanState(
            "The plan was changed meanwhile.", hint="Look at it again, then repeat the act."
        )
    return stored
