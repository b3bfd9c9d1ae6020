"""The option `--level`: which view of the archive a command is about."""

from __future__ import annotations

import click

from archive.model.access import Level

LEVEL = click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    help="Which view; by default the highest that is open to you.",
)


def to_level(value: str | None) -> Level | None:
    """Return the level of the option `--level`."""
    return Level(value) if value else None
