"""`strongroom init`: a new archive, its first custodian, its recovery sheet."""

from __future__ import annotations

from pathlib import Path

import click

from archive.bootstrap import init_archive
from archive.cli import passphrases
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.cli.profiles import profile
from archive.errors import ArchiveExists


@click.command()
@click.option("--member", "name", required=True, metavar="NAME", help="The first custodian.")
@click.option(
    "--new-passphrase-file",
    metavar="FILE",
    help="The custodian's new passphrase; else --passphrase-file, else you are asked.",
)
@click.option(
    "--recovery-out",
    metavar="FILE",
    help="Write the recovery sheet to a new file instead of showing it. Print it, then destroy it.",
)
@common
@pass_door
def init(door: Door, name: str, new_passphrase_file: str | None, recovery_out: str | None) -> None:
    """Make a new archive in --archive DIR (a new or empty folder)."""
    if recovery_out is not None and Path(recovery_out).exists():
        raise ArchiveExists("There is a file already where the recovery sheet should go.")
    path = new_passphrase_file or door.settings.get("passphrase_file")
    passphrase = passphrases.new(path)
    made = init_archive(door.folder, name, passphrase, profile(door.settings))
    if recovery_out is not None:
        with new_file(recovery_out) as out:
            out.write(made.recovery_sheet.encode())
        door.note(f"Recovery sheet: {recovery_out}. Print it, keep it apart, destroy the file.")
    elif not door.settings.json:
        click.echo(made.recovery_sheet)
    data = {"archive": made.archive_id, "member": made.member, "checkpoint": made.checkpoint}
    if recovery_out is None:
        data["recovery_sheet"] = made.recovery_sheet
    door.emit(data, f"Archive {made.archive_id} is ready; {made.member} is its custodian.")
