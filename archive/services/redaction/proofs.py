"""Proofs that a reading copy comes from its original: made at submission, signed again by two.

Proposer and approver each render the copy from plan and text with their own keys and sign the root
over the units; the release names the proof. An auditor, who opens no document, sees hashes and
positions. A proof speaks of the text, not of title, metadata or pictures of pages.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import ProofRow
from archive.errors import BindingMismatch, LedgerTampered, RecordNotFound
from archive.ledger import parse_entry
from archive.ledger.redaction_proof import (
    FAILURES,
    SALT_SIZE,
    RedactionProof,
    Unit,
    prove,
    salt_of_unit,
    signed,
    verify_units,
)
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId
from archive.model.provenance import EventType
from archive.model.redaction import ReadingCopy
from archive.redaction import units_of
from archive.redaction.units import shown_pieces
from archive.sealing import FileKey, open_bytes, open_header, seal_bytes
from archive.services.events import authorise, checked_signer, look
from archive.services.parts import Archive
from archive.services.reading import RELEASED, released_copy
from archive.services.redaction.pages import effective
from archive.services.redaction.plans import Desk, StoredPlan
from archive.services.session import Session
from keys.age import open_small, seal_small
from keys.errors import KeysError

_PURPOSE = b"strongroom/redaction-proof-key/v1\0"
_BEFORE_ALL = -1
_SIGNED = (EventType.PLAN_SUBMITTED, EventType.PLAN_APPROVED, EventType.RELEASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of checking a proof; `failures` are of a closed list, without content.

    `units` and `hidden` count; `root` is hex.
    """

    record: RecordId
    failures: tuple[str, ...]
    units: int = 0
    hidden: int = 0
    root: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures

    @property
    def words(self) -> tuple[str, ...]:
        """What is wrong, in words."""
        return tuple(FAILURES.get(one.partition(":")[0], one) for one in self.failures)


def _key(desk: Desk, copy: ReadingCopy) -> bytes:
    """Return the key of a copy's salts; it is gone when the record's own salt is shredded."""
    secret = bytes.fromhex(desk.opened.manifest.salt)
    return hmac.digest(secret, _PURPOSE + bytes.fromhex(copy.salt), hashlib.sha256)


def proof_of(desk: Desk, stored: StoredPlan, copy: ReadingCopy) -> RedactionProof:
    """Return the proof of a copy, computed from the record's text and plan.

    Raises:
        BindingMismatch: the copy is not what the plan makes of the text.
    """
    units = units_of(copy, effective(stored.plan, desk.text), desk.text.text)
    return prove([Unit(text, hidden) for text, hidden in units], _key(desk, copy))


def root_links(desk: Desk, stored: StoredPlan, copy: ReadingCopy) -> dict[str, str]:
    """Return what the entry of a submission or an approval links to.

    `text` is the digest of the sealed canonical text, which is in the ledger since its extraction;
    a picture without words has none. `drawn` says that pages are drawn because somebody wants it.

    Raises:
        BindingMismatch: the copy is not what the plan makes of the text.
    """
    root = proof_of(desk, stored, copy).root.hex()
    texts = desk.opened.manifest.texts
    insisted = copy.pages is not None and copy.pages.insisted
    drawn = {"drawn": "although-it-tells"} if insisted else {}
    return {"units": root} | drawn | ({"text": texts[-1].fixity.digest} if texts else {})


def seal_proof(
    archive: Archive,
    session: Session,
    tx: Transaction,
    proof: tuple[RedactionProof, bytes],
    copy: tuple[RecordId, str, FileKey],
) -> dict[str, str]:
    """Store a proof with the copy (record, digest, key) that it is of; return what to link to.

    The proof is sealed to the `ledger` compartment, the salts of shown units with the copy.
    """
    made, key = proof
    record, digest, file_key = copy
    hidden = set(made.hidden)
    salts = b"".join(
        salt_of_unit(key, number) for number in range(len(made.leaves)) if number not in hidden
    )
    data = made.encode()
    ledger = [session.recipients[Compartment.LEDGER]]
    tx.proofs.put(
        ProofRow(
            record=record,
            copy_digest=digest,
            sealed=seal_small(data, ledger, random=archive.random),
            salts=seal_bytes(file_key, salts, random=archive.random),
        )
    )
    return {"units": made.root.hex(), "proof": hashlib.sha256(data).hexdigest()}


def make_proof(desk: Desk, stored: StoredPlan, copy: ReadingCopy) -> tuple[RedactionProof, bytes]:
    """Return the proof of a copy and the key of its salts."""
    return proof_of(desk, stored, copy), _key(desk, copy)


def audit_redaction(archive: Archive, session: Session, record: RecordId) -> Verdict:
    """Check that a released copy comes from its original, without opening either.

    Failures are keys of `FAILURES`. That the auditor looked stands in the ledger before.

    Raises:
        NotPermitted: the member may not audit, or holds no key of the ledger.
        RecordNotFound: nothing is released under that id.
    """
    authorise(archive, session, Action.AUDIT, record)
    identities = session.opening(Compartment.LEDGER)
    look(archive, session, EventType.LEDGER_VERIFIED, record, of="redaction-proof")
    with archive.catalog.read() as snapshot:
        release = snapshot.releases.get(record)
        if release is None or release.state != RELEASED:
            raise RecordNotFound
        row = snapshot.proofs.get(record)
        bodies = list(snapshot.ledger.later_bodies(record, _BEFORE_ALL))
        try:
            entries = [one for one in map(parse_entry, bodies) if one.type in _SIGNED]
            signers = {one.seq: checked_signer(session, snapshot, one).id for one in entries}
        except (BindingMismatch, LedgerTampered):
            return Verdict(record, ("signatures",))
    if row is None or row.copy_digest != release.copy_digest:
        return Verdict(record, ("missing",))
    try:
        data = open_small(row.sealed, identities)
    except KeysError:
        return Verdict(record, ("proof",))
    told = signed(entries, release.copy_digest)
    failures = told.verify(data)
    who = {signers[one.seq] for one in (told.submitted, told.approved) if one is not None}
    if told.submitted and told.approved and len(who) == 1 and "one-person" not in failures:
        failures = (*failures, "one-person")
    try:
        proof = RedactionProof.decode(data)
    except LedgerTampered:
        return Verdict(record, failures)
    return Verdict(record, failures, len(proof.leaves), len(proof.hidden), proof.root.hex())


def audit_released(archive: Archive, session: Session, record: RecordId) -> Verdict:
    """Check, as `audit_redaction` does, a copy that is out by the word of the ledger.

    Where the catalog knows of none, the proof is missing. Whoever also holds the key of reading
    copies has the words that readers get compared with it.

    Raises:
        NotPermitted: the member may not audit, or holds no key of the ledger.
    """
    try:
        found = audit_redaction(archive, session, record)
        if found.ok and session.identities.get(Compartment.READING):
            return _compare(archive, session, record)
    except RecordNotFound:
        return Verdict(record, ("missing",))
    return found


def stored_proofs(
    session: Session, snapshot: Snapshot, records: Iterable[RecordId]
) -> dict[str, bytes]:
    """Return the proofs, opened, of those of the records whose copy is out, by record.

    One that is missing or does not open is left out: who checks what is handed out finds that.

    Raises:
        NotPermitted: the member holds no key of the ledger.
    """
    identities, found = session.opening(Compartment.LEDGER), {}
    for record in records:
        release, row = snapshot.releases.get(record), snapshot.proofs.get(record)
        if row is None or release is None or release.state != RELEASED:
            continue
        with suppress(KeysError):
            found[str(record)] = open_small(row.sealed, identities)
    return found


def _compare(archive: Archive, session: Session, record: RecordId) -> Verdict:
    """Return whether every shown word of a released copy is one that was committed to."""
    ledger, reading = session.opening(Compartment.LEDGER), session.opening(Compartment.READING)
    with archive.catalog.read() as snapshot:
        copy = released_copy(session, snapshot, record)
        row, release = snapshot.proofs.get(record), snapshot.releases.get(record)
        if row is None or release is None:
            raise RecordNotFound
        file_key = open_header(snapshot.headers.get(release.header).header, reading)
        root = _released_root(snapshot, release.entry_index)
    proof = RedactionProof.decode(open_small(row.sealed, ledger))
    salts = open_bytes(file_key, row.salts)
    lines = [line for piece in shown_pieces(copy) for line in piece]
    each = [salts[at : at + SALT_SIZE] for at in range(0, len(salts), SALT_SIZE)]
    failures: tuple[str, ...] = ("count",)
    if len(each) == len(lines):
        failures = verify_units(proof, root, list(zip(each, lines, strict=True)))
    return Verdict(record, failures, len(proof.leaves), len(proof.hidden), proof.root.hex())


def _released_root(snapshot: Snapshot, entry_index: int) -> bytes:
    """Return the root that a release, which was checked before, names."""
    for row in snapshot.ledger.entries(entry_index, entry_index + 1):
        return bytes.fromhex(parse_entry(row.body).links.get("units", ""))
    return b""
