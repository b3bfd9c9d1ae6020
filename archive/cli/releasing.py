"""`release`, `withdraw` and `leakcheck`: what goes out, what comes back, what must not be there."""

from __future__ import annotations

from dataclasses import asdict

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.cli.printing import counted
from archive.cli.progress import copy_bar, page_bar
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
        checked = pages = 0
        bad: set[RecordId] = set()
        with copy_bar(door) as (progress, looking):
            for one in leakchecks.leakcheck_all(
                archive, session, restart=restart, progress=progress, looking=looking
            ):
                checked += not one.leaks or one.leaks[0].field != "index"
                pages += one.pages
                bad |= {one.record} if one.leaks or one.error else set()
                _print(door, one, out=True)
    door.emit({"summary": {"checked": checked, "pages": pages, "bad": len(bad)}})
    door.note(
        f"{checked} reading copies with {counted(pages, 'page')} checked, "
        f"{len(bad)} are not as they must be."
    )
    return _LEAK if bad else exits.OK


def _print(door: Door, report: LeakReport, *, out: bool = False) -> None:
    """Print a report; of a copy that is `out`, the first thing to do is to withdraw it."""
    places = [_place(report.record, leak) for leak in report.leaks]
    if out:
        back = f"strongroom withdraw {report.record} --reason WHY"
        places = [{**one, "next": f"{back}; then {one['next']}"} for one in places]
    lines = [
        f"{report.record}  {p['field']} {p['start']}:{p['end']}  {p['source'] or ''}".rstrip()
        + f"\n    {p['next']}"
        for p in places
    ]
    lines += (
        [f"{report.record}  cannot be opened or looked at: {report.error}"] if report.error else []
    )
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
    kind, _, twin = leak.field.partition(":")
    ways = {
        "pages:lines": f"strongroom redact propose {record} and submit it: pages are set anew now",
        "twin": f"strongroom redact mark {twin}, or withdraw {twin}: it shows what is hidden here",
        "hidden-in": f"strongroom redact carry {twin} --to {record}, or mark here what it hides",
        "title": f"strongroom redact title {record} with words that name nobody",
        "pages": f"strongroom redact preview {record} --pages -o FILE, then mark it by --region",
    }
    seen = "pages" if leak.page is not None else kind
    by_text = f"strongroom redact preview {record}, then mark what stands there by --text"
    return ways.get(leak.field) or ways.get(seen, by_text)
