"""`records`, `show` and `get`: reading at one's own clearance."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file, write_out
from archive.cli.levels import LEVEL, to_level
from archive.errors import InvalidValue
from archive.model.access import Action
from archive.model.ids import parse_record_id, parse_reference
from archive.services.reading_room import access, exports
from archive.services.reading_room.access import RecordView

PDF = exports.Form.PDF


@click.command()
@LEVEL
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@common
@pass_door
def records(door: Door, level: str | None, limit: int, page: int) -> None:
    """List records, newest first; a researcher's list holds what was released."""
    with door.session() as (archive, session):
        found = access.records(archive, session, level=to_level(level), page=page, limit=limit)
    for one in found.items:
        state = "released" if one.released else one.plan_state or one.outcome
        door.emit(asdict(one), f"{one.record}  {state:10}  {one.title}")
    if not found.items:
        door.note("There are no records yet.")


@click.command()
@click.argument("record")
@LEVEL
@click.option("--text", "text_only", is_flag=True, help="Print the text and nothing else.")
@click.option("--version", type=click.IntRange(1), help="An older version of the text.")
@common
@pass_door
def show(door: Door, record: str, level: str | None, text_only: bool, version: int | None) -> None:
    """Show a record at your clearance. It is in the ledger before it is opened."""
    with door.session() as (archive, session):
        wanted, cited = parse_reference(record)
        view = access.show(archive, session, wanted, to_level(level), version)
    if cited and not view.reference.endswith(f"#{cited}"):
        door.note("This is not the reading copy that was cited: that one was replaced.")
    data = asdict(view)
    data["redactions"] = [
        {"start": r.start, "end": r.end, "reason": r.reason.value, "method": r.method.value}
        for r in view.redactions
    ]
    lines = [] if text_only else [*_head(view), ""]
    near = [f"similar to {one.record} ({one.percent} %)" for one in view.near]
    after = [] if text_only or not near else ["", *near]
    door.emit(data, "\n".join([*lines, view.text, *after]))


def _head(view: RecordView) -> list[str]:
    lines = [view.title, f"{view.reference}  {view.date or ''}".rstrip()]
    if view.reader is not None:
        lines.append(f"text {view.text_version} of {view.texts}, read by {view.reader}")
    if view.retention is not None:
        term = view.retention
        lines.append(f"to be decided about on {term.review} ({term.reason})")
    if view.description is not None:
        written = view.description.values.items()
        lines += [f"{element.value}: {text}" for element, text in written]
    if view.stamp is not None:
        lines.append(view.stamp)
    return lines


@click.command()
@click.argument("record")
@click.option("-o", "--output", metavar="FILE", help="Where to, always needed; - for stdout.")
@common
@pass_door
def get(door: Door, record: str, output: str | None) -> None:
    """Write the original file of a record, in clear, to FILE (a new file).

    What a researcher may read of a record is written by `export`.
    """
    wanted = parse_record_id(record)
    with door.session() as (archive, session):
        if output is None and session.allows(Action.READ_ORIGINALS):
            raise InvalidValue("Say where the original goes: -o FILE, or -o - for stdout.")
        found = access.original(archive, session, wanted)
        with found.stream as stream:
            if output is None or output == "-":
                shutil.copyfileobj(stream, sys.stdout.buffer)
                return
            with new_file(output) as out:
                shutil.copyfileobj(stream, out)
    door.emit({"record": wanted, "path": output, "size": found.size}, f"Written to {output}.")


@click.command()
@click.argument("record")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in exports.Form]),
    default=exports.Form.PDF.value,
    show_default=True,
)
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to; - for stdout.")
@click.option("--manifest", metavar="FILE", help="Also write what is redacted, as JSON.")
@common
@pass_door
def export(door: Door, record: str, form: str, output: str, manifest: str | None) -> None:
    """Write the released reading copy of a record to FILE (a new file), as pages or as text."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        found = exports.export(archive, session, record_id, exports.Form(form))
    if manifest is not None:
        write_out(manifest, found.manifest)
    _export(door, found, output)


def _export(door: Door, found: exports.Exported, output: str) -> None:
    write_out(output, found.data)
    if output != "-":
        door.emit({**json.loads(found.manifest), "path": output}, f"Written to {output}.")
