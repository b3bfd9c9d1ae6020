"""About this archive and this session."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.model.access import Action
from archive.services import administration
from webui.desk import archive, session

pages = Blueprint("status", __name__)


@pages.get("/about")
def about() -> str:
    """Show what the member may do, and counts to those whose work they are."""
    counts = None
    if session().allows(Action.READ_ORIGINALS) or session().allows(Action.AUDIT):
        counts = administration.status(archive())
    allowed = [action for action in Action if session().allows(action)]
    return render_template("about.html", counts=counts, allowed=allowed, acts=ACTS)


ACTS = {
    Action.INGEST: "hand in files",
    Action.SEARCH_ORIGINALS: "search originals",
    Action.SEARCH_READING: "search released reading copies",
    Action.READ_ORIGINALS: "read and download originals",
    Action.READ_READING: "read released reading copies",
    Action.MANAGE_SOURCES: "keep the source register",
    Action.MANAGE_ACCESSIONS: "keep the accession register",
    Action.DECIDE_QUARANTINE: "accept or discard what is in quarantine",
    Action.REDACT: "make redaction plans",
    Action.APPROVE: "approve other members' redaction plans",
    Action.RELEASE: "release and withdraw reading copies",
    Action.MANAGE_MEMBERS: "see the members",
    Action.AUDIT: "verify the ledger",
}
"""Acts in the words that pages use."""
