"""Marking in all documents at once, going back and forth, and telling versions apart."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import (
    BindingMismatch,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
    WrongPlanState,
)
from archive.model.ids import RecordId, SourceRef
from archive.model.provenance import EventType
from archive.model.redaction import PlanState, Reason
from archive.redaction.patterns import SafePattern
from archive.services.redaction import carrying, everywhere, plan_history, redact
from archive.services.redaction import log as redaction_log
from archive.services.redaction.everywhere import Marked, Target
from tests import canary
from tests.catalog_file import by_hand
from tests.small_archive import SECRET, Small, build, take_in
from tests.stories.test_register import entries

LETTER = (
    "The harbour master counted the barrels twice on the day the ferry came in late. "
    "Nobody in the market would say who had paid for the crossing, nor why the gate stood open. "
    "In the evening {} walked home along the canal and spoke to no one about the yellow ledger. "
)


def mark(small: Small, act: str = "", **what: object) -> list[Marked]:
    reason = what.pop("reason", Reason.OPERATIONAL)
    dry_run = bool(what.pop("dry_run", False))
    act = act or everywhere.new_act(small.archive)
    target = Target(**what)  # type: ignore[arg-type]
    return list(
        everywhere.mark_everywhere(
            small.archive,
            small.people["archivist"],
            act,
            target,
            reason,  # type: ignore[arg-type]
            dry_run=dry_run,
        )
    )


def spans(small: Small, record: RecordId) -> set[tuple[int, int]]:
    try:
        plan = redact.plan(small.archive, small.people["archivist"], record)
    except RecordNotFound:
        return set()
    return {(one.start, one.end) for one in plan.redactions}


def test_a_text_is_marked_in_all_documents_and_taken_back_as_one_act(small: Small) -> None:
    me = small.people["archivist"]
    before = {one: spans(small, one) for one in (small.released, small.kept)}
    act = everywhere.new_act(small.archive)
    assert {one.version for one in mark(small, text="kettles", dry_run=True)} == {None}
    found = {one.record: one for one in mark(small, act, text="KETTLES")}
    assert found[small.released].released
    assert found[small.released].state == "released"
    assert found[small.kept].state is None
    assert [one.places for one in found.values()] == [1, 1]
    redact.mark(small.archive, me, small.kept, text="second letter")
    assert [one.version for one in mark(small, text="kettles")] == [None, None]
    undone = list(everywhere.undo_act(small.archive, me, act))
    assert {one.record for one in undone if one.version} == {small.released, small.kept}
    assert spans(small, small.released) == before[small.released]
    assert spans(small, small.kept) == {(2, 15)}
    assert [one.version for one in everywhere.undo_act(small.archive, me, act)] == [None, None]
    marked = [e for e in entries(small.archive) if act in e.links.values()]
    assert {e.type for e in marked} == {EventType.REDACTION_MARKED}
    assert len(marked) == 4


def test_an_act_that_joined_marks_is_taken_back_to_what_they_were(small: Small) -> None:
    me = small.people["archivist"]
    redact.mark(small.archive, me, small.kept, text="second")
    before = redact.plan(small.archive, me, small.kept).redactions
    act = everywhere.new_act(small.archive)
    mark(small, act, text="second letter")
    assert spans(small, small.kept) == {(2, 15)}
    list(everywhere.undo_act(small.archive, me, act))
    assert redact.plan(small.archive, me, small.kept).redactions == before


def test_a_pattern_and_a_source_are_marked_everywhere(small: Small) -> None:
    (record,) = take_in(small, f"Box K-4711, box K-4712, and {SECRET}.")
    assert [one.places for one in mark(small, pattern=r"K-\d{4}\s*")] == [2]
    assert spans(small, record) == {(4, 10), (16, 22)}
    found = mark(small, source=SourceRef("S-0001"), reason=Reason.SOURCE_IDENTITY)
    assert {one.record for one in found} == {small.released, record}
    assert len(spans(small, record)) == 3
    with pytest.raises(RecordNotFound):
        mark(small, source=SourceRef("S-0099"))


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"text": "a", "pattern": "b"},
        {"text": " ... "},
        *({"pattern": one} for one in ("", "(", "x*", r"(a)\1", "a{1000}{1000}", "\ud800")),
        {"pattern": "x" * 501},
    ],
)
def test_what_cannot_be_looked_for_is_refused_before_anything_is_marked(
    small: Small, what: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidValue) as refused:
        mark(small, **what)
    assert not any(str(word) in str(refused.value) for word in what.values() if len(word) > 3)
    assert capfd.readouterr() == ("", "")
    with pytest.raises(NotPermitted):
        everywhere.mark_everywhere(small.archive, small.people["researcher"], "", Target(text="x1"))


def test_a_pattern_that_traps_others_comes_to_an_end() -> None:
    pattern = SafePattern(r"(a+)+$|(x|xx)*y")

    assert list(pattern.find("a" * 2000 + "!")) == []  # others go back 2 ** 2000 times


@given(st.text(st.characters(codec=None), max_size=30), st.text("kit\ud800 ", max_size=10))
@settings(max_examples=60, deadline=None)
def test_places_of_a_pattern_count_code_points_whatever_the_text(head: str, tail: str) -> None:
    text = f"{head} kite {tail}"
    for start, end in SafePattern("kite ?").find(text):
        assert text[start:end] == "kite"
    assert any(text[start:end] == "kite" for start, end in SafePattern("kite").find(text))


def test_one_goes_back_and_forth_and_a_new_act_forgets_what_was_undone(small: Small) -> None:
    archive, me, record = small.archive, small.people["archivist"], small.kept
    for words in ("second", "letter", "kettles"):
        redact.mark(archive, me, record, text=words)
    assert len(spans(small, record)) == 3
    for left in (2, 1, 0):
        assert len(plan_history.undo(archive, me, record).redactions) == left
    with pytest.raises(WrongPlanState):
        plan_history.undo(archive, me, record)
    for left in (1, 2, 3):
        assert len(plan_history.redo(archive, me, record).redactions) == left
    plan_history.undo(archive, me, record)
    redact.submit(archive, me, record)
    assert redact.plan(archive, me, record).state is PlanState.SUBMITTED
    redact.mark(archive, me, record, text="never")
    with pytest.raises(WrongPlanState):
        plan_history.redo(archive, me, record)
    assert plan_history.undo(archive, me, record).state is PlanState.DRAFT
    assert plan_history.undo(archive, me, small.released).redactions == ()
    with pytest.raises(WrongPlanState):
        plan_history.undo(archive, me, small.released)
    with pytest.raises(NotPermitted):
        plan_history.undo(archive, small.people["researcher"], record)


@given(steps=st.lists(st.sampled_from(["undo", "redo", "mark"]), max_size=9))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_undo_and_redo_are_those_of_an_editor(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    small = build(tmp_path_factory.mktemp("editor"))
    archive, me, record = small.archive, small.people["archivist"], small.kept
    states: list[set[tuple[int, int]]] = [set()]
    at = 0
    for number, step in enumerate(["mark", *steps]):
        if step == "mark":
            redact.mark(archive, me, record, span=(number * 4, number * 4 + 3))
            states = [*states[: at + 1], spans(small, record)]
            at = len(states) - 1
            continue
        moved = at + (1 if step == "redo" else -1)
        act = plan_history.redo if step == "redo" else plan_history.undo
        if 0 <= moved < len(states):
            act(archive, me, record)
            at = moved
        else:
            with pytest.raises(WrongPlanState):
                act(archive, me, record)
        assert spans(small, record) == states[at]
    archive.close()


def test_versions_are_told_apart_from_the_last_one_that_was_approved(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    redact.mark(archive, me, small.released, text="ferry", reason=Reason.QUASI_IDENTIFIER)
    found = plan_history.diff(archive, me, small.released)
    (added,) = found.added
    assert (found.removed, found.same_text, added.reason) == ((), True, Reason.QUASI_IDENTIFIER)
    whole = plan_history.diff(archive, me, small.released, after=1)
    assert not whole.added
    assert plan_history.diff(archive, me, small.released, 1, 5).added == found.added
    for numbers in ((9, None), (0, None), (1, 99)):
        with pytest.raises(RecordNotFound):
            plan_history.diff(archive, me, small.released, *numbers)
    with pytest.raises(RecordNotFound):
        plan_history.diff(archive, me, small.kept)


def test_an_older_version_that_was_doctored_is_not_believed(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    redact.mark(archive, me, small.kept, text="second")
    redact.mark(archive, me, small.kept, text="letter")
    with by_hand(archive.folder.catalog) as disk:
        disk.execute("update plans set state = 'approved' where version = 1")
    disk.close()
    with pytest.raises(BindingMismatch):
        plan_history.undo(archive, me, small.kept)


def test_marks_are_carried_to_a_near_duplicate_for_a_person_to_look_at(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    one, two = take_in(small, LETTER.format("the girl"), LETTER.format("the boy") + "So it was.")
    redact.mark(archive, me, one, text="yellow ledger")
    redact.mark(archive, me, one, text="the girl")
    view, lost = carrying.carry_to(archive, me, one, two)
    text = LETTER.format("the boy")
    assert lost == 0
    hidden = " ".join(text[r.start : r.end] for r in view.redactions)
    assert "yellow ledger" in hidden
    assert "boy" in hidden
    assert view.state is PlanState.DRAFT
    assert all(r.review.value for r in view.redactions)
    with pytest.raises(InvalidValue):
        carrying.carry_to(archive, me, one, small.kept)
    with pytest.raises(NotPermitted):
        carrying.carry_to(archive, small.people["researcher"], one, two)


def test_the_log_has_every_place_and_none_of_the_words(small: Small) -> None:
    archive, me = small.archive, small.people["archivist"]
    redact.mark(archive, me, small.kept, text="second letter", reason=Reason.LEGAL)
    rows = list(redaction_log.redaction_log(archive, me))
    assert len(rows) == 2
    table = redaction_log.log_table(iter(rows))
    read = list(csv.DictReader(StringIO(table)))
    assert {row["code"] for row in read} == {"S1", "S6"}
    assert {row["exemption"] for row in read} == {"source identity", "legal"}
    assert not any(word in table for word in ("letter", SECRET))
    assert not any(word in json.dumps(read) for word in ("letter", SECRET))
    kinds = [e.type for e in entries(archive)]
    assert kinds[-1] is EventType.EXPORT
    with pytest.raises(NotPermitted):
        list(redaction_log.redaction_log(archive, small.people["researcher"]))


def test_what_is_looked_for_everywhere_lies_in_no_file(small: Small, tmp_path: Path) -> None:
    mark(small, text="kettles")
    mark(small, pattern="cop+er")
    assert canary.scan([tmp_path], ["kettles", "cop+er", "copper"]) == []
