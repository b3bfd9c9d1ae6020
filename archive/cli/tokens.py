"""`strongroom token`: what programs send to the API instead of a passphrase."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from archive.cli import passphrases
from archive.cli.context import Door, common, pass_door
from archive.model.access import Scope
from archive.services.members import tokens
from archive.services.members.tokens import Token


@click.group()
@common
def token() -> None:
    """Tokens with which programs use the API of `strongroom serve` as you, within a scope."""


def _told(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "scopes": [scope.value for scope in one.scopes],
        "created": one.created.isoformat(),
        "expires": one.expires.isoformat(),
    }


@token.command()
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([one.value for one in Scope]),
    multiple=True,
    required=True,
    help="What it is for; give it more than once for more.",
)
@click.option(
    "--minutes",
    type=click.IntRange(1, 480),
    default=60,
    show_default=True,
    help="How long it lasts.",
)
@common
@pass_door
def create(door: Door, scopes: tuple[str, ...], minutes: int) -> None:
    """Make a token and print it, this once; it takes your passphrase."""
    chosen = tuple(Scope(one) for one in scopes)
    with door.archive() as archive:
        given = passphrases.current(door.settings)
        made = tokens.create(archive, door.member, given, chosen, timedelta(minutes=minutes))
    door.note("Shown this once. It ends after 15 minutes without use, or when keys are sealed.")
    door.emit({"token": made.text, **_told(made.token)}, made.text)


@token.command(name="list")
@common
@pass_door
def list_(door: Door) -> None:
    """List your tokens that can still be used."""
    with door.session() as (archive, session):
        for one in tokens.listed(archive, session):
            told = _told(one.token)
            scopes = " ".join(told["scopes"])
            text = f"{one.token.id}  {scopes}  until {told['expires']}  used {one.idle} s ago"
            door.emit({**told, "idle": one.idle}, text)


@token.command()
@click.argument("id_", metavar="ID", type=click.UUID)
@common
@pass_door
def revoke(door: Door, id_: object) -> None:
    """End one of your tokens at once."""
    with door.session() as (archive, session):
        tokens.revoke(archive, session, str(id_))
    door.emit({"revoked": str(id_)}, "It is revoked.")
