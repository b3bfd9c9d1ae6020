"""Fixity runs: objects are read and hashed, repaired from a copy where one is given, and entered.

No key opens anything here; a member's key signs what was found. Each batch is one entry about the
archive with the ranges of digests that were read, so that a run that is cut off goes on where it
was, and anybody can tell from the ledger alone what was read when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import StorageError
from archive.model.access import Action
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.audit import RANGES, Committed, Holdings, spans, state_of
from archive.services.events import append, authorise
from archive.services.parts import Archive
from archive.services.session import Session
from archive.storage import LocalStore, verify

_BATCH = 1000  # objects between two entries
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Checked:
    """An object that was read: `state` is `good`, `missing`, `damaged` or `repaired`."""

    digest: str
    record: str
    state: str


def due(held: Holdings, since: str | None, limit: int | None) -> list[Committed]:
    """Return the objects that were not read since a time, those that wait longest first.

    At most `limit` of them, in ascending order of their digests.
    """
    waiting = [one for one in held.living if since is None or (one.checked or "") < since]
    waiting.sort(key=lambda one: (one.checked or "", one.digest))
    return sorted(waiting[:limit], key=lambda one: one.digest)


def check(
    archive: Archive,
    session: Session | None,
    held: Holdings,
    chosen: Sequence[Committed],
    copy: Path | None = None,
) -> Iterator[Checked]:
    """Read the chosen objects and yield how each was; enter what was found after each batch.

    `copy` is the folder of a copy of the archive, or of its objects: what is missing or damaged
    here and good there is put back. Without a session nothing is entered and nothing repaired.

    Raises:
        NotPermitted: the member may not audit.
        StorageError, LedgerBehind: an entry or an object could not be written.
    """
    if session is not None:
        authorise(archive, session, Action.AUDIT)
    living = [one.digest for one in held.living]
    for start in range(0, len(chosen), _BATCH):
        batch = chosen[start : start + _BATCH]
        found = [_checked(archive, one, copy if session is not None else None) for one in batch]
        if session is not None:
            _enter(archive, session, found, living)
        yield from found


def _checked(archive: Archive, one: Committed, copy: Path | None) -> Checked:
    state = state_of(archive.store, one.digest)
    if state is not None and copy is not None and _repaired(archive, one.digest, copy):
        state = "repaired"
    return Checked(one.digest, one.record, state or "good")


def _repaired(archive: Archive, digest: str, copy: Path) -> bool:
    """Put an object of a copy in the place of ours, if it is what the digest says."""
    folder = copy / "objects" if (copy / "objects").is_dir() else copy
    theirs = LocalStore(folder)
    try:
        if not verify(theirs, digest):
            return False
        handle = archive.store.stage()
        with theirs.open(digest) as source:
            while block := source.read(_BLOCK):
                handle.write(block)
        handle.seal(digest)
        archive.store.commit([handle])
    except (StorageError, OSError):
        return False
    return state_of(archive.store, digest) is None


def _enter(
    archive: Archive, session: Session, found: Sequence[Checked], living: Sequence[str]
) -> None:
    ranges = list(spans([one.digest for one in found], living))
    counts = {
        state: str(sum(one.state == state for one in found))
        for state in ("good", "missing", "damaged", "repaired")
    }
    bad = any(one.state in ("missing", "damaged") for one in found)
    drafts = []
    for start in range(0, len(ranges), RANGES):
        links = {"ranges": " ".join(ranges[start : start + RANGES])}
        links |= {name: count for name, count in counts.items() if count != "0" and start == 0}
        outcome = EventOutcome.FAILURE if bad else EventOutcome.SUCCESS
        about = archive.folder.archive_id
        drafts.append(EntryDraft(EventType.FIXITY_CHECKED, about, outcome, links, {}))
    drafts += [_single(one) for one in found if one.state != "good"]
    with archive.catalog.write() as tx:
        append(archive, session, tx, drafts)


def _single(one: Checked) -> EntryDraft:
    """Return the entry about the record of an object that was not good."""
    links = {"object": one.digest, "state": one.state}
    if one.state == "repaired":
        event, outcome = EventType.OBJECT_REPAIRED, EventOutcome.SUCCESS
    else:
        event, outcome = EventType.FIXITY_CHECKED, EventOutcome.FAILURE
    return EntryDraft(event, one.record, outcome, links, {})
