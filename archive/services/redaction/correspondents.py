"""Who a record is from and to, and who the letter is from and to that it was enclosed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import getaddresses

from archive.catalog import Snapshot
from archive.errors import RecordNotFound
from archive.model.ids import RecordId
from archive.services.records import open_record
from archive.services.session import Session

_FIELDS = ("from", "to", "cc", "author")
_DEEPEST = 8  # letters enclosed in one another
_MOST = 200  # names
_NAME = re.compile(r"[^\W\d_].*[^\W\d_]", re.DOTALL)


def correspondents(session: Session, snapshot: Snapshot, record: RecordId) -> tuple[str, ...]:
    """Return the names in the headers of a record and of all that it was enclosed in.

    Raises:
        RecordNotFound: no such record.
    """
    found: dict[str, None] = {}
    above: RecordId | None = record
    for _ in range(_DEEPEST):
        if above is None:
            break
        try:
            manifest = open_record(session, snapshot, above).manifest
        except RecordNotFound:
            if above == record:
                raise
            break  # what it was enclosed in was discarded
        found.update(dict.fromkeys(_names(manifest.metadata)))
        above = manifest.parent
    return tuple(found)[:_MOST]


def _names(metadata: dict[str, str]) -> Iterator[str]:
    for field in _FIELDS:
        for name, _address in getaddresses([metadata.get(field, "")]):
            words = _NAME.search(name)
            if words and "@" not in name:
                yield " ".join(words.group().split())
