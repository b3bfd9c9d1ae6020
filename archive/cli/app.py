"""The `strongroom` command: its groups, and what becomes of an error."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from archive import __version__
from archive.cli import exits
from archive.cli.accessions import accession
from archive.cli.audit import audit
from archive.cli.backup import backup, restore
from archive.cli.context import common
from archive.cli.demo import demo
from archive.cli.doctor import doctor
from archive.cli.erasing import erase
from archive.cli.founding import init
from archive.cli.ingest import ingest
from archive.cli.jobs import extract, jobs
from archive.cli.keys import key
from archive.cli.marking import commands as marking
from archive.cli.members import member
from archive.cli.quarantine import quarantine
from archive.cli.reading import export, get, records, show
from archive.cli.receipts import receipt
from archive.cli.redacting import redact
from archive.cli.releasing import leakcheck, release, withdraw
from archive.cli.searching import search, searches
from archive.cli.serving import serve
from archive.cli.sources import source
from archive.cli.state import config, index, status
from archive.cli.tokens import token
from archive.cli.unlocking import lock, seal, sessions, unlock
from archive.cli.unsealing import unseal
from archive.errors import ArchiveError

_INTERNAL_HINT = "What was acknowledged is safe. Please report the place that is named here."


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="strongroom")
@common
def cli() -> None:
    """Keep source documents sealed, searchable and provable.

    Archivists ingest and redact, researchers search and read what was released, auditors verify.
    Start with `strongroom demo`, or with `strongroom init`.
    """


for command in (
    init,
    member,
    key,
    ingest,
    extract,
    jobs,
    search,
    searches,
    show,
    export,
    get,
    records,
    receipt,
    source,
    accession,
    quarantine,
    redact,
    release,
    withdraw,
    leakcheck,
    erase,
    audit,
    backup,
    restore,
    index,
    status,
    config,
    doctor,
    unlock,
    lock,
    sessions,
    token,
    seal,
    serve,
    demo,
):
    cli.add_command(command)
source.add_command(unseal)
for command in marking:
    redact.add_command(command)


def _fail(code: str, message: str, hint: str, exit_code: int, *, as_json: bool) -> NoReturn:
    if as_json:
        body = {"code": code, "message": message, "hint": hint, "exit": exit_code}
        click.echo(json.dumps({"error": body}, ensure_ascii=False))
    else:
        click.echo(f"Error: {message}\n{hint}", err=True)
    sys.exit(exit_code)


def _place_of(error: Exception) -> str:
    """Say where an unforeseen error happened; its own words could hold content."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"Something unforeseen happened ({type(error).__name__} at {place})."


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that `archive.cli.exits` gives the outcome."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        done = cli.main(args=words, prog_name="strongroom", standalone_mode=False)
    except ArchiveError as error:
        code = exits.exit_code(error)
        _fail(error.code, error.public_message, error.next_step, code, as_json=as_json)
    except click.UsageError as error:
        hint = f"See `{error.ctx.command_path} --help`." if error.ctx else "See --help."
        _fail("usage", error.format_message(), hint, exits.USAGE, as_json=as_json)
    except click.ClickException as error:
        _fail("usage", error.format_message(), "See --help.", exits.USAGE, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        hint = "What was acknowledged is safe; run the same command again to go on."
        _fail("interrupted", "Interrupted.", hint, exits.INTERRUPTED, as_json=as_json)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(exits.OK)
    except Exception as error:
        _fail("internal", _place_of(error), _INTERNAL_HINT, exits.ERROR, as_json=as_json)
    sys.exit(done if isinstance(done, int) else exits.OK)
