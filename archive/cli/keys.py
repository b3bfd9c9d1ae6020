"""`strongroom key`: the keys of compartments, their epochs, and re-wrapping headers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.errors import InvalidValue
from archive.model.access import Compartment
from archive.services import epochs
from archive.services.members import recovery
from archive.services.oversight import log_rolling
from archive.services.parts import Archive
from archive.services.session import Session

_ROLLED = (Compartment.ORIGINALS, Compartment.READING, Compartment.LEDGER)
_CHOICE = click.Choice([one.value for one in _ROLLED])
SHEET = click.option("--sheet", metavar="FILE", help="The recovery sheet.")
SHARES = click.option("--share", "shares", metavar="FILE", multiple=True, help="A recovery share.")


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
    with door.session(direct=True) as (archive, session):
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
    with door.session(direct=True) as (archive, session):
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
    with door.session(direct=True) as (archive, session):
        done = rewrap_headers(door, archive, session)
    door.emit({"headers": done}, f"{done} headers re-wrapped.")


@key.command("roll-log")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@common
@pass_door
def roll_log(door: Door, dry_run: bool) -> None:
    """Give the ledger new signing keys. Do so when somebody who held the old ones has left."""
    with door.session(direct=True) as (archive, session):
        act = log_rolling.would_roll if dry_run else log_rolling.roll_log
        told = act(archive, session)
    witnesses = ", ".join(told.witnesses) or "none"
    done = "Would be handed over" if dry_run else "The log was handed over"
    door.emit(
        {**asdict(told), "dry_run": dry_run},
        f"{done} to keys number {told.epoch + dry_run}, after {told.entries} entries; "
        f"{told.members} members get them.\n"
        f"Witnesses that must be told (`audit pin --handover`): {witnesses}.",
    )


def recovery_key(sheet: str | None, shares: tuple[str, ...]) -> recovery.RecoveryKey:
    """Return the recovery key of the files that were named.

    Raises:
        InvalidValue: neither a sheet nor shares were named, or both, or a file cannot be read.
        SharesUnusable: they do not give a recovery key.
    """
    if bool(sheet) == bool(shares):
        raise InvalidValue("Give the recovery sheet, or recovery shares.")
    if sheet:
        return recovery.from_sheet(_text(sheet))
    return recovery.from_shares([_text(one) for one in shares])


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidValue(f"A file could not be read: {error.strerror}.") from None


@key.command("share")
@SHEET
@SHARES
@click.option("--threshold", type=int, default=2, show_default=True, help="Shares needed.")
@click.option("--of", "count", type=int, default=3, show_default=True, help="Shares made.")
@click.option("--out", metavar="DIR", required=True, help="A new folder for the share files.")
@common
@pass_door
def share(
    door: Door, sheet: str | None, shares: tuple[str, ...], threshold: int, count: int, out: str
) -> None:
    """Split the recovery key into shares for as many people; print them, destroy the files."""
    given = recovery_key(sheet, shares)
    with door.session(direct=True) as (archive, session):
        sheets = recovery.share(archive, session, given, threshold, count)
    _new_folder(out)
    for one in sheets:
        with new_file(str(Path(out) / f"share-{one.number}.txt")) as file:
            file.write(one.render().encode())
    door.emit(
        {"set": sheets[0].set_id, "threshold": threshold, "shares": count, "folder": out},
        f"{count} shares are in {out}; {threshold} of them give the recovery key.\n"
        "Print each for another person, destroy the files, rehearse, then destroy the sheet.",
    )


def _new_folder(path: str) -> None:
    try:
        Path(path).mkdir(mode=0o700)
    except OSError as error:
        raise InvalidValue(f"The folder could not be made: {error.strerror}.") from None


@key.command("rehearse")
@SHEET
@SHARES
@common
@pass_door
def rehearse(door: Door, sheet: str | None, shares: tuple[str, ...]) -> None:
    """Check that the recovery sheet, or shares, would open everything; opens no document."""
    given = recovery_key(sheet, shares)
    with door.session(direct=True) as (archive, session):
        recovery.rehearse(archive, session, given)
    door.emit({"by": given.origin, "parts": given.parts}, "This recovery key opens everything.")


@key.command("adopt")
@click.option("--sheet", metavar="FILE", required=True, help="The recovery sheet.")
@common
@pass_door
def adopt(door: Door, sheet: str) -> None:
    """Tell an archive from before keys could be rolled its own public recovery key."""
    given = recovery_key(sheet, ())
    with door.session(direct=True) as (archive, session):
        recovery.adopt(archive, session, given)
    door.emit({"adopted": True}, "The archive knows its recovery key now.")
