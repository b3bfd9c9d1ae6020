"""Trying too soon at the doors: how long to wait, and one count in the ledger for each wait."""

from __future__ import annotations

from flask import g, request

from archive.services.members.entering import AttemptKind, note_attempt
from webui.desk import archive, desk


def address() -> str:
    """Return where this request came from."""
    return request.remote_addr or ""


def wait_for(name: str) -> int:
    """Return the seconds until this name may be tried from here; 0 means now.

    The first try of each wait is counted, so that however many there are cost one write. What is
    tried now is under way until the request is over.
    """
    seconds = desk().throttle.begin(name, address())
    if not seconds:
        g.setdefault("tried", []).append(name)
    elif desk().throttle.first_refusal(name, address()):
        note_attempt(archive(), name, AttemptKind.TOO_SOON)
    return seconds


def stop_trying(_error: BaseException | None = None) -> None:
    """End what this request tried."""
    for name in g.pop("tried", ()):
        desk().throttle.over(name, address())
