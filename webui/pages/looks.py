"""Language, colours and keys of the pages, and the parts that every page is made of."""

from __future__ import annotations

import re

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug import Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from webui.desk import field
from webui.languages import keep, look
from webui.passages import REASONS, Passage
from webui.wording import say

pages = Blueprint("looks", __name__)

_OWN = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9/._-]*)?(?:\?[A-Za-z0-9=&._%+-]*)?")


@pages.post("/look")
def choose() -> Response:
    """Keep what was chosen in the browser's cookie and go back to the page that it came from."""
    chosen = look().chosen(field("language"), field("theme"), field("keys"))
    return keep(redirect(_back(field("back")), 303), chosen)


def _back(path: str) -> str:
    """Return `path` if it is one of our own pages, and the first page otherwise."""
    home = url_for("auth.home")
    place = path.partition("?")[0]
    if not _OWN.fullmatch(path):
        return home
    try:
        current_app.url_map.bind("localhost").match(place, "GET")
    except (HTTPException, RoutingException):
        return home
    return path


@pages.get("/keyboard")
def keys() -> str:
    """Show what the keys do; the same sheet opens on `?` where scripts run."""
    return render_template("keys.html")


@pages.get("/design")
def design() -> str:
    """Show every part that pages are made of, each with when to use it."""
    example = (
        Passage(say("The ferry left at") + " "),
        Passage("[redacted: S3]", "S3"),
        Passage("."),
    )
    return render_template("design.html", passages=example, reasons=REASONS)
