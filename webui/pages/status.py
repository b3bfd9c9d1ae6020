"""About this archive and this session."""

from __future__ import annotations

from flask import Blueprint, render_template

from archive.errors import ReaderFailed
from archive.model.access import Action
from archive.services.intake.readers import sandbox_check
from archive.services.members import administration
from webui.desk import archive, session
from webui.wording import lazy, told

pages = Blueprint("status", __name__)


@pages.get("/about")
def about() -> str:
    """Show what the member may do, and counts to those whose work they are."""
    counts = sandbox = None
    if session().allows(Action.READ_ORIGINALS) or session().allows(Action.AUDIT):
        counts = administration.status(archive())
        sandbox = tier()
    allowed = [action for action in Action if session().allows(action)]
    return render_template("about.html", counts=counts, tier=sandbox, allowed=allowed, acts=ACTS)


def tier() -> str:
    """Return how well readers of documents are confined, in words."""
    try:
        return TIERS[sandbox_check(archive()).tier.value]
    except ReaderFailed as error:
        return told(error.public_message)


TIERS = {
    "floor+bubblewrap": lazy("confined by the kernel, inside bubblewrap"),
    "floor": lazy("confined by the kernel"),
    "rlimits": lazy("not confined: ingest refuses until the operator has run strongroom doctor"),
}
"""Tiers of the sandbox in the words that pages use."""

ACTS = {
    Action.INGEST: lazy("hand in files"),
    Action.SEARCH_ORIGINALS: lazy("search originals"),
    Action.SEARCH_READING: lazy("search released reading copies"),
    Action.READ_ORIGINALS: lazy("read and download originals"),
    Action.READ_READING: lazy("read released reading copies"),
    Action.MANAGE_SOURCES: lazy("keep the source register"),
    Action.MANAGE_ACCESSIONS: lazy("keep the accession register"),
    Action.DECIDE_QUARANTINE: lazy("accept or discard what is in quarantine"),
    Action.EXTRACT: lazy("have originals read anew"),
    Action.LIST_JOBS: lazy("see what waits for a person"),
    Action.REDACT: lazy("make redaction plans"),
    Action.SUBMIT: lazy("hand redaction plans to another member"),
    Action.APPROVE: lazy("approve other members' redaction plans"),
    Action.REJECT: lazy("send redaction plans back"),
    Action.RELEASE: lazy("release reading copies"),
    Action.WITHDRAW: lazy("withdraw reading copies"),
    Action.MANAGE_MEMBERS: lazy("invite members, change roles, part ways"),
    Action.BACK_UP: lazy("make backups"),
    Action.UNSEAL: lazy("open a source's name, with another custodian"),
    Action.ERASE: lazy("erase a record for ever, on the command line"),
    Action.SET_WATERMARK: lazy("decide whether downloads are watermarked"),
    Action.SET_RETENTION: lazy("set how long a record is kept before somebody decides"),
    Action.DESCRIBE: lazy("describe records"),
    Action.AUDIT: lazy("verify the ledger"),
}
"""Acts in the words that pages use."""
