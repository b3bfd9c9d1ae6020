"""The custodians' room of identities: one asks what for, another agrees, the first one opens."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import (
    AccessDenied,
    ArchiveError,
    FourEyesRequired,
    InvalidInput,
    InvalidValue,
    RecordNotFound,
    WrongPassphrase,
)
from archive.model.access import Action, Role
from archive.model.ids import parse_record_id, parse_source_ref
from archive.services.members import administration
from archive.services.sources import entries as sources
from archive.services.sources import unsealing as service
from webui.confirming import confirmed
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.wording import lazy, say

pages = Blueprint("unsealing", __name__, url_prefix="/unsealing")

Shown = str | tuple[str, int]

_TOGETHER = 2
"""Custodians whom an identity opens to."""

_LASTING = {
    "1": lazy("1 hour"),
    "4": lazy("4 hours"),
    "24": lazy("1 day"),
    "72": lazy("3 days"),
    "168": lazy("7 days"),
}
_REFUSALS = (InvalidInput, AccessDenied, FourEyesRequired, RecordNotFound, WrongPassphrase)


@pages.get("")
@needs(Action.UNSEAL)
def listing() -> Shown:
    """List the requests whose time is not over, and ask for a new one."""
    return _page()


@pages.post("")
@needs(Action.UNSEAL)
def request() -> Response | Shown:
    """Ask another custodian to open who a source is."""
    try:
        ref, lasting = parse_source_ref(field("source")), _lasting()
        asked = service.request(archive(), session(), ref, field("purpose").strip(), lasting)
    except _REFUSALS as error:
        return _page(error)
    notice(say("Another custodian must agree that you open %(source)s.", source=asked.source))
    return redirect(url_for("unsealing.listing"), 303)


@pages.post("/approve")
@needs(Action.UNSEAL)
def approve() -> Response | Shown:
    """Agree to another custodian's request."""
    try:
        number = str(parse_record_id(field("request")))
        with confirmed() as me:
            agreed = service.approve(archive(), me, number)
    except _REFUSALS as error:
        return _page(error)
    names = {one.id: one.name for one in administration.members(archive(), session())}
    who = names.get(agreed.requester) or say("The other custodian")
    notice(say("%(who)s may open %(source)s now.", who=who, source=agreed.source))
    return redirect(url_for("unsealing.listing"), 303)


@pages.post("/open")
@needs(Action.UNSEAL)
def identity() -> Shown:
    """Show who a source is, this once."""
    try:
        ref = parse_source_ref(field("source"))
        with confirmed() as me:
            found = service.identity(archive(), me, ref)
    except _REFUSALS as error:
        return _page(error)
    return render_template("custody/identity.html", identity=found)


def _lasting() -> timedelta:
    if field("lasting") not in _LASTING:
        raise InvalidValue(say("Choose for how long."))
    return timedelta(hours=int(field("lasting")))


def _page(error: ArchiveError | None = None) -> Shown:
    members = administration.members(archive(), session())
    custodians = [one for one in members if one.role is Role.CUSTODIAN and one.state == "active"]
    html = render_template(
        "custody/unsealing.html",
        requests=service.requests(archive(), session()),
        names={one.id: one.name for one in members},
        alone=len(custodians) < _TOGETHER,
        me_id=session().member.id,
        sources=sources.pseudonyms(archive(), session()),
        lasting=_LASTING,
        asked={name: field(name) for name in ("source", "purpose", "lasting")},
        error=error,
    )
    return html if error is None else (html, status_code(error))
