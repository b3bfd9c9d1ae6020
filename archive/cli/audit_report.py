"""`strongroom audit report`: what a court is given about the ledger, as HTML or PDF."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from archive.bootstrap import utc_now
from archive.cli.audit_common import code_of, keys_of, pin_option, policy_for, policy_option, told
from archive.cli.audit_time import authorities_for, authorities_option
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.errors import InvalidValue
from archive.services import audit as service
from archive.services.audit.reports import Asked, report
from archive.services.oversight.report_pages import render_html, render_pdf

_FORMS = {".html": render_html, ".pdf": render_pdf}


@click.command("report")
@click.option("--from", "start", metavar="DATE", help="Count events from this day on (UTC).")
@click.option("--to", "end", metavar="DATE", help="Count events up to this day, it included.")
@click.option("-o", "--output", required=True, metavar="FILE", help="A new .html or .pdf file.")
@policy_option
@authorities_option
@pin_option
@common
@pass_door
def report_command(
    door: Door,
    start: str | None,
    end: str | None,
    output: str,
    policy: str | None,
    authorities: str | None,
    pinned: str | None,
) -> int:
    """Verify, and report in the form that a court expects. Exit 4: something does not hold."""
    render = _FORMS.get(Path(output).suffix)
    if render is None:
        raise InvalidValue("A report is an .html or a .pdf file.", hint="Name it so.")
    first = None if start is None else _day(start)
    last = None if end is None else _day(end) + timedelta(days=1)
    with door.ledger() as archive:
        asked = Asked(
            archive=archive.folder.archive_id or "a copy of its ledger",
            vkeys=keys_of(archive, pinned),
            authorities=authorities_for(archive, authorities),
            policy=policy_for(archive, policy),
            start=first,
            end=last,
        )
        files = service.LogFiles(archive.folder)
        made = report(archive.catalog, files, asked, now=utc_now())
    with new_file(output) as out:
        out.write(render(made))
    verdict = made.verdict
    data = {"path": output, "ok": verdict.ok, "size": verdict.size, "root": verdict.root}
    door.emit(data, "\n".join([f"Wrote {output}.", *told(verdict)]))
    return code_of(verdict)


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise InvalidValue("That is not a date.", hint="Write it like 2026-03-01.") from None
