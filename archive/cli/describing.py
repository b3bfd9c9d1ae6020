"""`describe`: the description of a record in the elements of ISAD(G)."""

from __future__ import annotations

import click

from archive.cli.context import Door, common, pass_door
from archive.errors import InvalidValue
from archive.model.description import Element
from archive.model.ids import parse_record_id
from archive.services.description import describing as service


@click.command()
@click.argument("record")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="ELEMENT=TEXT",
    help="Write an element, as in scope-and-content=...; without a text it is taken away.",
)
@click.option("--versions", is_flag=True, help="Print every version, the newest first.")
@click.option(
    "--bring-back", "older", type=click.IntRange(1), metavar="N", help="Write version N again."
)
@common
@pass_door
def describe(
    door: Door, record: str, given: tuple[str, ...], versions: bool, older: int | None
) -> None:
    """Describe a record in the elements of ISAD(G); `show` prints what is written."""
    record_id = parse_record_id(record)
    changes = dict(parsed(one) for one in given)
    if sum((bool(changes), versions, older is not None)) != 1:
        hint = "Give --set ELEMENT=TEXT, --versions or --bring-back N."
        raise InvalidValue("Say one thing to do with the description.", hint=hint)
    with door.session() as (archive, session):
        if versions:
            _print(door, service.versions(archive, session, record_id))
            return
        if older is not None:
            made = service.bring_back(archive, session, record_id, older)
        else:
            made = service.describe(archive, session, record_id, changes)
    data = {"record": record_id, "description": dict(made.values), "version": made.version}
    door.emit(data, f"{record_id} is described; this is version {made.version}.")


def _print(door: Door, found: tuple[service.Version, ...]) -> None:
    for one in found:
        values, number = dict(one.description.values), one.description.version
        data = {"version": number, "time": one.time, "by": one.by.id, "description": values}
        lines = [f"version {number}  {one.time[:19]}  {one.by.role.value} {one.by.id}"]
        lines += [f"  {element.value}: {text}" for element, text in values.items()]
        door.emit(data, "\n".join(lines))
    if not found:
        door.note("Nobody has described this record yet.")


def parsed(given: str) -> tuple[Element, str]:
    """Return element and text of `ELEMENT=TEXT`.

    Raises:
        InvalidValue: there is no such element.
    """
    name, equals, text = given.partition("=")
    try:
        if equals:
            return Element(name.strip()), text
    except ValueError:
        pass
    raise InvalidValue(
        "That is no element of a description.",
        hint="Write ELEMENT=TEXT with one of: " + ", ".join(Element) + ".",
    )
