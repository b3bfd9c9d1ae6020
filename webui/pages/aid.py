"""The finding aid: a tree of units of description, and the place of each record in it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import ArchiveError, InvalidInput, InvalidValue, RecordNotFound
from archive.model.access import Action, Level
from archive.model.arrangement import Arranging, Change, UnitId, levels_under
from archive.model.description import Element, LevelOfDescription
from archive.model.ids import RecordId
from archive.services.description import arranging
from archive.services.description.arranging import Aid, UnitView
from archive.services.reading_room import access
from webui.desk import archive, field, notice, page_asked, session
from webui.elements import ELEMENTS, at_fault, given, version_seen
from webui.errors import status_code
from webui.guard import needs
from webui.wording import say

pages = Blueprint("aid", __name__, url_prefix="/finding-aid")

PER_PAGE = 50
WHOLE = 250
"""Units up to which the page of the tree shows all of them; of more, the upper two levels."""

Shown = str | tuple[str, int]

_REFUSALS = (InvalidInput, RecordNotFound)
_UNIT_ELEMENTS = {one: name for one, name in ELEMENTS.items() if one is not Element.LEVEL}
_NAMES = ("title", "level", "code", "under")


@pages.get("")
@needs(Action.READ_ORIGINALS)
def listing() -> Shown:
    """Show the tree with the number of records in each unit."""
    return _tree()


@pages.post("")
@needs(Action.ARRANGE)
def add() -> Response | Shown:
    """Add a unit, at the top or under the one that the form is for."""
    under = field("under")
    try:
        unit = arranging.new_unit(archive())
        level, code = _level(field("level")), field("code").strip() or None
        made = Change(
            Arranging.ADD,
            unit,
            UnitId(under) if under else None,
            level=level,
            code=code,
            title=field("title"),
        )
        arranging.arrange(archive(), session(), made)
    except _REFUSALS as error:
        return _unit(under, error, "add") if _there(error, under) else _tree(error)
    notice(say("The unit is added."))
    return redirect(url_for("aid.show", unit=unit), 303)


@pages.get("/<uuid:unit>")
@needs(Action.READ_ORIGINALS)
def show(unit: UUID) -> Shown:
    """Show a unit: where it stands, its description, what is in it."""
    return _unit(str(unit))


@pages.post("/<uuid:unit>/change")
@needs(Action.ARRANGE)
def change(unit: UUID) -> Response | Shown:
    """Change title, level and code of a unit, made from the version that the form saw."""
    try:
        wanted = Change(
            Arranging.AMEND,
            UnitId(str(unit)),
            level=_level(field("level")),
            code=field("code"),
            title=field("title"),
        )
        arranging.arrange(archive(), session(), wanted, seen=version_seen())
    except InvalidInput as error:
        return _unit(str(unit), error, "change")
    return _done(unit, say("The unit is changed."))


@pages.post("/<uuid:unit>/move")
@needs(Action.ARRANGE)
def move(unit: UUID) -> Response | Shown:
    """Move a unit under another one, or past a sibling."""
    try:
        arranging.arrange(archive(), session(), _moved(UnitId(str(unit))))
    except InvalidInput as error:
        return _unit(str(unit), error, "move")
    return _done(unit, say("The unit is moved."))


def _moved(unit: UnitId) -> Change:
    act = field("act")
    if act not in ("earlier", "later"):
        return Change(Arranging.MOVE, unit, UnitId(field("under")) if field("under") else None)
    tree = arranging.finding_aid(archive(), session()).tree
    parent = tree.unit(unit).parent
    order = tree.siblings(parent)
    at = order.index(unit) + (-1 if act == "earlier" else 2)
    if not 0 <= at <= len(order):
        raise InvalidValue(say("It stands there already."), hint=say("Choose another place."))
    before = order[at] if at < len(order) else None
    return Change(Arranging.MOVE, unit, parent, before)


@pages.post("/<uuid:unit>/description")
@needs(Action.DESCRIBE)
def describe(unit: UUID) -> Response | Shown:
    """Write the description of a unit as the form has it, made from the version it saw."""
    changes = given(_UNIT_ELEMENTS)
    try:
        arranging.describe_unit(archive(), session(), str(unit), changes, version_seen())
    except InvalidInput as error:
        return _unit(str(unit), error, "describe")
    return _done(unit, say("The description is saved."))


@pages.post("/<uuid:unit>/remove")
@needs(Action.ARRANGE)
def remove(unit: UUID) -> Response | Shown:
    """Remove a unit in which there is nothing."""
    try:
        arranging.arrange(archive(), session(), Change(Arranging.REMOVE, UnitId(str(unit))))
    except InvalidInput as error:
        return _unit(str(unit), error, "remove")
    notice(say("The unit is removed."))
    return redirect(url_for("aid.listing"), 303)


@pages.get("/place/<uuid:record>")
@needs(Action.ARRANGE)
def choose(record: UUID) -> Shown:
    """Ask in which unit a record belongs."""
    return _choice(RecordId(str(record)))


@pages.post("/place/<uuid:record>")
@needs(Action.ARRANGE)
def place(record: UUID) -> Response | Shown:
    """Place a record in a unit, or take it out of the finding aid."""
    about = RecordId(str(record))
    try:
        if field("act") == "take-out":
            arranging.arrange(archive(), session(), Change(Arranging.TAKE_OUT, records=(about,)))
            notice(say("The record has no place now."))
        else:
            unit = UnitId(_chosen(field("unit")))
            arranging.arrange(archive(), session(), Change(Arranging.PLACE, unit, records=(about,)))
            notice(say("The record is placed."))
    except _REFUSALS as error:
        return _choice(about, error)
    return redirect(url_for("records.show", record=record), 303)


def _done(unit: UUID, text: str) -> Response:
    notice(text)
    return redirect(url_for("aid.show", unit=unit), 303)


def _chosen(unit: str) -> str:
    if not unit:
        raise InvalidValue(say("No unit is chosen."), hint=say("Choose one of the list."))
    return unit


def _level(text: str) -> LevelOfDescription:
    try:
        return LevelOfDescription(text)
    except ValueError:
        raise InvalidValue(
            say("That is no level of description."), hint=say("Choose one of the list.")
        ) from None


def _there(error: ArchiveError, under: str) -> bool:
    """Return whether a refusal leaves a unit whose page can say it."""
    return bool(under) and not isinstance(error, RecordNotFound)


def _tree(error: ArchiveError | None = None) -> Shown:
    html = render_template(
        "aid/tree.html",
        aid=arranging.finding_aid(archive(), session()),
        whole=WHOLE,
        levels=levels_under(None),
        given={name: field(name) for name in _NAMES},
        error=error,
    )
    return html if error is None else (html, status_code(error))


def _unit(unit: str, error: ArchiveError | None = None, at: str = "") -> Shown:
    """Show a unit; `at` is the form that the error belongs to."""
    view = arranging.unit(archive(), session(), unit, page=page_asked(), limit=PER_PAGE)
    html = render_template(
        "aid/unit.html",
        view=view,
        aid=view.aid,
        whole=WHOLE,
        page=page_asked(),
        last=max(1, -(-len(view.unit.records) // PER_PAGE)),
        levels=levels_under(view.unit.level),
        own_levels=_own_levels(view),
        parents=_parents(view),
        elements=_UNIT_ELEMENTS,
        given={name: field(name) for name in _NAMES},
        written=given(_UNIT_ELEMENTS) if at == "describe" else None,
        at_fault=at_fault(error, _UNIT_ELEMENTS) if at == "describe" else (),
        error=error,
        at=at,
    )
    return html if error is None else (html, status_code(error))


def _own_levels(view: UnitView) -> list[LevelOfDescription]:
    above = view.unit.parent and view.aid.tree.unit(view.unit.parent).level
    return list(levels_under(above or None))


def _parents(view: UnitView) -> list[tuple[UnitId, str]]:
    """Return the units under which this one may stand, with reference code and title."""
    tree = view.aid.tree
    inside = {one.id for _, one in tree.walk(view.unit.id)}
    return [
        (unit, words)
        for unit, words in _choices(view.aid)
        if unit not in inside and view.unit.level in levels_under(tree.unit(unit).level)
    ]


def _choices(aid: Aid) -> list[tuple[UnitId, str]]:
    return [(one.id, f"{aid.tree.reference(one.id)}  {one.title}") for _, one in aid.tree.walk()]


def _choice(record: RecordId, error: ArchiveError | None = None) -> Shown:
    view = access.show(archive(), session(), record, Level.ORIGINALS)
    aid = arranging.finding_aid(archive(), session())
    html = render_template("aid/place.html", view=view, choices=_choices(aid), error=error)
    return html if error is None else (html, status_code(error))
