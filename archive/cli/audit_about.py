"""`strongroom audit object`, `access`, `redaction`, `erasures`: what the ledger tells about one."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import click

from archive.cli.audit_common import code_of, findings, keys_of, pin_option, shown_line, told
from archive.cli.context import Door, common, pass_door
from archive.model.ids import RecordId, parse_record_id
from archive.services import audit as service
from archive.services.parts import Archive
from archive.services.reading import RELEASED
from archive.services.redaction.proofs import audit_released


def result(door: Door, verdict: service.Verdict, data: dict[str, Any], lines: list[str]) -> int:
    """Print what was asked, then the verdict on the ledger below it; return the exit code."""
    body = {"ok": verdict.ok, "size": verdict.size, **data, "failures": findings(verdict)}
    word = "ok" if verdict.ok else "NOT OK"
    ending = f"{word}: {verdict.size} entries, root {verdict.root}"
    door.emit(body, "\n".join([*lines, ending, *told(verdict)]))
    return code_of(verdict)


def _lines(found: list[service.TimelineEntry]) -> list[str]:
    return [shown_line(one) for one in found]


@click.command("object")
@click.argument("record", metavar="RECORD|UUID")
@pin_option
@common
@pass_door
def object_(door: Door, record: str, pinned: str | None) -> int:
    """Tell the whole history of RECORD, and whether it has a gap. Exit 4: something is wrong."""
    with door.ledger() as archive:
        told = service.history(
            archive.catalog,
            keys_of(archive, pinned),
            parse_record_id(record),
            files=service.LogFiles(archive.folder),
        )
    data = {"about": [asdict(one) for one in told.about]}
    data["naming"] = [asdict(one) for one in told.naming]
    return result(door, told.verdict, data, _lines(told.about) + _lines(told.naming))


@click.command("access")
@click.argument("record", metavar="RECORD|UUID")
@pin_option
@common
@pass_door
def access(door: Door, record: str, pinned: str | None) -> int:
    """Tell who saw RECORD or took it out, when, and who was refused. Exit 4: something is wrong."""
    with door.ledger() as archive:
        told = service.accesses(
            archive.catalog,
            keys_of(archive, pinned),
            parse_record_id(record),
            files=service.LogFiles(archive.folder),
        )
    found = [*told.about, *told.naming]
    data = {"accesses": [asdict(one) for one in found]}
    return result(door, told.verdict, data, _lines(found))


@click.command("redaction")
@click.argument("record")
@click.option("--without-keys", is_flag=True, help="Ask the ledger alone; nobody signs in.")
@pin_option
@common
@pass_door
def redaction(door: Door, record: str, pinned: str | None, without_keys: bool) -> int:
    """Follow the reading copy of RECORD back to its original, and who worked and approved.

    Whoever is named with --as also checks, with the key of the ledger and hashes alone, that no
    passage was dropped from the copy without a marker. Exit 4: it fails.
    """
    wanted = parse_record_id(record)
    with door.ledger() as archive:
        told = service.redaction(
            archive.catalog,
            keys_of(archive, pinned),
            wanted,
            stored=_stored(archive, wanted) if isinstance(archive, Archive) else None,
            files=service.LogFiles(archive.folder),
        )
    named = isinstance(archive, Archive) and door.settings.get("member") is not None
    checked = named and told.released and not without_keys
    passages = _passages(door, told, wanted) if checked else None
    data: dict[str, Any] = {
        "reading_copy": told.copy,
        "manifest": told.manifest,
        "workers": list(told.workers),
        "approver": told.approver,
        "released": told.released,
        "persons": "one" if told.alone else "two",
        "passages": passages,
        "steps": [asdict(one) for one in told.steps],
    }
    return result(door, told.verdict, data, _lines(told.steps) + _shown(told, passages))


def _stored(archive: Archive, record: RecordId) -> service.Stored:
    """Return what the catalog says about the redaction of a record."""
    with archive.catalog.read() as view:
        plan, out = view.plans.get(record), view.releases.get(record)
    return service.Stored(
        None if plan is None else (hashlib.sha256(plan.sealed).hexdigest(), plan.state),
        None if out is None or out.state != RELEASED else out.copy_digest,
    )


def _passages(door: Door, told: service.Derivation, record: RecordId) -> dict[str, Any]:
    """Check the proof of the copy that is out; what is wrong is added to the verdict."""
    with door.session() as (archive, session):
        found = audit_released(archive, session, record)
    for code, words in zip(found.failures, found.words, strict=True):
        told.verdict.fail(code, None, words)
    return {"ok": found.ok, "all": found.units, "hidden": found.hidden, "root": found.root}


def _shown(told: service.Derivation, passages: dict[str, Any] | None) -> list[str]:
    lines = [f"copy     {told.copy}", f"from     {told.manifest}"] if told.copy else []
    lines += [f"worked   {one}" for one in told.workers]
    lines += [f"approved {told.approver}"] if told.approver else []
    lines += ["by one    the archive was founded for one person"] if told.alone else []
    if passages is not None and passages["ok"]:
        lines.append(
            f"passages {passages['all']}, {passages['hidden']} hidden, none dropped unseen"
        )
    elif passages is None and told.released:
        lines.append("not checked: whether a passage was dropped unseen (name an auditor: --as)")
    return lines


@click.command("erasures")
@pin_option
@common
@pass_door
def erasures(door: Door, pinned: str | None) -> int:
    """List what was destroyed, by whom, and that it is gone. Exit 4: something is still there."""
    with door.ledger() as archive:
        told = service.erasures(
            archive.catalog,
            keys_of(archive, pinned),
            frozenset(archive.store.digests()) if isinstance(archive, Archive) else frozenset(),
            files=service.LogFiles(archive.folder),
        )
        if not isinstance(archive, Archive):
            door.note("Not checked: that it is gone; the objects are not in a copy of the ledger.")
    data = {"erasures": [{**asdict(line), "objects": list(gone)} for line, gone in told.found]}
    lines = [f"{shown_line(line)}  {len(gone)} objects" for line, gone in told.found]
    return result(door, told.verdict, data, lines)
