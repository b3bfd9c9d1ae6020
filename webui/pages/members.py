"""The custodian's list of members."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.model.access import Action
from archive.services import administration
from webui.desk import archive, session
from webui.guard import needs

pages = Blueprint("members", __name__, url_prefix="/members")


@pages.get("")
@needs(Action.MANAGE_MEMBERS)
def listing() -> str:
    """List the members."""
    return render_template("members.html", members=administration.members(archive(), session()))
