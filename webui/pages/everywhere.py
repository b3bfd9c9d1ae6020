"""Hiding something in all records: how many places first, then the act, which can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from archive.errors import ArchiveError, InvalidInput, InvalidValue, RecordNotFound
from archive.model.access import Action
from archive.model.ids import parse_source_ref
from archive.services.redaction import everywhere
from archive.services.redaction.everywhere import Marked, Target
from archive.services.sources import entries as sources
from webui.desk import archive, field, session
from webui.errors import status_code
from webui.guard import needs
from webui.pages import editor_forms as forms
from webui.passages import REASONS
from webui.wording import lazy, say

pages = Blueprint("everywhere", __name__, url_prefix="/redact/everywhere")

Shown = str | tuple[str, int]

_LISTED = 500  # records
_KINDS = {"words": lazy("words"), "pattern": lazy("a pattern (RE2)"), "source": lazy("a source")}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What was or would be done: records in the order of the ledger, the first of them listed."""

    act: str | None
    undone: bool
    records: tuple[Marked, ...]

    @property
    def listed(self) -> tuple[Marked, ...]:
        """The records that the page lists."""
        return self.records[:_LISTED]

    @property
    def places(self) -> int:
        """In how many places it stands."""
        return sum(one.places for one in self.records)

    @property
    def changed(self) -> int:
        """How many plans are drafts now."""
        return sum(one.version is not None for one in self.records)

    @property
    def failed(self) -> int:
        """In how many records something stood in the way."""
        return sum(one.error is not None for one in self.records)


@pages.get("")
@needs(Action.REDACT)
def form() -> Shown:
    """Ask what to hide in all records."""
    return _page()


@pages.post("")
@needs(Action.REDACT)
def mark() -> Shown:
    """Count where it stands, or mark it there."""
    try:
        return _page(_done())
    except (InvalidInput, RecordNotFound) as error:
        return _page(error=error)


@pages.post("/undo")
@needs(Action.REDACT)
def undo() -> Shown:
    """Take such an act back in every plan that it changed."""
    try:
        found = tuple(everywhere.undo_act(archive(), session(), field("reference").strip()))
    except (InvalidInput, RecordNotFound) as error:
        return _page(error=error)
    return _page(_Outcome(None, undone=True, records=found))


def _done() -> _Outcome:
    target, reason = _target(), forms.reason()
    act = everywhere.new_act(archive())
    dry = field("act") != "mark"
    marked = everywhere.mark_everywhere(archive(), session(), act, target, reason, dry_run=dry)
    return _Outcome(None if dry else act, undone=False, records=tuple(marked))


def _kind() -> str:
    """Return what is to be hidden; the editor of one plan sends words alone."""
    return field("kind") if field("kind") in _KINDS else "words"


def _target() -> Target:
    kind = _kind()
    if kind == "source":
        return Target(source=parse_source_ref(field("source")))
    said = field(kind).strip()
    if not said:
        raise InvalidValue(
            say("Say what to hide."), hint=say("Type words or a pattern, or name a source.")
        )
    return Target(text=said) if kind == "words" else Target(pattern=said)


def _page(outcome: _Outcome | None = None, error: ArchiveError | None = None) -> Shown:
    listed = sources.pseudonyms(archive(), session())
    html = render_template(
        "editor/everywhere.html",
        outcome=outcome,
        error=error,
        kinds=_KINDS,
        kind=_kind(),
        words=field("words"),
        pattern=field("pattern"),
        source=field("source"),
        reason=field("reason"),
        sources=listed,
        reasons=REASONS,
    )
    return html if error is None else (html, status_code(error))
