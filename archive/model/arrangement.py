"""The finding aid: units of description in a tree (ISAD(G) 2nd edition, 3.1 and appendix A-1).

Everything that is done to the tree is a `Change`; a tree is what the changes so far made of an
empty one. `FindingAid.apply` is the only way to it, for whoever makes a change and for whoever
replays it, so that no stored change can make a tree that an archivist could not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NewType
from unicodedata import normalize

from archive.errors import InvalidValue, RecordNotFound
from archive.model.description import LevelOfDescription
from archive.model.ids import RecordId

UnitId = NewType("UnitId", str)
"""UUID (RFC 9562, version 4) of a unit of description."""

MAX_DEPTH = 12  # levels; numbered components of EAD go as deep
MAX_UNITS = 5_000
MAX_TITLE = 500  # characters

_CODE = re.compile(r"\w[\w.\-]{0,31}")
_RANK = {level: rank for rank, level in enumerate(LevelOfDescription)}
_DIVIDED = frozenset({LevelOfDescription.SUBFONDS, LevelOfDescription.SUBSERIES})


class Arranging(str, Enum):
    """What is done to the finding aid."""

    ADD = "unit-added"
    AMEND = "unit-changed"
    MOVE = "unit-moved"
    REMOVE = "unit-removed"
    PLACE = "records-placed"
    TAKE_OUT = "records-taken-out"


@dataclass(frozen=True, slots=True)
class Change:
    """One act on the finding aid.

    `unit` is the one that is added, changed, moved or removed, or that records are placed in.
    `parent` and `before` say where a unit comes to stand: under which unit (the top when `None`)
    and before which of its siblings (last when `None`); `before` of a placing is a record. In an
    amendment, what is `None` stays as it is.
    """

    act: Arranging
    unit: UnitId | None = None
    parent: UnitId | None = None
    before: str | None = None
    level: LevelOfDescription | None = None
    code: str | None = None
    title: str | None = None
    records: tuple[RecordId, ...] = ()


@dataclass(slots=True)
class DescriptionUnit:
    """A unit of description; `code` is its own part of the reference code.

    `children` and `records` stand in their order. `version` counts the changes of level, code and
    title.
    """

    id: UnitId
    parent: UnitId | None
    level: LevelOfDescription
    code: str
    title: str
    children: list[UnitId] = field(default_factory=list)
    records: dict[RecordId, None] = field(default_factory=dict)
    version: int = 0


class FindingAid:
    """The tree of one collection, and where in it each record is placed."""

    def __init__(self) -> None:
        self.units: dict[UnitId, DescriptionUnit] = {}
        self.top: list[UnitId] = []
        self.places: dict[RecordId, UnitId] = {}

    def copy(self) -> FindingAid:
        """Return the same tree, to be changed apart from this one."""
        made = FindingAid()
        made.top, made.places = list(self.top), dict(self.places)
        made.units = {
            id_: replace(one, children=list(one.children), records=dict(one.records))
            for id_, one in self.units.items()
        }
        return made

    def unit(self, unit: UnitId | None) -> DescriptionUnit:
        """Return a unit.

        Raises:
            RecordNotFound: there is none of that id.
        """
        found = None if unit is None else self.units.get(unit)
        if found is None:
            raise RecordNotFound(
                "There is no such unit in the finding aid.",
                hint="`strongroom arrange show` prints the tree.",
            )
        return found

    def named(self, text: str) -> DescriptionUnit:
        """Return the unit of a reference code such as `QM/1/3`, or of an id.

        Raises:
            RecordNotFound: there is none.
        """
        if text in self.units:
            return self.units[UnitId(text)]
        found: DescriptionUnit | None = None
        siblings = self.top
        for part in normalize("NFC", text.strip()).split("/"):
            named = [one for one in siblings if self.units[one].code == part]
            found = self.unit(named[0] if named else None)
            siblings = found.children
        return self.unit(None if found is None else found.id)

    def path(self, unit: UnitId) -> list[DescriptionUnit]:
        """Return the units from the top down to one, which is the last."""
        found = [self.unit(unit)]
        while found[0].parent is not None:
            found.insert(0, self.unit(found[0].parent))
        return found

    def reference(self, unit: UnitId) -> str:
        """Return the reference code (ISAD(G) 3.1.1), which the unit's place makes."""
        return "/".join(one.code for one in self.path(unit))

    def walk(self, under: UnitId | None = None) -> Iterator[tuple[int, DescriptionUnit]]:
        """Yield every unit with its depth, from 0, each before those under it."""
        waiting = [(0, one) for one in reversed(self.top if under is None else [under])]
        while waiting:
            depth, unit = waiting.pop()
            found = self.units[unit]
            yield depth, found
            waiting += [(depth + 1, one) for one in reversed(found.children)]

    def free_code(self, parent: UnitId | None) -> str:
        """Return the next number that no unit under `parent` has as its code."""
        taken = {self.units[one].code for one in self.siblings(parent)}
        number = len(taken) + 1
        while str(number) in taken:
            number += 1
        return str(number)

    def apply(self, change: Change) -> None:
        """Do one act.

        Raises:
            InvalidValue: the tree would not be one: levels out of order, a unit under itself, a
                code that a sibling has, a unit that is not empty; or nothing would change.
            RecordNotFound: it names a unit that there is not, or takes out a record that is not
                placed.
        """
        _ACTS[change.act](self, change)

    def siblings(self, parent: UnitId | None) -> list[UnitId]:
        """Return the units under one, or at the top, in their order.

        Raises:
            RecordNotFound: there is no such unit.
        """
        return self.top if parent is None else self.unit(parent).children

    def _add(self, change: Change) -> None:
        if change.unit is None or change.level is None or change.unit in self.units:
            raise InvalidValue("A new unit has an id and a level of its own.")
        if len(self.units) >= MAX_UNITS:
            raise InvalidValue(
                "The finding aid has 5,000 units already.", hint="Remove those that are empty."
            )
        code = _checked_code(change.code or self.free_code(change.parent))
        title = _checked_title(change.title or "")
        made = DescriptionUnit(change.unit, change.parent, change.level, code, title)
        self._require_place(made, change.parent)
        self._insert(made, change.parent, change.before)
        self.units[made.id] = made

    def _amend(self, change: Change) -> None:
        unit = self.unit(change.unit)
        level = change.level or unit.level
        code = unit.code if change.code is None else _checked_code(change.code)
        title = unit.title if change.title is None else _checked_title(change.title)
        if (level, code, title) == (unit.level, unit.code, unit.title):
            raise InvalidValue("That changes nothing.", hint="Change level, code or title.")
        self._require_place(DescriptionUnit(unit.id, None, level, code, title), unit.parent)
        for child in unit.children:
            _require_below(level, self.units[child].level)
        unit.level, unit.code, unit.title = level, code, title
        unit.version += 1

    def _move(self, change: Change) -> None:
        unit = self.unit(change.unit)
        if change.parent is not None and unit.id in [one.id for one in self.path(change.parent)]:
            raise InvalidValue(
                "A unit cannot stand under itself.", hint="Choose a unit that is not part of it."
            )
        self._require_place(unit, change.parent)
        order = self.siblings(change.parent)
        before = list(order)
        self._insert(unit, change.parent, change.before)
        if unit.parent == change.parent and order == before:
            raise InvalidValue("It stands there already.", hint="Choose another place for it.")
        unit.parent = change.parent

    def _remove(self, change: Change) -> None:
        unit = self.unit(change.unit)
        if unit.children or unit.records:
            raise InvalidValue(
                "Only an empty unit can be removed; units or records are in this one.",
                hint="Move the units in it, and place its records elsewhere, first.",
            )
        self.siblings(unit.parent).remove(unit.id)
        del self.units[unit.id]

    def _place(self, change: Change) -> None:
        unit = self.unit(change.unit)
        wanted = dict.fromkeys(change.records)
        rest = [one for one in unit.records if one not in wanted]
        at = len(rest)
        if change.before is not None:
            try:
                at = rest.index(RecordId(change.before))
            except ValueError:
                raise RecordNotFound("The record to stand before is not in that unit.") from None
        order = [*rest[:at], *wanted, *rest[at:]]
        if not wanted or order == list(unit.records):
            raise InvalidValue("That changes nothing.", hint="Name a record that is elsewhere.")
        for record in wanted:
            place = self.places.get(record)
            if place is not None:
                del self.units[place].records[record]
            self.places[record] = unit.id
        unit.records = dict.fromkeys(order)

    def _take_out(self, change: Change) -> None:
        if not change.records or not all(one in self.places for one in change.records):
            raise RecordNotFound("A record to take out has no place in the finding aid.")
        for record in dict.fromkeys(change.records):
            del self.units[self.places.pop(record)].records[record]

    def _insert(self, unit: DescriptionUnit, parent: UnitId | None, before: str | None) -> None:
        order = self.siblings(parent)
        if before is not None and (before == unit.id or before not in order):
            raise RecordNotFound("The unit to stand before is not there.")
        if unit.id in self.units:
            self.siblings(unit.parent).remove(unit.id)
        at = len(order) if before is None else order.index(UnitId(before))
        order.insert(at, unit.id)

    def _require_place(self, unit: DescriptionUnit, parent: UnitId | None) -> None:
        """Check level, depth and code of a unit that is to stand under `parent`."""
        above = [] if parent is None else self.path(parent)
        if not above and unit.level is not LevelOfDescription.FONDS:
            raise InvalidValue(
                "Only a fonds stands at the top.", hint="Say under which unit this one belongs."
            )
        if above:
            _require_below(above[-1].level, unit.level)
        height = 0
        if unit.id in self.units:
            height = max(depth for depth, _ in self.walk(unit.id))
        if len(above) + height >= MAX_DEPTH:
            raise InvalidValue("The tree has up to 12 levels.", hint="Place it further up.")
        for one in self.siblings(parent):
            if one != unit.id and self.units[one].code == unit.code:
                raise InvalidValue(
                    "Another unit has that code there.", hint="Choose another code for this one."
                )


_ACTS: dict[Arranging, Callable[[FindingAid, Change], None]] = {
    Arranging.ADD: FindingAid._add,
    Arranging.AMEND: FindingAid._amend,
    Arranging.MOVE: FindingAid._move,
    Arranging.REMOVE: FindingAid._remove,
    Arranging.PLACE: FindingAid._place,
    Arranging.TAKE_OUT: FindingAid._take_out,
}


def levels_under(level: LevelOfDescription | None) -> Iterable[LevelOfDescription]:
    """Return the levels that may stand under one, or at the top, highest first."""
    if level is None:
        return (LevelOfDescription.FONDS,)
    return tuple(
        one
        for one in LevelOfDescription
        if _RANK[one] > _RANK[level] or (one is level and one in _DIVIDED)
    )


def _require_below(above: LevelOfDescription, below: LevelOfDescription) -> None:
    if below not in levels_under(above):
        raise InvalidValue(
            "The levels would be out of order.",
            hint="From the top down: fonds, subfonds, series, subseries, file, item.",
        )


def _checked_code(code: str) -> str:
    code = normalize("NFC", code.strip())
    if not _CODE.fullmatch(code):
        raise InvalidValue(
            "A code has 1 to 32 letters, digits, dots, hyphens or underscores.",
            hint="Write the unit's own part alone; its place makes the rest of the reference.",
        )
    return code


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > MAX_TITLE or not title.isprintable():
        raise InvalidValue("A title has 1 to 500 printable characters.", hint="Correct the title.")
    return title
