"""The accession register and the quarantine, to look at; both are kept at the command line."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.model.access import Action
from archive.services import accessions, quarantine
from webui.desk import archive, session
from webui.guard import needs

pages = Blueprint("accessions", __name__, url_prefix="/accessions")


@pages.get("")
@needs(Action.MANAGE_ACCESSIONS)
def listing() -> str:
    """List the accessions with their terms and the number of their records by outcome."""
    return render_template("accessions.html", views=accessions.accessions(archive(), session()))


@pages.get("/quarantine")
@needs(Action.DECIDE_QUARANTINE)
def held() -> str:
    """List what failed a check on arrival, and why."""
    return render_template("quarantine.html", views=quarantine.held(archive(), session()))
