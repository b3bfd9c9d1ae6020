"""What the forms of the redaction editor say, checked."""

from __future__ import annotations

import re

from flask import request

from archive.errors import InvalidValue
from archive.model.pages import PageBox
from archive.model.redaction import Reason, Region
from archive.services.redaction.plan_views import PlanView
from archive.services.redaction.plans import Seen
from archive.services.redaction.reviewing import Choice
from webui.desk import field
from webui.wording import say

_SIDE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6})?")  # points
_PAGE = re.compile("[1-9][0-9]{0,5}")
_BOX = re.compile(r"([1-9][0-9]{0,5}):" + ",".join([rf"({_SIDE.pattern})"] * 4))
_BOXES = 200  # of one form
_DIGITS = 12  # of an offset; none is ever that long
_SEEN = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")  # versions of plan and text
_EDGE = 0.05  # points


def number(name: str) -> int | None:
    """Return a field that holds a natural number, or `None` when it does not."""
    text = field(name).strip()
    fits = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if fits else None


def seen() -> Seen:
    """Return the versions of plan and text that the form was made for.

    Raises:
        InvalidValue: the form does not say.
    """
    found = _SEEN.fullmatch(field("seen"))
    if found is None:
        raise InvalidValue(
            say("The form does not say which version of the plan it is for."),
            hint=say("Open the plan again and send the form from there."),
        )
    return Seen(int(found[1]), int(found[2]))


def stamp(plan: PlanView | None, text_version: int | None) -> str:
    """Return what a form carries for `seen`: versions of plan and text with a full stop between."""
    return f"{plan.version if plan else 0}.{text_version or 0}"


def reason() -> Reason:
    """Return the reason that was chosen."""
    try:
        return Reason(field("reason"))
    except ValueError:
        raise InvalidValue(say("Choose a reason.")) from None


def span(text: str | None = None) -> tuple[int, int]:
    """Return the place of a form, or the one that `text` says as `START:END`."""
    said = text or field("span") or f"{field('start')}:{field('end')}"
    start, colon, end = said.partition(":")
    parts = (start.strip(), end.strip())
    if not colon or any(not one.isdecimal() or len(one) > _DIGITS for one in parts):
        raise InvalidValue(say("Give words to hide, or a first and a last position."))
    return int(parts[0]), int(parts[1])


def choice() -> Choice:
    """Return the marks that a form is about: one, those ticked, or all of a finder."""
    if field("one"):
        return Choice(frozenset({span(field("one"))}))
    if field("scope") == "all":
        return Choice(
            found_by=field("found_by") or None,
            least=_percent("least", 0),
            most=_percent("most", 100),
        )
    ticked = frozenset(map(span, request.form.getlist("mark")))
    if not ticked:
        raise InvalidValue(
            say("No mark is chosen."), hint=say("Tick one first, or choose a finder.")
        )
    return Choice(ticked)


def _percent(name: str, otherwise: int) -> int:
    if not field(name).strip():
        return otherwise
    found = number(name)
    if found is None or found > 100:
        raise InvalidValue(say("Give a confidence from 0 to 100 percent."))
    return found


def region() -> Region:
    """Return the box of a form: four numbers, or two corners that were clicked on a picture."""
    if field("x0"):
        return _clicked()
    sides = [field(name).strip() for name in ("left", "bottom", "right", "top")]
    if not all(map(_SIDE.fullmatch, sides)):
        raise InvalidValue(say("Give a page and four numbers in points."))
    return Region(page() - 1, PageBox(*map(float, sides)), reason())


def regions() -> tuple[Region, ...]:
    """Return the boxes that are ticked, each as `PAGE:LEFT,BOTTOM,RIGHT,TOP`."""
    ticked = [_BOX.fullmatch(one) for one in request.form.getlist("box")]
    found = [one for one in ticked if one is not None]
    if not found or len(found) != len(ticked) or len(found) > _BOXES:
        raise InvalidValue(say("No box is ticked."), hint=say("Tick one first."))
    return tuple(
        Region(int(one[1]) - 1, PageBox(*map(float, one.groups()[1:])), reason()) for one in found
    )


def page() -> int:
    """Return the page of a form, from 1."""
    if not _PAGE.fullmatch(field("page").strip()):
        raise InvalidValue(say("Give a page and four numbers in points."))
    return int(field("page"))


def corner() -> tuple[float, float]:
    """Return where a picture of a page was clicked: from its left and lower edges, in points."""
    across, down = number("at.x"), number("at.y")
    shown = number("shown")
    wide, high = _points("wide"), _points("high")
    if across is None or down is None or not shown:
        raise InvalidValue(say("Click on the picture, or give four numbers in points."))
    scale = wide / shown
    left = min(max(across * scale, 0.0), wide)
    bottom = min(max(high - down * scale, 0.0), high)
    return round(left, 2), round(bottom, 2)


def _points(name: str) -> float:
    said = field(name).strip()
    if not _SIDE.fullmatch(said):
        raise InvalidValue(say("Click on the picture, or give four numbers in points."))
    return float(said)


def _clicked() -> Region:
    (ax, ay), (bx, by) = (_points("x0"), _points("y0")), corner()
    box = PageBox(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
    if box.right - box.left < _EDGE or box.top - box.bottom < _EDGE:
        raise InvalidValue(
            say("Both corners are in one place."), hint=say("Click two opposite corners.")
        )
    return Region(page() - 1, box, reason())


def words(otherwise: str) -> str:
    """Return why something is done.

    Raises:
        InvalidValue: nothing is said; `otherwise` asks for it.
    """
    text = field("why").strip()
    if not text:
        raise InvalidValue(otherwise)
    return text
