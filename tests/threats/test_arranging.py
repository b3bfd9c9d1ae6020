"""T2, T3, T4: the finding aid is sealed, signed, every act an entry, and no reader's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from archive.errors import (
    DescriptionChanged,
    IntegrityError,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
)
from archive.ledger import parse_entry
from archive.model.access import Level
from archive.model.arrangement import Arranging, Change, FindingAid, UnitId
from archive.model.description import Element, LevelOfDescription
from archive.model.ids import RecordId
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.search import SearchRequest
from archive.services import audit
from archive.services.description import arranging, describing, ead
from archive.services.description.arranging import arrange, describe_unit
from archive.services.description.finding_aid import (
    PERIOD,
    Replayed,
    links_of,
    object_of,
    replayed,
    values_of,
)
from archive.services.events import append_confidential
from archive.services.holdings import erasure
from archive.services.reading_room import access, exports
from tests.canary import scan
from tests.catalog_file import by_hand
from tests.small_archive import Small, copied, take_in

FONDS, SERIES, FILE = (
    LevelOfDescription.FONDS,
    LevelOfDescription.SERIES,
    LevelOfDescription.FILE,
)
NAME, CODE, SCOPE = "Quillfeather lighthouse", "QUILL-77", "Two scorched logbooks"
XSD = Path(__file__).parents[1] / "vectors" / "ead3" / "ead3.xsd"


def add(
    small: Small,
    title: str,
    level: LevelOfDescription,
    parent: UnitId | None = None,
    code: str | None = None,
) -> UnitId:
    unit = arranging.new_unit(small.archive)
    change = Change(Arranging.ADD, unit, parent, level=level, title=title, code=code)
    arrange(small.archive, small.people["archivist"], change)
    return unit


def grow(small: Small) -> UnitId:
    """Make a fonds with a series that has both records, and return the series."""
    fonds = add(small, NAME, FONDS, code=CODE)
    series = add(small, f"Letters of {NAME}", SERIES, fonds)
    change = Change(Arranging.PLACE, series, records=(small.kept, small.released))
    arrange(small.archive, small.people["archivist"], change)
    return series


def seen(small: Small, who: str = "archivist") -> list[tuple[str, str, int]]:
    aid = arranging.finding_aid(small.archive, small.people[who])
    return [
        (aid.tree.reference(one.id), one.title, aid.totals[one.id]) for _, one in aid.tree.walk()
    ]


def forget(small: Small) -> None:
    """Let the sessions see the archive anew, as if they had just begun."""
    for session in small.people.values():
        session.kept.clear()


def kinds(small: Small, about: str) -> list[dict[str, str]]:
    with small.archive.catalog.read() as snapshot:
        entries = [parse_entry(body) for _, body in snapshot.ledger.about(about)]
    return [one.links for one in entries if one.type is EventType.ARRANGED]


def sound(small: Small) -> bool:
    return audit.verify(small.archive.catalog, small.archive.folder.vkeys).ok


def test_every_act_is_an_entry_and_the_opposite_act_undoes_it(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    series = grow(small)
    full = [(CODE, NAME, 2), (f"{CODE}/1", f"Letters of {NAME}", 2)]
    assert seen(small) == full == seen(small, "custodian")
    for there, back in (
        (
            Change(Arranging.TAKE_OUT, records=(small.kept,)),
            Change(Arranging.PLACE, series, before=small.released, records=(small.kept,)),
        ),
        (
            Change(Arranging.AMEND, series, title="Maps"),
            Change(Arranging.AMEND, series, title=f"Letters of {NAME}"),
        ),
    ):
        assert arrange(archive, tam, there, dry_run=True).tree.units
        assert seen(small) == full
        arrange(archive, tam, there)
        assert seen(small) != full
        arrange(archive, tam, back)
        assert seen(small) == full
    acts = [one["act"] for one in kinds(small, object_of(archive.collection))]
    assert acts == [
        *("unit-added", "unit-added", "records-placed", "records-taken-out"),
        *("records-placed", "unit-changed", "unit-changed"),
    ]
    assert [one["act"] for one in kinds(small, small.kept)] == [
        *("records-placed", "records-taken-out", "records-placed")
    ]
    assert arranging.check(archive, tam) == len(acts)


def test_the_tree_is_the_same_however_far_back_it_is_replayed(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    series = grow(small)
    for turn in range(2 * PERIOD):
        arrange(archive, tam, Change(Arranging.AMEND, series, title=f"Letters {turn}"))
        known = seen(small)
        if turn % 8 == 0 or turn > 2 * PERIOD - 8:
            forget(small)
            assert seen(small) == known
    assert arranging.check(archive, tam) == 2 * PERIOD + 3


def test_a_form_that_saw_another_version_changes_nothing(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    series = grow(small)
    arrange(archive, tam, Change(Arranging.AMEND, series, title="hers"), seen=0)
    with pytest.raises(DescriptionChanged):
        arrange(archive, tam, Change(Arranging.AMEND, series, title="his"), seen=0)
    describe_unit(archive, tam, series, {Element.SCOPE: SCOPE}, seen=0)
    with pytest.raises(DescriptionChanged):
        describe_unit(archive, tam, series, {Element.SCOPE: "his"}, seen=0)
    view = arranging.unit(archive, tam, f"{CODE}/1")
    assert (view.unit.title, view.description.values) == ("hers", {Element.SCOPE: SCOPE})


def test_the_place_of_a_record_is_told_to_who_reads_originals_alone(small: Small) -> None:
    grow(small)
    shown = access.show(small.archive, small.people["archivist"], small.released, Level.ORIGINALS)
    assert [one.reference for one in shown.place] == [CODE, f"{CODE}/1"]
    copy = access.show(small.archive, small.people["archivist"], small.released, Level.READING)
    assert copy.place == ()


@pytest.mark.parametrize("who", ["researcher", "auditor"])
def test_nobody_else_sees_or_changes_anything_of_it(small: Small, who: str) -> None:
    series, archive, me = grow(small), small.archive, small.people[who]
    forbidden: list[Callable[[], object]] = [
        lambda: arranging.finding_aid(archive, me),
        lambda: arranging.unit(archive, me, series),
        lambda: arranging.unit(archive, me, "no such unit"),
        lambda: arranging.check(archive, me),
        lambda: ead.finding_aid_ead3(archive, me),
        lambda: describe_unit(archive, me, series, {Element.NOTE: "mine"}),
        lambda: arrange(archive, me, Change(Arranging.REMOVE, series)),
        lambda: arrange(archive, me, Change(Arranging.REMOVE, series), dry_run=True),
    ]
    for act in forbidden:
        with pytest.raises(NotPermitted):
            act()


def test_a_reader_is_answered_the_same_whether_or_not_there_is_a_tree(
    small: Small, tmp_path: Path
) -> None:
    other = copied(small, tmp_path / "arranged")
    with closing(other.archive):
        series = grow(other)
        tam = other.people["archivist"]
        describe_unit(other.archive, tam, series, {Element.SCOPE: "kettles"})
        answers = []
        for one in (small, other):
            me = one.people["researcher"]
            found = access.search(one.archive, me, SearchRequest("kettles"), Level.READING)
            shown = access.show(one.archive, me, small.released, Level.READING)
            listed = access.records(one.archive, me, level=Level.READING)
            out = exports.export(one.archive, me, small.released, exports.Form.TEXT)
            answers.append((found, shown, listed, out))
        assert answers[0] == answers[1]


def test_the_timeline_of_an_auditor_tells_acts_and_no_titles(small: Small) -> None:
    grow(small)
    lines = audit.timeline(small.archive.catalog, limit=500)
    mine = [line for line in lines if line.type == EventType.ARRANGED.value]
    assert {line.links["act"] for line in mine} == {"unit-added", "records-placed"}
    assert not any(word in repr(lines) for word in (NAME, CODE, "Letters"))


OTHER = "(SELECT {} FROM {} WHERE entry_index = :first) WHERE entry_index = :last"
DOCTORED = [
    "DELETE FROM openings WHERE entry_index = :last",
    "UPDATE openings SET sealed = " + OTHER.format("sealed", "openings"),
    "UPDATE ledger_entries SET body = " + OTHER.format("body", "ledger_entries"),
    "DELETE FROM ledger_entries WHERE entry_index = :first",
]


@pytest.mark.parametrize("statement", DOCTORED)
def test_a_tree_that_was_rewritten_on_the_disk_is_missed_by_everybody(
    small: Small, statement: str
) -> None:
    series = grow(small)
    for title in ("Logbooks", "Maps", "Tolls"):
        change = Change(Arranging.AMEND, series, title=title)
        arrange(small.archive, small.people["archivist"], change)
    assert sound(small)
    with small.archive.catalog.read() as snapshot:
        rows = snapshot.ledger.newest_of(object_of(small.archive.collection), 3)
    places = {"first": rows[0].index, "last": rows[-1].index}
    with by_hand(small.archive.folder.catalog) as db:
        db.execute(statement, places)
    assert not sound(small)
    forget(small)
    with pytest.raises(IntegrityError):
        arranging.finding_aid(small.archive, small.people["archivist"])


def enter(
    small: Small,
    who: str,
    change: Change,
    tree: FindingAid | None = None,
    before: Replayed | None = None,
) -> None:
    """Append an act as a program would that does not keep the rules."""
    archive, tam = small.archive, small.people["archivist"]
    with archive.catalog.write() as tx:
        before = before or replayed(tam, tx, archive.collection)
        links = links_of(change, before)
        about = object_of(archive.collection)
        draft = EntryDraft(EventType.ARRANGED, about, EventOutcome.SUCCESS, links, {})
        values = values_of(change, tree or before.tree, before)
        append_confidential(archive, small.people[who], tx, draft, values)
    forget(small)


def test_an_act_against_the_rules_is_refused_by_who_reads_it(small: Small) -> None:
    series = grow(small)
    enter(small, "archivist", Change(Arranging.MOVE, series, series))
    with pytest.raises(IntegrityError):
        seen(small)


def test_an_act_of_who_may_not_arrange_is_refused_and_reported(small: Small) -> None:
    grow(small)
    enter(small, "researcher", Change(Arranging.TAKE_OUT, records=(small.kept,)))
    with pytest.raises(IntegrityError):
        seen(small)
    assert not sound(small)


def test_entries_about_it_that_are_no_acts_change_nothing(small: Small) -> None:
    grow(small)
    full = seen(small)
    about = RecordId(object_of(small.archive.collection))
    for _ in range(2 * PERIOD + 1):
        with pytest.raises(RecordNotFound):
            access.show(small.archive, small.people["researcher"], about, Level.READING)
    assert seen(small) == full
    forget(small)
    assert seen(small) == full


def test_an_act_that_does_not_follow_the_last_is_refused_and_reported_without_a_key(
    small: Small,
) -> None:
    grow(small)
    archive, tam = small.archive, small.people["archivist"]
    with archive.catalog.read() as snapshot:
        before = replayed(tam, snapshot, archive.collection)
    change = Change(Arranging.TAKE_OUT, records=(small.kept,))
    enter(small, "archivist", change, before=replace(before, acts=before.acts + 1))
    with pytest.raises(IntegrityError):
        seen(small)
    verdict = audit.verify(archive.catalog, archive.folder.vkeys)
    assert [one.code for one in verdict.failures] == ["history"]


def test_a_whole_tree_that_its_acts_did_not_make_is_refused(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    series = grow(small)
    for turn in range(PERIOD - 3):
        arrange(archive, tam, Change(Arranging.AMEND, series, title=f"Letters {turn}"))
    with archive.catalog.read() as snapshot:
        tree = replayed(tam, snapshot, archive.collection).tree
    change = Change(Arranging.AMEND, series, title="Letters again")
    tree.apply(change)
    tree.apply(Change(Arranging.TAKE_OUT, records=(small.kept,)))
    enter(small, "archivist", change, tree)
    with pytest.raises(IntegrityError):
        seen(small)


def test_no_word_of_it_is_in_clear_and_an_erased_record_leaves_it(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    series = grow(small)
    describe_unit(archive, head, series, {Element.SCOPE: SCOPE})
    ead.finding_aid_ead3(archive, head)
    assert scan([archive.folder.path], [NAME, CODE, SCOPE]) == []
    erasure.erase(archive, head, small.kept, "order 12")
    assert seen(small)[0] == (CODE, NAME, 1)
    assert arranging.finding_aid(archive, head).unplaced == 0
    with pytest.raises(RecordNotFound):
        arrange(archive, head, Change(Arranging.PLACE, series, records=(small.kept,)))


def test_an_export_nests_units_and_records_as_they_are_arranged_and_is_ead3(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    series = grow(small)
    (loose,) = take_in(small, "A list of oars and ropes.")
    every = {element: f"{element.value}\nin two lines" for element in Element}
    every[Element.LEVEL] = FILE.value
    describing.describe(archive, tam, small.kept, every)
    del every[Element.LEVEL]
    describe_unit(archive, tam, series, every)
    document = etree.fromstring(ead.finding_aid_ead3(archive, tam))
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    assert schema.validate(document), schema.error_log
    ns = {"e": "http://ead3.archivists.org/schema/"}

    def below(path: str) -> list[tuple[str, str]]:
        nodes = document.findall(f"e:archdesc/e:dsc/{path}", ns)
        return [(one.get("level"), one.findtext("e:did/e:unitid", None, ns)) for one in nodes]

    assert below("e:c") == [("fonds", CODE), ("item", f"strongroom:{loose}")]
    assert below("e:c/e:c") == [("series", f"{CODE}/1")]
    assert below("e:c/e:c/e:c") == [
        ("file", f"strongroom:{small.kept}"),
        ("item", f"strongroom:{small.released}"),
    ]
    told = " ".join(document.itertext())
    assert all(f"{element.value}" in told for element in every)


def test_what_is_no_level_is_refused_where_a_level_belongs(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    with pytest.raises(InvalidValue) as refused:
        describing.describe(archive, tam, small.kept, {Element.LEVEL: "shelf"})
    assert "series" in refused.value.next_step
    described = describing.describe(archive, tam, small.kept, {Element.LEVEL: "item"})
    assert described.values == {Element.LEVEL: "item"}
