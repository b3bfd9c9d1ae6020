"""The `strongroom` command: its groups, and what becomes of an error."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from archive import __version__
from archive.cli import exits
from archive.cli.context import common
from archive.cli.lazy import LazyGroup
from archive.errors import ArchiveError

_INTERNAL_HINT = "What was acknowledged is safe. Please report the place that is named here."
_OUTPUT_HINT = "What was done stays done. Make room, or write elsewhere, and look at the outcome."
_OURS = 0o077  # umask: nobody but the owner, whatever the shell says

_COMMANDS = {
    "init": "archive.cli.founding:init",
    "member": "archive.cli.members:member",
    "key": "archive.cli.keys:key",
    "policy": "archive.cli.explaining:policy",
    "ingest": "archive.cli.ingest:ingest",
    "extract": "archive.cli.jobs:extract",
    "jobs": "archive.cli.jobs:jobs",
    "search": "archive.cli.searching:search",
    "searches": "archive.cli.searching:searches",
    "show": "archive.cli.reading:show",
    "export": "archive.cli.reading:export",
    "get": "archive.cli.reading:get",
    "records": "archive.cli.reading:records",
    "receipt": "archive.cli.receipts:receipt",
    "source": "archive.cli.sources:source",
    "describe": "archive.cli.describing:describe",
    "accession": "archive.cli.accessions:accession",
    "retention": "archive.cli.retaining:retention",
    "quarantine": "archive.cli.quarantine:quarantine",
    "redact": "archive.cli.marking:redact",
    "release": "archive.cli.releasing:release",
    "withdraw": "archive.cli.releasing:withdraw",
    "leakcheck": "archive.cli.releasing:leakcheck",
    "erase": "archive.cli.erasing:erase",
    "audit": "archive.cli.audit:audit",
    "backup": "archive.cli.backup:backup",
    "restore": "archive.cli.backup:restore",
    "index": "archive.cli.state:index",
    "status": "archive.cli.state:status",
    "config": "archive.cli.state:config",
    "doctor": "archive.cli.doctor:doctor",
    "unlock": "archive.cli.unlocking:unlock",
    "lock": "archive.cli.unlocking:lock",
    "sessions": "archive.cli.unlocking:sessions",
    "token": "archive.cli.tokens:token",
    "seal": "archive.cli.unlocking:seal",
    "serve": "archive.cli.serving:serve",
    "demo": "archive.cli.demo:demo",
}


@click.group(
    cls=LazyGroup,
    places=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="strongroom")
@common
def cli() -> None:
    """Keep source documents sealed, searchable and provable.

    Archivists ingest and redact, researchers search and read what was released, auditors verify.
    Start with `strongroom demo`, or with `strongroom init`.
    """


def _fail(code: str, message: str, hint: str, exit_code: int, *, as_json: bool) -> NoReturn:
    body = {"code": code, "message": message, "hint": hint, "exit": exit_code}
    text = json.dumps({"error": body}, ensure_ascii=False)
    try:
        click.echo(text if as_json else f"Error: {message}\n{hint}", err=not as_json)
    except OSError:
        _give_output_up()
        _say_if_possible(f"Error: {message}\n{hint}")
    sys.exit(exit_code)


def _give_output_up() -> None:
    """Let what is still to be written vanish, or Python ends with 120 when it cannot (sys.exit)."""
    with open(os.devnull, "wb") as nothing, suppress(OSError, ValueError):
        os.dup2(nothing.fileno(), sys.stdout.fileno())


def _say_if_possible(text: str) -> None:
    """Write to standard error, which may be full or closed as well."""
    with suppress(OSError, ValueError):
        click.echo(text, err=True)


def _is_output(error: OSError) -> bool:
    """Whether it was printing that failed: the innermost call is click's."""
    return traceback.extract_tb(error.__traceback__)[-1].name == "echo"


def _unforeseen(error: Exception, *, as_json: bool) -> NoReturn:
    if isinstance(error, OSError) and _is_output(error):
        _give_output_up()
        message = f"The output could not be written: {os.strerror(error.errno or errno.EIO)}."
        _fail("output-failed", message, _OUTPUT_HINT, exits.ERROR, as_json=False)
    _fail("internal", _place_of(error), _INTERNAL_HINT, exits.ERROR, as_json=as_json)


def _misunderstood(error: click.ClickException, *, as_json: bool) -> NoReturn:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"See `{context.command_path} --help`." if context else "See --help."
    message = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        if not as_json:
            _say_if_possible(message)
            sys.exit(exits.USAGE)
        message = "A command is missing."
    _fail("usage", message, hint, exits.USAGE, as_json=as_json)


def _place_of(error: Exception) -> str:
    """Say where an unforeseen error happened; its own words could hold content."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"Something unforeseen happened ({type(error).__name__} at {place})."


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that `archive.cli.exits` gives the outcome."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    os.umask(_OURS)
    try:
        done = cli.main(args=words, prog_name="strongroom", standalone_mode=False)
    except ArchiveError as error:
        code = exits.exit_code(error)
        _fail(error.code, error.public_message, error.next_step, code, as_json=as_json)
    except click.ClickException as error:
        _misunderstood(error, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        hint = "What was acknowledged is safe; run the same command again to go on."
        _fail("interrupted", "Interrupted.", hint, exits.INTERRUPTED, as_json=as_json)
    except SystemExit:  # click's answer to a pipe that nobody reads any more
        sys.exit(exits.PIPE_CLOSED)
    except Exception as error:
        _unforeseen(error, as_json=as_json)
    sys.exit(done if isinstance(done, int) else exits.OK)
