"""What the ledger tells about one object: its history, who had access, how a copy came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archive.ledger import Verdict
from archive.model.provenance import EventOutcome, EventType
from archive.services.audit.checking import Reader, TimelineEntry
from archive.services.audit.scanning import Kept, Scan, destroys, mentions, of_types, scan
from archive.services.log_files import LogFiles

_ACCESS = frozenset(
    {
        EventType.VIEW,
        EventType.EXPORT,
        EventType.LIST,
        EventType.SEARCH,
        EventType.EXTRACTION_BEGUN,
        EventType.LEAKS_CHECKED,
        EventType.DENIED,
    }
)
_WORK = frozenset(
    {
        EventType.REDACTION_PROPOSED,
        EventType.REDACTION_MARKED,
        EventType.PLAN_CARRIED_OVER,
        EventType.PLAN_SUBMITTED,
    }
)
_DECISIONS = (
    EventType.PLAN_APPROVED,
    EventType.PLAN_REJECTED,
    EventType.RELEASE,
    EventType.WITHDRAWAL,
)
_ORIGIN = frozenset({EventType.INGESTION, EventType.TEXT_EXTRACTED})


@dataclass(slots=True)
class ObjectHistory:
    """Every entry about an object, oldest first, those that link to it, and what is wrong."""

    verdict: Verdict
    about: list[TimelineEntry] = field(default_factory=list)
    naming: list[TimelineEntry] = field(default_factory=list)


def history(
    catalog: Reader, vkeys: Sequence[str], obj: str, *, files: LogFiles | None = None
) -> ObjectHistory:
    """Return everything that the ledger says about an object, and whether its history has a gap.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    found = scan(catalog, vkeys, mentions(obj), files=files)
    told = ObjectHistory(found.verdict)
    expected: tuple[int, str | None] = (0, None)
    for one in found.kept:
        if one.entry.object != obj:
            told.naming.append(found.line(one))
            continue
        told.about.append(found.line(one))
        if (one.entry.seq, one.entry.prev) != expected:
            found.verdict.fail("history", one.index, "the history of the object has a gap")
        expected = (one.entry.seq + 1, one.leaf)
    if not told.about:
        found.verdict.fail("unknown", None, "the ledger has no entry about it")
    return told


def accesses(
    catalog: Reader, vkeys: Sequence[str], obj: str, *, files: LogFiles | None = None
) -> ObjectHistory:
    """Return who saw an object, took it out or was refused; the purpose of each is committed only.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    told = history(catalog, vkeys, obj, files=files)
    told.about = [one for one in told.about if EventType(one.type) in _ACCESS]
    told.naming = [one for one in told.naming if EventType(one.type) in _ACCESS]
    return told


@dataclass(slots=True)
class Derivation:
    """How a record's newest reading copy came about; `copy` is the SHA-256 (hex) of that copy.

    `manifest` is the digest of the manifest that the original and its text stand in, `workers` and
    `approver` are members, `released` says whether the copy is out; `alone` that the approver had
    worked on it, in an archive that was founded for one person.
    """

    verdict: Verdict
    copy: str | None = None
    manifest: str | None = None
    workers: tuple[str, ...] = ()
    approver: str | None = None
    released: bool = False
    alone: bool = False
    steps: list[TimelineEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the catalog says about the redaction of a record.

    `plan` is the SHA-256 (hex) of the newest sealed plan and its state, `out` the digest of the
    copy that is out, each if there is one.
    """

    plan: tuple[str, str] | None
    out: str | None


def redaction(
    catalog: Reader,
    vkeys: Sequence[str],
    record: str,
    *,
    stored: Stored | None = None,
    files: LogFiles | None = None,
) -> Derivation:
    """Follow a record from its original to its newest reading copy and check two-person rules.

    It is shown by the links that members signed: the manifest of the original before any work, the
    digest of the copy that was submitted, approved by somebody who had not worked on it, and
    released. That the copy's words are those of the text is not in the ledger. With `stored` the
    catalog is held against what was signed last.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    found = scan(catalog, vkeys, mentions(record), files=files)
    steps = [one for one in found.kept if one.entry.object == record]
    told = _derivation(found, steps)
    if stored is not None:
        _compare(steps, stored, told)
    return told


def _compare(steps: Sequence[Kept], stored: Stored, told: Derivation) -> None:
    plan, gone = None, False
    for one in steps:
        links, gone = one.entry.links, gone or destroys(one.entry)
        if {"plan", "state"} <= links.keys():
            plan = links["plan"], links["state"]
    if stored.plan != (None if gone else plan):
        words = "the plan in the catalog, or its state, is not the one that was signed last"
        told.verdict.fail("plan", None, words)
    if stored.out != (told.copy if told.released and not gone else None):
        told.verdict.fail(
            "release", None, "the copy that is out in the catalog is not the signed one"
        )


def releases(
    catalog: Reader, vkeys: Sequence[str], *, files: LogFiles | None = None
) -> dict[str, Derivation]:
    """Return how the newest copy of every record that was ever released came about.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    kinds = [*_WORK, *_ORIGIN, *_DECISIONS]
    seen = scan(catalog, vkeys, of_types(kinds), files=files)
    by_record: dict[str, list[Kept]] = {}
    for one in seen.kept:
        by_record.setdefault(one.entry.object, []).append(one)
    told = {}
    for record, steps in by_record.items():
        if any(one.entry.type is EventType.RELEASE for one in steps):
            told[record] = _derivation(replace(seen, verdict=Verdict()), steps)
    return told


def _derivation(found: Scan, steps: list[Kept]) -> Derivation:
    told = Derivation(found.verdict)
    steps = [one for one in steps if one.entry.outcome is EventOutcome.SUCCESS]
    told.steps = [
        found.line(one)
        for one in steps
        if one.entry.type in _WORK | _ORIGIN
        or "reading_copy" in one.entry.links
        or one.entry.type is EventType.PLAN_REJECTED
    ]
    out = [one for one in steps if one.entry.type is EventType.RELEASE]
    if not out:
        found.verdict.fail("unreleased", None, "the ledger has no release of that record")
        return told
    newest = out[-1]
    told.copy = newest.entry.links.get("reading_copy")
    later = [one for one in steps if one.index > newest.index]
    told.released = all(one.entry.type is not EventType.WITHDRAWAL for one in later)
    _derive(found, steps, newest, told)
    return told


def _derive(found: Scan, steps: Sequence[Kept], newest: Kept, told: Derivation) -> None:
    verdict, before = found.verdict, [one for one in steps if one.index < newest.index]
    origins = [one for one in before if one.entry.type in _ORIGIN]
    if origins:
        told.manifest = origins[-1].entry.links.get("manifest")
    else:
        verdict.fail("origin", newest.index, "the copy has no original in the ledger")
    submitted = [
        one
        for one in before
        if one.entry.type is EventType.PLAN_SUBMITTED
        and one.entry.links.get("reading_copy") == told.copy
    ]
    if not submitted:
        verdict.fail("submission", newest.index, "the copy was never submitted")
    elif origins and origins[-1].index > submitted[-1].index:
        verdict.fail("origin", newest.index, "the copy is of an older text than the newest")
    approvals = [one for one in before if _approves(one, told.copy)]
    if not approvals:
        verdict.fail("approval", newest.index, "nobody approved that copy")
        return
    approval = approvals[-1]
    work = [one for one in before if one.entry.type in _WORK and one.index < approval.index]
    told.workers = tuple(sorted({_who(found, one) for one in work}))
    told.approver = _who(found, approval)
    told.alone = told.approver in told.workers and approval.index < found.alone_until
    if told.approver in told.workers and not told.alone:
        verdict.fail("two-persons", approval.index, "who approved had worked on the plan")


def _approves(one: Kept, copy: str | None) -> bool:
    links = one.entry.links
    return (
        one.entry.type is EventType.PLAN_APPROVED
        and links.get("state") == "approved"
        and links.get("reading_copy") == copy
    )


def _who(found: Scan, one: Kept) -> str:
    return found.line(one).member or one.entry.agent.key_id


@dataclass(slots=True)
class Erasures:
    """Every destruction: its entry, and the objects that were destroyed by it."""

    verdict: Verdict
    found: list[tuple[TimelineEntry, tuple[str, ...]]] = field(default_factory=list)


_NAMED = ("original", "canonical-text", "object")


def erasures(
    catalog: Reader,
    vkeys: Sequence[str],
    present: frozenset[str],
    *,
    files: LogFiles | None = None,
) -> Erasures:
    """Return what was destroyed, by whose authority; `present` are the digests that are stored.

    An object that is still there although its record was destroyed is a finding.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    seen = scan(catalog, vkeys, of_types([*_ORIGIN, EventType.DELETION]), files=files)
    objects: dict[str, dict[str, None]] = {}
    told = Erasures(seen.verdict)
    for one in seen.kept:
        entry = one.entry
        digests = [entry.links[name] for name in _NAMED if name in entry.links]
        objects.setdefault(entry.object, {}).update(dict.fromkeys(digests))
        if entry.type is EventType.DELETION:
            gone = tuple(objects[entry.object])
            told.found.append((seen.line(one), gone))
            if not destroys(entry):
                seen.verdict.fail("authority", one.index, "a destruction names no valid reason")
            if present & set(gone):
                seen.verdict.fail("undead", one.index, "an object that was destroyed is there")
    return told
