"""`strongroom member`: who works here."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from datetime import datetime

import click

from archive.cli import passphrases
from archive.cli.context import Door, common, pass_door
from archive.cli.hardware import hardware_key
from archive.cli.keys import SHARES, SHEET, recovery_key, rewrap_headers
from archive.cli.profiles import profile
from archive.model.access import Role
from archive.services.members import administration, ceremonies, codes, recovery, second_factor
from archive.services.members.entering import watched

_NAMES = ", ".join(role.value for role in Role)
_ROLES = click.Choice([role.value for role in Role])


@click.group()
def member() -> None:
    """Members: invite, list, change roles, part ways; your own passphrase."""


@member.command("add")
@click.argument("name")
@click.option("--role", type=_ROLES, required=True)
@click.option("--new-passphrase-file", metavar="FILE", help="The new member's first passphrase.")
@common
@pass_door
def add(door: Door, name: str, role: str, new_passphrase_file: str | None) -> None:
    """Make a member and grant what the role opens. Only a custodian may."""
    with door.session(direct=True) as (archive, session):
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
    with door.session(direct=True) as (archive, session):
        for one in administration.members(archive, session):
            data = {**asdict(one), "member": one.name, "role": one.role.value}
            factor = "second factor" if one.second_factor else ""
            door.emit(data, f"{one.name:24} {one.role.value:12} {one.state:9} {factor}".rstrip())


@member.command("invite")
@click.argument("name")
@click.option("--role", type=_ROLES, required=True)
@common
@pass_door
def invite(door: Door, name: str, role: str) -> None:
    """Make a member and a one-time code with which they choose their own passphrase."""
    with door.session(direct=True) as (archive, session):
        made = administration.invite(archive, session, name, Role(role))
    _hand_over(door, made.member.name, made.code, made.expires)


def _hand_over(door: Door, name: str, code: str, expires: datetime) -> None:
    door.emit(
        {"member": name, "code": code, "expires": expires},
        f"One-time code for {name}, until {expires:%Y-%m-%d %H:%M} UTC:\n\n    {code}\n\n"
        f"Hand it over in person. {name} runs: strongroom --as {shlex.quote(name)} member join",
    )


@member.command("join")
@click.option("--code-file", metavar="FILE", help="The one-time code; else you are asked.")
@click.option("--new-passphrase-file", metavar="FILE", help="Your new passphrase.")
@common
@pass_door
def join(door: Door, code_file: str | None, new_passphrase_file: str | None) -> None:
    """Choose a passphrase with the one-time code that a custodian gave you."""
    name = door.member
    code = passphrases.code(code_file)
    new = passphrases.new(new_passphrase_file)
    with door.archive() as archive:
        with watched(archive, name):
            session = codes.join(archive, name, code, new, profile(door.settings))
        role = session.member.role.value
        session.lock()
    door.emit({"member": name, "role": role}, f"You are a member now, as {role}.")


@member.command("disable")
@click.argument("name")
@common
@pass_door
def disable(door: Door, name: str) -> None:
    """Part ways with a member: take the keys back, roll what they held, re-wrap headers."""
    with door.session(direct=True) as (archive, session):
        rolled = ceremonies.disable(archive, session, name)
        done = rewrap_headers(door, archive, session)
    names = [one.value for one in rolled]
    door.emit(
        {"member": name, "rolled": names, "headers": done},
        f"{name} is disabled. New keys for {', '.join(names)}; {done} headers re-wrapped.",
    )


@member.command("role", epilog=f"ROLE is one of {_NAMES}.")
@click.argument("name")
@click.argument("role", type=_ROLES, metavar="ROLE")
@common
@pass_door
def role(door: Door, name: str, role: str) -> None:
    """Give a member another role; keys that it does not open are rolled."""
    with door.session(direct=True) as (archive, session):
        rolled = ceremonies.change_role(archive, session, name, Role(role))
        done = rewrap_headers(door, archive, session) if rolled else 0
    names = [one.value for one in rolled]
    text = f" New keys for {', '.join(names)}; {done} headers re-wrapped." if names else ""
    door.emit(
        {"member": name, "role": role, "rolled": names, "headers": done},
        f"{name} is {role} now.{text}",
    )


@member.command("grant")
@click.argument("name")
@common
@pass_door
def grant(door: Door, name: str) -> None:
    """Make a member's grants anew, when they are damaged or their granter has left."""
    with door.session(direct=True) as (archive, session):
        ceremonies.grant_again(archive, session, name)
    door.emit({"member": name}, f"The grants of {name} are made anew.")


@member.command("reset")
@click.argument("name")
@SHEET
@SHARES
@common
@pass_door
def reset(door: Door, name: str, sheet: str | None, shares: tuple[str, ...]) -> None:
    """Give a member who lost the passphrase a one-time code, by the recovery key.

    Without --as, NAME must be a custodian: this is the way back when nobody can sign in.
    """
    given = recovery_key(sheet, shares)
    if door.settings.get("member") is None:
        with door.archive() as archive:
            made = recovery.reset(archive, None, name, given)
    else:
        with door.session(direct=True) as (archive, session):
            made = recovery.reset(archive, session, name, given)
    _hand_over(door, made.name, made.code, made.expires)


@member.command("factor")
@click.argument("name")
@common
@pass_door
def factor(door: Door, name: str) -> None:
    """Take away the second factor of a member who lost phone and recovery codes."""
    with door.session(direct=True) as (archive, session):
        second_factor.remove(archive, session, name)
    door.emit({"member": name}, f"{name} sets up a second factor at the next sign-in.")


member.add_command(hardware_key)


@member.command("passphrase")
@click.option("--new-passphrase-file", metavar="FILE", help="Your new passphrase.")
@common
@pass_door
def passphrase(door: Door, new_passphrase_file: str | None) -> None:
    """Change your own passphrase."""
    with door.session(direct=True) as (archive, session):
        new = passphrases.new(new_passphrase_file)
        administration.change_passphrase(archive, session, new, profile(door.settings))
        name, role = session.name, session.member.role.value
    door.emit({"member": name, "role": role}, "Your passphrase is changed.")
