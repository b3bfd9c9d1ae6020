"""A register that grows: what it finds anew is withdrawn first, planned anew, and told of."""

from __future__ import annotations

import pytest

from archive.errors import InvalidValue, NotPermitted, RecordNotFound
from archive.ledger import parse_entry
from archive.model.access import Level
from archive.model.ids import RecordId
from archive.model.jobs import ReviewCode
from archive.model.provenance import Entry, EventType
from archive.model.redaction import PlanState
from archive.model.search import SearchRequest
from archive.model.sources import Attribute, FormKind, Threat, Trait
from archive.services.holdings import jobs
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.redaction.leakchecks import leakcheck
from archive.services.sources import aftermath
from archive.services.sources import entries as sources
from archive.services.sources import importing as source_import
from archive.services.sources.aftermath import openers
from archive.services.sources.importing import RowOutcome
from tests import canary
from tests.small_archive import SECRET, Small

ALIAS = "copper kettles"
TABLE = """\
Name;Aliases;Numbers;Place;Threat;Notes
Ysolde Brandt;Heron | The Reed;+49 30 5550;Kassel;grave;met in spring
;nobody;;;;
Ri Sol-ju-nam;;;;;
Ri Sol-ju-nam;Another Word;;;;
Pelle Oxmoor;;;;dreadful;
Heron;;;;;
Maren Kalt;;;Nowhere;low;
"""


def entries(archive: Archive) -> list[Entry]:
    with archive.catalog.read() as snapshot:
        size = snapshot.ledger.tail().size
        return [parse_entry(row.body) for row in snapshot.ledger.entries(0, size)]


def found(small: Small, query: str) -> list[RecordId]:
    request = SearchRequest(query)
    answer = access.search(small.archive, small.people["researcher"], request, Level.READING)
    return [hit.record for hit in answer.hits]


def test_a_new_alias_withdraws_first_plans_second_and_names_the_readers(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    access.show(archive, small.people["researcher"], small.released)
    assert found(small, "copper") == [small.released]
    done = sources.add_alias(archive, me, sources.list_sources(archive, me)[0].source, ALIAS)
    (one,) = done.aftermath.affected
    assert (one.record, one.places, one.replanned) == (small.released, 2, True)
    assert [who.name for who in one.opened] == ["researcher"]
    with pytest.raises(RecordNotFound):
        access.show(archive, small.people["researcher"], small.released)
    assert found(small, "copper") == []
    plan = redact.plan(archive, me, small.released)
    assert plan.state is PlanState.DRAFT
    assert {r.source for r in plan.redactions} == {done.source.source}
    assert len(plan.redactions) == 2
    order = [e.type for e in entries(archive)]
    withdrawn = order.index(EventType.WITHDRAWAL)
    assert withdrawn == order.index(EventType.SOURCE_ALIAS_ADDED) + 1
    assert EventType.REDACTION_PROPOSED in order[withdrawn:]
    waiting = jobs.list_jobs(archive, me)
    assert [job.error for job in waiting] == [ReviewCode.SOURCE_FOUND.value]
    redact.submit(archive, me, small.released)
    assert jobs.list_jobs(archive, me) == ()


def test_nothing_of_a_withdrawn_text_is_left_in_the_index_files(small: Small) -> None:
    folders = [small.archive.folder.index]
    with small.archive.catalog.read() as snapshot:
        row = snapshot.indexes.get(small.archive.collection, Level.READING.value)
    assert row is not None
    folder = folders[0] / row.index_id
    before = {path.name for path in folder.iterdir() if path.is_file()}
    sources.add_source(small.archive, small.people["archivist"], ALIAS, [])
    after = {path.name for path in folder.iterdir() if path.is_file()}
    assert before
    assert not {name for name in before & after if (folder / name).stat().st_size}
    question = SearchRequest("NOT nothing")
    assert access.search(small.archive, small.people["researcher"], question).total == 0


def test_a_dry_run_says_the_same_and_changes_nothing(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    foreseen = sources.foresee_forms(archive, me, [ALIAS])
    assert [one.record for one in foreseen.affected] == [small.released]
    assert foreseen.checked == 1
    assert found(small, "copper") == [small.released]
    assert [one.forms for one in sources.list_sources(archive, me)] == [(SECRET,)]


def test_no_alias_is_registered_while_what_it_finds_cannot_be_withdrawn(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, me = small.archive, small.people["archivist"]

    def broken(*_: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(aftermath, "withdraw_all", broken)
        with pytest.raises(OSError, match="no room"):
            sources.add_source(archive, me, ALIAS, [])
    assert len(sources.list_sources(archive, me)) == 1
    assert found(small, "copper") == [small.released]


def test_what_is_released_while_copies_are_looked_at_is_withdrawn_too(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    done = False

    def meanwhile(_done: int, _total: int) -> None:
        nonlocal done
        if not done:
            done = True
            redact.propose(archive, small.people["custodian"], small.kept)
            redact.submit(archive, small.people["custodian"], small.kept)
            redact.approve(archive, me, small.kept)
            redact.release(archive, me, small.kept)

    look = aftermath._look
    new = sources.NewSource("kettles")

    def once(*arguments: object) -> None:
        look(*arguments)  # type: ignore[arg-type]
        meanwhile(0, 0)

    aftermath._look = once  # type: ignore[assignment]
    try:
        changed = sources.register(archive, me, new)
    finally:
        aftermath._look = look
    assert done
    assert {one.record for one in changed.aftermath.affected} == {small.released, small.kept}
    assert found(small, "letter") == []


def test_a_source_has_attributes_and_a_threat_level_that_archivists_alone_see(
    small: Small,
) -> None:
    archive, me = small.archive, small.people["archivist"]
    ref = sources.list_sources(archive, me)[0].source
    place = Attribute(Trait.PLACE, "Quillbury")
    sources.edit_source(archive, me, ref, threat=Threat.GRAVE, add=[place])
    sources.add_alias(archive, me, ref, "@heron_of_quill", FormKind.HANDLE)
    one = sources.show_source(archive, me, ref)
    assert (one.threat, one.attributes) == (Threat.GRAVE, (place,))
    assert one.of_kind(FormKind.HANDLE) == ("@heron_of_quill",)
    assert one.of_kind(FormKind.NAME) == (SECRET,)
    assert sources.edit_source(archive, me, ref, drop=[place]).attributes == ()
    for change in ({"drop": [place]}, {}):
        with pytest.raises(InvalidValue):
            sources.edit_source(archive, me, ref, **change)  # type: ignore[arg-type]
    assert sources.coverage(archive, me)[ref] == sources.Coverage(1, 1)
    words = ["Quillbury", "heron_of_quill", SECRET]
    assert canary.scan([archive.folder.path], words) == []
    for act in (sources.list_sources, sources.coverage):
        with pytest.raises(NotPermitted):
            act(archive, small.people["researcher"])


def test_what_shows_the_register_is_in_the_ledger_before_anything_is_opened(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, me = small.archive, small.people["archivist"]

    def shown() -> int:
        return sum(e.type is EventType.SOURCE_SHOWN for e in entries(archive))

    def refused(*_: object) -> object:
        raise AssertionError(shown())

    monkeypatch.setattr(sources, "all_sources", refused)
    monkeypatch.setattr(sources, "open_source", refused)
    with pytest.raises(AssertionError, match="1"):
        sources.list_sources(archive, me)
    with pytest.raises(AssertionError, match="2"):
        sources.show_source(archive, me, sources.pseudonyms(archive, me)[0])


def test_a_form_that_is_taken_away_is_not_looked_for_and_the_last_one_stays(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    ref = sources.pseudonyms(archive, me)[0]
    sources.add_alias(archive, me, ref, "second letter")
    assert leakcheck(archive, me, small.kept).leaks
    assert sources.remove_alias(archive, me, ref, "second letter").forms == (SECRET,)
    assert not leakcheck(archive, me, small.kept).leaks
    for form in ("second letter", SECRET):
        with pytest.raises(InvalidValue):
            sources.remove_alias(archive, me, ref, form)
    assert found(small, "copper") == [small.released]


def test_every_row_of_a_table_has_an_outcome_and_the_table_comes_in_twice_unchanged(
    small: Small,
) -> None:
    archive, me = small.archive, small.people["archivist"]
    done = source_import.import_sources(archive, me, TABLE.encode("utf-16"))
    kinds = [row.outcome for row in done.rows]
    yes, known, no = RowOutcome.REGISTERED, RowOutcome.KNOWN, RowOutcome.REJECTED
    assert kinds == [yes, no, known, no, no, no, yes]
    assert [row.row for row in done.rows] == list(range(1, 8))
    told = " ".join(row.reason or "" for row in done.rows)
    assert not any(word in told for word in ("Ri", "Heron", "Oxmoor", "Word"))
    ysolde = sources.show_source(archive, me, done.rows[0].source or sources._NOBODY)
    assert ysolde.of_kind(FormKind.NAME) == ("Heron", "The Reed", "Ysolde Brandt")
    assert ysolde.of_kind(FormKind.NUMBER) == ("+49 30 5550",)
    assert ysolde.threat is Threat.GRAVE
    again = source_import.import_sources(archive, me, TABLE.encode("utf-16"))
    assert {row.outcome for row in again.rows} == {known, no}
    assert len(sources.pseudonyms(archive, me)) == 3


@pytest.mark.parametrize(
    "table",
    [b"", b"who;what\nx;y\n", b"name;name\nx;y\n", b"\xff\xfe\xff", b'name\n"open', b"\xe4"],
)
def test_a_table_that_is_none_changes_nothing(small: Small, table: bytes) -> None:
    archive, me = small.archive, small.people["archivist"]
    with pytest.raises(InvalidValue):
        source_import.import_sources(archive, me, table)
    assert len(sources.pseudonyms(archive, me)) == 1


def test_a_table_that_names_somebody_in_a_copy_withdraws_it(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    table = f"name,aliases\nUlla Veit,{ALIAS}\n".encode()
    foreseen = source_import.import_sources(archive, me, table, dry_run=True)
    assert [one.record for one in foreseen.aftermath.affected] == [small.released]
    assert len(sources.pseudonyms(archive, me)) == 1
    done = source_import.import_sources(archive, me, table)
    assert [one.record for one in done.aftermath.affected] == [small.released]
    assert found(small, "copper") == []


def test_readers_before_the_present_release_are_not_named(small: Small) -> None:
    archive = small.archive
    access.show(archive, small.people["archivist"], small.released, Level.ORIGINALS)
    with archive.catalog.read() as snapshot:
        assert openers(small.people["archivist"], snapshot, small.released) == ()
