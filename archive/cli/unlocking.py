"""`strongroom unlock`, `lock`, `seal`, `sessions`: the passphrase once for many commands."""

from __future__ import annotations

from dataclasses import asdict

import click

from archive.cli import passphrases
from archive.cli.context import Door, common, pass_door
from archive.services.members import entering, unlocking


@click.command()
@common
@pass_door
def unlock(door: Door) -> None:
    """Give your passphrase once; commands use the keys until 15 minutes without use or 8 hours."""
    with door.archive() as archive:
        given = passphrases.current(door.settings)
        session = entering.unlock(archive, door.member, given, "command-line")
        session.lock()
    door.emit({"member": door.member}, "Your keys are unlocked. `strongroom lock` ends that.")


@click.command()
@common
@pass_door
def lock(door: Door) -> None:
    """Forget your unlocked keys."""
    with door.archive() as archive:
        session = unlocking.unlocked(archive, door.member)
        if session is not None:
            entering.left(archive, session, "command-line")
            session.lock()
        was = unlocking.lock(archive, door.member)
    door.emit({"locked": was}, "Your keys are locked." if was else "They were locked.")


@click.command()
@common
@pass_door
def seal(door: Door) -> None:
    """Forget everybody's unlocked keys on this machine at once."""
    with door.archive() as archive:
        count = unlocking.seal(archive)
    door.emit({"ended": count}, f"Sealed; {count} sessions ended.")


@click.command()
@common
@pass_door
def sessions(door: Door) -> None:
    """List the unlocked sessions of this user on this machine."""
    with door.archive() as archive:
        for one in unlocking.sessions(archive):
            used = f"used {one.uses} times, last {one.idle} s ago"
            door.emit(asdict(one), f"{one.member}  since {one.age} s, {used}")
