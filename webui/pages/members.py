"""The custodian's page of members: who is here, inviting, another role, parting ways."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import InvalidValue
from archive.model.access import Action, Role
from archive.services import epochs
from archive.services.members import administration, ceremonies
from archive.services.session import Session
from webui.confirming import confirmed
from webui.desk import archive, field, notice, session
from webui.guard import needs
from webui.wording import say, say_many, word

pages = Blueprint("members", __name__, url_prefix="/members")


@pages.get("")
@needs(Action.MANAGE_MEMBERS)
def listing() -> str:
    """List the members."""
    return render_template(
        "members.html",
        members=administration.members(archive(), session()),
        epochs=epochs.epochs(archive(), session()),
        roles=[role.value for role in Role],
    )


@pages.post("/invite")
@needs(Action.MANAGE_MEMBERS)
def invite() -> str:
    """Make a member and show the one-time code, this once."""
    with confirmed() as me:
        made = administration.invite(archive(), me, field("name"), _role())
    return render_template("invited.html", made=made)


@pages.post("/role")
@needs(Action.MANAGE_MEMBERS)
def role() -> Response:
    """Give a member another role."""
    name, chosen = field("name"), _role()
    with confirmed() as me:
        rolled = ceremonies.change_role(archive(), me, name, chosen)
        return _done(
            me,
            say("%(name)s is %(role)s now.", name=name, role=word(chosen.value)),
            rolled=bool(rolled),
        )


@pages.post("/disable")
@needs(Action.MANAGE_MEMBERS)
def disable() -> Response:
    """Part ways with a member whose name was typed to confirm it."""
    name = field("name")
    if not name or field("confirm") != name:
        raise InvalidValue(
            say("The typed name is another one."), hint=say("Type the name to confirm.")
        )
    with confirmed() as me:
        rolled = ceremonies.disable(archive(), me, name)
        return _done(me, say("%(name)s is disabled.", name=name), rolled=bool(rolled))


@pages.post("/rewrap")
@needs(Action.MANAGE_MEMBERS)
def rewrap() -> Response:
    """Re-wrap the headers that wait."""
    return _done(session(), "", rolled=True)


def _done(me: Session, text: str, *, rolled: bool) -> Response:
    count = epochs.rewrap(archive(), me) if rolled else 0
    more = say_many(
        "%(num)d header is re-wrapped to new keys.",
        "%(num)d headers are re-wrapped to new keys.",
        count,
    )
    notice(f"{text} {more}".strip() if rolled else text)
    return redirect(url_for("members.listing"), 303)


def _role() -> Role:
    try:
        return Role(field("role"))
    except ValueError:
        raise InvalidValue(say("There is no such role.")) from None
