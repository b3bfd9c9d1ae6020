"""How many new results a member's saved searches have: counted by itself, told on every page.

It is counted when a session shows its first page, when the saved searches change, and when an index
does, but not more often than once a minute: a page looks at three rows of the catalog otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from archive.errors import ArchiveError
from archive.model.access import Action
from archive.services.reading_room import saved_searches
from archive.services.reading_room.saved_searches import Basis
from webui.desk import archive, member, session, web
from webui.remembered import News
from webui.wording import say_many

_PATIENCE = timedelta(minutes=1)


def news() -> News | None:
    """Return the news of this request's member; `None` for who is not let in or saved nothing.

    On the first page of a session on which there is some, a notice says so too.
    """
    me = web()
    if me is None or me.waiting or not me.session.allows(Action.SEARCH_READING):
        return None
    before, me.news = me.news, None
    try:
        basis = saved_searches.basis(archive(), session())
        if basis is not None:
            me.news = _newest(before, basis)
    except ArchiveError:  # a page is shown without its news; the act itself tells what is wrong
        return None
    if before is None and me.news is not None and me.news.new:
        told = say_many(
            "Your saved searches have %(num)d new result.",
            "Your saved searches have %(num)d new results.",
            me.news.new,
        )
        me.notices.append(told)
    return me.news


def _newest(before: News | None, basis: Basis) -> News:
    now = archive().clock()
    if before is not None and before.basis.envelope == basis.envelope:
        waits = before.stalled or now - before.at < _PATIENCE
        if waits or before.basis == basis:
            return before
    try:
        alerts = saved_searches.alerts(archive(), session())
    except ArchiveError:  # a search that takes too long must not hold up every page
        return replace(before or News(basis, now), basis=basis, at=now, stalled=True)
    return News(saved_searches.basis(archive(), session()) or basis, now, alerts)


def recount() -> None:
    """Count now, whatever was counted before.

    Raises:
        NotPermitted, SearchTimeout, SearchFailed: as `saved_searches.alerts`.
    """
    alerts = saved_searches.alerts(archive(), session())
    basis = saved_searches.basis(archive(), session())
    member().news = News(basis, archive().clock(), alerts) if basis is not None else None
