"""The timeline: entries, newest first, that match every given filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.ledger import parse_entry
from archive.ledger.history import TOLERANCE
from archive.model.provenance import Entry, EventType
from archive.services.audit.checking import Reader, Rows, TimelineEntry, tail_of

_STEP = 500  # entries read at a time


@dataclass(frozen=True, slots=True)
class Filters:
    """What an entry must be. `member` is a member's id or the beginning of a key id.

    `since` and `until` are times as in entries, or the beginning of one: a day is enough.
    """

    type_contains: str | None = None
    outcome: str | None = None
    object_id: str | None = None
    member: str | None = None
    since: str | None = None
    until: str | None = None


def timeline(
    catalog: Reader,
    *,
    newest: int | None = None,
    limit: int = 50,
    **filters: str | None,
) -> tuple[TimelineEntry, ...]:
    """Return entries, newest first, from index `newest` down, that match every given filter.

    The names of `filters` are the fields of `Filters`.
    """
    chosen = Filters(**filters)
    found: list[TimelineEntry] = []
    with catalog.read() as view:
        kids = _kids(view.ledger, chosen.member)
        size = tail_of(view.ledger).size
        stop = size if newest is None else min(size, newest + 1)
        for index, entry in _back(view.ledger, stop):
            if len(found) == limit or _before_all(entry, chosen.since):
                break
            if _matches(entry, chosen) and (kids is None or entry.agent.key_id in kids):
                found.append(line_of(index, entry))
    return tuple(found)


def _back(rows: Rows, stop: int) -> Iterator[tuple[int, Entry]]:
    while stop > 0:
        start = max(0, stop - _STEP)
        for row in reversed(list(rows.entries(start, stop))):
            yield row.index, parse_entry(row.body)
        stop = start


def _before_all(entry: Entry, since: str | None) -> bool:
    """Return whether this and every earlier entry is too old; clocks differ by `TOLERANCE`."""
    if since is None:
        return False
    minutes = int(TOLERANCE.total_seconds()) // 60
    return entry.time[:16] < since[:16] and _minute(entry.time) + minutes < _minute(since)


def _minute(time: str) -> int:
    """Return a number of minutes that grows with the time; days of months that are not are fine."""
    parts = (time[:4], time[5:7], time[8:10], time[11:13], time[14:16])
    digits = [int(part) if part.isdecimal() else 0 for part in parts]
    year, month, day, hour, minute = digits
    return (((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute


def _kids(rows: Rows, member: str | None) -> frozenset[str] | None:
    """Return the key ids of a member; a text that is no member's id is the beginning of one."""
    if not member:
        return None
    entries = [parse_entry(body) for _, body in rows.about(member)]
    entries += [parse_entry(row.body) for row in rows.entries(0, 1)]
    kids = {one.links["kid"] for one in entries if one.links.get("member") == member}
    return frozenset(kids) if kids else _Beginning((member,))


class _Beginning(frozenset[str]):
    """Holds every key id that begins with its one member."""

    def __contains__(self, kid: object) -> bool:
        return isinstance(kid, str) and any(kid.startswith(one) for one in self)


def _matches(entry: Entry, chosen: Filters) -> bool:
    return all(
        (
            not chosen.type_contains or _is_of(entry.type, chosen.type_contains),
            not chosen.outcome or entry.outcome.value == chosen.outcome,
            not chosen.object_id or entry.object == chosen.object_id,
            not chosen.since or entry.time >= chosen.since,
            not chosen.until or entry.time[: len(chosen.until)] <= chosen.until,
        )
    )


def _is_of(kind: EventType, text: str) -> bool:
    return text in kind.value or text.upper().replace("-", "_") in kind.name


def line_of(index: int, entry: Entry) -> TimelineEntry:
    """Return an entry as a line of the timeline."""
    return TimelineEntry(
        index=index,
        time=entry.time,
        type=entry.type.value,
        object=entry.object,
        role=entry.agent.role,
        key_id=entry.agent.key_id,
        outcome=entry.outcome.value,
        links=entry.links,
    )
