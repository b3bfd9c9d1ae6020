"""`strongroom audit stamp` and `time`: tokens of time-stamping authorities (RFC 3161)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from archive.cli import exits
from archive.cli.audit_common import keys_of, pin_option
from archive.cli.context import Door, common, pass_door
from archive.cli.exits import PARTIAL
from archive.cli.files import new_file
from archive.errors import InvalidValue, LedgerTampered
from archive.services import audit as service
from archive.services.audit import stamps
from archive.services.audit.copies import Auditable

_MOST = 1 << 20  # bytes of a token

authorities_option = click.option(
    "--authorities", metavar="DIR", help="Believe the time-stamping authorities of these PEM files."
)
"""The option that names a folder of trusted time-stamping authorities."""


def authorities_for(archive: Auditable, folder: str | None) -> tuple[stamps.Authority, ...]:
    """Return the authorities of a folder, or those beside the archive.

    Raises:
        InvalidValue: a file cannot be used.
    """
    if folder is None:
        return stamps.own_authorities(service.LogFiles(archive.folder))
    return stamps.authorities(Path(folder))


@click.command("stamp")
@authorities_option
@click.option("--request", metavar="FILE", help="Write the request (.tsq) to carry to one.")
@click.option("--token", metavar="FILE", help="Take in the reply (.tsr) that was carried back.")
@common
@pass_door
def stamp(door: Door, authorities: str | None, request: str | None, token: str | None) -> int:
    """Have the newest checkpoint time-stamped (RFC 3161); by hand with --request and --token."""
    with door.archive() as archive:
        files = service.LogFiles(archive.folder)
        note = service.checkpoint(archive.catalog)
        if request is not None:
            with new_file(request) as out:
                out.write(stamps.ask_by_hand(files, note))
            door.emit({"path": request}, f"Wrote {request}; bring the reply with --token.")
            return exits.OK
        known = authorities_for(archive, authorities)
        if token is not None:
            name, size = stamps.take_carried(files, known, _bytes_of(token))
            door.emit({"authority": name, "size": size}, f"{name} stamped {size} entries.")
            return exits.OK
        answers = stamps.ask(files, note, known)
    return _told(door, answers)


def _told(door: Door, answers: Sequence[stamps.Asked]) -> int:
    for one in answers:
        door.emit(asdict(one), f"{one.outcome:12} {one.authority} {one.detail}".rstrip())
    if not answers:
        hint = "Put `authorities/NAME.pem` with a line `URL: http...` into the archive's folder."
        raise InvalidValue("No time-stamping authority with an address is known.", hint=hint)
    return exits.OK if all(one.outcome == "stamped" for one in answers) else PARTIAL


def _bytes_of(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST)
    except OSError:
        raise InvalidValue("The token could not be read.", hint="Check its name.") from None


@click.command("time")
@authorities_option
@pin_option
@common
@pass_door
def time(door: Door, authorities: str | None, pinned: str | None) -> int:
    """List the time-stamp tokens: how many entries existed when. Exit 4: one proves nothing."""
    with door.ledger() as archive:
        files = service.LogFiles(archive.folder)
        keys = service.keys_of_all_times(archive.catalog, keys_of(archive, pinned))
        found = list(stamps.check(files, keys, authorities_for(archive, authorities)))
    for view, _ in found:
        if view.problem is not None:
            line = f"NOT OK: {view.authority}: {view.problem}"
        elif view.time is None or view.until is None:
            line = f"not checked: {view.size} entries, by {view.authority}, which is not known here"
        else:
            times = f"{view.time:%Y-%m-%d %H:%M:%S}Z, can be checked until {view.until:%Y-%m-%d}"
            line = f"{view.size:>8} entries existed at {times} ({view.authority})"
        door.emit(asdict(view), line)
    if not found:
        door.note("No checkpoint was time-stamped yet.")
    bad = any(view.problem is not None for view, _ in found)
    return exits.exit_code(LedgerTampered()) if bad else exits.OK
