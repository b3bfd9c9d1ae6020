"""`strongroom doctor`: tells whether a machine is fit for an archive."""

from __future__ import annotations

import time

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.services.upkeep.doctor import Check, Level, examine

_WIDTH = 9


@click.command()
@common
@pass_door
def doctor(door: Door) -> int:
    """Check this machine and, with --archive, the archive's folder; needs no key.

    Ends with 0 when all is well or there are only warnings.
    """
    checks = list(examine(door.named_folder, now=time.time()))
    ok = all(check.level is not Level.PROBLEM for check in checks)
    door.emit({"ok": ok, "checks": [_data(one) for one in checks]}, "\n".join(map(_text, checks)))
    return exits.OK if ok else exits.ERROR


def _data(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "ok": check.level is Level.OK,
        "level": check.level.value,
        "detail": check.detail,
        "hint": check.hint,
    }


def _text(check: Check) -> str:
    line = f"{check.level.value:{_WIDTH}}{check.name}: {check.detail}"
    return line if check.hint is None else f"{line}\n{'':{_WIDTH}}{check.hint}"
