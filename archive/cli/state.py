"""`status`, `config` and `index`: what there is, what holds, and building an index anew."""

from __future__ import annotations

from dataclasses import asdict

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.printing import counted
from archive.model.access import Level
from archive.services.indexes import indexing
from archive.services.members import administration


@click.command()
@common
@pass_door
def status(door: Door) -> None:
    """Count what there is; needs no key and tells no content."""
    with door.archive() as archive:
        now = asdict(administration.status(archive))
    door.emit(now, "\n".join(f"{name:10} {value}" for name, value in now.items()))


@click.group()
def config() -> None:
    """See which settings hold."""


@config.command("show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@common
@pass_door
def show_config(door: Door, origin: bool) -> None:
    """Print the settings in force."""
    values, origins = door.settings.values, door.settings.origins
    lines = [f"{key} = {values[key]}" + (f"  ({origins[key]})" if origin else "") for key in values]
    data = {key: {"value": values[key], "origin": origins[key]} for key in values}
    door.emit(data, "\n".join(lines) or "Nothing is set.")


@click.group()
def index() -> None:
    """Look after the search indexes."""


@index.command("rebuild")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.ORIGINALS.value,
    show_default=True,
)
@common
@pass_door
def rebuild(door: Door, level: str) -> None:
    """Build an index anew from the sealed texts."""
    with door.session() as (archive, session):

        def told(done: int) -> None:
            door.note(f"{counted(done, 'record')} indexed")

        count = indexing.rebuild(archive, session, Level(level), told)
    door.emit({"level": level, "records": count}, f"{count} records are indexed again.")
