"""Every command of the command line, by its words."""

from __future__ import annotations

from collections.abc import Iterator

import click


def subcommand(group: click.Group, name: str) -> click.Command | None:
    """Return a command of a group, which may have to be imported for it."""
    return group.get_command(click.Context(group), name)


def every(group: click.Group, above: str = "") -> Iterator[str]:
    """Yield the words of every command below a group."""
    for name in group.list_commands(click.Context(group)):
        command = subcommand(group, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from every(command, f"{above}{name} ")
        else:
            yield f"{above}{name}"
