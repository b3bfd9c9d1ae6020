"""T8: who a source is opens with two custodians, for a purpose and a time, and never with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.bootstrap import open_archive
from archive.errors import (
    ArchiveError,
    BindingMismatch,
    FourEyesRequired,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
    UnsealingRefused,
)
from archive.model.access import Compartment, Role
from archive.model.ids import SourceRef
from archive.model.provenance import EventOutcome, EventType
from archive.services.members import administration
from archive.services.session import Session, sign_in
from archive.services.sources import dossiers, unsealing
from archive.services.sources import entries as sources
from keys.profiles import RFC9106_SECOND
from tests import canary
from tests.catalog_file import by_hand
from tests.small_archive import PASSPHRASE, Small, build, copied
from tests.stories.test_register import entries

NAME, NOTES, WHY = "Wendeline Oxmoor", "Met in spring by the lock.", "to warn her in person"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("first"))
    head = made.people["custodian"]
    for name in ("second", "third"):
        phrase = bytearray(PASSPHRASE)
        administration.add_member(made.archive, head, name, Role.CUSTODIAN, phrase, RFC9106_SECOND)
        made.people[name] = sign_in(made.archive, name, bytearray(PASSPHRASE))
    new = sources.NewSource(NAME, ("The Reed",), notes=NOTES)
    sources.register(made.archive, made.people["archivist"], new)
    yield made
    made.archive.close()


@pytest.fixture
def small(first: Small, tmp_path: Path) -> Iterator[Small]:
    made = copied(first, tmp_path / "archive")
    yield made
    made.archive.close()


S1, S2 = SourceRef("S-0001"), SourceRef("S-0002")


def test_two_custodians_open_one_identity_and_every_step_is_in_the_ledger(
    small: Small, tmp_path: Path
) -> None:
    archive, one, two = small.archive, small.people["custodian"], small.people["second"]
    before = len(entries(archive))
    asked = unsealing.request(archive, one, S2, WHY, HOUR)
    assert [(r.request, r.purpose) for r in unsealing.requests(archive, two)] == [
        (asked.request, WHY)
    ]
    assert unsealing.approve(archive, two, asked.request).approved
    who = unsealing.identity(archive, one, S2)
    assert (who.name, who.notes) == (NAME, NOTES)
    assert NAME not in repr(who)
    kinds = [e.type for e in entries(archive)[before:]]
    assert kinds == [
        EventType.UNSEALING_REQUESTED,
        EventType.LIST,
        EventType.UNSEALING_APPROVED,
        EventType.SOURCE_UNSEALED,
    ]
    for other in ("second", "third"):
        with pytest.raises(UnsealingRefused):
            unsealing.identity(archive, small.people[other], S2)
    with pytest.raises(UnsealingRefused):
        unsealing.identity(archive, one, S1)
    assert canary.scan([tmp_path], [NAME, NOTES, WHY, "warn her"]) == []


def test_nobody_opens_it_alone(small: Small) -> None:
    archive, me = small.archive, small.people["custodian"]
    with pytest.raises(UnsealingRefused):
        unsealing.identity(archive, me, S2)
    asked = unsealing.request(archive, me, S2, WHY, HOUR)
    with pytest.raises(UnsealingRefused):
        unsealing.identity(archive, me, S2)
    with pytest.raises(FourEyesRequired):
        unsealing.approve(archive, me, asked.request)
    refused = [e for e in entries(archive) if e.outcome is EventOutcome.DENIED]
    assert [e.links["action"] for e in refused] == ["unseal"] * 3
    assert refused[-1].object == asked.request
    assert Compartment.SOURCES not in me.identities
    with archive.catalog.read() as snapshot:
        row = snapshot.sources.get(archive.collection, S2)
        mine = snapshot.unsealings.share(archive.collection, S2, me.member.id)
    assert row is not None
    assert mine is not None
    share = dossiers.own_share(archive, me, mine.body, dossiers.purpose(row.dossier_header))
    with pytest.raises(ArchiveError):
        dossiers.open_dossier(row, (share, share))


@pytest.mark.parametrize("who", ["archivist", "researcher", "auditor"])
def test_only_custodians_take_part(small: Small, who: str) -> None:
    archive, other = small.archive, small.people[who]
    asked = unsealing.request(archive, small.people["custodian"], S2, WHY, HOUR)
    for act in (
        lambda: unsealing.request(archive, other, S2, WHY, HOUR),
        lambda: unsealing.approve(archive, other, asked.request),
        lambda: unsealing.identity(archive, other, S2),
        lambda: unsealing.requests(archive, other),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_when_the_time_is_over_it_is_sealed_again(small: Small) -> None:
    now = datetime(2030, 5, 1, 12, tzinfo=UTC)
    archive = replace(small.archive, clock=lambda: now)
    one, two = small.people["custodian"], small.people["second"]
    asked = unsealing.request(archive, one, S2, WHY, HOUR)
    late = replace(archive, clock=lambda: now + HOUR)
    with pytest.raises(UnsealingRefused):
        unsealing.approve(late, two, asked.request)
    unsealing.approve(archive, two, asked.request)
    just = replace(archive, clock=lambda: now + HOUR - timedelta(seconds=1))
    assert unsealing.identity(just, one, S2).name == NAME
    with pytest.raises(UnsealingRefused):
        unsealing.identity(late, one, S2)
    assert unsealing.requests(late, two) == ()


@pytest.mark.parametrize(
    ("ref", "why", "lasting", "error"),
    [
        (S2, " ", HOUR, InvalidValue),
        (S2, "x" * 1001, HOUR, InvalidValue),
        (S2, WHY, timedelta(days=8), InvalidValue),
        (S2, WHY, timedelta(0), InvalidValue),
        (SourceRef("S-0099"), WHY, HOUR, RecordNotFound),
        (S1, WHY, HOUR, InvalidValue),
    ],
)
def test_a_request_that_cannot_be_is_refused(
    small: Small, ref: SourceRef, why: str, lasting: timedelta, error: type[ArchiveError]
) -> None:
    with pytest.raises(error):
        unsealing.request(small.archive, small.people["custodian"], ref, why, lasting)


def doctor(small: Small, statement: str, *values: object) -> None:
    with by_hand(small.archive.folder.catalog) as disk:
        disk.execute(statement, values)
    disk.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update unsealings set expires = '2099-01-01T00:00:00.000000+00:00'",
        "update unsealings set ref = 'S-0001'",
        "update unsealings set requester = (select max(id) from members where id <> requester)",
    ],
)
def test_a_request_that_was_doctored_is_not_believed(small: Small, statement: str) -> None:
    one, two = small.people["custodian"], small.people["second"]
    asked = unsealing.request(small.archive, one, S2, WHY, HOUR)
    doctor(small, statement)
    with pytest.raises(BindingMismatch):
        unsealing.approve(small.archive, two, asked.request)


def test_a_share_that_nobody_approved_opens_nothing(small: Small) -> None:
    archive = small.archive
    one, two = small.people["custodian"], small.people["second"]
    asked = unsealing.request(archive, one, S2, WHY, HOUR)
    unsealing.approve(archive, two, asked.request)
    with archive.catalog.read() as snapshot:
        row = snapshot.unsealings.get(asked.request)
    assert row is not None
    again = unsealing.request(archive, one, S2, WHY, HOUR)
    doctor(small, "update unsealings set body = null where id = ?", asked.request)
    doctor(small, "update unsealings set body = ? where id = ?", row.body, again.request)
    with pytest.raises(UnsealingRefused):
        unsealing.identity(archive, one, S2)


def approved(small: Small, one: Session, two: Session) -> str:
    asked = unsealing.request(small.archive, one, S2, WHY, HOUR)
    unsealing.approve(small.archive, two, asked.request)
    return unsealing.identity(small.archive, one, S2).name


def test_any_two_of_three_and_after_a_new_dossier_those_that_there_are_now(small: Small) -> None:
    archive = small.archive
    people = small.people
    assert approved(small, people["second"], people["third"]) == NAME
    assert approved(small, people["third"], people["custodian"]) == NAME
    with archive.catalog.read() as snapshot:
        old = snapshot.sources.get(archive.collection, S2)
    assert old is not None
    assert sources.name_source(archive, people["archivist"], S2, "The Reed", "new") == 3
    with archive.catalog.read() as snapshot:
        assert old.dossier_header not in snapshot.headers.get_many([old.dossier_header])
    with pytest.raises(ArchiveError):
        unsealing.identity(archive, people["second"], S2)
    assert approved(small, people["second"], people["third"]) == "The Reed"
    with pytest.raises(InvalidValue):
        sources.name_source(archive, people["archivist"], S2, "Somebody Else")


def test_a_source_of_an_archive_with_one_custodian_has_no_shares(small: Small) -> None:
    with small.archive.catalog.read() as snapshot:
        me = small.people["custodian"].member.id
        assert snapshot.unsealings.share(small.archive.collection, S1, me) is None
    archive = open_archive(small.archive.folder.path)
    assert sources.name_source(archive, small.people["custodian"], S1, "Ri Sol-ju-nam") == 3
    archive.close()
