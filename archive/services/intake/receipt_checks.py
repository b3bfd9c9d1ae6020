"""Checking a receipt that somebody brings: bytes in, verdict out, with public keys alone."""

from __future__ import annotations

from dataclasses import dataclass

from archive.catalog import Catalog, Snapshot
from archive.errors import BindingMismatch, LedgerTampered
from archive.ledger import parse_entry, verify_entry
from archive.model.access import Role
from archive.model.ids import MemberId
from archive.model.provenance import Entry, EventType
from archive.services.intake.receipt_codec import SignedReceipt, parse_receipt
from archive.services.membership import Certified, Directory, self_certified
from keys.errors import KeysError
from keys.signing import Ed25519Verifier


@dataclass(frozen=True, slots=True)
class ReceiptFinding:
    """Something that is wrong with a receipt; `code` is stable."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """The outcome of a check; without findings the receipt is genuine."""

    run: str | None
    digest: str | None
    findings: tuple[ReceiptFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


_FORM = ReceiptFinding("malformed", "it is not a receipt in JSON, or its sums do not add up")
_FOREIGN = ReceiptFinding("another-archive", "it is the receipt of another archive")
_SIGNER = ReceiptFinding("signer", "no certified member of this archive has signed it")
_SIGNATURE = ReceiptFinding("signature", "a signature is not that of this receipt")
_ENTRY = ReceiptFinding("ledger", "the ledger commits to no such receipt")
_CHECKPOINT = ReceiptFinding("checkpoint", "it quotes another state of the ledger than its entry")


def verify_receipt(catalog: Catalog, archive_id: str, document: bytes) -> ReceiptVerdict:
    """Check a receipt's form, sums and signatures, and that the ledger commits to it.

    Members are believed up to the key that the first entry of the ledger registers; whether that
    ledger is the right one is for `audit.extend` and a pin.
    """
    try:
        signed = parse_receipt(document.strip())
    except LedgerTampered:
        return ReceiptVerdict(None, None, (_FORM,))
    with catalog.read() as snapshot:
        findings = tuple(_findings(snapshot, archive_id, signed))
    return ReceiptVerdict(signed.receipt.run, signed.digest, findings)


def _findings(snapshot: Snapshot, archive_id: str, signed: SignedReceipt) -> list[ReceiptFinding]:
    if signed.receipt.archive != archive_id:
        return [_FOREIGN]
    try:
        signer = _signer(snapshot, signed)
    except (BindingMismatch, LedgerTampered):
        return [_SIGNER]
    try:
        signed.verify(signer.public)
    except KeysError:
        return [_SIGNATURE]
    return _against_ledger(snapshot, signed, signer)


def _signer(snapshot: Snapshot, signed: SignedReceipt) -> Certified:
    """Return the member whom the receipt names, certified up to the archive's founder."""
    stated = signed.receipt.member
    directory = Directory(snapshot.members.all(), _founder(snapshot))
    signer = directory.by_key_id(stated.key_id)
    if signer.member.id != stated.member or not signer.held(stated.role):
        raise BindingMismatch
    return signer


def _founder(snapshot: Snapshot) -> Certified:
    for row in snapshot.ledger.entries(0, 1):
        entry = parse_entry(row.body)
        member = snapshot.members.get(MemberId(entry.links.get("member", "")))
        if entry.type is EventType.ARCHIVE_CREATED and member is not None:
            founder = self_certified(member)
            if (founder.public.ed25519.hex(), founder.member.role) == (
                entry.links.get("ed25519"),
                Role.CUSTODIAN,
            ):
                verify_entry(entry, Ed25519Verifier(founder.public.ed25519))
                return founder
    raise BindingMismatch


def _against_ledger(
    snapshot: Snapshot, signed: SignedReceipt, signer: Certified
) -> list[ReceiptFinding]:
    try:
        entry = _entry(snapshot, signed)
        verify_entry(entry, Ed25519Verifier(signer.public.ed25519))
    except LedgerTampered:
        return [_ENTRY]
    if entry.agent.key_id != signed.receipt.member.key_id:
        return [_ENTRY]
    if (entry.after_size, entry.after_root) != (signed.receipt.size, signed.receipt.root):
        return [_CHECKPOINT]
    return []


def _entry(snapshot: Snapshot, signed: SignedReceipt) -> Entry:
    for body in snapshot.ledger.later_bodies(signed.receipt.run, -1):
        entry = parse_entry(body)
        issued = entry.type is EventType.RECEIPT_ISSUED
        if issued and entry.links.get("receipt") == signed.digest:
            return entry
    raise LedgerTampered
