"""`strongroom audit compare`, `keys`, `backdate`: other checkpoints, who held keys, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from archive.cli.audit_about import result
from archive.cli.audit_common import (
    keys_of,
    pin_option,
    policy_for,
    policy_option,
    shown_line,
    text_of,
)
from archive.cli.audit_time import authorities_for, authorities_option
from archive.cli.context import Door, common, pass_door
from archive.errors import InvalidValue, LedgerTampered
from archive.model.ids import parse_record_id
from archive.services import audit as service
from archive.services.parts import Archive


@click.command("compare")
@click.argument("other", metavar="FILE|URL")
@pin_option
@common
@pass_door
def compare(door: Door, other: str, pinned: str | None) -> int:
    """Compare this ledger with a checkpoint or pin that somebody else has. Exit 4: not one history.

    `same`, `ahead` (this one has grown since), `behind` (entries are missing here), `fork`. A URL
    is that of a checkpoint; one that ends in /checkpoint is taken for a C2SP tlog-tiles log.
    """
    text, tiles = _other(other)
    with door.ledger() as archive:
        told = service.compare(archive.catalog, keys_of(archive, pinned), text, tiles=tiles)
    data: dict[str, Any] = {"relation": told.relation, "proof": told.proof}
    lines = [told.relation]
    for name, head in (("here", told.here), ("there", told.there)):
        data[name] = None if head is None else {"size": head.size, "root": head.root.hex()}
        if head is not None:
            lines.append(f"  {name:6} {head.size} entries, root {head.root.hex()}")
    lines += [f"  proof  {one}" for one in told.proof or ()]
    return result(door, told.verdict, data, lines)


def _other(other: str) -> tuple[str, Callable[[str], bytes] | None]:
    """Return the text at a file or URL, and what reads the tiles beside it.

    Raises:
        InvalidValue: it cannot be had, or is not text.
    """
    if not other.startswith(("http://", "https://")):
        return text_of(other), None
    base, slash, name = other.rpartition("/")

    def read(tile: str) -> bytes:
        try:
            status, body = service.post(f"{base}{slash}{tile}", None)
        except OSError:
            raise LedgerTampered from None
        if status != 200:
            raise LedgerTampered
        return body

    try:
        text = read(name).decode()
    except (LedgerTampered, UnicodeDecodeError):
        hint = "Check the address, or fetch the checkpoint as a file."
        raise InvalidValue("No checkpoint came from that address.", hint=hint) from None
    return text, read if name == "checkpoint" else None


@click.command("keys")
@click.option(
    "--on", "day", metavar="DATE", help="Who could open what at the end of that day (UTC)."
)
@pin_option
@common
@pass_door
def keys(door: Door, day: str | None, pinned: str | None) -> int:
    """Tell key epochs, grants and roles over time, and who could open what. Exit 4: it differs."""
    on = None if day is None else f"{_day(day)}T23:59:59.999999Z"
    with door.ledger() as archive:
        told = service.keys(
            archive.catalog,
            keys_of(archive, pinned),
            _grants(archive) if isinstance(archive, Archive) else (),
            members=_members(archive) if isinstance(archive, Archive) else None,
            on=on,
            files=service.LogFiles(archive.folder),
        )
    data = {"events": [asdict(one) for one in told.events]}
    data["openers"] = [asdict(one) for one in told.openers]
    data["members"] = [asdict(one) for one in told.tenures]
    lines = [] if day else [shown_line(one) for one in told.events]
    for one in told.openers:
        until = "" if one.present else "  (until then; may have kept it)"
        lines.append(f"{one.compartment:10} epoch {one.epoch}  {one.role:10} {one.member}{until}")
    return result(door, told.verdict, data, lines)


def _grants(archive: Archive) -> list[tuple[str, str, int]]:
    """Return member, purpose and epoch of every grant in the catalog."""
    with archive.catalog.read() as view:
        return [
            (row.member, row.purpose, row.epoch)
            for member in view.members.all()
            for row in view.keys.grants_for(member.id)
        ]


def _members(archive: Archive) -> list[tuple[str, str, str]]:
    """Return id, role and state of every member in the catalog."""
    with archive.catalog.read() as view:
        return [(row.id, row.role, row.state) for row in view.members.all()]


def _day(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise InvalidValue("Give a day as 2026-03-01.") from None


@click.command("backdate")
@click.option("--record", help="Only events about this record.")
@policy_option
@authorities_option
@pin_option
@common
@pass_door
def backdate(
    door: Door,
    record: str | None,
    policy: str | None,
    authorities: str | None,
    pinned: str | None,
) -> int:
    """Tell for each event between when and when it must have happened. Exit 4: its time is false.

    Not before the checkpoint that it quotes, by the log's own clock; not after the first witness
    had cosigned a checkpoint above it, or an authority had stamped one.
    """
    with door.ledger() as archive:
        files, vkeys = service.LogFiles(archive.folder), keys_of(archive, pinned)
        marks = service.marks_of(
            files,
            service.keys_of_all_times(archive.catalog, vkeys),
            policy_for(archive, policy),
            authorities_for(archive, authorities),
        )
        about = parse_record_id(record) if record else None
        told = service.date(archive.catalog, vkeys, marks, files=files, obj=about)
    data = {
        "events": [
            {
                "index": one.line.index,
                "type": one.line.type,
                "claimed": one.line.time,
                "not_before": one.not_before,
                "not_after": one.not_after,
                "by": one.by,
            }
            for one in told.found
        ]
    }
    lines = []
    for one in told.found:
        first = f"{one.not_before:%Y-%m-%d %H:%M:%S}" if one.not_before else "the beginning"
        last = f"{one.not_after:%Y-%m-%d %H:%M:%S} ({one.by})" if one.not_after else "no mark yet"
        lines.append(f"{shown_line(one.line)}\n          between {first} and {last}")
    return result(door, told.verdict, data, lines)
