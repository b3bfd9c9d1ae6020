"""`source unseal`: two custodians open who a source is, for a purpose and a time."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.printing import shown
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id, parse_source_ref
from archive.services.sources import unsealing as service
from archive.services.sources.unsealing import Unsealing

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.group()
def unseal() -> None:
    """Open an identity with another custodian: request, approve, then `source show --identity`."""


def _lasting(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,4})([mhd])", text.strip())
    if not found:
        raise InvalidValue("A time is given as 30m, 24h or 2d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _emit(door: Door, one: Unsealing) -> None:
    state = "approved" if one.approved else "waits for another custodian"
    until = one.expires.strftime("%Y-%m-%d %H:%M UTC")
    text = f"{one.request}  {one.source}  {state}, until {until}  {shown(one.purpose or '')}"
    door.emit(
        {
            "request": one.request,
            "source": one.source,
            "requester": one.requester,
            "approved": one.approved,
            "expires": one.expires.isoformat(),
            "purpose": one.purpose,
        },
        text.rstrip(),
    )


@unseal.command("request")
@click.argument("ref", metavar="SOURCE")
@click.option("--purpose", required=True, help="What for; sealed, shown to custodians.")
@click.option("--expires", default="24h", show_default=True, help="How long, at most 7d.")
@common
@pass_door
def request(door: Door, ref: str, purpose: str, expires: str) -> None:
    """Ask another custodian to open who SOURCE is."""
    number, lasting = parse_source_ref(ref), _lasting(expires)
    with door.session() as (archive, session):
        _emit(door, service.request(archive, session, number, purpose, lasting))


@unseal.command("approve")
@click.argument("request_id", metavar="REQUEST")
@common
@pass_door
def approve(door: Door, request_id: str) -> None:
    """Agree to the request of another custodian."""
    number = str(parse_record_id(request_id))
    with door.session() as (archive, session):
        _emit(door, service.approve(archive, session, number))


@unseal.command("list")
@common
@pass_door
def list_requests(door: Door) -> None:
    """List the requests whose time is not over, with their purposes."""
    with door.session() as (archive, session):
        found = service.requests(archive, session)
    for one in found:
        _emit(door, one)
    if not found:
        door.note("Nobody asks to open an identity.")
