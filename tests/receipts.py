"""Receipts made by hand, signed with real keys."""

from __future__ import annotations

from collections.abc import Sequence

from archive.model.access import Role
from archive.model.ids import MemberId, RecordId, SourceRef
from archive.model.receipt import Receipt, ReceiptLine, RunId, Signatory, Totals
from archive.services.intake.receipt_codec import SignedReceipt, sign_receipt
from keys.member import MemberSecret
from keys.signing import key_id

SECRET = MemberSecret(bytes(range(32)))
RECORD = RecordId("5f0c6a3e-9a51-4c0e-8f0e-2f7d6f1b9a10")


def receipt(lines: Sequence[ReceiptLine], *, name: str = "Im Kyong") -> Receipt:
    """Return a receipt of these lines."""
    totals = Totals()
    for line in lines:
        totals.add(line)
    return Receipt(
        run=RunId("0b5c7f9e-3a39-4a35-9c11-6a1b0f4f2d55"),
        archive="3f8a4c52-7c1e-4b8f-9d8e-51c2a7f0e6b4",
        software="strongroom 0",
        started="2026-03-01T09:00:00.000000Z",
        ended="2026-03-01T09:00:07.000000Z",
        complete=True,
        member=Signatory(MemberId("m"), name, Role.ARCHIVIST, key_id(SECRET.signer.public)),
        accession=None,
        source=SourceRef("S-0001"),
        sandbox=None,
        origin="log.example/one",
        size=17,
        root="ab" * 32,
        totals=totals,
        lines=tuple(lines),
        salt="cd" * 32,
    )


def signed(lines: Sequence[ReceiptLine], *, name: str = "Im Kyong") -> SignedReceipt:
    """Return a signed receipt of these lines."""
    return sign_receipt(receipt(lines, name=name), SECRET)
