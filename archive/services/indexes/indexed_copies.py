"""Which released copies the reading index shows to be free of some forms; none of them is opened.

The index holds what a reading copy says: title and text as they stand, date, language and kind. To
read it takes one key for all copies, where each copy by itself takes a key that must be unsealed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import TYPE_CHECKING

from archive.catalog.rows import IndexRow
from archive.errors import IntegrityError, StorageError
from archive.model.access import Level
from archive.model.ids import RecordId
from archive.redaction import PASSED, SourceMatcher, shown_by_index
from archive.redaction.sweep import suspected
from archive.search import IndexState
from archive.services.indexes.indexing import index_folder
from archive.services.parts import Archive
from archive.services.reading import RELEASED
from archive.services.session import Session

if TYPE_CHECKING:
    from archive.search.view import View

_BESIDE = ("date", "language", "type")  # columns of what a copy says beside title and text
_TOLD = 512  # documents after which progress is told


def clear_of(
    archive: Archive, session: Session, register: SourceMatcher, tell: Callable[[int], None]
) -> dict[RecordId, int]:
    """Return the released records whose copies have no form of `register`: each with its entry.

    That is the ledger entry of the release; another release of the record may have them. What is
    not in the answer must be opened to know: what the index has work waiting on, what it does not
    hold, and everything where there is no index or it cannot be read. `tell` is given how many
    documents were looked at.

    Raises:
        NotPermitted: the session does not hold the `reading` compartment.
    """
    key = session.index_key(Level.READING)
    with archive.catalog.read() as snapshot:
        # in this order: what is released after the first line is of another entry, and work that
        # is no longer waiting on the second is in the index of the third
        entries = snapshot.releases.places(RELEASED)
        waiting = {one.record for one in snapshot.outbox.all(archive.collection)}
        row = snapshot.indexes.get(archive.collection, Level.READING.value)
    if row is None or any(map(register.find, PASSED)):
        return {}
    current = {record: entry for record, entry in entries.items() if record not in waiting}
    try:
        return _clear(archive, key, row, current, register, tell)
    except (IntegrityError, StorageError):
        return {}


def _clear(
    archive: Archive,
    key: bytes,
    row: IndexRow,
    current: Mapping[RecordId, int],
    register: SourceMatcher,
    tell: Callable[[int], None],
) -> dict[RecordId, int]:
    from archive.search import WhooshIndex  # noqa: PLC0415 - NumPy and its like take 0.2 s

    state = IndexState(row.index_id, row.generation, row.manifest_digest)
    index = WhooshIndex.open(index_folder(archive, row), key, state, random=archive.random)
    found: dict[RecordId, int] = {}
    try:
        texts = _texts(index.view, current, _beside(index.view, register))
        for number, (record, unsure) in enumerate(suspected(texts, register), 1):
            if not unsure:
                found[record] = current[record]
            if number % _TOLD == 0:
                tell(number)
    finally:
        index.close()
    return found


def _texts(
    view: View, current: Container[RecordId], beside: list[bool]
) -> Iterator[tuple[RecordId, list[str]]]:
    for (record, stored), elsewhere in zip(view.all_stored(), beside, strict=True):
        if record in current and not elsewhere:
            yield record, list(shown_by_index(stored.title, stored.text))


def _beside(view: View, register: SourceMatcher) -> list[bool]:
    """Return for each document whether anything may be found beside its title and text."""
    marked = [False] * view.documents
    for name in _BESIDE:
        column = view.column(name)
        values = ((number, _ways(value)) for number, value in enumerate(column.values))
        found = [number for number, unsure in suspected(values, register) if unsure]
        if found:
            here = column.matching(found).tolist()
            marked = [one or other for one, other in zip(marked, here, strict=True)]
    return marked


def _ways(value: str) -> list[str]:
    """Return what a value may have been: a facet keeps one space where there was white space."""
    return [*shown_by_index(value, value.replace(" ", "\n"))]
