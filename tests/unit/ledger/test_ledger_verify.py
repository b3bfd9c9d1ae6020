"""The verifier: an honest ledger has no findings, and each kind of damage has its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.ledger import Stored, Tree, canonical, encode_checkpoint, leaf_hash, verify_log
from archive.ledger.history import TOLERANCE
from archive.model.provenance import Checkpoint, EventOutcome, EventType
from archive.services import audit
from tests.unit.ledger.ledgers import (
    IRIS,
    NOOR,
    ORIGIN,
    PAVEL,
    START,
    TOMAS,
    Ledger,
    Person,
    created,
    digest,
    disabled,
    draft,
    joined,
    make_log,
)

WANDA = Person("Wanda", "researcher")


def worked(ledger: Ledger) -> Ledger:
    """Let everybody do something: ten entries in five appends."""
    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(3)])
    ledger.write(IRIS, draft(EventType.RELEASE, "record 1"))
    ledger.write_sealed(NOOR, "a search", b"sealed words")
    return ledger


def test_an_honest_ledger_has_no_findings(ledger: Ledger) -> None:
    verdict = worked(ledger).verify()
    assert verdict.ok
    assert verdict.failures == []
    assert verdict.size == 10
    assert verdict.root == audit.parse_pin(ledger.pin())[1].root.hex()


def test_structure_and_full_verification_agree_on_size_and_root(ledger: Ledger) -> None:
    assert worked(ledger).verify(signatures=False) == ledger.verify()


def test_progress_tells_of_each_stage_how_much_is_done_and_comes_to_its_end(
    ledger: Ledger,
) -> None:
    ledger.write(PAVEL, *[draft(about=f"record {n}") for n in range(2_600)])
    told: list[tuple[audit.Stage, int, int]] = []
    audit.verify(
        ledger.catalog,
        ledger.log.vkeys,
        files=ledger.files,
        signatures=False,
        progress=lambda *one: told.append(one),
    )
    for stage in (audit.Stage.ENTRIES, audit.Stage.CHECKPOINTS, audit.Stage.TIMES):
        counts = [done for one, done, _ in told if one is stage]
        assert counts == sorted(counts), stage
        assert counts[-1] == [total for one, _, total in told if one is stage][-1], stage
    assert len([one for one in told if one[0] is audit.Stage.ENTRIES]) > 10


def test_an_empty_ledger_is_not_a_ledger(ledger: Ledger) -> None:
    empty = Ledger(ledger.path.with_name("empty.sqlite"))
    assert {finding.code for finding in empty.verify().failures} == {"end"}
    empty.close()


@pytest.mark.parametrize(
    ("statement", "values", "code"),
    [
        ("update ledger_entries set entry_index = 99 where entry_index = ?", [7], "position"),
        ("update ledger_entries set entry_index = -1 where entry_index = ?", [3], "position"),
        ("delete from ledger_entries where entry_index = ?", [6], "position"),
        ("update ledger_entries set leaf_hash = ? where entry_index = 6", [bytes(32)], "leaf-hash"),
        ("update ledger_entries set body = ? where entry_index = 6", [b"{}"], "leaf-hash"),
        ("update checkpoints set note = ? where size = 8", ["no note"], "checkpoint"),
        ("update checkpoints set size = ? where size = 9", [99], "checkpoint"),
        ("delete from checkpoints where size = ?", [10], "end"),
        ("delete from ledger_entries where entry_index >= ?", [8], "end"),
        ("update ledger_frontier set size = ?", [11], "frontier"),
        ("update ledger_frontier set hashes = ?", [bytes(64)], "frontier"),
        ("update ledger_frontier set hashes = ?", [bytes(33)], "frontier"),
        ("delete from ledger_frontier where id = ?", [1], "frontier"),
    ],
)
@pytest.mark.parametrize("signatures", [False, True])
def test_damaged_structure_is_found_in_either_mode(
    ledger: Ledger, statement: str, values: list[object], code: str, signatures: bool
) -> None:
    again = worked(ledger).doctored(statement, *values)
    assert code in {finding.code for finding in again.verify(signatures=signatures).failures}
    again.close()


@pytest.mark.parametrize("place", [-(2**63), -1, 10, 2**40, 2**62])
@pytest.mark.parametrize("signatures", [False, True])
def test_an_added_row_is_found_wherever_it_is(ledger: Ledger, place: int, signatures: bool) -> None:
    again = worked(ledger).doctored(
        "insert into ledger_entries select ?, 'x', 0, body, leaf_hash from ledger_entries limit 1",
        place,
    )
    assert not again.verify(signatures=signatures).ok
    again.close()


@pytest.mark.parametrize(
    ("statement", "values", "code"),
    [
        ("update ledger_entries set object = ? where entry_index = 6", ["other"], "columns"),
        ("update ledger_entries set seq = ? where entry_index = 6", [5], "columns"),
        ("update ledger_entries set body = ? where entry_index = 6", [b"[]"], "malformed"),
        ("update openings set sealed = ?", [b"other words"], "opening"),
        ("update openings set entry_index = ?", [8], "opening"),
        ("delete from openings where entry_index = ?", [9], "opening"),
        ("insert into openings values (?, ?)", [2, b"more words"], "opening"),
        ("delete from checkpoints where size = ?", [8], "after"),
    ],
)
def test_what_stands_beside_the_tree_is_found_in_full(
    ledger: Ledger, statement: str, values: list[object], code: str
) -> None:
    again = worked(ledger).doctored(statement, *values)
    assert code in again.codes()
    again.close()


def test_an_old_checkpoint_needs_every_signature_of_the_log(ledger: Ledger) -> None:
    with worked(ledger).catalog.read() as view:
        note = dict(view.ledger.checkpoints())[8]
    half = "".join(note.splitlines(keepends=True)[:5])
    again = ledger.doctored("update checkpoints set note = ? where size = 8", half)
    assert again.codes() == {"checkpoint"}
    again.close()


@pytest.mark.parametrize(("size", "root"), [(7, None), (8, bytes(32))])
def test_a_false_checkpoint_is_found_though_the_log_signed_it(
    ledger: Ledger, size: int, root: bytes | None
) -> None:
    hashes = [leaf_hash(body) for body in worked(ledger).bodies()]
    false = Checkpoint(ORIGIN, size, root or Tree(hashes).root(8))
    note = encode_checkpoint(false, ledger.log.signers, now=START)
    again = ledger.doctored("update checkpoints set note = ? where size = 8", note)
    assert again.codes() == {"checkpoint"}
    again.close()


def test_the_tail_must_be_that_of_the_newest_checkpoint(ledger: Ledger) -> None:
    with ledger.catalog.read() as view:
        rows, notes = list(view.ledger.entries(0, 9)), tuple(view.ledger.checkpoints())
        tail = replace(view.ledger.tail(), checkpoint_note=None)
    verdict = verify_log(Stored(rows, notes, tail), ledger.log.keys)
    assert {finding.code for finding in verdict.failures} == {"end"}


def test_checkpoints_of_another_log_are_refused(ledger: Ledger) -> None:
    verdict = audit.verify(ledger.catalog, make_log("another log").vkeys)
    assert {finding.code for finding in verdict.failures} == {"checkpoint"}


def rewritten(ledger: Ledger, **fields: object) -> Ledger:
    """Change the newest entry as one who cannot sign for its agent, and mend its leaf hash."""
    entry = json.loads(ledger.bodies()[-1])
    body = canonical({**entry, **fields})
    return ledger.doctored(
        "update ledger_entries set body = ?, leaf_hash = ? where entry_index = ?",
        body,
        leaf_hash(body),
        len(ledger.bodies()) - 1,
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"time": "2026-03-01T08:00:00.000000Z"}, "time"),
        ({"seq": 7}, "history"),
        ({"prev": digest("nothing").hex()}, "history"),
        ({"after": {"root": digest("nothing").hex(), "size": 5}}, "after"),
        ({"after": {"root": digest("").hex(), "size": 0}}, "after"),
        ({"agent": {"kid": NOOR.agent.key_id, "role": "custodian"}}, "agent"),
        ({"agent": {"kid": "0" * 32, "role": "researcher"}}, "agent"),
        ({"agent": {"kid": IRIS.agent.key_id, "role": "custodian"}}, "signature"),
        ({"outcome": "failure"}, "signature"),
        ({"type": EventType.ARCHIVE_CREATED.value}, "genesis"),
    ],
)
def test_a_false_statement_in_an_entry_has_its_finding(
    ledger: Ledger, fields: dict[str, object], code: str
) -> None:
    ledger.write(NOOR, draft())
    again = rewritten(ledger, **fields)
    assert code in again.codes()
    again.close()


def test_a_clock_may_step_back_a_little_and_no_more(ledger: Ledger) -> None:
    latest = ledger.now
    ledger.write(NOOR, draft(), now=latest - TOLERANCE)
    assert ledger.verify().ok
    ledger.write(NOOR, draft(), now=latest - TOLERANCE - timedelta(microseconds=1))
    assert [(one.code, one.index) for one in ledger.verify().failures] == [("time", 6)]


def test_one_wrong_clock_is_one_finding(ledger: Ledger) -> None:
    ledger.write(NOOR, draft(), now=START + timedelta(days=900))
    for minutes in range(1, 4):
        ledger.write(NOOR, draft(), now=START + timedelta(minutes=minutes))
    assert [(one.code, one.index) for one in ledger.verify().failures] == [("time", 6)]


def test_a_ledger_must_begin_with_its_creation(ledger: Ledger) -> None:
    other = Ledger(ledger.path.with_name("other.sqlite"))
    other.write(IRIS, joined(IRIS))
    assert "genesis" in other.codes()
    other.close()


def test_a_second_creation_is_found(ledger: Ledger) -> None:
    ledger.write(IRIS, created())
    assert ledger.codes() == {"genesis"}


def test_a_stranger_cannot_write(ledger: Ledger) -> None:
    ledger.write(WANDA, draft())
    assert ledger.codes() == {"agent"}


def test_a_member_writes_from_the_registration_on(ledger: Ledger) -> None:
    ledger.write(IRIS, joined(WANDA))
    ledger.write(WANDA, draft())
    assert ledger.verify().ok


@pytest.mark.parametrize("somebody", [PAVEL, NOOR, TOMAS])
def test_only_a_custodian_adds_or_disables(ledger: Ledger, somebody: Person) -> None:
    ledger.write(somebody, joined(WANDA))
    ledger.write(somebody, disabled(IRIS))
    ledger.write(IRIS, draft())
    assert [one.code for one in ledger.verify().failures] == ["agent", "agent"]


def test_a_refused_registration_registers_nobody(ledger: Ledger) -> None:
    refused = draft(EventType.MEMBER_ADDED, "w", EventOutcome.DENIED, **WANDA.links)
    ledger.write(PAVEL, refused)
    assert ledger.verify().ok
    ledger.write(WANDA, draft())
    assert ledger.codes() == {"agent"}


def test_a_disabled_member_cannot_write_any_more(ledger: Ledger) -> None:
    ledger.write(NOOR, draft())
    ledger.write(IRIS, disabled(NOOR))
    assert ledger.verify().ok
    ledger.write(NOOR, draft())
    assert [(one.code, one.index) for one in ledger.verify().failures] == [("agent", 7)]


def test_a_disabled_key_stays_disabled(ledger: Ledger) -> None:
    ledger.write(IRIS, disabled(NOOR))
    ledger.write(IRIS, joined(NOOR))
    assert ledger.codes() == {"member-key"}


@pytest.mark.parametrize(
    "links",
    [
        {"kid": ""},
        {"kid": PAVEL.agent.key_id},
        {"ed25519": ""},
        {"ed25519": "zz"},
        {"ed25519": bytes(32).hex()},
        {"ed25519": ("01" + "00" * 31)},
    ],
)
def test_a_key_that_cannot_be_used_is_not_registered(ledger: Ledger, links: dict[str, str]) -> None:
    ledger.write(IRIS, draft(EventType.MEMBER_ADDED, "w", **{**WANDA.links, **links}))
    ledger.write(WANDA, draft())
    assert [one.code for one in ledger.verify().failures] == ["member-key", "agent"]


def test_a_member_cannot_be_registered_again_in_another_role(ledger: Ledger) -> None:
    ledger.write(IRIS, joined(Person("Noor", "custodian")))
    assert ledger.codes() == {"member-key"}


def test_who_is_no_member_cannot_be_disabled(ledger: Ledger) -> None:
    ledger.write(IRIS, disabled(WANDA))
    assert ledger.codes() == {"member-key"}


def test_findings_say_nothing_of_what_was_found(ledger: Ledger) -> None:
    again = worked(ledger).doctored(
        "update ledger_entries set object = 'Nadia Ferro' where entry_index = ?", 2
    )
    told = " ".join(f"{one.code} {one.message}" for one in again.verify().failures)
    assert "columns" in told
    assert "Nadia" not in told
    again.close()
