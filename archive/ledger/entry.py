"""Entries: built from a draft, signed by the acting member, parsed back strictly."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from archive.errors import LedgerTampered
from archive.ledger.canonical import canonical, parse
from archive.model.provenance import Agent, Checkpoint, Entry, EntryDraft, EventOutcome, EventType
from keys.errors import KeysError
from keys.signing import Ed25519Signer, Ed25519Verifier

VERSION = 1
_DOMAIN = b"strongroom/event/v1\0"
_FIELDS = {
    "v",
    "type",
    "time",
    "object",
    "seq",
    "prev",
    "agent",
    "after",
    "outcome",
    "links",
    "c",
    "sig",
}


def timestamp(now: datetime) -> str:
    """Return a time as RFC 3339 in UTC with microseconds."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def build_entry(
    draft: EntryDraft,
    agent: Agent,
    signer: Ed25519Signer,
    *,
    seq: int,
    prev: bytes | None,
    after: Checkpoint,
    time: str,
) -> bytes:
    """Return the canonical bytes of a signed entry."""
    value: dict[str, Any] = {
        "v": VERSION,
        "type": draft.type.value,
        "time": time,
        "object": draft.object,
        "seq": seq,
        "prev": None if prev is None else prev.hex(),
        "agent": {"kid": agent.key_id, "role": agent.role},
        "after": {"size": after.size, "root": after.root.hex()},
        "outcome": draft.outcome.value,
        "links": draft.links,
        "c": draft.commitments,
    }
    signature = signer.sign(_DOMAIN + canonical(value))
    value["sig"] = base64.b64encode(signature).decode()
    return canonical(value)


def parse_entry(body: bytes) -> Entry:
    """Return the entry of canonical bytes; its signature is not checked yet.

    Raises:
        LedgerTampered: not canonical, or a field is missing, unknown or of another type.
    """
    value = parse(body)
    if set(value) != _FIELDS or value["v"] != VERSION:
        raise LedgerTampered
    try:
        signature = base64.b64decode(value.pop("sig"), validate=True)
        return Entry(
            type=EventType(value["type"]),
            time=str(value["time"]),
            object=str(value["object"]),
            seq=int(value["seq"]),
            prev=value["prev"],
            agent=Agent(value["agent"]["kid"], value["agent"]["role"]),
            after_size=int(value["after"]["size"]),
            after_root=str(value["after"]["root"]),
            outcome=EventOutcome(value["outcome"]),
            links=dict(value["links"]),
            commitments=dict(value["c"]),
            signed=_DOMAIN + canonical(value),
            signature=signature,
        )
    except (KeyError, TypeError, ValueError):
        raise LedgerTampered from None


def verify_entry(entry: Entry, verifier: Ed25519Verifier) -> None:
    """Check the acting member's signature.

    Raises:
        LedgerTampered: it is not that member's signature of this entry.
    """
    try:
        verifier.verify(entry.signed, entry.signature)
    except KeysError:
        raise LedgerTampered from None
