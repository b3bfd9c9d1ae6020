"""The custodians' room of keys: who holds what, and rolling them after seeing what it would do."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, InvalidInput, InvalidValue, WrongPassphrase
from archive.model.access import Action, Compartment
from archive.services import epochs
from webui.confirming import confirmed
from webui.desk import archive, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.wording import lazy, say, word

pages = Blueprint("custody", __name__)

Shown = str | tuple[str, int]

COMPARTMENTS = {
    Compartment.ORIGINALS: lazy("originals, texts, plans"),
    Compartment.READING: lazy("released reading copies"),
    Compartment.LEDGER: lazy("what auditors may open"),
}
"""Compartments whose keys roll, in the words that pages use."""


@pages.get("/keys")
@needs(Action.MANAGE_MEMBERS)
def keys() -> Shown:
    """Show who holds which keys, and what it would do to roll them."""
    return _keys()


@pages.post("/keys/foresee")
@needs(Action.MANAGE_MEMBERS)
def foresee() -> Shown:
    """Show what rolling the chosen keys would do; nothing is changed."""
    try:
        return _keys(foreseen=epochs.foresee_roll(archive(), session(), _chosen()))
    except InvalidInput as error:
        return _keys(error=error)


@pages.post("/keys/roll")
@needs(Action.MANAGE_MEMBERS)
def roll() -> Response | Shown:
    """Begin new epochs and re-wrap headers to them."""
    try:
        chosen = _chosen()
        with confirmed() as me:
            epochs.roll_keys(archive(), me, chosen)
            count = epochs.rewrap(archive(), me)
    except (InvalidInput, WrongPassphrase) as error:
        return _keys(error=error)
    names = ", ".join(word(one.value) for one in chosen)
    notice(say("New keys for %(names)s; %(count)s headers re-wrapped.", names=names, count=count))
    return redirect(url_for("custody.keys"), 303)


def _chosen() -> tuple[Compartment, ...]:
    named = request.form.getlist("compartment")
    chosen = tuple(one for one in COMPARTMENTS if one.value in named)
    if not chosen or len(chosen) != len(set(named)):
        raise InvalidValue(
            say("Choose whose keys to roll."), hint=say("Tick one of the compartments.")
        )
    return chosen


def _keys(foreseen: tuple[epochs.Foreseen, ...] = (), error: ArchiveError | None = None) -> Shown:
    html = render_template(
        "custody/keys.html",
        epochs=epochs.epochs(archive(), session()),
        holders=epochs.holders(archive(), session()),
        foreseen=foreseen,
        compartments=COMPARTMENTS,
        error=error,
    )
    return html if error is None else (html, status_code(error))
