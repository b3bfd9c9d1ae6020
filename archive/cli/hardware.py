"""`strongroom member hardware`, and signing in with `--identity-file`."""

from __future__ import annotations

import click

from archive.cli.context import Door, Talk, common, pass_door
from archive.errors import InvalidValue
from archive.services.members import hardware


@click.command("hardware")
@click.argument("recipient", required=False, metavar="[RECIPIENT]")
@click.option("--remove", is_flag=True, help="Take the key away again.")
@common
@pass_door
def hardware_key(door: Door, recipient: str | None, remove: bool) -> None:
    """Let a hardware key, the RECIPIENT of an age plugin (age1NAME1...), open your keys too.

    Sign in with it by --identity-file on the command line. Your passphrase stays.
    """
    if bool(recipient) == remove:
        raise InvalidValue("Give the recipient of your hardware key, or --remove.")
    with door.session(direct=True) as (archive, session):
        if recipient:
            hardware.add(archive, session, recipient, Talk(door))
        else:
            hardware.remove(archive, session)
    word = "removed" if remove else "set"
    door.emit({"hardware_key": word}, f"Your hardware key is {word}.")
