"""The log's keys of all times: one pair hands over to the next in an entry and a checkpoint.

The checkpoint that ends with the entry of the handover is signed by both pairs (C2SP
tlog-checkpoint, Signatures: unknown signatures are passed over, which enables key rotation). So
whoever trusts one pair, an earlier or a later one, can follow to all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from archive.errors import LedgerTampered
from archive.ledger.entry import parse_entry
from archive.ledger.note import LogKey, open_checkpoint
from archive.model.provenance import EntryDraft, EventOutcome, EventType

HANDOVER = f'"type":"{EventType.LOG_KEY_ROLLED.value}"'.encode()
"""What the bytes of an entry that tells of a handover hold."""

_BEFORE, _AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Handover:
    """That `after` are the log's keys in place of `before`, from a checkpoint of `size` on."""

    size: int
    before: tuple[LogKey, ...]
    after: tuple[LogKey, ...]

    @classmethod
    def parse(cls, index: int, body: bytes) -> Handover:
        """Return the handover that the entry at `index` tells of; its signature is not checked.

        Raises:
            LedgerTampered: it is not such an entry.
        """
        entry = parse_entry(body)
        links = entry.links
        if entry.type is not EventType.LOG_KEY_ROLLED or not {_BEFORE, _AFTER} <= links.keys():
            raise LedgerTampered
        return cls(index + 1, _keys(links[_BEFORE]), _keys(links[_AFTER]))


def _keys(text: str) -> tuple[LogKey, ...]:
    return tuple(map(LogKey.parse, text.split(" ")))


def handover(obj: str, before: Sequence[LogKey], after: Sequence[LogKey]) -> EntryDraft:
    """Return the entry that names the keys before and after, whole, as vkeys."""
    links = {
        name: " ".join(key.encode() for key in keys)
        for name, keys in ((_BEFORE, before), (_AFTER, after))
    }
    return EntryDraft(EventType.LOG_KEY_ROLLED, obj, EventOutcome.SUCCESS, links, {})


def succession(
    keys: Sequence[LogKey], handovers: Sequence[Handover], note_at: Callable[[int], str | None]
) -> tuple[LogKey, ...]:
    """Return the log's keys of all times, each with the sizes that it serves for, oldest first.

    `keys` are believed: one pair, or the first key of one. `note_at` gives the checkpoint of a
    size. Signature types that `keys` have none of are left out.

    Raises:
        LedgerTampered: a handover is not signed by both pairs, does not follow the last one, or
            none of them is about the keys that are believed.
    """
    if not handovers or not keys:
        return tuple(keys)
    kinds = {key.kind for key in keys}
    pairs = [handovers[0].before, *(one.after for one in handovers)]
    for one, pair in zip(handovers, pairs, strict=False):
        if one.before != pair:
            raise LedgerTampered
        for signers in (one.before, one.after):
            chosen = [key for key in signers if key.kind in kinds]
            if open_checkpoint(note_at(one.size) or "", chosen).size != one.size:
                raise LedgerTampered
    known = {(key.name, key.kind, key.public) for pair in pairs for key in pair}
    if not all((key.name, key.kind, key.public) in known for key in keys):
        raise LedgerTampered
    starts = [0, *(one.size for one in handovers)]
    ends = [*(one.size for one in handovers), None]
    return tuple(
        replace(key, since=start, until=end)
        for pair, start, end in zip(pairs, starts, ends, strict=True)
        for key in pair
        if key.kind in kinds
    )


def newest(keys: Sequence[LogKey]) -> tuple[LogKey, ...]:
    """Return the keys that were handed over to nobody yet, as keys of all sizes."""
    return tuple(replace(key, since=0) for key in keys if key.until is None)
