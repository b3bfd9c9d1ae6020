"""What the audit commands share: files of text, the witness policy, verdicts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from archive.cli import exits
from archive.cli.context import Door
from archive.errors import InvalidValue, LedgerTampered
from archive.model.provenance import EventType
from archive.services import audit as service
from archive.services.audit.copies import Auditable
from archive.services.oversight.cosigning import own_policy

_MOST = 1 << 24  # bytes of a file that is read whole

policy_option = click.option(
    "--policy", metavar="FILE", help="Witnesses and quorum (C2SP tlog-policy)."
)
"""The option that names a witness policy."""


pin_option = click.option(
    "--pin", "pinned", metavar="FILE", help="Take the log's keys from this pin."
)
"""The option that names a pin to take the log's keys from."""


def keys_of(archive: Auditable, pinned: str | None) -> tuple[str, ...]:
    """Return the log's keys: of a pin, or those that the archive says are its own.

    Raises:
        InvalidValue: that is not a pin, or there is none beside a copy that has no keys.
        LedgerTampered: the pin does not hold.
    """
    if pinned:
        return service.parse_pin(text_of(pinned))[0]
    if not archive.folder.vkeys:
        raise InvalidValue(
            "The copy of the ledger has no keys of the log.", hint="Give --pin FILE."
        )
    return archive.folder.vkeys


def shown_line(one: service.TimelineEntry) -> str:
    """Return an entry as a line for a person."""
    name = EventType(one.type).name.lower().replace("_", "-")
    refused = "" if one.outcome == "success" else f"  {one.outcome}"
    who = one.member or one.key_id
    return (
        f"{one.index:>8}  {one.time[:19]}  {one.role:10} {name:24} {one.object}  by {who}{refused}"
    )


def text_of(path: str) -> str:
    """Return the text of a file.

    Raises:
        InvalidValue: it cannot be read, is not UTF-8, or is longer than 16 MiB.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST + 1)
        if len(data) <= _MOST:
            return data.decode()
    except (OSError, UnicodeDecodeError):
        pass
    raise InvalidValue("A file could not be read as text.", hint="Check its name and content.")


def policy_for(archive: Auditable, path: str | None) -> service.Policy | None:
    """Return the policy of a file, or the one beside the archive if there is one.

    Raises:
        InvalidValue: it is not a policy.
    """
    return own_policy(archive.folder.path) if path is None else service.Policy.parse(text_of(path))


def needed_policy(archive: Auditable, path: str | None) -> service.Policy:
    """Return the policy, of which there must be one.

    Raises:
        InvalidValue: there is none, or it is not a policy.
    """
    policy = policy_for(archive, path)
    if policy is None:
        hint = "Write `witnesses.policy` into the archive's folder, or give --policy FILE."
        raise InvalidValue("There is no witness policy.", hint=hint)
    return policy


def findings(verdict: service.Verdict) -> list[dict[str, Any]]:
    """Return the findings as JSON objects."""
    return [asdict(finding) for finding in verdict.failures]


def result(door: Door, verdict: service.Verdict) -> int:
    """Print a verdict and return the exit code."""
    data = {
        "ok": verdict.ok,
        "size": verdict.size,
        "root": verdict.root,
        "cosigned": verdict.cosigned,
        "failures": findings(verdict),
    }
    word = "ok" if verdict.ok else "NOT OK"
    lines = [f"{word}: {verdict.size} entries, root {verdict.root}"]
    if verdict.cosigned is not None:
        lines.append(f"  a quorum of witnesses has seen the first {verdict.cosigned}")
    lines += told(verdict)
    door.emit(data, "\n".join(lines))
    return code_of(verdict)


def told(verdict: service.Verdict) -> list[str]:
    """Return a line for each of the first findings."""
    return [
        f"  {one.code}{'' if one.index is None else f' at {one.index}'}: {one.message}"
        for one in verdict.failures[:20]
    ]


def code_of(verdict: service.Verdict) -> int:
    """Return the exit code of a verdict."""
    return exits.OK if verdict.ok else exits.exit_code(LedgerTampered())
