"""`strongroom key`: the keys of compartments, their epochs, and re-wrapping headers."""

from __future__ import annotations

import click

from archive.cli.context import Door, common, pass_door
from archive.model.access import Compartment
from archive.services import epochs
from archive.services.parts import Archive
from archive.services.session import Session

_ROLLED = (Compartment.ORIGINALS, Compartment.READING, Compartment.LEDGER)
_CHOICE = click.Choice([one.value for one in _ROLLED])


@click.group()
def key() -> None:
    """Keys of compartments, and recovery. Only a custodian may."""


def rewrap_headers(door: Door, archive: Archive, session: Session) -> int:
    """Re-wrap every older header, telling how far it is; return how many there were."""

    def tell(done: int, left: int) -> None:
        door.note(f"{done} of {left} headers re-wrapped")

    return epochs.rewrap(archive, session, tell)


@key.command("list")
@common
@pass_door
def list_keys(door: Door) -> None:
    """List the compartments with their epoch and the headers that wait to be re-wrapped."""
    with door.session() as (archive, session):
        for one in epochs.epochs(archive, session):
            data = {"compartment": one.compartment.value, "epoch": one.epoch, "older": one.older}
            waits = f"  {one.older} headers of older epochs" if one.older else ""
            door.emit(data, f"{one.compartment.value:10} epoch {one.epoch}{waits}")


@key.command("roll")
@click.argument("compartments", nargs=-1, type=_CHOICE)
@common
@pass_door
def roll(door: Door, compartments: tuple[str, ...]) -> None:
    """Begin a new epoch of COMPARTMENTS, of all when none is named, and re-wrap headers."""
    chosen = [Compartment(one) for one in compartments] or list(_ROLLED)
    with door.session() as (archive, session):
        epochs.roll_keys(archive, session, chosen)
        done = rewrap_headers(door, archive, session)
    names = [one.value for one in chosen]
    door.emit(
        {"rolled": names, "headers": done},
        f"New keys for {', '.join(names)}; {done} headers re-wrapped.",
    )


@key.command("rewrap")
@common
@pass_door
def rewrap(door: Door) -> None:
    """Go on re-wrapping headers to the newest keys after a run was cut off."""
    with door.session() as (archive, session):
        done = rewrap_headers(door, archive, session)
    door.emit({"headers": done}, f"{done} headers re-wrapped.")
