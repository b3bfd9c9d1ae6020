"""The member's own tokens for programs: made, listed, revoked; a token is shown once."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive import policy
from archive.errors import ArchiveError, InvalidInput, InvalidValue, RecordNotFound, WrongPassphrase
from archive.model.access import Scope
from archive.services.members import tokens as service
from webui.confirming import trying
from webui.desk import archive, desk, field, notice, session
from webui.errors import status_code
from webui.wording import lazy, say

pages = Blueprint("tokens", __name__, url_prefix="/tokens")

Shown = str | tuple[str, int]

SCOPES = {
    Scope.READING: lazy("search and read released reading copies"),
    Scope.ORIGINALS: lazy("search and read originals"),
    Scope.INGEST: lazy("hand in files, see accessions and what waits"),
    Scope.AUDIT: lazy("read and verify the ledger"),
}
"""Scopes in the words that pages use."""

LASTING = {
    15: lazy("15 minutes"),
    60: lazy("an hour"),
    240: lazy("4 hours"),
    480: lazy("8 hours"),
}
"""How long a token may last, in minutes and in words."""


@pages.get("")
def listing() -> Shown:
    """List the member's tokens that can be used, with a form to make one."""
    return _page(None)


@pages.post("")
def create() -> Shown:
    """Make a token and show it, this once."""
    try:
        scopes = tuple(one for one in Scope if one.value in request.form.getlist("scope"))
        with trying():
            given = bytearray(field("passphrase").encode())
            made = service.create(archive(), session().name, given, scopes, _lasting())
    except (InvalidInput, WrongPassphrase) as error:
        return _page(error)
    return render_template("token_made.html", made=made, scopes=SCOPES)


@pages.post("/revoke")
def revoke() -> Response:
    """Revoke a token."""
    try:
        service.revoke(archive(), session(), field("id"))
    except RecordNotFound:
        notice(say("That token is over already."))
    else:
        desk().bearers.end(field("id"))
        notice(say("The token is revoked."))
    return redirect(url_for("tokens.listing"), 303)


def _lasting() -> timedelta:
    text = field("minutes")
    if not text.isdecimal() or int(text) not in LASTING:
        raise InvalidValue(say("Choose how long the token lasts."))
    return timedelta(minutes=int(text))


def _page(error: ArchiveError | None) -> Shown:
    html = render_template(
        "tokens.html",
        tokens=service.listed(archive(), session()),
        offered=policy.scopes(session().member.role),
        scopes=SCOPES,
        lasting=LASTING,
        error=error,
    )
    return html if error is None else (html, status_code(error))
