"""What may have to be hidden in a record, by the register, every detector and its thread."""

from __future__ import annotations

from collections.abc import Callable

from archive.model.ids import RecordId
from archive.model.redaction import Redaction
from archive.redaction import propose, proposing_detectors
from archive.services.parts import Archive
from archive.services.redaction.correspondents import correspondents
from archive.services.redaction.plans import open_desk
from archive.services.redaction.threads import thread_names
from archive.services.register import matcher
from archive.services.session import Session


def finder(
    archive: Archive, session: Session, record: RecordId
) -> Callable[[str], tuple[Redaction, ...]]:
    """Return what finds redactions in a text of the record; what it has now is searched already.

    Takes seconds for a long text: call it while no transaction waits.

    Raises:
        RecordNotFound: no such record, or it has no text.
        SearchTimeout, SearchFailed: the search for its thread was stopped, or its process died.
    """
    register = matcher(archive, session)
    with archive.catalog.read() as snapshot:
        text = open_desk(archive, session, snapshot, record).text.text
        named = correspondents(session, snapshot, record)
    thread = thread_names(archive, session, record)

    def find(text: str) -> tuple[Redaction, ...]:
        return propose(
            text, register, proposing_detectors(), hints=True, named=named, thread=thread
        )

    found = find(text)
    return lambda now: found if now == text else find(now)
