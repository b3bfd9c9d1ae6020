"""The tree of the finding aid: whatever is done to it, it stays one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import InvalidValue, RecordNotFound
from archive.model.arrangement import (
    MAX_DEPTH,
    Arranging,
    Change,
    FindingAid,
    UnitId,
    levels_under,
)
from archive.model.description import LevelOfDescription
from archive.model.ids import RecordId

UNITS = [UnitId(f"u{n}") for n in range(7)]
RECORDS = [RecordId(f"r{n}") for n in range(5)]
FONDS, SERIES, FILE, ITEM = (
    LevelOfDescription.FONDS,
    LevelOfDescription.SERIES,
    LevelOfDescription.FILE,
    LevelOfDescription.ITEM,
)

maybe_unit = st.none() | st.sampled_from(UNITS)
changes = st.builds(
    Change,
    act=st.sampled_from(Arranging),
    unit=maybe_unit,
    parent=maybe_unit,
    before=st.none() | st.sampled_from([*UNITS, *RECORDS]),
    level=st.none() | st.sampled_from(LevelOfDescription),
    code=st.none() | st.sampled_from(["A", "b", "1", "2", "x/y", ""]),
    title=st.none() | st.sampled_from(["Letters", " ", "Maps"]),
    records=st.lists(st.sampled_from(RECORDS), max_size=3).map(tuple),
)


def grown(*acts: Change) -> FindingAid:
    tree = FindingAid()
    for one in acts:
        tree.apply(one)
    return tree


def added(
    unit: int, parent: int | None, level: LevelOfDescription, code: str | None = None
) -> Change:
    above = None if parent is None else UNITS[parent]
    return Change(Arranging.ADD, UNITS[unit], above, level=level, code=code, title="Letters")


def shape(tree: FindingAid) -> object:
    return tree.top, tree.units, tree.places


@given(st.lists(changes, max_size=40))
def test_any_acts_leave_a_tree_with_levels_in_order_and_every_record_in_one_place(
    acts: list[Change],
) -> None:
    tree = FindingAid()
    for act in acts:
        before = tree.copy()
        try:
            tree.apply(act)
        except (InvalidValue, RecordNotFound):
            assert shape(tree) == shape(before), "an act that is refused changes nothing"
        else:
            assert shape(tree) != shape(before)
    walked = [unit.id for _, unit in tree.walk()]
    assert sorted(walked) == sorted(tree.units)
    for depth, unit in tree.walk():
        assert depth == len(tree.path(unit.id)) - 1 < MAX_DEPTH
        above = None if unit.parent is None else tree.units[unit.parent]
        assert unit.level in levels_under(above and above.level)
        assert tree.named(tree.reference(unit.id)) is unit
    placed = [(record, unit.id) for unit in tree.units.values() for record in unit.records]
    assert sorted(placed) == sorted(tree.places.items())


def test_a_reference_code_is_made_by_the_place_and_follows_it() -> None:
    tree = grown(added(0, None, FONDS, "QM"), added(1, 0, SERIES), added(2, 0, SERIES))
    tree.apply(added(3, 1, FILE, "마을-1"))
    assert tree.reference(UNITS[3]) == "QM/1/마을-1"
    tree.apply(Change(Arranging.MOVE, UNITS[3], UNITS[2]))
    assert tree.reference(UNITS[3]) == "QM/2/마을-1"
    tree.apply(Change(Arranging.AMEND, UNITS[0], code="Q"))
    assert tree.named("Q/2/마을-1").id == UNITS[3]
    with pytest.raises(RecordNotFound):
        tree.named("QM")


def test_siblings_stand_in_the_order_that_was_chosen() -> None:
    tree = grown(added(0, None, FONDS), *(added(n, 0, SERIES) for n in (1, 2, 3)))
    tree.apply(Change(Arranging.MOVE, UNITS[3], UNITS[0], before=UNITS[1]))
    assert tree.units[UNITS[0]].children == [UNITS[3], UNITS[1], UNITS[2]]
    tree.apply(Change(Arranging.PLACE, UNITS[1], records=tuple(RECORDS[:3])))
    turn = Change(Arranging.PLACE, UNITS[1], before=RECORDS[0], records=(RECORDS[2],))
    tree.apply(turn)
    assert list(tree.units[UNITS[1]].records) == [RECORDS[2], RECORDS[0], RECORDS[1]]
    with pytest.raises(InvalidValue):
        tree.apply(turn)


@pytest.mark.parametrize(
    "act",
    [
        added(4, None, SERIES),
        added(4, 2, SERIES),
        added(4, 2, FONDS),
        added(4, 3, ITEM),
        added(4, 0, SERIES, "1"),
        added(1, 0, SERIES, "9"),
        Change(Arranging.MOVE, UNITS[1], UNITS[2]),
        Change(Arranging.MOVE, UNITS[1], None),
        Change(Arranging.MOVE, UNITS[1], UNITS[0]),
        Change(Arranging.REMOVE, UNITS[1]),
        Change(Arranging.AMEND, UNITS[1], level=ITEM),
        Change(Arranging.AMEND, UNITS[1], title="Letters"),
        Change(Arranging.AMEND, UNITS[1], title="a\x1bb"),
        Change(Arranging.AMEND, UNITS[1], code="a/b"),
    ],
)
def test_what_would_make_no_tree_is_refused_with_what_to_do(act: Change) -> None:
    tree = grown(added(0, None, FONDS), added(1, 0, SERIES), added(2, 1, FILE), added(3, 2, ITEM))
    with pytest.raises(InvalidValue) as refused:
        tree.apply(act)
    assert refused.value.next_step


def test_no_unit_stands_under_itself_where_levels_would_let_it() -> None:
    sub = LevelOfDescription.SUBSERIES
    tree = grown(added(0, None, FONDS), added(1, 0, SERIES), added(2, 1, sub), added(3, 2, sub))
    for parent in (UNITS[2], UNITS[3]):
        with pytest.raises(InvalidValue):
            tree.apply(Change(Arranging.MOVE, UNITS[2], parent))
    assert [unit.id for _, unit in tree.walk()] == UNITS[:4]


def test_no_branch_is_deeper_than_twelve_units_whatever_is_moved_under_what() -> None:
    sub = LevelOfDescription.SUBSERIES
    ids = [UnitId(f"d{n}") for n in range(MAX_DEPTH + 2)]
    tree = grown(added(0, None, FONDS), added(1, 0, SERIES), added(2, 0, SERIES))
    above = UNITS[1]
    for unit in ids[: MAX_DEPTH - 2]:
        tree.apply(Change(Arranging.ADD, unit, above, level=sub, title="Letters"))
        above = unit
    tree.apply(Change(Arranging.ADD, ids[-1], UNITS[2], level=sub, title="Letters"))
    with pytest.raises(InvalidValue):
        tree.apply(Change(Arranging.ADD, ids[-2], above, level=sub, title="Letters"))
    with pytest.raises(InvalidValue):
        tree.apply(Change(Arranging.MOVE, ids[0], ids[-1]))
