"""T3, T8: what goes out is asked as a researcher asks, compared with its twins, and counted."""

from __future__ import annotations

import pytest

from archive.catalog.rows import ReleaseRow
from archive.errors import (
    CrowdTooSmall,
    NotPermitted,
    ReleaseBlocked,
    SessionEnded,
    WrongPlanState,
)
from archive.ledger import parse_entry
from archive.model.access import Compartment, Level, Role
from archive.model.ids import RecordId, SourceRef
from archive.model.provenance import EventType
from archive.model.redaction import ReadingCopy, Reason
from archive.model.search import SearchRequest
from archive.model.sources import Attribute, Registered, Threat, Trait
from archive.redaction import decode_reading_copy, encode_reading_copy
from archive.sealing import open_bytes, open_header, seal_bytes
from archive.services import register
from archive.services.members import administration, ceremonies
from archive.services.reading_room import access
from archive.services.redaction import gatekeeping, leakchecks, redact, releasing, review_queue
from archive.services.redaction.leakchecks import leakcheck, leakcheck_all
from archive.services.redaction.plan_views import LeakReport
from archive.services.sources import entries as sources
from keys.profiles import RFC9106_SECOND
from tests.small_archive import (
    PASSPHRASE,
    SECRET,
    Small,
    propose_registered,
    take_in,
)

LETTER = (
    "The harbour master of Quillbury counted the barrels twice on the day the ferry came in late. "
    "Nobody in the market would say who had paid for the crossing, nor why the gate stood open. "
    "In the evening {} walked home along the canal and spoke to no one about the yellow ledger. "
    "A week later the same barrels stood behind the cannery, and the ledger had lost two pages."
)
S1 = SourceRef("S-0001")


def put_up(small: Small, record: RecordId, *, acknowledge: bool = False) -> None:
    archivist, custodian = small.people["archivist"], small.people["custodian"]
    redact.submit(small.archive, archivist, record)
    redact.approve(small.archive, custodian, record, acknowledge=acknowledge)


def let_out(small: Small, record: RecordId, *, acknowledge: bool = False) -> None:
    put_up(small, record, acknowledge=acknowledge)
    redact.release(small.archive, small.people["archivist"], record)


def copy_of(text: str, title: str = "A letter") -> ReadingCopy:
    return ReadingCopy(RecordId("0" * 8 + "-0000-4000-8000-" + "0" * 12), title, text, "0" * 32)


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("Many barrels were Ferried there.", "Ferrying", True),
        ("Many barrels were ferried there.", "Ferrying", False),
        ("Many barrels were ferried there.", "Maren Ferrying", False),
        ("They met MAREN  kalt at noon.", "Maren Kalt", True),
        ("She wrote [Source 0001] in it.", "source", False),
        ("Maren met a man. It was kalt.", "Maren Kalt", False),
        ("Nothing here.", "...", False),
    ],
)
def test_the_gate_asks_the_engine_that_will_answer_researchers(
    small: Small, text: str, form: str, found: bool
) -> None:
    before = set(small.archive.folder.index.iterdir())
    leaks = gatekeeping.asked(small.archive, copy_of(text), [Registered(S1, (form,))])
    assert bool(leaks) is found
    assert all((leak.field, leak.source) == ("index", S1) for leak in leaks)
    assert set(small.archive.folder.index.iterdir()) == before


def test_what_only_a_search_finds_blocks_the_release(small: Small) -> None:
    sources.add_source(small.archive, small.people["archivist"], "Ferrying", [])
    (record,) = take_in(small, "Many Ferried barrels went over in the night.")
    propose_registered(small.archive, small.people["archivist"], record)
    put_up(small, record)
    with pytest.raises(ReleaseBlocked):
        redact.release(small.archive, small.people["archivist"], record)
    report = leakcheck(small.archive, small.people["archivist"], record)
    assert [(leak.field, leak.source) for leak in report.leaks] == [("index", "S-0002")]
    redact.mark(small.archive, small.people["archivist"], record, text="Ferried")
    let_out(small, record)


def test_an_alias_that_is_an_everyday_word_does_not_block_every_copy_with_its_stem(
    small: Small,
) -> None:
    sources.add_source(small.archive, small.people["archivist"], "Reed", [])
    (record,) = take_in(small, "The reeds along the bank were cut in the night.")
    propose_registered(small.archive, small.people["archivist"], record)
    let_out(small, record)
    assert [one for one in reports(small) if one.leaks] == []


def test_a_twin_that_shows_what_a_plan_hides_blocks_and_is_named(small: Small) -> None:
    me = small.people["archivist"]
    shown, hiding = take_in(small, LETTER.format("the girl"), LETTER.format("the girl") + " So.")
    redact.propose(small.archive, me, shown)
    let_out(small, shown)
    redact.propose(small.archive, me, hiding)
    redact.mark(small.archive, me, hiding, text="yellow ledger", reason=Reason.QUASI_IDENTIFIER)
    put_up(small, hiding)
    with pytest.raises(ReleaseBlocked):
        redact.release(small.archive, me, hiding)
    report = leakcheck(small.archive, me, hiding)
    assert {leak.field for leak in report.leaks} == {f"twin:{shown}"}
    assert "yellow" not in repr(report)
    redact.mark(small.archive, me, shown, text="yellow ledger", reason=Reason.QUASI_IDENTIFIER)
    let_out(small, shown)
    redact.release(small.archive, me, hiding)


def told(small: Small, *attributes: tuple[Trait, str]) -> None:
    me = small.people["archivist"]
    made = [Attribute(trait, value) for trait, value in attributes]
    sources.edit_source(small.archive, me, S1, add=made)


def test_a_description_that_fits_few_people_needs_an_approver_who_knows(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    told(small, (Trait.JOB, "welder"), (Trait.PLACE, "Ostrava"))
    (record,) = take_in(small, f"{SECRET} worked as a welder until spring, the others said.")
    propose_registered(archive, me, record)
    redact.submit(archive, me, record)
    (crowd,) = leakcheck(archive, me, record).crowds
    assert (crowd.source, crowd.fits, crowd.traits) == (S1, 1, ("job",))
    with pytest.raises(CrowdTooSmall):
        redact.approve(archive, small.people["custodian"], record)
    redact.approve(archive, small.people["custodian"], record, acknowledge=True)
    with archive.catalog.read() as snapshot:
        bodies = list(snapshot.ledger.later_bodies(record, -1))
    entry = next(e for e in map(parse_entry, bodies) if e.type is EventType.PLAN_APPROVED)
    assert len(entry.links["acknowledged"]) == 64
    redact.release(archive, me, record)


def test_what_other_documents_say_is_counted_with_it_and_a_warning_ages(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    for number in range(4):
        new = sources.NewSource(
            f"Person Nummer{number}x", attributes=(Attribute(Trait.JOB, "Welder"),)
        )
        sources.register(archive, me, new)
    told(small, (Trait.JOB, "welder"), (Trait.PLACE, "Ostrava"))
    by_job, by_place = take_in(
        small, f"{SECRET} was a welder then.", f"In Ostrava they asked for {SECRET} again."
    )
    for record in (by_job, by_place):
        propose_registered(archive, me, record)
    put_up(small, by_job)
    redact.submit(archive, me, by_place)
    redact.approve(archive, small.people["custodian"], by_place, acknowledge=True)
    redact.release(archive, me, by_job)
    with pytest.raises(CrowdTooSmall):
        redact.release(archive, me, by_place)
    redact.mark(archive, me, by_place, text="Ostrava", reason=Reason.QUASI_IDENTIFIER)
    let_out(small, by_place)


def test_what_is_far_from_the_pseudonym_is_not_said_of_it(small: Small) -> None:
    told(small, (Trait.JOB, "welder"))
    (record,) = take_in(small, f"{SECRET} left. {'The rain went on. ' * 40} A welder came.")
    redact.propose(small.archive, small.people["archivist"], record)
    let_out(small, record)


def reports(small: Small, **more: bool) -> list[LeakReport]:
    return list(leakcheck_all(small.archive, small.people["archivist"], **more))


def doctored(small: Small, record: RecordId, text: str) -> None:
    """Put another text into a released copy and believe it, as a gate of old might have."""
    session = small.people["archivist"]
    with small.archive.catalog.write() as tx:
        row = tx.releases.get(record)
        assert isinstance(row, ReleaseRow)
        header = tx.headers.get(row.header)
        key = open_header(header.header, session.opening(Compartment.READING))
        copy = decode_reading_copy(open_bytes(key, row.sealed))
        body = encode_reading_copy(ReadingCopy(copy.record, copy.title, text, copy.salt))
        sealed = seal_bytes(key, body, random=small.archive.random)
        tx.releases.put(
            ReleaseRow(
                row.record,
                row.header,
                sealed,
                row.copy_digest,
                row.entry_index,
                row.released,
                row.state,
            )
        )


def test_everything_released_is_checked_and_a_changed_copy_is_an_error(small: Small) -> None:
    assert [(one.record, one.leaks, one.error) for one in reports(small)] == [
        (small.released, (), None)
    ]
    doctored(small, small.released, "Another text")
    (report,) = reports(small)
    assert report.error == "binding-mismatch"
    with pytest.raises(NotPermitted):
        list(leakcheck_all(small.archive, small.people["researcher"]))


def released_three(small: Small) -> list[RecordId]:
    records = take_in(small, *(f"Letter {n} speaks of herons and reeds." for n in range(3)))
    for record in records:
        redact.propose(small.archive, small.people["archivist"], record)
        let_out(small, record)
    return [small.released, *records]


def test_a_check_that_was_cut_off_goes_on_where_it_was(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = released_three(small)
    monkeypatch.setattr(leakchecks, "_BATCH", 1)
    run = leakcheck_all(small.archive, small.people["archivist"])
    assert [next(run).record for _ in range(3)] == records[:3]
    run.close()
    assert [one.record for one in reports(small)] == records[2:]
    assert [one.record for one in reports(small)] == records
    run = leakcheck_all(small.archive, small.people["archivist"])
    assert [next(run).record for _ in range(3)] == records[:3]
    run.close()
    assert [one.record for one in reports(small, restart=True)] == records
    run = leakcheck_all(small.archive, small.people["archivist"])
    next(run), next(run)
    run.close()
    sources.add_source(small.archive, small.people["archivist"], "Nobody Atall", [])
    assert [one.record for one in reports(small)] == records


def test_no_run_goes_on_behind_a_copy_that_was_not_clean(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = released_three(small)
    doctored(small, records[1], "Another text")
    monkeypatch.setattr(leakchecks, "_BATCH", 1)
    run = leakcheck_all(small.archive, small.people["archivist"])
    assert [next(run).record for _ in range(4)] == records
    run.close()
    assert [one.record for one in reports(small)] == records[1:]


def test_the_live_index_is_asked_for_every_form(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = small.people["archivist"]
    monkeypatch.setattr(sources, "take_in", lambda a, _s, _m, change, _p=None: _kept(a, change))
    sources.register(small.archive, me, sources.NewSource("kettle"))
    monkeypatch.setattr(leakchecks, "sweep", lambda copies, _m: ((one, ()) for one in copies))
    found = [one for one in reports(small) if one.leaks]
    assert [(one.record, one.leaks[0].field) for one in found] == [(small.released, "index")]


def _kept(archive: object, change: object) -> tuple[object, object]:
    with archive.catalog.write() as tx:  # type: ignore[attr-defined]
        return change(tx), sources.Aftermath()  # type: ignore[operator]


def test_a_plan_that_changed_while_it_was_checked_is_not_released(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = small.people["archivist"]
    redact.propose(small.archive, me, small.kept)
    put_up(small, small.kept)

    def meanwhile(*_: object) -> tuple[()]:
        redact.mark(small.archive, me, small.kept, text="kettles")
        put_up(small, small.kept)
        return ()

    monkeypatch.setattr(releasing, "gate", meanwhile)
    with pytest.raises(WrongPlanState):
        redact.release(small.archive, me, small.kept)
    request = SearchRequest("never")
    answer = access.search(small.archive, small.people["researcher"], request, Level.READING)
    assert answer.total == 0


def test_an_approval_of_somebody_who_left_lets_nothing_out(small: Small) -> None:
    custodian, me = small.people["custodian"], small.people["archivist"]
    administration.add_member(
        small.archive, custodian, "leaver", Role.ARCHIVIST, bytearray(PASSPHRASE), RFC9106_SECOND
    )
    leaver = small.sign_in("leaver")
    released_before, later = take_in(small, "A heron stood there.", "Reeds grew by the weir.")
    for record in (released_before, later):
        redact.propose(small.archive, me, record)
        redact.submit(small.archive, me, record)
        redact.approve(small.archive, leaver, record)
    redact.release(small.archive, custodian, released_before)
    ceremonies.disable(small.archive, custodian, "leaver")
    with pytest.raises(WrongPlanState):
        redact.release(small.archive, custodian, later)
    with pytest.raises(SessionEnded):
        redact.approve(small.archive, leaver, later)
    shown = access.show(small.archive, small.people["researcher"], released_before)
    assert "heron" in shown.text
    administration.add_member(
        small.archive, custodian, "third", Role.ARCHIVIST, bytearray(PASSPHRASE), RFC9106_SECOND
    )
    redact.propose(small.archive, custodian, later)
    redact.submit(small.archive, custodian, later)
    redact.approve(small.archive, small.sign_in("third"), later)
    redact.release(small.archive, custodian, later)


def test_the_queue_begins_with_who_has_most_to_fear_and_says_why(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    grave = sources.NewSource("Maren Kalt", threat=Threat.GRAVE)
    sources.register(archive, me, grave)
    records = take_in(small, f"{SECRET} came.", "Maren Kalt went.", "Call 010-2345-6789 now.")
    for record in (*records, small.kept):
        redact.propose(archive, me, record)
        redact.submit(archive, me, record)
    found = review_queue.queue(archive, small.people["custodian"])
    order = [one.plan.record for one in found]
    assert order == [records[1], records[0], records[2], small.kept]
    assert found[0].risk.reasons == ("threat grave", "direct identifiers: 1")
    assert found[2].risk.reasons == ("finds to look at: 1", "direct identifiers: 1")
    assert found[3].risk.reasons == ()
    assert register.all_sources(archive, me)[1].threat is Threat.GRAVE
