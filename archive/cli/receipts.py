"""`strongroom receipt`: what an ingest did, signed, as JSON and PDF."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.cli.printing import counted, shown
from archive.errors import InvalidValue, LedgerTampered
from archive.model.ids import parse_record_id
from archive.model.provenance import EventType
from archive.model.receipt import ReceiptLine, RunId
from archive.services.intake import receipts as service
from archive.services.intake.receipt_checks import verify_receipt
from archive.services.intake.receipt_codec import SignedReceipt
from archive.services.parts import Archive
from archive.services.session import Session

FORMATS = ("json", "pdf")


@click.group()
def receipt() -> None:
    """Look at receipts of ingest runs, keep them as files, verify them."""


def format_of(path: str) -> str:
    """Return the format that a file name asks for.

    Raises:
        InvalidValue: the name ends in neither.
    """
    ending = Path(path).suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InvalidValue(
            "A receipt is a .json or a .pdf file.", hint="Give a name that ends in one of the two."
        )
    return ending


def new_receipt(path: str) -> None:
    """Refuse early a file that could not be written at the end.

    Raises:
        InvalidValue: the name ends in no known format, or there is something at `path` already.
    """
    format_of(path)
    _refuse_existing(path)


def _refuse_existing(path: str) -> None:
    if os.path.lexists(path):
        raise InvalidValue("There is a file of that name already.", hint="Choose another name.")


def rendered(signed: SignedReceipt, form: str) -> bytes:
    """Return a receipt as the bytes of a file."""
    if form == "json":
        return signed.document
    from archive.services.intake.receipt_pdf import render_pdf  # noqa: PLC0415 - 0.4 s

    return render_pdf(signed)


def write_receipt(
    archive: Archive, session: Session, run: RunId, path: str, form: str, *, force: bool = False
) -> None:
    """Write a receipt to a new file with mode 0600; the export is in the ledger first."""
    if not force:
        _refuse_existing(path)
    signed = service.show_receipt(archive, session, run, EventType.EXPORT)
    content = rendered(signed, form)
    with new_file(path, replace=force) as out:
        out.write(content)


@receipt.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@common
@pass_door
def list_command(door: Door, limit: int, page: int) -> None:
    """List receipts, newest first."""
    with door.session() as (archive, session):
        found = service.list_receipts(archive, session, page=page, limit=limit)
    for one in found:
        state = "" if one.complete else "  (stopped early)"
        text = f"{one.run}  {one.ended[:19]}  {one.files:>8} files  {one.member}{state}"
        door.emit(asdict(one), text)
    if not found:
        door.note("There are no receipts yet.")


@receipt.command("show")
@click.argument("run")
@click.option("--format", "form", type=click.Choice(FORMATS), help="By default text or --json.")
@click.option("-o", "--output", metavar="FILE", help="Write a file (new, mode 0600).")
@click.option("--force", is_flag=True, help="Replace FILE if there is one.")
@common
@pass_door
def show_command(door: Door, run: str, form: str | None, output: str | None, force: bool) -> None:
    """Show the receipt of RUN. It is in the ledger before it is opened."""
    run_id = RunId(parse_record_id(run))
    with door.session() as (archive, session):
        if output is not None:
            chosen = form or format_of(output)
            write_receipt(archive, session, run_id, output, chosen, force=force)
            door.emit({"run": run_id, "path": output}, f"Written to {output}.")
            return
        signed = service.show_receipt(archive, session, run_id)
    if form is not None or door.settings.json:
        content = rendered(signed, form or "json")
        sys.stdout.buffer.write(content if form == "pdf" else content + b"\n")
        return
    door.emit({}, "\n".join(_text(signed)))


def _text(signed: SignedReceipt) -> list[str]:
    one = signed.receipt
    lines = [f"Receipt {one.run}  {one.ended[:19]}  {one.member.name} ({one.member.role.value})"]
    lines += [f"SHA-256 {signed.digest}", f"Ledger  {one.size} entries, root {one.root}", ""]
    for line in one.lines:
        lines += [_line(line), *(f"  {_line(inner)}" for inner in line.inside())]
    tally = one.totals.inputs
    counts = ", ".join(f"{count} {outcome.value}" for outcome, count in tally.files.items())
    size = sum(tally.bytes.values())
    return [
        *lines,
        "",
        f"{counted(sum(tally.files.values()), 'file')}, {counted(size, 'byte')}: {counts}",
    ]


def _line(line: ReceiptLine) -> str:
    reason = f"  ({line.reason})" if line.reason else ""
    return f"{line.outcome.value:10} {line.record or '-':36}  {shown(line.path)}{reason}"


@receipt.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@common
@pass_door
def verify_command(door: Door, file: Path) -> int:
    """Check the JSON receipt in FILE against members and ledger. Exit 4 when it is not genuine.

    Needs no passphrase. Whether the ledger itself holds is told by `audit verify`.
    """
    try:
        document = file.read_bytes()
    except OSError:
        raise InvalidValue("The receipt could not be read.") from None
    with door.archive() as archive:
        verdict = verify_receipt(archive.catalog, archive.folder.archive_id, document)
    data = {
        "ok": verdict.ok,
        "run": verdict.run,
        "digest": verdict.digest,
        "failures": [asdict(finding) for finding in verdict.findings],
    }
    lines = [f"ok: receipt {verdict.run}"] if verdict.ok else ["NOT OK:"]
    lines += [f"  {finding.code}: {finding.message}" for finding in verdict.findings]
    door.emit(data, "\n".join(lines))
    return exits.OK if verdict.ok else exits.exit_code(LedgerTampered())
