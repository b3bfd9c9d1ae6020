"""`strongroom accession`: the register of what came, from whom and on what terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.days import DAY
from archive.cli.printing import counted
from archive.model.accessions import Accession, CustodyTransfer
from archive.model.ids import AccessionRef, parse_accession_ref, parse_source_ref
from archive.services import accessions as service
from archive.services.accessions import AccessionView


def _terms(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `open` and `set` share."""
    for option in (
        click.option("--restriction", "restrictions", multiple=True, help="A term; repeatable."),
        click.option("--embargo", type=DAY, metavar="DATE", help="No release before this day."),
        click.option("--agreement", help="What was agreed with the donor."),
        click.option("--source", metavar="S-0001", help="The registered source behind it."),
        click.option("--donor", help="Who gave it, in words; sealed."),
        click.option("--received", type=DAY, metavar="DATE", help="When it came."),
    ):
        function = option(function)
    return function


@click.group()
def accession() -> None:
    """Keep the accession register: one entry for each receipt of material."""


@accession.command("open")
@click.option("--title", required=True, help="What it is; sealed.")
@_terms
@common
@pass_door
def open_(door: Door, /, title: str, received: date | None, **terms: Any) -> None:
    """Enter a new accession and print its reference; then `ingest PATH --accession A-0001`."""
    day = received or datetime.now(UTC).date()
    made = Accession(AccessionRef(""), title, day, **_given(terms))
    with door.session() as (archive, session):
        ref = service.open_accession(archive, session, made)
    door.emit({"accession": ref, "state": "open"}, ref)


def _given(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given, as fields of an accession."""
    given = {name: value for name, value in terms.items() if value not in (None, ())}
    if "source" in given:
        given["source"] = parse_source_ref(given["source"])
    return given


@accession.command("list")
@common
@pass_door
def list_accessions(door: Door) -> None:
    """List the register."""
    with door.session() as (archive, session):
        views = service.accessions(archive, session)
    for view in views:
        one = view.accession
        line = f"{one.ref}  {view.state.value:6}  {one.received}  {one.title}"
        door.emit(_data(view), f"{line}  ({counted(sum(view.records.values()), 'record')})")
    if not views:
        door.note("No accession is open yet.")


@accession.command("show")
@click.argument("ref", metavar="ACCESSION")
@common
@pass_door
def show(door: Door, ref: str) -> None:
    """Show an accession: terms, custody, and how many of its records ended how."""
    with door.session() as (archive, session):
        view = service.accession(archive, session, parse_accession_ref(ref))
    _print(door, view)


@accession.command("transfer")
@click.argument("ref", metavar="ACCESSION")
@click.option("--from", "giver", required=True, help="Who gave it away.")
@click.option("--to", "receiver", required=True, help="Who took it.")
@click.option("--date", "day", type=DAY, required=True, metavar="DATE", help="When.")
@click.option("--note", default="", help="Where, how, in what state.")
@common
@pass_door
def transfer(door: Door, ref: str, giver: str, receiver: str, day: date, note: str) -> None:
    """Add a change of hands to an accession."""
    custody = CustodyTransfer(day, giver, receiver, note)
    with door.session() as (archive, session):
        view = service.transfer(archive, session, parse_accession_ref(ref), custody)
    _print(door, view)


@accession.command("set")
@click.argument("ref", metavar="ACCESSION")
@click.option("--title", help="What it is; sealed.")
@_terms
@click.option("--no-embargo", is_flag=True, help="Lift the embargo.")
@click.option("--no-restrictions", is_flag=True, help="Lift all restrictions.")
@common
@pass_door
def set_(door: Door, /, ref: str, no_embargo: bool, no_restrictions: bool, **terms: Any) -> None:
    """Change an accession. Restrictions that are given replace the old ones."""
    changes = _given(terms)
    for lifted, name, empty in (
        (no_embargo, "embargo", None),
        (no_restrictions, "restrictions", ()),
    ):
        if lifted and name in changes:
            raise click.UsageError(f"Give either --no-{name} or a new one.")
        if lifted:
            changes[name] = empty
    with door.session() as (archive, session):
        view = service.amend(archive, session, parse_accession_ref(ref), changes)
    _print(door, view)


@accession.command("close")
@click.argument("ref", metavar="ACCESSION")
@common
@pass_door
def close(door: Door, ref: str) -> None:
    """Close an accession: it takes in nothing any more."""
    with door.session() as (archive, session):
        view = service.close(archive, session, parse_accession_ref(ref))
    door.emit(_data(view), f"{ref} is closed.")


@accession.command("reopen")
@click.argument("ref", metavar="ACCESSION")
@click.option("--reason", required=True, help="Committed to the ledger and sealed.")
@common
@pass_door
def reopen(door: Door, ref: str, reason: str) -> None:
    """Open a closed accession again."""
    with door.session() as (archive, session):
        view = service.reopen(archive, session, parse_accession_ref(ref), reason)
    door.emit(_data(view), f"{ref} is open.")


def _data(view: AccessionView) -> dict[str, Any]:
    one = view.accession
    return {
        "accession": one.ref,
        "state": view.state.value,
        "title": one.title,
        "donor": one.donor or None,
        "source": one.source,
        "received": one.received,
        "agreement": one.agreement or None,
        "restrictions": list(one.restrictions),
        "embargo": one.embargo,
        "transfers": [
            {"date": t.date, "from": t.giver, "to": t.receiver, "note": t.note}
            for t in one.transfers
        ],
        "records": view.records,
        "released": view.released,
        "created": view.created,
        "updated": view.updated,
    }


def _print(door: Door, view: AccessionView) -> None:
    one = view.accession
    facts = [
        ("accession", f"{one.ref} ({view.state.value})"),
        ("title", one.title),
        ("received", str(one.received)),
        ("donor", one.donor),
        ("source", one.source or ""),
        ("agreement", one.agreement),
        *(("restriction", text) for text in one.restrictions),
        ("embargo", f"no release before {one.embargo}" if one.embargo else ""),
        *(
            ("custody", f"{t.date} from {t.giver} to {t.receiver}  {t.note}".rstrip())
            for t in one.transfers
        ),
        *((name, str(count)) for name, count in view.records.items()),
        ("released", str(view.released)),
    ]
    door.emit(_data(view), "\n".join(f"{name:12} {text}" for name, text in facts if text))
