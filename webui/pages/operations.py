"""The operator's room: queue, storage, backups, sandbox, configuration check. No content."""

from __future__ import annotations

import time

from flask import Blueprint, render_template

from archive.model.access import Action
from archive.services.inbox import REASONS
from archive.services.members import administration
from archive.services.upkeep import operations
from archive.services.upkeep.doctor import Check, Level, examine
from webui.desk import archive, session
from webui.guard import needs
from webui.pages.inbox import STAGES
from webui.pages.status import tier

pages = Blueprint("operations", __name__, url_prefix="/operations")


@pages.get("")
@needs(Action.BACK_UP)
def overview() -> str:
    """Show how the archive is doing."""
    return _page()


@pages.post("")
@needs(Action.BACK_UP)
def check() -> str:
    """Run the configuration check, which takes some seconds, and show it."""
    folder = archive().folder.path
    return _page(tuple(examine(folder, now=time.time(), make=archive().sandbox)))


def _page(checks: tuple[Check, ...] = ()) -> str:
    return render_template(
        "custody/operations.html",
        state=operations.overview(archive(), session()),
        counts=administration.status(archive()),
        tier=tier(),
        checks=checks,
        Level=Level,
        stages={stage.value: words for stage, words in STAGES.items()},
        reasons=REASONS,
    )
