"""The member's own sessions on these pages: which are open, and ending them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive.services.members import entering
from webui.desk import archive, desk, field, notice, session
from webui.sessions import Open
from webui.settings import COOKIE, DOOR
from webui.wording import say, say_many

pages = Blueprint("signed_in", __name__, url_prefix="/sessions")


@pages.get("")
def listing() -> str:
    """List one's own open sessions, the last used first."""
    return render_template("sessions.html", found=_mine())


@pages.post("")
def end() -> Response:
    """End one of one's own sessions, or all but this one."""
    others = field("act") == "others"
    chosen = {one.handle for one in _mine() if not one.here and (others or _meant(one))}
    if chosen:
        entering.ended(archive(), session(), DOOR, len(chosen))
    ended = desk().sessions.end_listed(session().member.id, chosen)
    if ended:
        notice(say_many("%(num)d session is ended.", "%(num)d sessions are ended.", ended))
    else:
        notice(say("No other session was open any more."))
    return redirect(url_for("signed_in.listing"), 303)


def _meant(one: Open) -> bool:
    return one.handle == field("session")


def _mine() -> tuple[Open, ...]:
    return desk().sessions.listed(session().member.id, request.cookies.get(COOKIE, ""))
