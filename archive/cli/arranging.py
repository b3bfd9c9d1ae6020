"""`strongroom arrange`: the finding aid, a tree of units of description, and records in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.describing import parsed
from archive.cli.printing import counted
from archive.errors import InvalidValue
from archive.model.arrangement import Arranging, Change, DescriptionUnit, UnitId
from archive.model.description import LevelOfDescription
from archive.model.ids import parse_accession_ref, parse_record_id
from archive.services.description import arranging as service
from archive.services.description.arranging import Aid, UnitView

_LEVEL = click.Choice([one.value for one in LevelOfDescription])
_UNDER = click.option("--under", metavar="UNIT", help="Under this unit.")
_CODE = click.option("--code", help="Its own part of the reference code.")
_DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Say whether it can be done; change nothing."
)


@click.group()
def arrange() -> None:
    """Arrange the finding aid: fonds, subfonds, series, subseries, file, item.

    A UNIT is named by its reference code, which its place makes, such as QM/1/3. What was done is
    undone by the opposite act: `remove` what was added, `move` and `set` back, `take-out` what was
    placed. Every act is in the ledger; titles are sealed, and researchers see nothing of the tree.

    \b
    strongroom arrange add --title "Quillfeather mill" --level fonds --code QM
    strongroom arrange add --title "Letters" --level series --under QM
    strongroom arrange place QM/1 RECORD
    strongroom arrange show
    """  # noqa: D301 - click keeps lines as they are after this mark


@arrange.command("show")
@click.argument("unit", required=False)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@common
@pass_door
def show(door: Door, unit: str | None, limit: int, page: int) -> None:
    """Print the tree, or one unit with its description, and the records in it."""
    with door.session() as (archive, session):
        if unit is not None:
            _print_unit(door, service.unit(archive, session, unit, page=page, limit=limit))
            return
        aid = service.finding_aid(archive, session)
    for depth, one in aid.tree.walk():
        line = f"{'  ' * depth}{aid.tree.reference(one.id)}  {one.title}  ({_counts(aid, one)})"
        door.emit(_data(aid, one), line)
    if not aid.tree.units:
        door.note('The finding aid is empty. `arrange add --title "..." --level fonds` begins it.')
    if aid.unplaced:
        door.note(f"{counted(aid.unplaced, 'record')} without a place.")


def _counts(aid: Aid, unit: DescriptionUnit) -> str:
    return f"{unit.level.value}, {counted(aid.totals[unit.id], 'record')}"


def _data(aid: Aid, unit: DescriptionUnit) -> dict[str, Any]:
    return {
        "unit": unit.id,
        "reference": aid.tree.reference(unit.id),
        "parent": unit.parent,
        "level": unit.level.value,
        "title": unit.title,
        "records": len(unit.records),
        "total": aid.totals[unit.id],
    }


def _print_unit(door: Door, view: UnitView) -> None:
    written = {element.value: text for element, text in view.description.values.items()}
    data = _data(view.aid, view.unit)
    data |= {"description": written, "version": view.description.version}
    data["units"] = list(view.unit.children)
    data["placed"] = [{"record": record, "title": title} for record, title in view.records]
    door.emit(data, "\n".join(_unit_lines(view)))


def _unit_lines(view: UnitView) -> Iterator[str]:
    for depth, place in enumerate(view.path):
        yield f"{'  ' * depth}{place.reference}  {place.title}  ({place.level.value})"
    for element, text in view.description.values.items():
        yield f"{element.value}: {text}"
    for child in view.unit.children:
        one = view.aid.tree.unit(child)
        reference = view.aid.tree.reference(child)
        yield f"unit    {reference}  {one.title}  ({_counts(view.aid, one)})"
    for record, title in view.records:
        yield f"record  {record}  {title}"
    if left := len(view.unit.records) - len(view.records):
        yield f"({counted(left, 'record')} on other pages)"


@arrange.command("add")
@click.option("--title", required=True, help="What it is; sealed.")
@click.option("--level", type=_LEVEL, required=True, help="Its level of description.")
@_UNDER
@click.option("--before", metavar="UNIT", help="Before this sibling; without it, last.")
@_CODE
@_DRY_RUN
@common
@pass_door
def add(door: Door, /, level: str, under: str | None, **given: Any) -> None:
    """Add a unit and print its reference code; without --code it gets the next number."""
    dry_run = given.pop("dry_run")
    with door.session() as (archive, session):
        unit = service.new_unit(archive)
        change = Change(Arranging.ADD, unit, _id(under), level=LevelOfDescription(level), **given)
        made = service.arrange(archive, session, change, dry_run=dry_run)
    reference = made.reference
    data = {"unit": None if dry_run else unit, "reference": reference, "dry_run": dry_run}
    door.emit(data, f"{reference} would be added." if dry_run else reference)


@arrange.command("set")
@click.argument("unit")
@click.option("--title", help="What it is; sealed.")
@click.option("--level", type=_LEVEL, help="Its level of description.")
@_CODE
@_DRY_RUN
@common
@pass_door
def set_(door: Door, /, unit: str, level: str | None, dry_run: bool, **given: Any) -> None:
    """Change title, level or code of a unit; the codes of what is under it follow."""
    chosen = None if level is None else LevelOfDescription(level)
    change = Change(Arranging.AMEND, UnitId(unit), level=chosen, **given)
    _act(door, change, "{} is changed.", "{} could be changed so.", dry_run=dry_run)


@arrange.command("describe")
@click.argument("unit")
@click.option(
    "--set",
    "given",
    multiple=True,
    required=True,
    metavar="ELEMENT=TEXT",
    help="Write an element, as in scope-and-content=...; without a text it is taken away.",
)
@common
@pass_door
def describe(door: Door, unit: str, given: tuple[str, ...]) -> None:
    """Describe a unit in the elements of ISAD(G); `arrange show UNIT` prints what is written."""
    changes = dict(parsed(one) for one in given)
    with door.session() as (archive, session):
        made = service.describe_unit(archive, session, unit, changes)
    data = {"reference": unit, "description": dict(made.values), "version": made.version}
    door.emit(data, f"{unit} is described; this is version {made.version}.")


@arrange.command("move")
@click.argument("unit")
@_UNDER
@click.option("--top", is_flag=True, help="To the top, where a fonds stands.")
@click.option("--before", metavar="UNIT", help="Before this sibling; without it, last.")
@_DRY_RUN
@common
@pass_door
def move(
    door: Door, unit: str, under: str | None, top: bool, before: str | None, dry_run: bool
) -> None:
    """Move a unit, with all that is in it, under another one or before another sibling."""
    if (under is None) == (not top):
        raise InvalidValue("Where to?", hint="Give --under UNIT, or --top for a fonds.")
    change = Change(Arranging.MOVE, UnitId(unit), _id(under), before)
    _act(door, change, "It is {} now.", "It would be {}.", dry_run=dry_run)


@arrange.command("remove")
@click.argument("unit")
@_DRY_RUN
@common
@pass_door
def remove(door: Door, unit: str, dry_run: bool) -> None:
    """Remove a unit that is empty; what was written about it stays sealed beside the ledger."""
    change = Change(Arranging.REMOVE, UnitId(unit))
    _act(door, change, "{} is removed.", "{} could be removed.", dry_run=dry_run)


@arrange.command("place")
@click.argument("unit")
@click.argument("records", nargs=-1, metavar="RECORD...")
@click.option("--accession", metavar="A-0001", help="All of its records that have no place yet.")
@click.option("--before", metavar="RECORD", help="Before this record; without it, last.")
@_DRY_RUN
@common
@pass_door
def place(
    door: Door,
    unit: str,
    records: tuple[str, ...],
    accession: str | None,
    before: str | None,
    dry_run: bool,
) -> None:
    """Place records in a unit; one that is elsewhere moves, one that is there gets its new turn."""
    if bool(records) == (accession is not None):
        raise InvalidValue("Which records?", hint="Name records, or give --accession A-0001.")
    chosen = tuple(parse_record_id(one) for one in records)
    turn = None if before is None else parse_record_id(before)
    with door.session() as (archive, session):
        if accession is not None:
            ref = parse_accession_ref(accession)
            chosen = service.accession_records(archive, session, ref)
        change = Change(Arranging.PLACE, UnitId(unit), before=turn, records=chosen)
        made = service.arrange(archive, session, change, dry_run=dry_run)
    reference = made.reference
    data = {"reference": reference, "records": list(chosen), "dry_run": dry_run}
    word = "would be placed" if dry_run else "placed"
    door.emit(data, f"{counted(len(chosen), 'record')} {word} in {reference}.")


@arrange.command("take-out")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@_DRY_RUN
@common
@pass_door
def take_out(door: Door, records: tuple[str, ...], dry_run: bool) -> None:
    """Take records out of the finding aid; they stay in the archive."""
    chosen = tuple(parse_record_id(one) for one in records)
    with door.session() as (archive, session):
        change = Change(Arranging.TAKE_OUT, records=chosen)
        service.arrange(archive, session, change, dry_run=dry_run)
    word = "would have no place" if dry_run else "without a place now"
    data = {"records": list(chosen), "dry_run": dry_run}
    door.emit(data, f"{counted(len(chosen), 'record')} {word}.")


@arrange.command("check")
@common
@pass_door
def check(door: Door) -> None:
    """Replay every act since the first and compare; `audit verify` needs no key and sees none."""
    with door.session() as (archive, session):
        acts = service.check(archive, session)
    door.emit({"ok": True, "acts": acts}, f"{counted(acts, 'act')} replayed; the tree is theirs.")


def _id(unit: str | None) -> UnitId | None:
    return None if unit is None else UnitId(unit)


def _act(door: Door, change: Change, done: str, would: str, *, dry_run: bool) -> None:
    """Do an act on one unit and say where it stands then, by reference code."""
    with door.session() as (archive, session):
        made = service.arrange(archive, session, change, dry_run=dry_run)
    data = {"unit": made.unit, "reference": made.reference, "dry_run": dry_run}
    door.emit(data, (would if dry_run else done).format(made.reference or change.unit))
