"""T8: one member alone releases nothing, and no member alone opens who a source is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import FourEyesRequired, IntegrityError, NotPermitted, WrongPlanState
from archive.model.access import Compartment, Role
from archive.model.redaction import PlanState
from archive.sealing import open_header
from archive.services.members import administration
from archive.services.reading_room import access
from archive.services.redaction import plans, redact, releasing
from keys.profiles import RFC9106_SECOND
from tests.catalog_file import by_hand
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.test_researcher_keys import identities


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    made.people["custodian"] = made.sign_in("custodian")
    yield made
    made.archive.close()


def submitted(small: Small, by: str) -> None:
    session = small.people[by]
    redact.mark(small.archive, session, small.kept, text="kettles")
    redact.submit(small.archive, session, small.kept)


@pytest.mark.parametrize("by", ["custodian", "archivist"])
def test_whoever_made_a_plan_cannot_approve_it(small: Small, by: str) -> None:
    submitted(small, by)
    with pytest.raises(FourEyesRequired):
        redact.approve(small.archive, small.people[by], small.kept)
    with pytest.raises(WrongPlanState):
        redact.release(small.archive, small.people[by], small.kept)


def test_whoever_marked_a_plan_cannot_approve_it_when_another_submits(small: Small) -> None:
    redact.mark(small.archive, small.people["archivist"], small.kept, text="letter")
    redact.submit(small.archive, small.people["custodian"], small.kept)
    with pytest.raises(FourEyesRequired):
        redact.approve(small.archive, small.people["archivist"], small.kept)


def test_an_approval_does_not_cover_what_is_changed_afterwards(small: Small) -> None:
    redact.mark(small.archive, small.people["archivist"], small.kept, span=(0, 1))
    redact.submit(small.archive, small.people["archivist"], small.kept)
    fresh = redact.plan(small.archive, small.people["archivist"], small.kept)
    assert fresh.state is PlanState.SUBMITTED
    redact.unmark(small.archive, small.people["archivist"], small.kept, (0, 1))
    with pytest.raises(WrongPlanState):
        redact.release(small.archive, small.people["archivist"], small.kept)


def test_an_approval_written_into_the_catalog_is_refused(small: Small) -> None:
    submitted(small, "archivist")
    with by_hand(small.archive.folder.catalog) as db:
        (version,) = db.execute(
            "SELECT max(version) FROM plans WHERE record = ?", [small.kept]
        ).fetchone()
        done = db.execute(
            "UPDATE plans SET state = 'approved', approver = ? WHERE record = ? AND version = ?",
            [small.people["custodian"].member.id, small.kept, version],
        )
        assert done.rowcount == 1
    with pytest.raises(IntegrityError):
        redact.release(small.archive, small.people["archivist"], small.kept)
    with by_hand(small.archive.folder.catalog) as db:
        db.execute(
            "UPDATE plans SET state = 'submitted', approver = NULL WHERE record = ? "
            "AND version = ?",
            [small.kept, version],
        )


@pytest.mark.parametrize("name", ["custodian", "archivist", "researcher", "auditor"])
def test_no_member_alone_opens_which_form_is_the_legal_name(small: Small, name: str) -> None:
    session = small.people[name]
    assert Compartment.SOURCES not in session.identities
    with small.archive.catalog.read() as snapshot:
        rows = list(snapshot.sources.all(small.archive.collection))
        headers = [snapshot.headers.get(row.dossier_header) for row in rows]
    assert headers
    for header in headers:
        with pytest.raises(NotPermitted):
            open_header(header.header, identities(session))


def test_a_false_list_of_editors_and_a_changed_proposer_column_do_not_make_a_second_person(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    custodian, archivist = small.people["custodian"], small.people["archivist"]
    honest = plans.encode_plan
    with monkeypatch.context() as changed:
        changed.setattr(plans, "encode_plan", lambda plan, _: honest(plan, (archivist.member.id,)))
        redact.mark(small.archive, custodian, small.kept, text="kettles")
    redact.submit(small.archive, custodian, small.kept)
    with by_hand(small.archive.folder.catalog) as db:
        db.execute("UPDATE plans SET proposer = ?", (archivist.member.id,))
    with pytest.raises(FourEyesRequired):
        redact.approve(small.archive, custodian, small.kept)


def test_a_researcher_refuses_what_one_member_approved_and_released_with_a_changed_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = build(tmp_path / "alone")
    custodian, researcher = alone.people["custodian"], alone.people["researcher"]
    redact.mark(alone.archive, custodian, alone.kept, text="kettles")
    redact.submit(alone.archive, custodian, alone.kept)
    with monkeypatch.context() as changed:
        changed.setattr(redact, "workers", lambda *_: frozenset())
        changed.setattr(releasing, "approved_by_another", lambda *_, **__: True)
        changed.setattr(releasing, "drain", lambda *_: None)
        redact.approve(alone.archive, custodian, alone.kept)
        redact.release(alone.archive, custodian, alone.kept)
    with pytest.raises(IntegrityError):
        access.show(alone.archive, researcher, alone.kept)
    alone.archive.close()


def test_a_session_believes_a_member_who_was_added_after_it_began(tmp_path: Path) -> None:
    small = build(tmp_path / "late")
    early = small.people["custodian"]
    phrase = bytearray(PASSPHRASE)
    administration.add_member(
        small.archive, early, "newcomer", Role.ARCHIVIST, phrase, RFC9106_SECOND
    )
    redact.mark(small.archive, small.sign_in("newcomer"), small.kept, text="kettles")
    assert redact.plan(small.archive, early, small.kept).state is PlanState.DRAFT
    small.archive.close()
