"""A member's own passkeys: which there are, one more, one fewer."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError
from archive.services.members import passkey_entry as entry
from archive.services.members import passkeys as service
from archive.services.members import second_factor
from webui.confirming import confirmed
from webui.desk import archive, field, member, notice, session
from webui.errors import status_code
from webui.headers import allow_passkeys
from webui.wording import say

pages = Blueprint("passkeys", __name__, url_prefix="/passkeys")


@pages.get("")
def listing() -> Response:
    """List one's own passkeys, with the form for one more."""
    return _page(None)


@pages.post("")
def add() -> Response:
    """Keep the passkey that the browser made, once the passphrase was right."""
    asked, member().asked = member().asked, None
    try:
        with confirmed() as me:
            service.add(archive(), me, asked, field("name"), field("answer"))
    except ArchiveError as error:
        return _page(error)
    notice(say("The passkey is kept."))
    return redirect(url_for("passkeys.listing"), 303)


@pages.post("/remove")
def remove() -> Response:
    """Forget a passkey, once the passphrase was right."""
    try:
        with confirmed() as me:
            service.remove(archive(), me, field("id"))
    except ArchiveError as error:
        return _page(error)
    notice(say("The passkey is forgotten."))
    return redirect(url_for("passkeys.listing"), 303)


@pages.post("/open")
def let_open() -> Response:
    """Let the passkey that answered open one's keys, once the passphrase was right."""
    asked, member().asked = member().asked, None
    try:
        with confirmed() as me:
            entry.let_open(archive(), me, asked, field("answer"))
    except ArchiveError as error:
        return _page(error)
    notice(say("This passkey opens your keys now."))
    return redirect(url_for("passkeys.listing"), 303)


@pages.post("/close")
def close() -> Response:
    """Let no passkey open one's keys any more, once the passphrase was right."""
    try:
        with confirmed() as me:
            entry.let_open_no_more(archive(), me)
    except ArchiveError as error:
        return _page(error)
    notice(say("No passkey opens your keys any more."))
    return redirect(url_for("passkeys.listing"), 303)


def _page(error: ArchiveError | None) -> Response:
    here, ready = service.site_of(request.host), second_factor.enrolled(archive(), session())
    offered = service.offer(archive(), session(), here) if here and ready else None
    member().asked = offered
    held = service.held(archive(), session())
    opening = {
        one.id: entry.ask_to_open(archive(), offered, one)
        for one in held
        if offered and one.site == offered.site.rp_id
    }
    opens = entry.opens(archive(), session())
    response = make_response(
        render_template(
            "passkeys.html",
            error=error,
            held=held,
            asked=offered,
            ready=ready,
            opening=opening,
            opens=opens,
        )
    )
    response.status_code = 200 if error is None else status_code(error)
    return allow_passkeys(response) if offered else response
