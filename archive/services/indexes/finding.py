"""What every search does: ask policy, tell the ledger, bring the index up to date, ask it.

An index that was damaged or is outdated is built anew from the sealed texts on the way, because it
holds nothing that cannot be rebuilt; the person who asked is told, and so is the ledger.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from archive import policy
from archive.errors import ArchiveBusy, IndexOutdated, IndexTampered
from archive.model.access import Level
from archive.model.ids import new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.search import SearchRequest
from archive.search import IndexState, wire
from archive.services.events import authorise, record_event
from archive.services.indexes.indexing import current_index, drain_level, index_folder, repair
from archive.services.parts import Archive
from archive.services.session import Session

_PATIENCE = 1.0  # seconds; a search must not stand behind a long ingest
DAMAGED = "The search index was damaged and has been built anew; nothing else was touched."
OUTDATED = "The search index was of an older version and has been built anew."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index answered, `None` when nothing was ever indexed; and what to tell a person."""

    value: Any
    notice: str | None = None


def admit(
    archive: Archive,
    session: Session,
    level: Level | None,
    act: str,
    values: dict[str, str],
) -> Level:
    """Return the level to search at, after policy allowed it and the ledger knows of it.

    `act` says what kind of search it is; `values` are committed to and sealed.

    Raises:
        NotPermitted: the level is not open to the member.
    """
    level = level or policy.best_level(session.member)
    authorise(archive, session, policy.SEARCH_AT[level])
    draft = EntryDraft(
        type=EventType.EXPORT if act == "export" else EventType.SEARCH,
        object=new_uuid(archive.ids),
        outcome=EventOutcome.SUCCESS,
        links={"level": level.value, "act": act},
        commitments={},
    )
    record_event(archive, session, draft, values)
    return level


def told(request: SearchRequest) -> dict[str, str]:
    """Return what the ledger commits to of a request: its query, and all that narrows it down."""
    body = wire.encode_request(request)
    query = body.pop("query")
    return {"query": query, "request": json.dumps(body, sort_keys=True)}


def ask(archive: Archive, session: Session, level: Level, question: dict[str, Any]) -> Answer:
    """Return what the index at `level` answers, brought up to date with the catalog.

    Raises:
        NotPermitted: the session does not hold the level's key.
        SearchTimeout, SearchFailed: the search was stopped, or its process died.
        IndexTampered: the index is damaged again right after it was built anew.
        ArchiveError: whatever the question itself is refused with.
    """
    question = {**question, "today": archive.clock().date().isoformat()}
    try:
        with suppress(ArchiveBusy):
            drain_level(archive, session, level, _PATIENCE)
        return Answer(_ask(archive, session, level, question))
    except (IndexTampered, IndexOutdated) as error:
        notice = OUTDATED if isinstance(error, IndexOutdated) else DAMAGED
        repair(archive, session, level, error.code)
        return Answer(_ask(archive, session, level, question), notice)


def _ask(archive: Archive, session: Session, level: Level, question: dict[str, Any]) -> Any:
    """Ask what the catalog names; look again when a writer moved it on in between."""
    row = current_index(archive, level)
    while row is not None:
        state = IndexState(row.index_id, row.generation, row.manifest_digest)
        try:
            return archive.searchers.ask(
                session, level, index_folder(archive, row), state, question
            )
        except IndexTampered:
            newer = current_index(archive, level)
            if newer == row:
                raise
            row = newer
    _refuse_as_an_index_would(question)
    return None


def _refuse_as_an_index_would(question: dict[str, Any]) -> None:
    """Refuse a query that says nothing also where there is nothing yet to find.

    Raises:
        QuerySyntax, QueryTooBroad: see `grammar.parse`.
    """
    from archive.search import grammar  # noqa: PLC0415 - 10 ms that an index makes needless

    if query := question.get("request", {}).get("query"):
        grammar.parse(query)
