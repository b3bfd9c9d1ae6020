"""T4, T8: an auditor sees from hashes alone that a reading copy is its original with marks."""

from __future__ import annotations

import pytest

from archive.errors import BindingMismatch, NotPermitted, RecordNotFound
from archive.ledger import parse_entry
from archive.ledger.redaction_proof import RedactionProof
from archive.model.access import Compartment
from archive.services.redaction import copies, redact, releasing
from archive.services.redaction import proofs as redaction_proofs
from archive.services.redaction.proofs import audit_redaction, audit_released
from keys.age import open_small, seal_small
from tests import canary
from tests.catalog_file import by_hand
from tests.small_archive import SECRET, Small


def let_out(small: Small) -> None:
    archivist, custodian = small.people["archivist"], small.people["custodian"]
    redact.mark(small.archive, custodian, small.kept, text="never")
    redact.submit(small.archive, custodian, small.kept)
    redact.approve(small.archive, archivist, small.kept)
    redact.release(small.archive, archivist, small.kept)


def test_an_auditor_checks_a_released_copy_and_opens_no_document(small: Small) -> None:
    let_out(small)
    auditor = small.people["auditor"]
    assert set(auditor.identities) == {Compartment.LEDGER}
    verdict = audit_redaction(small.archive, auditor, small.kept)
    assert (verdict.ok, verdict.units, verdict.hidden) == (True, 3, 1)
    with small.archive.catalog.read() as snapshot:
        row = snapshot.proofs.get(small.kept)
        entries = [parse_entry(body) for body in snapshot.ledger.later_bodies(small.kept, -1)]
    assert row is not None
    data = open_small(row.sealed, auditor.opening(Compartment.LEDGER))
    assert b"letter" not in data
    assert RedactionProof.decode(data).root.hex() == verdict.root
    signed = [e.links["units"] for e in entries if "units" in e.links]
    assert signed == [verdict.root] * 3
    with small.archive.catalog.read() as snapshot:
        stored = {row.digest for row in snapshot.objects.for_record(small.kept)}
    assert {e.links["text"] for e in entries if "text" in e.links} <= stored
    assert audit_released(small.archive, small.people["custodian"], small.kept).ok
    assert canary.scan([small.archive.folder.path], [SECRET, "kettles", "letter"]) == []


@pytest.mark.parametrize("who", ["archivist", "researcher"])
def test_only_who_may_audit_sees_proofs(small: Small, who: str) -> None:
    with pytest.raises(NotPermitted):
        audit_redaction(small.archive, small.people[who], small.released)
    with pytest.raises(RecordNotFound):
        audit_redaction(small.archive, small.people["auditor"], small.kept)


def doctor(small: Small, **columns: bytes) -> None:
    with by_hand(small.archive.folder.catalog) as disk:
        for name, value in columns.items():
            disk.execute(f"update redaction_proofs set {name} = ?", (value,))
    disk.close()


def test_a_proof_that_was_doctored_swapped_or_taken_away_is_found(small: Small) -> None:
    auditor, custodian = small.people["auditor"], small.people["custodian"]
    with small.archive.catalog.read() as snapshot:
        row = snapshot.proofs.get(small.released)
    assert row is not None
    data = open_small(row.sealed, auditor.opening(Compartment.LEDGER))
    proof = RedactionProof.decode(data)
    dropped = RedactionProof(proof.leaves[:-1], proof.hidden)
    to = [custodian.recipients[Compartment.LEDGER]]
    for forged, failures in (
        (dropped.encode(), ("proof", "root")),
        (b"nothing", ("proof", "format")),
    ):
        doctor(small, sealed=seal_small(forged, to, random=small.archive.random))
        assert audit_redaction(small.archive, auditor, small.released).failures == failures
    doctor(small, sealed=row.sealed[:-1])
    assert audit_redaction(small.archive, auditor, small.released).failures == ("proof",)
    with by_hand(small.archive.folder.catalog) as disk:
        disk.execute("delete from redaction_proofs")
    disk.close()
    assert audit_redaction(small.archive, auditor, small.released).failures == ("missing",)


def test_one_member_with_a_changed_program_is_found_out(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    custodian = small.people["custodian"]
    redact.mark(small.archive, custodian, small.kept, text="kettles")
    redact.submit(small.archive, custodian, small.kept)
    with monkeypatch.context() as changed:
        changed.setattr(redact, "workers", lambda *_: frozenset())
        changed.setattr(releasing, "approved_by_another", lambda *_, **__: True)
        changed.setattr(releasing, "drain", lambda *_: None)
        redact.approve(small.archive, custodian, small.kept)
        redact.release(small.archive, custodian, small.kept)
    verdict = audit_redaction(small.archive, small.people["auditor"], small.kept)
    assert verdict.failures == ("one-person",)


def test_an_approver_signs_no_copy_that_the_plan_does_not_make(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    custodian, archivist = small.people["custodian"], small.people["archivist"]
    redact.mark(small.archive, custodian, small.kept, text="kettles")
    render = copies.render

    def dropping(*arguments: object, **more: object) -> object:
        copy = render(*arguments, **more)  # type: ignore[arg-type]
        return type(copy)(
            **{name: getattr(copy, name) for name in copy.__slots__}
            | {"text": "A second letter"}
            | {"markers": ()}
        )

    with monkeypatch.context() as changed:
        changed.setattr(copies, "render", dropping)
        with pytest.raises(BindingMismatch):
            redact.submit(small.archive, custodian, small.kept)
        changed.setattr(redact, "root_links", lambda *_: {})
        redact.submit(small.archive, custodian, small.kept)
    with pytest.raises(BindingMismatch):
        redact.approve(small.archive, archivist, small.kept)


def test_a_copy_with_an_altered_word_does_not_fit_its_salts(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = redaction_proofs.released_copy

    def altered(*arguments: object) -> object:
        copy = real(*arguments)  # type: ignore[arg-type]
        text = copy.text.replace("copper", "silver")
        return type(copy)(**{name: getattr(copy, name) for name in copy.__slots__} | {"text": text})

    custodian, auditor = small.people["custodian"], small.people["auditor"]
    assert audit_released(small.archive, custodian, small.released).ok
    monkeypatch.setattr(redaction_proofs, "released_copy", altered)
    found = audit_released(small.archive, custodian, small.released)
    assert [failure.partition(":")[0] for failure in found.failures] == ["unit"]
    assert found.words == ("a passage that readers get is not the one that was signed",)
    assert audit_released(small.archive, auditor, small.released).ok  # who reads no copy
