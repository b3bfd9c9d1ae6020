"""`strongroom init`: a new archive, its first custodian, its recovery sheet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from archive.bootstrap import init_archive
from archive.cli import passphrases
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.cli.profiles import profile


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
@click.option(
    "--single-custodian",
    "alone",
    is_flag=True,
    help="For one person: nobody else approves what is released. Everything is stamped so.",
)
@common
@pass_door
def init(
    door: Door,
    name: str,
    new_passphrase_file: str | None,
    recovery_out: str | None,
    alone: bool,
) -> None:
    """Make a new archive in --archive DIR (a new or empty folder)."""
    path = new_passphrase_file or door.settings.get("passphrase_file")
    passphrase = passphrases.new(path)
    with _sheet_file(recovery_out) as out:
        made = init_archive(door.folder, name, passphrase, profile(door.settings), alone=alone)
        if out is not None:
            out.write(made.recovery_sheet.encode())
    if recovery_out is not None:
        door.note(f"Recovery sheet: {recovery_out}. Print it, keep it apart, destroy the file.")
    elif not door.settings.json:
        click.echo(made.recovery_sheet)
    data = {"archive": made.archive_id, "member": made.member, "checkpoint": made.checkpoint}
    if recovery_out is None:
        data["recovery_sheet"] = made.recovery_sheet
    if alone:
        data["persons"] = "one"
        door.note("It is an archive of one person: nobody else checks what is released, and what")
        door.note("comes out says so. `strongroom policy two-persons` ends that, for good.")
    door.emit(data, f"Archive {made.archive_id} is ready; {made.member} is its custodian.")


@contextmanager
def _sheet_file(path: str | None) -> Iterator[BinaryIO | None]:
    """Make the sheet's file before anything is founded, so that no sheet is ever lost."""
    if path is None:
        yield None
        return
    try:
        with new_file(path) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        if Path(path).exists() and not Path(path).stat().st_size:
            Path(path).unlink()
        raise
