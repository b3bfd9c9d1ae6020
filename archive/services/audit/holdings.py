"""What the ledger says should be stored, and what is: inventory and fixity, without any key."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archive.errors import ObjectMissing
from archive.ledger import Verdict, timestamp
from archive.model.provenance import EventOutcome, EventType
from archive.services.audit.checking import Reader, TimelineEntry
from archive.services.audit.scanning import Kept, destroys, of_types, scan
from archive.services.log_files import LogFiles
from archive.storage import ObjectStore, verify

_PAGES = "pages"
_NAMED = ("original", "canonical-text", "object", _PAGES)
RANGES = 400
"""Ranges of digests in one entry at most; each takes 130 of the 65,535 bytes."""

Progress = Callable[[int], None]


@dataclass(slots=True)
class Committed:
    """An object that the ledger names: whose it is, by which entry, and when that was.

    `deleted` is the entry by which its record was destroyed, if it was; `checked` is when it was
    last read and found right (RFC 3339), `failed` whether the newest check found it wrong.
    """

    digest: str
    record: str
    index: int
    time: str
    deleted: int | None = None
    checked: str | None = None
    failed: bool = False


@dataclass(slots=True)
class Holdings:
    """What the ledger commits to: objects by digest, in ascending order, and manifests by record.

    `runs` are the fixity runs, newest first.
    """

    verdict: Verdict
    objects: list[Committed] = field(default_factory=list)
    manifests: dict[str, str] = field(default_factory=dict)
    runs: list[TimelineEntry] = field(default_factory=list)

    @property
    def living(self) -> list[Committed]:
        """The objects whose record was not destroyed."""
        return [one for one in self.objects if one.deleted is None]

    def overdue(self, now: datetime, days: int) -> list[Committed]:
        """Return the objects that were last read, or came in, more than `days` ago."""
        limit = timestamp(now - timedelta(days=days))
        return [one for one in self.living if (one.checked or one.time) < limit]


def holdings(catalog: Reader, vkeys: Sequence[str], *, files: LogFiles | None = None) -> Holdings:
    """Return every object that was ever taken in, and when each was last checked.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    events = (
        EventType.INGESTION,
        EventType.TEXT_EXTRACTED,
        EventType.DELETION,
        EventType.FIXITY_CHECKED,
        EventType.OBJECT_REPAIRED,
        EventType.RELEASE,
        EventType.WITHDRAWAL,
    )
    seen = scan(catalog, vkeys, of_types(events), files=files)
    made = Holdings(seen.verdict)
    found: dict[str, Committed] = {}
    of_record: dict[str, list[Committed]] = {}
    pages: dict[str, str] = {}
    for one in seen.kept:
        if destroys(one.entry):
            made.manifests.pop(one.entry.object, None)
            for each in of_record.get(one.entry.object, ()):
                each.deleted = one.index
        elif one.entry.type is EventType.DELETION:
            made.verdict.fail("authority", one.index, "a destruction names no valid reason")
        elif one.entry.type in (EventType.INGESTION, EventType.TEXT_EXTRACTED):
            _take(one, found, of_record)
            made.manifests[one.entry.object] = one.entry.links.get("manifest", "")
        elif one.entry.type in (EventType.RELEASE, EventType.WITHDRAWAL):
            found.pop(pages.pop(one.entry.object, ""), None)  # those of an earlier release go
            _take(one, found, of_record)
            pages[one.entry.object] = one.entry.links.get(_PAGES, "")
    made.objects = [found[digest] for digest in sorted(found)]
    _checks(made, found, seen.kept)
    made.runs = [seen.line(one) for one in reversed(seen.kept) if "ranges" in one.entry.links]
    return made


def _take(one: Kept, found: dict[str, Committed], of_record: dict[str, list[Committed]]) -> None:
    for name in _NAMED:
        digest = one.entry.links.get(name)
        if digest is not None and digest not in found:
            made = Committed(digest, one.entry.object, one.index, one.entry.time)
            found[digest] = made
            of_record.setdefault(one.entry.object, []).append(made)


def _checks(made: Holdings, found: dict[str, Committed], kept: Sequence[Kept]) -> None:
    """Apply the fixity runs in order: what stands in a range was read, what failed is named."""
    digests = [one.digest for one in made.objects]
    for one in kept:
        links, time = one.entry.links, one.entry.time
        for span in links.get("ranges", "").split():
            first, _, last = span.partition("-")
            for at in range(bisect_left(digests, first), bisect_right(digests, last)):
                if made.objects[at].index < one.index:
                    made.objects[at].checked, made.objects[at].failed = time, False
        single = found.get(links.get("object", ""))
        if single is not None and one.entry.type is EventType.FIXITY_CHECKED:
            single.failed = one.entry.outcome is EventOutcome.FAILURE
        elif single is not None and one.entry.type is EventType.OBJECT_REPAIRED:
            single.failed, single.checked = False, time


@dataclass(slots=True)
class Inventory:
    """How the store compares with the ledger; lists hold digests, `extra` also other file names."""

    verdict: Verdict
    objects: int = 0
    destroyed: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    undead: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    manifests: list[str] = field(default_factory=list)


def inventory(
    held: Holdings,
    store: ObjectStore,
    manifests: Iterable[tuple[str, bytes]],
    *,
    strays: Iterable[str] = (),
    progress: Progress | None = None,
) -> Inventory:
    """Compare every object and manifest with what the ledger committed to; hash all of them.

    `manifests` are records with their sealed manifest, `strays` names of files in the store that
    are no objects. Something extra is told, and is no failure: an ingest that was cut off leaves
    objects that no record names.
    """
    told = Inventory(held.verdict, destroyed=len(held.objects) - len(held.living))
    present = set(store.digests())
    for count, one in enumerate(held.objects, start=1):
        if one.deleted is not None:
            if one.digest in present:
                told.undead.append(one.digest)
                held.verdict.fail("undead", one.deleted, f"{one.digest} was destroyed and is there")
            continue
        told.objects += 1
        state = state_of(store, one.digest)
        if state is not None:
            (told.missing if state == "missing" else told.damaged).append(one.digest)
            held.verdict.fail(state, one.index, f"{one.digest} of {one.record} is {state}")
        if progress is not None and count % 20 == 0:
            progress(count)
    told.extra = sorted(present - {one.digest for one in held.objects}) + sorted(strays)
    _manifests(held, manifests, told)
    return told


def _manifests(held: Holdings, stored: Iterable[tuple[str, bytes]], told: Inventory) -> None:
    waiting = dict(held.manifests)
    for record, sealed in stored:
        committed = waiting.pop(record, None)
        if committed is not None and hashlib.sha256(sealed).hexdigest() != committed:
            told.manifests.append(record)
            held.verdict.fail("manifest", None, f"the manifest of {record} is not the signed one")
    for record in waiting:
        told.manifests.append(record)
        held.verdict.fail("manifest", None, f"the manifest of {record} is missing")


def state_of(store: ObjectStore, digest: str) -> str | None:
    """Return `missing` or `damaged`, or `None` when the object is what its digest says."""
    try:
        return None if verify(store, digest) else "damaged"
    except (ObjectMissing, OSError):
        return "missing"


def spans(chosen: Sequence[str], living: Sequence[str]) -> Iterator[str]:
    """Yield ranges `first-last` that hold the chosen digests and no other of the living ones.

    Both are in ascending order.
    """
    first: str | None = None
    at = 0
    for digest in living:
        if at < len(chosen) and chosen[at] == digest:
            first, last, at = first or digest, digest, at + 1
        elif first is not None:
            yield f"{first}-{last}"
            first = None
    if first is not None:
        yield f"{first}-{last}"
