"""`jobs` and `extract`: what waits for somebody, and reading originals anew."""

from __future__ import annotations

from typing import Any

import click

from archive.cli import exits, passphrases
from archive.cli.context import Door, common, pass_door
from archive.errors import InvalidValue
from archive.model.ids import RecordId, parse_record_id
from archive.model.jobs import Stage
from archive.services.holdings import jobs as service
from archive.services.holdings import outdated, reextraction
from archive.services.holdings.reextraction import Change, Extracted
from archive.services.intake.receipt_codec import line_fields
from archive.services.intake.receipts import line_of

STAGE = click.option(
    "--stage", type=click.Choice([stage.value for stage in Stage]), help="Only this stage."
)
PASSWORD = click.option(
    "--password-file",
    metavar="FILE",
    help="A document's own password: the first line of a file. It is used once and not kept.",
)


@click.group()
def jobs() -> None:
    """See what waits for a person or a better reader; try it again, or leave it."""


def _stage(value: str | None) -> Stage | None:
    return Stage(value) if value else None


def _password(path: str | None) -> bytearray | None:
    return passphrases.read_file(path) if path else None


@jobs.command("list")
@STAGE
@click.option("--all", "everything", is_flag=True, help="Also what is dismissed or harmless.")
@common
@pass_door
def list_jobs(door: Door, stage: str | None, everything: bool) -> None:
    """List what waits, oldest first, with a reason for each."""
    with door.session() as (archive, session):
        found = service.list_jobs(archive, session, stage=_stage(stage), everything=everything)
    for one in found:
        data: dict[str, Any] = {
            "record": one.record,
            "stage": one.stage.value,
            "error": one.error,
            "state": one.state.value,
            "attempts": one.attempts,
            "since": one.since.isoformat(timespec="seconds") if one.since else None,
        }
        if one.title is not None:
            data["title"] = one.title
        line = f"{one.record}  {one.stage.value:8} {one.error or 'waits':28} {one.title or ''}"
        door.emit(data, line.rstrip())
    if not found:
        door.note("Nothing waits.")


@jobs.command("retry")
@click.argument("records", nargs=-1)
@STAGE
@PASSWORD
@common
@pass_door
def retry(
    door: Door, records: tuple[str, ...], stage: str | None, password_file: str | None
) -> int:
    """Try jobs again: those of RECORDS, or all that may succeed now."""
    wanted = [parse_record_id(one) for one in records]
    password = _password(password_file)
    failed = count = 0
    with door.session() as (archive, session):
        for one in service.retry(archive, session, wanted, stage=_stage(stage), password=password):
            count, failed = count + 1, failed + (not one.done)
            outcome = "done" if one.done else "failed"
            data = {"record": one.record, "stage": one.stage.value}
            door.emit(
                {**data, "outcome": outcome, "error": one.error},
                f"{outcome:8} {one.record}  {one.stage.value:8} {one.error or ''}".rstrip(),
            )
    if not count:
        door.note("There is nothing to try again.")
    return exits.PARTIAL if failed else exits.OK


@jobs.command("dismiss")
@click.argument("record")
@STAGE
@click.option("--reason", required=True, help="Why nothing is to be done; sealed.")
@common
@pass_door
def dismiss(door: Door, record: str, stage: str | None, reason: str) -> None:
    """Take a record's jobs off the list; `jobs retry RECORD` brings them back."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        count = service.dismiss(archive, session, record_id, reason, stage=_stage(stage))
    door.emit({"record": record_id, "dismissed": count}, f"{count} dismissed.")


@click.command()
@click.argument("records", nargs=-1)
@click.option("--outdated", "old", is_flag=True, help="All that another reader read than now.")
@click.option("--all", "everything", is_flag=True, help="Every record of the collection.")
@click.option("--dry-run", is_flag=True, help="Say which records it would be, and change nothing.")
@PASSWORD
@common
@pass_door
def extract(
    door: Door,
    records: tuple[str, ...],
    old: bool,
    everything: bool,
    dry_run: bool,
    password_file: str | None,
) -> int:
    """Read the originals of RECORDS anew; another text becomes the newest beside the old ones.

    A redaction plan is carried over and becomes a draft again; whoever runs this has worked on it
    and cannot approve it.
    """
    if bool(records) + old + everything != 1:
        raise InvalidValue("Name records, or give --outdated or --all.")
    wanted: tuple[RecordId, ...] = tuple(parse_record_id(one) for one in records)
    password = _password(password_file)
    failed = 0
    with door.session() as (archive, session):
        if old:
            wanted = outdated.outdated(archive, session)
        elif everything:
            wanted = outdated.all_records(archive, session)
        if dry_run:
            for record in wanted:
                door.emit({"record": record, "outcome": "would-extract"}, record)
        else:
            for found in reextraction.extract_all(archive, session, wanted, password=password):
                failed += found.change in (Change.FAILED, Change.KEPT, Change.STILL_NO_TEXT)
                _emit(door, found)
    if not wanted:
        door.note("There is nothing to read anew.")
    return exits.PARTIAL if failed else exits.OK


def _emit(door: Door, found: Extracted) -> None:
    data = {
        "record": found.record,
        "outcome": found.change.value,
        "version": found.version,
        "reader": found.reader,
        "error": found.error,
        "reason": found.reason,
        "plan_to_review": found.plan_to_review,
        "attachments": [line_fields(line_of(one)) for one in found.attachments],
    }
    words = [f"{found.change.value:10} {found.record}"]
    words += [f"version {found.version}"] if found.version else []
    words += [f"({found.reason})"] if found.reason else []
    words += ["redaction plan to be reviewed"] if found.plan_to_review else []
    words += [f"{len(found.attachments)} new attachments"] if found.attachments else []
    door.emit(data, "  ".join(words))
