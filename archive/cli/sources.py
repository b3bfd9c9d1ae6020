"""`strongroom source`: the register of the people behind documents."""

from __future__ import annotations

import click

from archive.cli.context import Door, common, pass_door
from archive.model.ids import parse_record_id, parse_source_ref
from archive.services import sources as service


@click.group()
def source() -> None:
    """Register sources; everything else knows them by pseudonym only."""


@source.command("add")
@click.option("--name", required=True, help="The source's name, in any script.")
@click.option("--alias", "aliases", multiple=True, help="Another name, handle or number.")
@click.option("--notes", default="", help="Sealed with the name; opened by two custodians only.")
@common
@pass_door
def add(door: Door, name: str, aliases: tuple[str, ...], notes: str) -> None:
    """Register a source and print the pseudonym."""
    with door.session() as (archive, session):
        ref = service.add_source(archive, session, name, aliases, notes)
    door.emit({"source": ref}, ref)


@source.command("alias")
@click.argument("ref", metavar="SOURCE")
@click.argument("alias")
@common
@pass_door
def alias(door: Door, ref: str, alias: str) -> None:
    """Add one more form. Run `strongroom leakcheck` afterwards."""
    with door.session() as (archive, session):
        view = service.add_alias(archive, session, parse_source_ref(ref), alias)
    door.emit({"source": view.source, "forms": len(view.forms)}, f"{view.source} has a new form.")


@source.command("list")
@common
@pass_door
def list_sources(door: Door) -> None:
    """List the register with all forms."""
    with door.session() as (archive, session):
        views = service.list_sources(archive, session)
    for view in views:
        data = {"source": view.source, "forms": list(view.forms)}
        door.emit(data, f"{view.source}  {', '.join(view.forms)}")
    if not views:
        door.note("No source is registered yet.")


@source.command("attach")
@click.argument("ref", metavar="SOURCE")
@click.argument("record")
@common
@pass_door
def attach(door: Door, ref: str, record: str) -> None:
    """Note, sealed, that SOURCE stands behind RECORD."""
    source_ref, record_id = parse_source_ref(ref), parse_record_id(record)
    with door.session() as (archive, session):
        service.attach(archive, session, source_ref, record_id)
    door.emit({"source": source_ref, "record": record_id}, f"{source_ref} is attached.")
