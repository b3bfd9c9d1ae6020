"""`strongroom source`: the register of the people behind documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from archive.cli import exits
from archive.cli.aftermath import agreed, consequences, follow, note, told
from archive.cli.context import Door, common, pass_door
from archive.cli.printing import counted, shown
from archive.cli.unsealing import unseal
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id, parse_source_ref
from archive.model.sources import Attribute, FormKind, Registered, Threat
from archive.services.register import attribute, everyday
from archive.services.sources import entries as service
from archive.services.sources import importing as source_import
from archive.services.sources import unsealing
from archive.services.sources.importing import RowOutcome

_THREATS = click.Choice([one.value for one in Threat])


@click.group()
def source() -> None:
    """Register sources; everything else knows them by pseudonym only."""


def _attributes(values: tuple[str, ...]) -> tuple[Attribute, ...]:
    found = []
    for value in values:
        trait, equals, rest = value.partition("=")
        if not equals:
            raise InvalidValue("An attribute is given as KIND=VALUE.")
        found.append(attribute(trait, rest))
    return tuple(found)


def _data(one: Registered, covered: service.Coverage | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": one.source,
        "threat": one.threat.value,
        "forms": list(one.forms),
        "kinds": {form: kind.value for form, kind in one.kinds.items()},
        "attributes": [{"kind": a.trait.value, "value": a.value} for a in one.attributes],
    }
    if covered is not None:
        data |= {"hidden_in": covered.hidden, "released": covered.released}
    return data


def _line(one: Registered, covered: service.Coverage | None) -> str:
    line = f"{one.source}  {one.threat.value:6}  {', '.join(map(shown, one.forms))}"
    if covered is None:
        return line
    hidden = counted(covered.hidden, "record")
    return f"{line}  (hidden in {hidden}, {covered.released} of them released)"


def _warn(door: Door, forms: Sequence[str]) -> None:
    """Say what to do when forms are words that texts have where nobody is meant."""
    if count := everyday(forms):
        door.note(
            f"Everyday words, or names that many people have, among the forms: {count}. Every text "
            "with them will be held back. Register them together with the rest of the name, see "
            "with --dry-run what they hit, or take them away with `source alias SOURCE ALIAS "
            "--remove`."
        )


@source.command("add")
@click.option("--name", required=True, help="The source's name, in any script.")
@click.option("--alias", "aliases", multiple=True, help="Another name.")
@click.option("--handle", "handles", multiple=True, help="A name on a service, an address.")
@click.option("--number", "numbers", multiple=True, help="A telephone or other number.")
@click.option(
    "--attribute",
    "attributes",
    metavar="KIND=VALUE",
    multiple=True,
    help="What is true of them: place, job, kinship, date, other.",
)
@click.option("--threat", type=_THREATS, default=Threat.HIGH.value, show_default=True)
@click.option("--notes", default="", help="Sealed with the name; opened by two custodians only.")
@consequences
@common
@pass_door
def add(door: Door, /, yes: bool, dry_run: bool, **given: Any) -> None:
    """Register a source, withdraw the reading copies that name it, and print the pseudonym."""
    new = service.NewSource(
        given["name"],
        given["aliases"],
        given["handles"],
        given["numbers"],
        _attributes(given["attributes"]),
        Threat(given["threat"]),
        given["notes"],
    )
    forms = new.registered().forms
    _warn(door, forms)
    with door.session() as (archive, session):
        if dry_run or not yes:
            foreseen = service.foresee_forms(archive, session, forms, follow(door))
            if dry_run:
                note(door, foreseen, dry_run=True)
                return door.emit({"source": None, **told(foreseen)})
            agreed(door, foreseen, yes=yes)
        done = service.register(archive, session, new, follow(door))
    ref = done.source.source
    door.emit({"source": ref, **told(done.aftermath)}, ref)
    return note(door, done.aftermath)


@source.command("alias")
@click.argument("ref", metavar="SOURCE")
@click.argument("alias")
@click.option("--remove", is_flag=True, help="Take the form away instead.")
@click.option(
    "--kind",
    type=click.Choice([one.value for one in FormKind]),
    default=FormKind.NAME.value,
    show_default=True,
)
@consequences
@common
@pass_door
def alias(
    door: Door, ref: str, alias: str, remove: bool, kind: str, yes: bool, dry_run: bool
) -> None:
    """Add one more form, and withdraw the reading copies that have it; or take one away."""
    number = parse_source_ref(ref)
    with door.session() as (archive, session):
        if remove:
            left = service.remove_alias(archive, session, number, alias)
            door.emit({"source": number, "forms": len(left.forms)}, f"{number} has one form less.")
            return door.note(
                "Proposals and the gate no longer look for it. Plans and reading copies stay as "
                "they are: what they hide stays hidden, what they show was never checked again."
            )
        _warn(door, [alias])
        if dry_run or not yes:
            foreseen = service.foresee_forms(archive, session, [alias], follow(door))
            if dry_run:
                note(door, foreseen, dry_run=True)
                return door.emit({"source": number, **told(foreseen)})
            agreed(door, foreseen, yes=yes)
        done = service.add_alias(archive, session, number, alias, FormKind(kind), follow(door))
    data = {"source": number, "forms": len(done.source.forms), **told(done.aftermath)}
    door.emit(data, f"{number} has a new form.")
    return note(door, done.aftermath)


@source.command("list")
@click.option("--coverage", is_flag=True, help="Count the records whose plans hide each.")
@common
@pass_door
def list_sources(door: Door, coverage: bool) -> None:
    """List the register with threat levels and all forms; logged first."""
    with door.session() as (archive, session):
        found = service.list_sources(archive, session)
        covered = service.coverage(archive, session) if coverage else None
    for one in found:
        counts = None if covered is None else covered.get(one.source, service.Coverage())
        door.emit(_data(one, counts), _line(one, counts))
    if not found:
        door.note("No source is registered yet.")


@source.command("show")
@click.argument("ref", metavar="SOURCE")
@click.option("--identity", is_flag=True, help="Who it is, if it is unsealed for you.")
@common
@pass_door
def show(door: Door, ref: str, identity: bool) -> None:
    """Show a source: forms, threat level, attributes, and where it is hidden; logged first."""
    number = parse_source_ref(ref)
    with door.session() as (archive, session):
        if identity:
            who = unsealing.identity(archive, session, number)
            data = {"source": number, "name": who.name, "notes": who.notes}
            text = f"{number}  {shown(who.name)}\n{shown(who.notes)}".rstrip()
            return door.emit({**data, "expires": who.expires.isoformat()}, text)
        one = service.show_source(archive, session, number)
        covered = service.coverage(archive, session).get(number, service.Coverage())
    lines = [_line(one, covered)]
    lines += [f"  {a.trait.value:8} {shown(a.value)}" for a in one.attributes]
    return door.emit(_data(one, covered), "\n".join(lines))


@source.command("edit")
@click.argument("ref", metavar="SOURCE")
@click.option("--threat", type=_THREATS)
@click.option("--attribute", "attributes", metavar="KIND=VALUE", multiple=True)
@click.option("--drop", metavar="KIND=VALUE", multiple=True, help="Take an attribute away.")
@click.option("--name", help="Write the dossier anew: this form is the name.")
@click.option("--notes", default="", help="Sealed with the name.")
@common
@pass_door
def edit(
    door: Door,
    /,
    ref: str,
    threat: str | None,
    attributes: tuple[str, ...],
    drop: tuple[str, ...],
    name: str | None,
    notes: str,
) -> None:
    """Set the threat level, and add or drop attributes: place, job, kinship, date, other.

    With --name, the dossier is sealed anew to the custodians that there are now.
    """
    number = parse_source_ref(ref)
    with door.session() as (archive, session):
        if name is not None:
            held = service.name_source(archive, session, number, name, notes)
            door.note(f"{held} custodians hold a share of the dossier; any two of them open it.")
            if not (threat or attributes or drop):
                return door.emit({"source": number, "shares": held}, f"{number} is changed.")
        one = service.edit_source(
            archive,
            session,
            number,
            threat=None if threat is None else Threat(threat),
            add=_attributes(attributes),
            drop=_attributes(drop),
        )
    return door.emit(_data(one), f"{number} is changed.")


@source.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@consequences
@common
@pass_door
def import_file(door: Door, file: Path, yes: bool, dry_run: bool) -> int:
    """Register the people of a CSV table, one a row.

    Columns: name, aliases, handles, numbers, place, job, kinship, date, other, threat, notes.
    A cell holds several values between semicolons. The table itself is not sealed: destroy it.
    """
    try:
        data = file.read_bytes()
    except OSError:
        raise InvalidValue("The file cannot be read.", hint="Check its name.") from None
    with door.session() as (archive, session):
        tell = follow(door)
        if dry_run or not yes:
            done = source_import.import_sources(archive, session, data, dry_run=True, progress=tell)
            if not dry_run:
                agreed(door, done.aftermath, yes=yes)
        if not dry_run:
            done = source_import.import_sources(archive, session, data, progress=tell)
    for row in done.rows:
        text = f"{row.row:5}  {row.outcome.value:10}  {row.source or '':7}  {row.reason or ''}"
        line = {"row": row.row, "outcome": row.outcome.value, "source": row.source}
        door.emit({**line, "reason": row.reason}, text.rstrip())
    counts = {
        outcome.value: sum(row.outcome is outcome for row in done.rows) for outcome in RowOutcome
    }
    door.emit({"summary": counts, "dry_run": dry_run, **told(done.aftermath)})
    note(door, done.aftermath, dry_run=dry_run)
    return exits.PARTIAL if counts[RowOutcome.REJECTED.value] else exits.OK


@source.command("attach")
@click.argument("ref", metavar="SOURCE")
@click.argument("record")
@common
@pass_door
def attach(door: Door, ref: str, record: str) -> None:
    """Note, sealed, that SOURCE stands behind RECORD."""
    source_ref, record_id = parse_source_ref(ref), parse_record_id(record)
    with door.session() as (archive, session):
        service.attach(archive, session, source_ref, record_id)
    door.emit({"source": source_ref, "record": record_id}, f"{source_ref} is attached.")


source.add_command(unseal)
