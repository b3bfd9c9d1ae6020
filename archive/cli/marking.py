"""`redact mark-everywhere`, `undo`, `redo`, `diff`, `carry`, `log`, `title`: work on plans."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.cli.printing import counted
from archive.cli.redacting import emit, redact
from archive.errors import RecordNotFound
from archive.model.ids import parse_record_id, parse_source_ref
from archive.model.redaction import Reason, Redaction
from archive.services.indexes import near_duplicates
from archive.services.redaction import carrying, everywhere, plan_history
from archive.services.redaction import log as redaction_log
from archive.services.redaction.everywhere import Marked, Target
from archive.services.redaction.titles import entitle

_EVERY = 100  # records between two words about how far it is


def _follow(door: Door) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and done % _EVERY == 0:
            door.note(f"{done} of {total} records are read.")

    return tell


def _print(door: Door, found: Iterable[Marked], word: str) -> tuple[int, int, int]:
    """Print what became of each record; return how many changed, had places, and failed."""
    changed = places = failed = 0
    for one in found:
        changed += one.version is not None
        places += one.places
        failed += one.error is not None
        text = f"{one.record}  {counted(one.places, 'place')} {word}"
        text += f", was {one.state}" if one.state else ""
        text += ", an older reading copy is out" if one.released else ""
        text += f"  (not done: {one.error})" if one.error else ""
        door.emit(asdict(one), text)
    return changed, places, failed


@click.command("mark-everywhere")
@click.option("--text", help="Every occurrence of this text, as `redact mark` finds it.")
@click.option("--pattern", metavar="RE", help="Every match of an RE2 expression.")
@click.option("--source", metavar="S-0001", help="Everything that names this source.")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in Reason]),
    default=Reason.SOURCE_IDENTITY.value,
    show_default=True,
)
@click.option("--dry-run", is_flag=True, help="Say where it stands, and change nothing.")
@common
@pass_door
def mark_everywhere(
    door: Door,
    text: str | None,
    pattern: str | None,
    source: str | None,
    reason: str,
    dry_run: bool,
) -> int:
    """Mark in the plans of all records; `redact undo ACT` takes it back as one act."""
    target = Target(text, pattern, None if source is None else parse_source_ref(source))
    with door.session() as (archive, session):
        act = everywhere.new_act(archive)
        found = everywhere.mark_everywhere(
            archive,
            session,
            act,
            target,
            Reason(reason),
            dry_run=dry_run,
            progress=_follow(door),
        )
        if not dry_run:
            door.note(f"Act {act}")
        changed, places, failed = _print(door, found, "to be marked" if dry_run else "marked")
    summary = {"act": None if dry_run else act, "changed": changed, "places": places}
    door.emit({"summary": {**summary, "failed": failed}})
    if not dry_run:
        door.note(f"{changed} plans are drafts now. `redact undo {act}` takes this back.")
    return exits.PARTIAL if failed else exits.OK


@click.command("undo")
@click.argument("reference", metavar="RECORD|ACT")
@common
@pass_door
def undo(door: Door, reference: str) -> int:
    """Take back the last change of a record's plan, or an act of mark-everywhere as a whole."""
    named = parse_record_id(reference)
    with door.session() as (archive, session):
        try:
            emit(door, plan_history.undo(archive, session, named))
        except RecordNotFound:
            found = everywhere.undo_act(archive, session, named)
            changed, places, failed = _print(door, found, "taken back")
            door.emit({"summary": {"changed": changed, "places": places, "failed": failed}})
            return exits.PARTIAL if failed else exits.OK
    return exits.OK


@click.command("redo")
@click.argument("record")
@common
@pass_door
def redo(door: Door, record: str) -> None:
    """Do again what `redact undo RECORD` took back."""
    with door.session() as (archive, session):
        emit(door, plan_history.redo(archive, session, parse_record_id(record)))


def _span(one: Redaction) -> dict[str, Any]:
    return {
        "start": one.start,
        "end": one.end,
        "reason": one.reason.value,
        "method": one.method.value,
        "source": one.source,
    }


@click.command("diff")
@click.argument("record")
@click.option("--from", "before", type=int, metavar="V", help="By default the last approved one.")
@click.option("--to", "after", type=int, metavar="V", help="By default the newest.")
@common
@pass_door
def diff(door: Door, record: str, before: int | None, after: int | None) -> None:
    """Show what two versions of a plan hide differently."""
    with door.session() as (archive, session):
        found = plan_history.diff(archive, session, parse_record_id(record), before, after)
    lines = [f"{found.record}  version {found.before} to {found.after}"]
    if not found.same_text:
        lines.append("  the record got a newer text in between: positions are not comparable")
    for sign, spans in (("-", found.removed), ("+", found.added)):
        lines += [
            f"{sign} {one.start:>7}:{one.end:<7} {one.reason.value}  {one.method.value:9}"
            f" {one.source or ''}".rstrip()
            for one in spans
        ]
    data = {
        "record": found.record,
        "from": found.before,
        "to": found.after,
        "same_text": found.same_text,
        "added": list(map(_span, found.added)),
        "removed": list(map(_span, found.removed)),
    }
    door.emit(data, "\n".join(lines))


@click.command("carry")
@click.argument("record")
@click.option("--to", metavar="RECORD", help="The near-duplicate; without it they are listed.")
@common
@pass_door
def carry(door: Door, record: str, to: str | None) -> None:
    """Put what a plan hides into the plan of a near-duplicate, for a person to look at."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        if to is not None:
            view, lost = carrying.carry_to(archive, session, record_id, parse_record_id(to))
            emit(door, view)
            return door.note(f"{lost} marks found no place in the other text.")
        found = near_duplicates.near_of(archive, session, record_id)
    for near in found:
        door.emit(asdict(near), f"{near.record}  {near.percent} % alike")
    return None if found else door.note("No other record is nearly the same.")


@click.command("log")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True
)
@common
@pass_door
def log(door: Door, form: str) -> None:
    """Print every redaction with its exemption code, and none of the words."""
    with door.session() as (archive, session):
        rows = redaction_log.redaction_log(archive, session)
        if form == "csv" and not door.settings.json:
            return click.echo(redaction_log.log_table(rows), nl=False)
        for row in rows:
            click.echo(json.dumps(asdict(row), ensure_ascii=False))
    return None


for command in (mark_everywhere, undo, redo, diff, carry, log):
    redact.add_command(command)


@redact.command("title")
@click.argument("record")
@click.argument("title")
@common
@pass_door
def title_of(door: Door, record: str, title: str) -> None:
    """Give the reading copy a title, for a picture without words; "" takes it back."""
    with door.session() as (archive, session):
        emit(door, entitle(archive, session, parse_record_id(record), title))
