"""Receipts: made at the end of every ingest run, signed, sealed, and committed to in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from archive import __version__
from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import ReceiptRow
from archive.errors import BindingMismatch, RecordNotFound, StorageError
from archive.ledger import timestamp, unverified_checkpoint
from archive.model.access import Action, Compartment, Level
from archive.model.ids import AccessionRef, RecordId, SourceRef, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.receipt import Receipt, ReceiptLine, RunId, Signatory, Totals
from archive.sealing import open_bytes, open_header, seal_bytes
from archive.services.events import append, authorise, record_event, trusted_entry
from archive.services.headers import fresh_header
from archive.services.intake.handed_in import Candidate, FileReport
from archive.services.intake.measuring import Measure
from archive.services.intake.receipt_codec import SignedReceipt, parse_receipt, sign_receipt
from archive.services.parts import Archive
from archive.services.session import Session

_SOFTWARE = f"strongroom {__version__}"
ERASED = "[erased]"
"""What stands on a receipt in the place of the path of a record that was erased."""


@dataclass(frozen=True, slots=True)
class ReceiptSummary:
    """A line in a list of receipts; times are RFC 3339 in UTC."""

    run: RunId
    started: str
    ended: str
    member: str
    files: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a run was told at its start, when that was, and what tells of its sandbox at its end."""

    started: datetime
    source: SourceRef | None
    accession: AccessionRef | None
    sandbox: Callable[[], str | None]


class Run:
    """One ingest run: it gathers the lines of its receipt, and can be told to stop.

    `id` names the run and its receipt; `begun` is what was taken up so far; `notes` are for
    whoever started it; `issued` is the receipt
    once it is stored, and stays `None` when the disk has no room even for that.
    """

    def __init__(self, archive: Archive, session: Session) -> None:
        self.id = RunId(new_uuid(archive.ids))
        self.begun = Measure(0, 0)
        self.totals = Totals()
        self.issued: SignedReceipt | None = None
        self.stopped = False
        self.notes: list[str] = []
        self._ended = False
        self._archive = archive
        self._session = session
        self._lines: list[ReceiptLine] = []

    def stop(self) -> None:
        """Take no further input; what is under way is finished, reported and on the receipt.

        A run that has ended is not stopped any more.
        """
        self.stopped = self.stopped or not self._ended

    def until_stopped(
        self, items: Iterable[Candidate | FileReport]
    ) -> Iterator[Candidate | FileReport]:
        """Yield `items` until the run is told to stop, and count them as begun."""
        for item in items:
            if self.stopped:
                return
            size = item.size if isinstance(item, Candidate) else 0
            self.begun = Measure(self.begun.files + 1, self.begun.bytes + size)
            yield item

    def account(
        self,
        reports: Iterator[FileReport],
        *,
        source: SourceRef | None = None,
        accession: AccessionRef | None = None,
        sandbox: Callable[[], str | None],
    ) -> Iterator[FileReport]:
        """Pass reports on and issue the receipt when they end, however they end.

        `sandbox` tells then how the readers were confined, if there were any.
        Who stops listening stops the run: the batch under way is still finished and accounted for.
        """
        circumstances = Circumstances(self._archive.clock(), source, accession, sandbox)
        try:
            for report in reports:
                self._add(report)
                yield report
        except BaseException:
            self.stop()
            for report in reports:
                self._add(report)
            raise
        finally:
            self._ended = True
            if self._session.recipients:
                self._issue(circumstances)

    def _add(self, report: FileReport) -> None:
        line = line_of(report)
        self._lines.append(line)
        self.totals.add(line)

    def _issue(self, circumstances: Circumstances) -> None:
        with suppress(StorageError):
            self.issued = self._sealed(circumstances)

    def _sealed(self, circumstances: Circumstances) -> SignedReceipt:
        with self._archive.catalog.write() as tx:
            head = unverified_checkpoint(tx.ledger.tail().checkpoint_note or "")
            receipt = Receipt(
                run=self.id,
                archive=self._archive.folder.archive_id,
                software=_SOFTWARE,
                started=timestamp(circumstances.started),
                ended=timestamp(self._archive.clock()),
                complete=not self.stopped,
                member=_signatory(self._session),
                accession=circumstances.accession,
                source=circumstances.source,
                sandbox=circumstances.sandbox(),
                origin=head.origin,
                size=head.size,
                root=head.root.hex(),
                totals=self.totals,
                lines=tuple(self._lines),
                salt=self._archive.random(32).hex(),
            )
            signed = sign_receipt(receipt, self._session.secret)
            _store(self._archive, self._session, tx, signed)
        return signed


def line_of(report: FileReport) -> ReceiptLine:
    """Return the line of a report."""
    fixity = report.fixity
    return ReceiptLine(
        path=report.path,
        outcome=report.outcome,
        record=report.record,
        reason=str(report.reason) if report.reason else None,
        size=None if fixity is None else fixity.size,
        sha256=None if fixity is None else fixity.digest,
        near=report.near,
        attachments=tuple(line_of(one) for one in report.attachments),
    )


def _signatory(session: Session) -> Signatory:
    member = session.member
    return Signatory(member.id, session.name, member.role, session.key_id)


def _store(
    archive: Archive,
    session: Session,
    tx: Transaction,
    signed: SignedReceipt,
    *,
    old: ReceiptRow | None = None,
) -> None:
    """Seal a receipt and append the entry that binds it, in the caller's transaction."""
    header, file_key = fresh_header(archive, session, Compartment.ORIGINALS)
    sealed = seal_bytes(file_key, signed.document, random=archive.random)
    draft = EntryDraft(
        type=EventType.RECEIPT_ISSUED,
        object=signed.receipt.run,
        outcome=EventOutcome.SUCCESS,
        links={"receipt": signed.digest, "sealed": hashlib.sha256(sealed).hexdigest()},
        commitments={},
    )
    index = append(archive, session, tx, [draft]).first_index
    tx.headers.add_many([header])
    row = ReceiptRow(
        run=signed.receipt.run,
        collection=archive.collection,
        header=header.id,
        sealed=sealed,
        entry_index=index,
        created=archive.clock() if old is None else old.created,
    )
    if old is None:
        tx.receipts.add(row)
    else:
        tx.receipts.replace(row)


def reissue_without(
    archive: Archive, session: Session, tx: Transaction, records: frozenset[RecordId]
) -> None:
    """Put receipts that name destroyed records in place of which the lines say nothing of them.

    They are signed by the session's member, who is their signatory now; the old ones, and the
    headers that open them, are gone.

    Raises:
        IntegrityError: a stored receipt is not what was written.
        StorageError: nothing was changed.
    """
    for row in list(tx.receipts.all(archive.collection)):
        receipt = open_receipt(session, tx, row).receipt
        lines = tuple(_without(line, records) for line in receipt.lines)
        if lines == receipt.lines:
            continue
        totals = Totals()
        for line in lines:
            totals.add(line)
        head = unverified_checkpoint(tx.ledger.tail().checkpoint_note or "")
        changed = replace(
            receipt,
            member=_signatory(session),
            lines=lines,
            totals=totals,
            size=head.size,
            root=head.root.hex(),
            salt=archive.random(32).hex(),
        )
        tx.headers.delete(row.header)
        _store(archive, session, tx, sign_receipt(changed, session.secret), old=row)


def _without(line: ReceiptLine, records: frozenset[RecordId]) -> ReceiptLine:
    """Return a line that says nothing of destroyed records."""
    attachments = tuple(_without(one, records) for one in line.attachments)
    near = tuple(one for one in line.near if one.record not in records)
    if line.record not in records:
        return replace(line, attachments=attachments, near=near)
    return ReceiptLine(ERASED, line.outcome, attachments=attachments)


def open_receipt(session: Session, snapshot: Snapshot, row: ReceiptRow) -> SignedReceipt:
    """Open a stored receipt.

    Raises:
        NotPermitted: the session holds no identity of `originals`.
        BindingMismatch: it is not the one that the ledger committed to.
        SealedObjectDamaged, LedgerTampered: header, payload or form are not what was written.
    """
    identities = session.opening(Compartment.ORIGINALS)
    event = (EventType.RECEIPT_ISSUED,)
    entry = trusted_entry(session, snapshot, row.entry_index, event, row.run)
    if entry.links.get("sealed") != hashlib.sha256(row.sealed).hexdigest():
        raise BindingMismatch
    file_key = open_header(snapshot.headers.get(row.header).header, identities)
    signed = parse_receipt(open_bytes(file_key, row.sealed))
    if (entry.links.get("receipt"), row.run) != (signed.digest, signed.receipt.run):
        raise BindingMismatch
    return signed


def _log(archive: Archive, session: Session, event: EventType, obj: str) -> None:
    draft = EntryDraft(
        type=event,
        object=obj,
        outcome=EventOutcome.SUCCESS,
        links={"level": Level.ORIGINALS.value},
        commitments={},
    )
    record_event(archive, session, draft)


def show_receipt(
    archive: Archive, session: Session, run: RunId, event: EventType = EventType.VIEW
) -> SignedReceipt:
    """Return a receipt; `event` (a view or an export) is in the ledger first.

    Raises:
        NotPermitted: the member may not read originals.
        RecordNotFound: there is no receipt of that run.
        IntegrityError: what is stored is not what was written.
    """
    authorise(archive, session, Action.READ_ORIGINALS, run)
    with archive.catalog.read() as snapshot:
        row = snapshot.receipts.get(run)
    if row is None:
        raise RecordNotFound
    _log(archive, session, event, run)
    with archive.catalog.read() as snapshot:
        return open_receipt(session, snapshot, row)


def list_receipts(
    archive: Archive, session: Session, *, page: int = 1, limit: int = 50
) -> tuple[ReceiptSummary, ...]:
    """List receipts, newest first.

    Raises:
        NotPermitted: the member may not read originals.
        IntegrityError: what is stored is not what was written.
    """
    authorise(archive, session, Action.READ_ORIGINALS)
    _log(archive, session, EventType.LIST, new_uuid(archive.ids))
    with archive.catalog.read() as snapshot:
        rows = snapshot.receipts.page(archive.collection, (max(page, 1) - 1) * limit, limit)
        return tuple(_summary(open_receipt(session, snapshot, row).receipt) for row in list(rows))


def _summary(receipt: Receipt) -> ReceiptSummary:
    return ReceiptSummary(
        run=receipt.run,
        started=receipt.started,
        ended=receipt.ended,
        member=receipt.member.name,
        files=len(receipt.lines),
        complete=receipt.complete,
    )
