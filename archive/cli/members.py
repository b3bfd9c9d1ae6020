"""`strongroom member`: who works here."""

from __future__ import annotations

from dataclasses import asdict

import click

from archive.cli import passphrases
from archive.cli.context import Door, common, pass_door
from archive.cli.profiles import profile
from archive.model.access import Role
from archive.services import administration


@click.group()
def member() -> None:
    """Add and list members; change your own passphrase."""


@member.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--new-passphrase-file", metavar="FILE", help="The new member's first passphrase.")
@common
@pass_door
def add(door: Door, name: str, role: str, new_passphrase_file: str | None) -> None:
    """Make a member and grant what the role opens. Only a custodian may."""
    with door.session() as (archive, session):
        passphrase = passphrases.new(new_passphrase_file, f"New passphrase for {name}")
        made = administration.add_member(
            archive, session, name, Role(role), passphrase, profile(door.settings)
        )
    door.emit(
        {"member": made.name, "role": made.role.value, "id": made.id},
        f"{made.name} is a member now, as {made.role.value}.",
    )


@member.command("list")
@common
@pass_door
def list_members(door: Door) -> None:
    """List the members with their roles. Only a custodian may."""
    with door.session() as (archive, session):
        for one in administration.members(archive, session):
            data = {**asdict(one), "member": one.name, "role": one.role.value}
            door.emit(data, f"{one.name:24} {one.role.value:12} {one.state}")


@member.command("passphrase")
@click.option("--new-passphrase-file", metavar="FILE", help="Your new passphrase.")
@common
@pass_door
def passphrase(door: Door, new_passphrase_file: str | None) -> None:
    """Change your own passphrase."""
    with door.session() as (archive, session):
        new = passphrases.new(new_passphrase_file)
        administration.change_passphrase(archive, session, new, profile(door.settings))
        name, role = session.name, session.member.role.value
    door.emit({"member": name, "role": role}, "Your passphrase is changed.")
