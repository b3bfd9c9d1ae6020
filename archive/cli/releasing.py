"""`release`, `withdraw` and `leakcheck`: what goes out, what comes back, what must not be there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.cli.printing import counted
from archive.cli.progress import page_bar
from archive.cli.redacting import region_text
from archive.errors import InvalidValue, ReleaseBlocked
from archive.model.ids import RecordId, parse_record_id
from archive.model.redaction import Leak
from archive.services.redaction import leakchecks
from archive.services.redaction import redact as service
from archive.services.redaction.plan_views import LeakReport, blocked_report

_LEAK = 4
"""Exit code when something released shows what it must not: an integrity failure."""


@click.command()
@click.argument("record")
@common
@pass_door
def release(door: Door, record: str) -> None:
    """Release the approved reading copy; the gate blocks on any registered source.

    Pages are looked at one by one, which takes a second or two for each.
    """
    record_id = parse_record_id(record)
    try:
        with door.session() as (archive, session), page_bar(door) as progress:
            done = service.release(archive, session, record_id, progress)
    except ReleaseBlocked as error:
        _print(door, blocked_report(record_id, error))
        raise
    door.emit(
        {"record": done.record, "reading_copy": done.reading_copy, "blocked_by": []},
        f"{done.record} is released.",
    )


@click.command()
@click.argument("record")
@click.option("--reason", required=True, help="Why; sealed.")
@common
@pass_door
def withdraw(door: Door, record: str, reason: str) -> None:
    """Take a reading copy out of store and index."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        service.withdraw(archive, session, record_id, reason)
    door.emit({"record": record_id, "state": "withdrawn"}, f"{record_id} is withdrawn.")


@click.command()
@click.argument("record", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything released, and the live index.")
@click.option("--restart", is_flag=True, help="From the beginning, not from where it stopped.")
@common
@pass_door
def leakcheck(door: Door, record: str | None, everything: bool, restart: bool) -> int:
    """Run the release gate over one record's copy, or with --all over everything released.

    Ends with 1 when a copy that is not out yet would be blocked, with 4 when something that is out
    shows what it must not.
    """
    if (record is None) != everything:
        raise InvalidValue("Name a record, or give --all.")
    with door.session() as (archive, session):
        if record is not None:
            with page_bar(door) as progress:
                report = leakchecks.leakcheck(archive, session, parse_record_id(record), progress)
            _print(door, report)
            door.note(f"{counted(len(report.leaks), 'place')} found.")
            return exits.ERROR if report.leaks else exits.OK
        checked = bad = 0
        for one in leakchecks.leakcheck_all(
            archive, session, restart=restart, progress=_follow(door)
        ):
            checked += not one.leaks or one.leaks[0].field != "index"
            bad += bool(one.leaks or one.error)
            _print(door, one)
    door.emit({"summary": {"checked": checked, "bad": bad}})
    door.note(f"{checked} reading copies checked, {bad} are not as they must be.")
    return _LEAK if bad else exits.OK


def _follow(door: Door) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            door.note(f"{done} of {total} checked.")

    return tell


def _print(door: Door, report: LeakReport) -> None:
    places = [_place(report.record, leak) for leak in report.leaks]
    lines = [
        f"{report.record}  {p['field']} {p['start']}:{p['end']}  {p['source'] or ''}".rstrip()
        + f"\n    {p['next']}"
        for p in places
    ]
    lines += [f"{report.record}  cannot be opened: {report.error}"] if report.error else []
    lines += [
        f"{report.record}  {one.source}: {', '.join(one.traits)} in {one.records} records fit "
        f"{one.fits} people of the register"
        for one in report.crowds
    ]
    door.emit(
        {
            "record": report.record,
            "blocked_by": places,
            "error": report.error,
            "warnings": [asdict(one) for one in report.crowds],
        },
        "\n".join(lines) or None,
    )


def _place(record: RecordId, leak: Leak) -> dict[str, str | int | None]:
    """Return where something shows, as plain values, and what to do about it."""
    return {
        "field": leak.field,
        "start": leak.start,
        "end": leak.end,
        "source": leak.source,
        "page": None if leak.page is None else leak.page + 1,
        "region": region_text(leak.page, leak.box) if leak.page is not None and leak.box else None,
        "next": _next(record, leak),
    }


def _next(record: RecordId, leak: Leak) -> str:
    if leak.page is not None and leak.box is not None:
        return f"strongroom redact mark {record} --region {region_text(leak.page, leak.box)}"
    if leak.page is not None or leak.field.startswith("pages:"):
        return f"strongroom redact preview {record} --pages -o FILE, then mark it by --region"
    kind, _, twin = leak.field.partition(":")
    if kind == "twin":
        return f"strongroom redact mark {twin}, or withdraw {twin}: it shows what is hidden here"
    if kind == "title":
        return f"strongroom redact title {record} with words that name nobody"
    return f"strongroom redact preview {record}, then mark what stands there by --text"
