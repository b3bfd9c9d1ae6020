"""About this archive and this session."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.errors import ReaderFailed
from archive.model.access import Action
from archive.services import administration
from archive.services.readers import sandbox_check
from webui.desk import archive, session

pages = Blueprint("status", __name__)


@pages.get("/about")
def about() -> str:
    """Show what the member may do, and counts to those whose work they are."""
    counts = tier = None
    if session().allows(Action.READ_ORIGINALS) or session().allows(Action.AUDIT):
        counts = administration.status(archive())
        tier = _tier()
    allowed = [action for action in Action if session().allows(action)]
    return render_template("about.html", counts=counts, tier=tier, allowed=allowed, acts=ACTS)


def _tier() -> str:
    """Return how well readers of documents are confined, in words."""
    try:
        return TIERS[sandbox_check(archive()).tier.value]
    except ReaderFailed as error:
        return error.public_message


TIERS = {
    "floor+bubblewrap": "confined by the kernel, inside bubblewrap",
    "floor": "confined by the kernel",
    "rlimits": "not confined: ingest refuses until the operator has run strongroom doctor",
}
"""Tiers of the sandbox in the words that pages use."""

ACTS = {
    Action.INGEST: "hand in files",
    Action.SEARCH_ORIGINALS: "search originals",
    Action.SEARCH_READING: "search released reading copies",
    Action.READ_ORIGINALS: "read and download originals",
    Action.READ_READING: "read released reading copies",
    Action.MANAGE_SOURCES: "keep the source register",
    Action.MANAGE_ACCESSIONS: "keep the accession register",
    Action.DECIDE_QUARANTINE: "accept or discard what is in quarantine",
    Action.EXTRACT: "have originals read anew",
    Action.LIST_JOBS: "see what waits for a person",
    Action.REDACT: "make redaction plans",
    Action.APPROVE: "approve other members' redaction plans",
    Action.RELEASE: "release and withdraw reading copies",
    Action.MANAGE_MEMBERS: "invite members, change roles, part ways",
    Action.BACK_UP: "make backups",
    Action.UNSEAL: "open a source's name, with another custodian",
    Action.ERASE: "erase a record for ever, on the command line",
    Action.SET_WATERMARK: "decide whether downloads are watermarked",
    Action.AUDIT: "verify the ledger",
}
"""Acts in the words that pages use."""
