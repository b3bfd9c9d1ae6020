"""What a new form led to, or would lead to: asked about before, told after."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from archive.cli.context import Door
from archive.cli.printing import counted
from archive.errors import InvalidValue
from archive.services.sources.aftermath import Aftermath

_EVERY = 1000  # reading copies between two words about how far it is


def consequences(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of acts that may withdraw reading copies."""
    function = click.option("--yes", is_flag=True, help="Withdraw without being asked.")(function)
    return click.option(
        "--dry-run", is_flag=True, help="Say what would be withdrawn, and change nothing."
    )(function)


def follow(door: Door) -> Callable[[int, int], None]:
    """Return what tells, on a terminal, how many reading copies were looked at."""
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done - told >= _EVERY and sys.stderr.isatty():
            told = done
            door.note(f"{done} of {total} reading copies are looked at.")

    return tell


def agreed(door: Door, foreseen: Aftermath, *, yes: bool) -> None:
    """Ask before reading copies are withdrawn.

    Raises:
        Abort: the answer was no.
        InvalidValue: there is nobody to ask.
    """
    count = len(foreseen.affected)
    if not count or yes:
        return
    if door.settings.json or not sys.stdin.isatty():
        raise InvalidValue(
            f"{count} released reading copies have this form and would be withdrawn.",
            hint="Look with --dry-run, then give --yes; nothing was changed.",
        )
    click.confirm(f"{count} released reading copies have this form. Withdraw them?", abort=True)


def told(aftermath: Aftermath) -> dict[str, Any]:
    """Return an aftermath for JSON."""
    return {
        "checked": aftermath.checked,
        "affected": [
            {
                "record": one.record,
                "places": one.places,
                "replanned": one.replanned,
                "error": one.error,
                "opened": [
                    {"member": who.member, "name": who.name, "time": who.time} for who in one.opened
                ],
            }
            for one in aftermath.affected
        ],
        "unreadable": list(aftermath.unreadable),
    }


def note(door: Door, aftermath: Aftermath, *, dry_run: bool = False) -> None:
    """Tell a person what happened to reading copies, and who had opened them."""
    word = "would be withdrawn" if dry_run else "withdrawn"
    for one in aftermath.affected:
        door.note(f"{one.record} {word}: {counted(one.places, 'place')}")
        if one.error:
            door.note(f"  its plan could not be made anew ({one.error}); see `redact propose`")
        for who in one.opened:
            door.note(f"  opened by {who.name or who.member} at {who.time}")
    for record in aftermath.unreadable:
        door.note(f"{record} cannot be opened, by researchers neither; see `doctor`")
    if aftermath.affected and not dry_run:
        door.note(
            "Search lists may have shown pieces of them. Read the new drafts and submit them."
        )
