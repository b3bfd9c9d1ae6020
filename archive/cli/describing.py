"""`describe`: the description of a record in the elements of ISAD(G)."""

from __future__ import annotations

import click

from archive.cli.context import Door, common, pass_door
from archive.errors import InvalidValue
from archive.model.description import Element
from archive.model.ids import parse_record_id
from archive.services.holdings import describing as service


@click.command()
@click.argument("record")
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
def describe(door: Door, record: str, given: tuple[str, ...]) -> None:
    """Describe a record in the elements of ISAD(G); `show` prints what is written."""
    record_id = parse_record_id(record)
    changes = dict(_parsed(one) for one in given)
    with door.session() as (archive, session):
        made = service.describe(archive, session, record_id, changes)
    data = {"record": record_id, "description": dict(made.values), "version": made.version}
    door.emit(data, f"{record_id} is described; this is version {made.version}.")


def _parsed(given: str) -> tuple[Element, str]:
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
