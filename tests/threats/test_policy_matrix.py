"""T3, T8: every act x role x state of a record is done or refused as the tables of policy say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from archive import policy
from archive.errors import AccessDenied, InvalidInput, NotPermitted, RecordNotFound
from archive.model.access import Action, Field, Level, State
from archive.model.accessions import Accession
from archive.model.description import Element
from archive.model.ids import AccessionRef, RecordId
from archive.model.search import SearchRequest
from archive.policy import Facts, Why
from archive.services import accessions
from archive.services.holdings import describing, erasure, jobs, quarantine, reextraction, retention
from archive.services.intake import ingest
from archive.services.intake.ingest import PathInput, Upload
from archive.services.members import administration
from archive.services.oversight import evidence, explaining
from archive.services.oversight.standing import facts_of, setting_of
from archive.services.parts import Archive
from archive.services.reading_room import access, watermarks
from archive.services.redaction import redact
from archive.services.session import Session
from archive.services.sources import entries as sources
from archive.services.sources import unsealing
from archive.services.upkeep import backups
from tests.small_archive import Small, build, copied, take_in

Act = Callable[[Archive, Session, RecordId], object]

REFUSALS = (AccessDenied, InvalidInput)
DAY = date(2044, 1, 2)


def bundle(archive: Archive, session: Session, record: RecordId) -> object:
    return evidence.make_bundle(archive, session, [record])


def erased(archive: Archive, session: Session, record: RecordId) -> object:
    return erasure.erase(archive, session, record, "order 7")


ON_RECORDS: dict[Action, Act] = {
    Action.READ_ORIGINALS: lambda a, s, r: access.show(a, s, r, Level.ORIGINALS),
    Action.READ_READING: lambda a, s, r: access.show(a, s, r, Level.READING),
    Action.DECIDE_QUARANTINE: lambda a, s, r: quarantine.accept(a, s, r, "it is fine"),
    Action.REDACT: lambda a, s, r: redact.mark(a, s, r, span=(0, 1)),
    Action.SUBMIT: redact.submit,
    Action.APPROVE: redact.approve,
    Action.REJECT: lambda a, s, r: redact.reject(a, s, r, "look again"),
    Action.RELEASE: redact.release,
    Action.WITHDRAW: lambda a, s, r: redact.withdraw(a, s, r, "a mistake"),
    Action.EXTRACT: reextraction.extract_again,
    Action.AUDIT: bundle,
    Action.ERASE: erased,
    Action.SET_RETENTION: lambda a, s, r: retention.set_retention(a, s, r, DAY, "a law"),
    Action.DESCRIBE: lambda a, s, r: describing.describe(a, s, r, {Element.NOTE: "a box"}),
}
"""One service for each act that is about a record."""

CHANGING = frozenset(ON_RECORDS) - {
    Action.READ_ORIGINALS,
    Action.READ_READING,
    Action.AUDIT,
    Action.EXTRACT,
}

WITHOUT: dict[Action, Callable[[Archive, Session, Path], object]] = {
    Action.INGEST: lambda a, s, _: list(ingest.ingest(a, s, [Upload("z", BytesIO(b"an axle"))])),
    Action.SEARCH_ORIGINALS: lambda a, s, _: access.search(
        a, s, SearchRequest("kettles"), Level.ORIGINALS
    ),
    Action.SEARCH_READING: lambda a, s, _: access.search(
        a, s, SearchRequest("kettles"), Level.READING
    ),
    Action.MANAGE_SOURCES: lambda a, s, _: sources.list_sources(a, s),
    Action.MANAGE_ACCESSIONS: lambda a, s, _: accessions.accessions(a, s),
    Action.LIST_JOBS: lambda a, s, _: jobs.list_jobs(a, s),
    Action.MANAGE_MEMBERS: lambda a, s, _: administration.members(a, s),
    Action.UNSEAL: lambda a, s, _: unsealing.requests(a, s),
    Action.BACK_UP: lambda a, s, place: backups.create(a, place / s.name, session=s),
    Action.SET_WATERMARK: lambda a, s, _: watermarks.set_watermark(a, s, on=False),
}
"""One service for each act that is about no record."""


def in_every_state(small: Small, place: Path) -> dict[str, RecordId]:
    """Return a record for each state, and one that is out while its next draft is made."""
    archive, tam, head = small.archive, small.people["archivist"], small.people["custodian"]
    names = ("draft", "rejected", "submitted", "approved", "erased", "again")
    made = dict(
        zip(names, take_in(small, *(f"A page about {one} carts." for one in names)), strict=True)
    )
    for name in ("draft", "rejected", "submitted", "approved", "again"):
        redact.mark(archive, tam, made[name], text="carts")
    for name in ("rejected", "submitted", "approved", "again"):
        redact.submit(archive, tam, made[name])
    redact.reject(archive, head, made["rejected"], "look again")
    for name in ("approved", "again"):
        redact.approve(archive, head, made[name])
    redact.release(archive, head, made["again"])
    redact.mark(archive, tam, made["again"], text="page")
    erasure.erase(archive, head, made["erased"], "order 6")
    box = place / "held"
    box.mkdir()
    (box / "late.txt").write_text("A note that is not what the list says.")
    (box / "SHA256SUMS").write_text(f"{'0' * 64}  late.txt\n")
    reports = list(ingest.ingest(archive, tam, [PathInput(box)]))
    held = next(one.record for one in reports if one.path.endswith("late.txt"))
    assert held is not None
    return {**made, "quarantined": held, "held": small.kept, "released": small.released}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def records(small: Small, tmp_path_factory: pytest.TempPathFactory) -> dict[str, RecordId]:
    return in_every_state(small, tmp_path_factory.mktemp("box"))


def stands(small: Small, record: RecordId) -> Facts:
    with small.archive.catalog.read() as snapshot:
        return facts_of(small.archive, small.people["custodian"], snapshot, record)


def says(small: Small, name: str, action: Action, facts: Facts | None) -> bool:
    session = small.people[name]
    with small.archive.catalog.read() as snapshot:
        setting = setting_of(small.archive, session, snapshot, session.member.id)
    return policy.allowed(policy.judge(session.member, action, setting, facts))


def done(act: Callable[..., object], *about: Any) -> bool:
    try:
        act(*about)
    except REFUSALS:
        return False
    return True


def test_the_services_name_every_act() -> None:
    about_records = {action for action, rule in policy.RULES.items() if rule.states}
    assert (set(ON_RECORDS), set(WITHOUT)) == (about_records, set(Action) - about_records)


def test_there_is_a_record_in_every_state(small: Small, records: dict[str, RecordId]) -> None:
    found = {name: stands(small, record) for name, record in records.items()}
    assert {name: one.state.value for name, one in found.items() if name != "again"} == {
        state.value: state.value for state in State
    }
    assert (found["again"].state, found["again"].out) == (State.DRAFT, True)
    assert [name for name, one in found.items() if one.out] == ["again", "released"]


@pytest.mark.parametrize("action", list(ON_RECORDS), ids=lambda one: one.value)
def test_each_act_on_a_record_goes_as_the_tables_say(
    small: Small, records: dict[str, RecordId], tmp_path: Path, action: Action
) -> None:
    for state, record in records.items():
        facts = stands(small, record)
        for name, session in small.people.items():
            expected = says(small, name, action, facts)
            if expected and action in CHANGING:
                other = copied(small, tmp_path / f"{state}-{name}")
                with closing(other.archive):
                    found = done(ON_RECORDS[action], other.archive, session, record)
            else:
                found = done(ON_RECORDS[action], small.archive, session, record)
            assert found == expected, (action, state, name)


@pytest.mark.parametrize("action", list(WITHOUT), ids=lambda one: one.value)
def test_each_act_without_a_record_goes_as_the_tables_say(
    small: Small, tmp_path: Path, action: Action
) -> None:
    for name, session in small.people.items():
        expected = policy.decide(session.member, action).allowed
        assert done(WITHOUT[action], small.archive, session, tmp_path) == expected, (action, name)


@pytest.mark.parametrize("days", [0, 1])
def test_an_embargo_stops_a_release_until_its_day(small: Small, tmp_path: Path, days: int) -> None:
    other = copied(small, tmp_path / "archive")
    tam, head = small.people["archivist"], small.people["custodian"]
    with closing(other.archive) as archive:
        today = archive.clock().date()
        ends = today + timedelta(days=days)
        terms = Accession(AccessionRef(""), "Ferry papers", today, embargo=ends)
        ref = accessions.open_accession(archive, tam, terms)
        uploads = [Upload("late.txt", BytesIO(b"A list of oars and ropes."))]
        [report] = ingest.ingest(archive, tam, uploads, accession=ref)
        assert report.record is not None
        for step, who in ((redact.mark, tam), (redact.submit, tam), (redact.approve, head)):
            more = {"text": "oars"} if step is redact.mark else {}
            step(archive, who, report.record, **more)
        facts = stands(replace(small, archive=archive), report.record)
        assert facts == replace(facts, state=State.APPROVED, approved=True, embargo=ends)
        expected = says(small, "archivist", Action.RELEASE, facts)
        assert expected is (days == 0)
        assert done(redact.release, archive, tam, report.record) is expected


def test_who_is_shown_a_field_is_whose_role_allows_the_act_that_discloses_it(small: Small) -> None:
    noise = [Upload("noise.bin", BytesIO(bytes(range(256)) * 9))]
    list(ingest.ingest(small.archive, small.people["archivist"], noise))
    for name, session in small.people.items():
        if policy.sees(session.member, Field.JOB):
            shown = [one.title for one in jobs.list_jobs(small.archive, session, everything=True)]
            assert shown
            assert any(shown) == policy.sees(session.member, Field.JOB_TITLE), name
        if policy.sees(session.member, Field.HISTORY):
            wanted = policy.sees(session.member, Field.VALUE)
            fields = (small.archive, session, [small.released], ["name"])
            assert done(evidence.make_bundle, *fields) == wanted, name


def test_an_explanation_is_what_the_services_would_do(
    small: Small, records: dict[str, RecordId]
) -> None:
    head = small.people["custodian"]
    for action in ON_RECORDS:
        for name in small.people:
            told = explaining.explain(small.archive, head, name, action, records["approved"])
            assert told.allowed == says(small, name, action, stands(small, records["approved"]))
            assert {Why.ROLE, Why.STATE} <= {one.why for one in told.findings}


def test_explanations_are_in_the_ledger_and_about_others_for_custodians_alone(small: Small) -> None:
    tam = small.people["archivist"]
    before = counted(small)
    explaining.explain(small.archive, tam, "archivist", Action.RELEASE)
    assert counted(small) == before + 1
    for name in ("custodian", "nobody of that name"):
        with pytest.raises(NotPermitted):
            explaining.explain(small.archive, tam, name, Action.RELEASE)
    assert counted(small) == before + 3
    with pytest.raises(RecordNotFound):
        explaining.explain(small.archive, small.people["custodian"], "nobody", Action.RELEASE)


def test_a_researcher_learns_of_no_record_that_is_not_out(
    small: Small, records: dict[str, RecordId]
) -> None:
    ines = small.people["researcher"]
    unknown = RecordId("00000000-0000-4000-8000-000000000000")
    for name, record in {**records, "unknown": unknown}.items():
        for action in (Action.READ_READING, Action.READ_ORIGINALS, Action.ERASE):
            if name in ("released", "again"):
                told = explaining.explain(small.archive, ines, "researcher", action, record)
                assert told.facts == Facts(State.HELD, out=True)
            else:
                with pytest.raises(RecordNotFound):
                    explaining.explain(small.archive, ines, "researcher", action, record)


def counted(small: Small) -> int:
    with small.archive.catalog.read() as snapshot:
        return snapshot.ledger.count()
