"""Who could open what, and when: members, roles and key epochs over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archive import policy
from archive.ledger import Verdict
from archive.model.access import Compartment, Role
from archive.model.provenance import EventType
from archive.services.audit.checking import Reader, TimelineEntry
from archive.services.audit.scanning import FOREVER, Roster, Scan, Tenure, of_types, scan
from archive.services.log_files import LogFiles

_ACTIVE = "active"
_EVER = "9999"  # after every time of RFC 3339
_SHARED = frozenset({"log-signing", "recipients", "anchor"})
_EVENTS = (
    EventType.KEY_ROLLED,
    EventType.HEADERS_REWRAPPED,
    EventType.MEMBER_GRANTED,
    EventType.MEMBER_RESET,
    EventType.MEMBER_ADDED,
    EventType.MEMBER_DISABLED,
    EventType.MEMBER_ROLE_CHANGED,
    EventType.RECOVERY_ADOPTED,
    EventType.RECOVERY_SHARED,
    EventType.RECOVERY_REHEARSED,
    EventType.ARCHIVE_CREATED,
)


@dataclass(frozen=True, slots=True)
class Opener:
    """Somebody who could open a compartment: up to which epoch, and whether they still work here.

    Who left, or has another role, may have kept what was open to them: `present` is false then.
    """

    compartment: str
    member: str
    role: str
    epoch: int
    present: bool


@dataclass(slots=True)
class KeyHistory:
    """Key epochs and memberships as the ledger tells them, and who could open what at a time."""

    verdict: Verdict
    events: list[TimelineEntry] = field(default_factory=list)
    tenures: list[Tenure] = field(default_factory=list)
    openers: list[Opener] = field(default_factory=list)


def keys(
    catalog: Reader,
    vkeys: Sequence[str],
    grants: Iterable[tuple[str, str, int]],
    *,
    members: Iterable[tuple[str, str, str]] | None = None,
    on: str | None = None,
    files: LogFiles | None = None,
) -> KeyHistory:
    """Return how keys went, and who could open what at the time `on` (RFC 3339), or now.

    `grants` are member, purpose and epoch of what the catalog holds; one that the ledger does not
    account for is a finding. So is a member whose role or state there (id, role, state in
    `members`) is not the one that was signed.

    Raises:
        LedgerTampered, ArchiveDamaged: see `scan`.
    """
    seen = scan(catalog, vkeys, of_types(_EVENTS), files=files)
    told = KeyHistory(seen.verdict, [seen.line(one) for one in seen.kept], seen.roster.tenures)
    told.openers = list(_openers(seen, on or _EVER))
    _account(seen, grants)
    if members is not None:
        _enrolled(seen, members)
    return told


def _epochs(seen: Scan, until: str = _EVER, end: int = FOREVER) -> dict[str, int]:
    """Return the newest epochs of rolls not after a time, and above an entry."""
    newest = {one.value: 1 for one in Compartment}
    for one in seen.kept:
        rolled = one.entry.type is EventType.KEY_ROLLED and one.index < end
        if rolled and one.entry.time <= until:
            newest[one.entry.links.get("compartment", "")] = _number(one.entry.links)
    return newest


def _number(links: dict[str, str]) -> int:
    text = links.get("epoch", "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _openers(seen: Scan, on: str) -> Iterable[Opener]:
    """Yield who held what; keys are rolled right after somebody loses them, in a later entry."""
    present = set(seen.roster.on(on))
    for tenure in seen.roster.tenures:
        if tenure.started <= on:
            here = tenure in present
            epochs = _epochs(seen, on, FOREVER if here else tenure.end)
            for compartment in sorted(_opens(tenure.role)):
                epoch = epochs[compartment]
                yield Opener(compartment, tenure.member, tenure.role, epoch, here)


def _opens(role: str) -> frozenset[str]:
    try:
        return frozenset(one.value for one in policy.OPENS[Role(role)])
    except (ValueError, KeyError):
        return frozenset()


def _account(seen: Scan, grants: Iterable[tuple[str, str, int]]) -> None:
    now, newest = _present(seen.roster), _epochs(seen)
    for member, purpose, epoch in grants:
        role = now.get(member)
        opened = purpose in _SHARED or purpose in _opens(role or "")
        if role is None and purpose != "anchor":
            seen.verdict.fail("grant", None, f"{purpose} is granted to {member}, who is no member")
        elif not opened:
            seen.verdict.fail("grant", None, f"{purpose} is granted to {member}, a {role}")
        elif purpose in newest and epoch > newest[purpose]:
            seen.verdict.fail("grant", None, f"epoch {epoch} of {purpose} is not in the ledger")


def _enrolled(seen: Scan, members: Iterable[tuple[str, str, str]]) -> None:
    """Compare the members of the catalog with those of the ledger."""
    now = _present(seen.roster)
    for member, role, state in members:
        known = now.pop(member, None)
        here = role if state == _ACTIVE else None
        if here != known:
            there = f"{member} is {_called(here)} in the catalog and {_called(known)} in the ledger"
            seen.verdict.fail("member", None, there)
    for member, role in now.items():
        words = f"{member} is {_called(role)} in the ledger and missing in the catalog"
        seen.verdict.fail("member", None, words)


def _called(role: str | None) -> str:
    return "no member" if role is None else f"a member ({role})"


def _present(roster: Roster) -> dict[str, str]:
    return {one.member: one.role for one in roster.tenures if one.ended is None}
