"""The JSON form of receipts (docs/formats/receipt.md): canonical, signed, strict on the way in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from archive.errors import LedgerTampered
from archive.ledger import jcs, parse_canonical
from archive.model.access import Role
from archive.model.ids import MemberId, RecordId, SourceRef
from archive.model.objects import Outcome
from archive.model.receipt import Near, Receipt, ReceiptLine, RunId, Signatory, Tally, Totals
from keys.member import MemberKeys, MemberPublic
from keys.signing import Ed25519Verifier, MlDsa65Verifier

VERSION = 1
_DOMAIN = b"strongroom/receipt/v1\0"
_LARGEST = 1 << 30  # bytes; some three million lines
_SIGNATURES = ("ed25519", "mldsa65")


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt with its two signatures; `document` is the whole file, `body` what is signed."""

    receipt: Receipt
    body: bytes
    ed25519: bytes
    mldsa65: bytes
    document: bytes

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the body; the ledger's entry links to it as `receipt`."""
        return hashlib.sha256(self.body).hexdigest()

    def verify(self, public: MemberPublic) -> None:
        """Check both signatures.

        Raises:
            SignatureInvalid: one of them is not that member's signature of this receipt.
        """
        Ed25519Verifier(public.ed25519).verify(_DOMAIN + self.body, self.ed25519)
        MlDsa65Verifier(public.mldsa65).verify(_DOMAIN + self.body, self.mldsa65)


def sign_receipt(receipt: Receipt, secret: MemberKeys) -> SignedReceipt:
    """Return the receipt signed with both keys of a member."""
    body = jcs(_fields(receipt))
    ed25519, mldsa65 = (one.sign(_DOMAIN + body) for one in (secret.signer, secret.pq_signer))
    return SignedReceipt(receipt, body, ed25519, mldsa65, _document(body, ed25519, mldsa65))


def _document(body: bytes, ed25519: bytes, mldsa65: bytes) -> bytes:
    """Return the body with the signatures in their canonical places, before `ended` and `run`.

    No text holds such a mark: a quote inside a text is escaped.
    """
    first, ended, rest = body.partition(b',"ended":"')
    middle, run, last = rest.rpartition(b',"run":"')
    signatures = [
        f',"{name}":"{one.hex()}"'.encode()
        for name, one in zip(_SIGNATURES, (ed25519, mldsa65), strict=True)
    ]
    return b"".join((first, signatures[0], ended, middle, signatures[1], run, last))


def parse_receipt(document: bytes) -> SignedReceipt:
    """Return the receipt of a document; its signatures are not checked yet.

    Raises:
        LedgerTampered: not a receipt in canonical form, or its sums are not those of its lines.
    """
    fields = parse_canonical(document, limit=_LARGEST)
    try:
        ed25519, mldsa65 = (_hex(fields.pop(name)) for name in _SIGNATURES)
        receipt = _receipt(fields)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise LedgerTampered from None
    body = jcs(fields)
    if jcs(_fields(receipt)) != body:
        raise LedgerTampered
    return SignedReceipt(receipt, body, ed25519, mldsa65, document)


def _hex(text: str) -> bytes:
    """Return the bytes of lower-case hex, in the one way to write them; else raise `ValueError`."""
    value = bytes.fromhex(text)
    if value.hex() != text:
        raise ValueError("not lower-case hex")
    return value


def _fields(receipt: Receipt) -> dict[str, Any]:
    signatory = receipt.member
    return {
        "version": VERSION,
        "run": receipt.run,
        "archive": receipt.archive,
        "software": receipt.software,
        "started": receipt.started,
        "ended": receipt.ended,
        "complete": receipt.complete,
        "member": {
            "id": signatory.member,
            "name": _text(signatory.name),
            "role": signatory.role.value,
            "kid": signatory.key_id,
        },
        "accession": receipt.accession,
        "source": receipt.source,
        "sandbox": receipt.sandbox,
        "checkpoint": {"origin": receipt.origin, "size": receipt.size, "root": receipt.root},
        "totals": {
            "inputs": tally_fields(receipt.totals.inputs),
            "attachments": tally_fields(receipt.totals.attachments),
        },
        "files": [line_fields(line) for line in receipt.lines],
        "salt": receipt.salt,
    }


def tally_fields(tally: Tally) -> dict[str, dict[str, int]]:
    """Return files and bytes by outcome, and of all."""
    rows = {one.value: {"files": tally.files[one], "bytes": tally.bytes[one]} for one in Outcome}
    sums = {"files": sum(tally.files.values()), "bytes": sum(tally.bytes.values())}
    return {**rows, "all": sums}


def near_fields(near: tuple[Near, ...]) -> list[dict[str, str | int]]:
    """Return similar records as they are printed and kept."""
    return [{"record": one.record, "percent": one.percent} for one in near]


def line_fields(line: ReceiptLine) -> dict[str, Any]:
    """Return one line with its attachments as it is printed and kept."""
    return {
        "path": _text(line.path),
        "outcome": line.outcome.value,
        "record": line.record,
        "reason": line.reason,
        "size": line.size,
        "sha256": line.sha256,
        "near": near_fields(line.near),
        "attachments": [line_fields(one) for one in line.attachments],
    }


def _text(text: str) -> str:
    """Return text that UTF-8 can carry; lone surrogates are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _receipt(fields: dict[str, Any]) -> Receipt:
    member, checkpoint = fields["member"], fields["checkpoint"]
    lines = tuple(_line(one) for one in fields["files"])
    totals = Totals()
    for line in lines:
        totals.add(line)
    return Receipt(
        run=RunId(fields["run"]),
        archive=fields["archive"],
        software=fields["software"],
        started=fields["started"],
        ended=fields["ended"],
        complete=fields["complete"],
        member=Signatory(
            MemberId(member["id"]), member["name"], Role(member["role"]), member["kid"]
        ),
        accession=fields["accession"],
        source=None if fields["source"] is None else SourceRef(fields["source"]),
        sandbox=fields["sandbox"],
        origin=checkpoint["origin"],
        size=checkpoint["size"],
        root=checkpoint["root"],
        totals=totals,
        lines=lines,
        salt=fields["salt"],
    )


def _line(fields: dict[str, Any]) -> ReceiptLine:
    return ReceiptLine(
        path=fields["path"],
        outcome=Outcome(fields["outcome"]),
        record=None if fields["record"] is None else RecordId(fields["record"]),
        reason=fields["reason"],
        size=fields["size"],
        sha256=fields["sha256"],
        near=tuple(Near(RecordId(one["record"]), one["percent"]) for one in fields["near"]),
        attachments=tuple(_line(one) for one in fields["attachments"]),
    )
