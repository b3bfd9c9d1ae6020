"""The accession register and the quarantine: what came on what terms, and what is held back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import AccessionClosed, InvalidInput, InvalidValue, RecordNotFound
from archive.model.access import Action
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef, RecordId, parse_accession_ref, parse_source_ref
from archive.services import accessions
from archive.services.holdings import quarantine
from archive.services.sources import entries as sources
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.pages.search import day_of
from webui.wording import say, say_many

pages = Blueprint("accessions", __name__, url_prefix="/accessions")

Shown = str | tuple[str, int]

_REFUSALS = (InvalidInput, RecordNotFound)


@pages.get("")
@needs(Action.MANAGE_ACCESSIONS)
def listing() -> Shown:
    """List the accessions with their terms and the number of their records by outcome."""
    return _register()


@pages.post("")
@needs(Action.MANAGE_ACCESSIONS)
def begin() -> Response | Shown:
    """Enter a new accession and go on to handing its files in."""
    try:
        ref = accessions.open_accession(archive(), session(), _given())
    except _REFUSALS as error:
        return _register(error)
    notice(say("%(ref)s is open. Choose its files.", ref=ref))
    return redirect(url_for("ingest.form", accession=ref), 303)


def _given() -> Accession:
    """Return the accession that the form describes; an empty day of receipt is today."""
    received, embargo = day_of(field("received")), day_of(field("embargo"))
    return Accession(
        AccessionRef(""),
        field("title").strip(),
        date.fromisoformat(received) if received else archive().clock().date(),
        donor=field("donor").strip(),
        source=parse_source_ref(field("source")) if field("source") else None,
        agreement=field("agreement").strip(),
        restrictions=tuple(filter(None, map(str.strip, field("restrictions").splitlines()))),
        embargo=date.fromisoformat(embargo) if embargo else None,
    )


@pages.post("/<ref>/close")
@needs(Action.MANAGE_ACCESSIONS)
def close(ref: str) -> Response:
    """Close an accession, so that nothing more is taken into it."""
    try:
        accessions.close(archive(), session(), parse_accession_ref(ref))
        notice(say("%(ref)s is closed.", ref=ref))
    except (AccessionClosed, InvalidValue, RecordNotFound):
        notice(say("No such accession is open."))
    return redirect(url_for("accessions.listing"), 303)


@pages.get("/quarantine")
@needs(Action.DECIDE_QUARANTINE)
def held() -> Shown:
    """List what failed a check on arrival, and why."""
    return _quarantine()


@pages.post("/quarantine/<uuid:record>")
@needs(Action.DECIDE_QUARANTINE)
def decide(record: UUID) -> Response | Shown:
    """Accept what is held back into the holdings, or destroy it; both with a reason."""
    try:
        notice(_decided(RecordId(str(record)), field("reason")))
    except RecordNotFound:
        notice(say("That is not in quarantine any more."))
    except InvalidValue as error:
        return _quarantine(error)
    return redirect(url_for("accessions.held"), 303)


def _decided(record: RecordId, reason: str) -> str:
    if field("act") != "discard":
        kept = len(quarantine.accept(archive(), session(), record, reason))
        return say_many("%(num)d record is accepted.", "%(num)d records are accepted.", kept)
    if not field("sure"):
        raise InvalidValue(
            say("Nothing was destroyed."), hint=say("Tick that it may be; it cannot be undone.")
        )
    gone = len(quarantine.discard(archive(), session(), record, reason))
    return say_many("%(num)d record is destroyed.", "%(num)d records are destroyed.", gone)


def _register(error: InvalidInput | RecordNotFound | None = None) -> Shown:
    names = ("title", "received", "donor", "source", "agreement", "restrictions", "embargo")
    html = render_template(
        "accessions.html",
        views=accessions.accessions(archive(), session()),
        sources=sources.pseudonyms(archive(), session()),
        today=archive().clock().date().isoformat(),
        given={name: field(name) for name in names},
        error=error,
    )
    return html if error is None else (html, status_code(error))


def _quarantine(error: InvalidValue | None = None) -> Shown:
    views = quarantine.held(archive(), session())
    html = render_template("quarantine.html", views=views, error=error)
    return html if error is None else (html, status_code(error))
