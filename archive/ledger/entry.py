"""Entries: built from a draft, signed by the acting member, parsed back strictly."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger.canonical import MAX_BYTES, from_base64, parse
from archive.ledger.quick import DOMAIN, moment, read_plain
from archive.model.provenance import Agent, Checkpoint, Entry, EntryDraft, EventOutcome, EventType
from keys.errors import KeysError
from keys.signing import Ed25519Verifier, Signer

VERSION = 1
_SIGNATURE = len(',"sig":""') + 88  # bytes; an Ed25519 signature has 64, in base64 88
_HASH = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def _text(value: object) -> bool:
    return isinstance(value, str)


def _hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _fields(value: object, shape: dict[str, Callable[[object], bool]]) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == shape.keys()
        and all(check(value[name]) for name, check in shape.items())
    )


def _map(value: object, check: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and all(map(check, value.values()))


_SHAPE: dict[str, Callable[[object], bool]] = {
    "v": lambda value: _count(value) and value == VERSION,
    "type": _text,
    "time": lambda value: isinstance(value, str) and _TIME.fullmatch(value) is not None,
    "object": _text,
    "seq": _count,
    "prev": lambda value: value is None or _hash(value),
    "agent": lambda value: _fields(value, {"kid": _text, "role": _text}),
    "after": lambda value: _fields(value, {"size": _count, "root": _hash}),
    "outcome": _text,
    "links": lambda value: _map(value, _text),
    "c": lambda value: _map(value, _hash),
    "sig": _text,
}


def timestamp(now: datetime) -> str:
    """Return a time as RFC 3339 in UTC with microseconds."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def build_entry(
    draft: EntryDraft,
    agent: Agent,
    signer: Signer,
    *,
    seq: int,
    prev: bytes | None,
    after: Checkpoint,
    time: str,
) -> bytes:
    """Return the canonical bytes of a signed entry.

    Raises:
        InvalidValue: too long, a key of `links` or `commitments` is not ASCII, a commitment is
            not 32 bytes in hex, or a text is not valid Unicode.
    """
    if not _drawn_well(draft):
        raise InvalidValue("An event for the ledger is not well formed.")
    above = (
        f'{{"after":{{"root":"{after.root.hex()}","size":{after.size}}}'
        f',"agent":{{"kid":{_quoted(agent.key_id)},"role":{_quoted(agent.role)}}}'
        f',"c":{_object(draft.commitments)},"links":{_object(draft.links)}'
        f',"object":{_quoted(draft.object)},"outcome":{_quoted(draft.outcome)}'
        f',"prev":{"null" if prev is None else _quoted(prev.hex())},"seq":{seq}'
    )
    below = f',"time":{_quoted(time)},"type":{_quoted(draft.type)},"v":{VERSION}}}'
    try:
        head, tail = above.encode(), below.encode()
    except UnicodeEncodeError:
        raise InvalidValue("A text for the ledger is not valid Unicode.") from None
    if len(head) + len(tail) + _SIGNATURE > MAX_BYTES:
        raise InvalidValue("A ledger entry is longer than 65,535 bytes.")
    signature = base64.b64encode(signer.sign(b"".join((DOMAIN, head, tail))))
    return b"".join((head, b',"sig":"', signature, b'"', tail))


def _object(pairs: dict[str, str]) -> str:
    """Return a JSON object in canonical writing: keys ascend, no spaces (RFC 8785, 3.2.3)."""
    if not pairs:
        return "{}"
    fields = [f"{_quoted(name)}:{_quoted(value)}" for name, value in sorted(pairs.items())]
    return f"{{{','.join(fields)}}}"


def _without_signature(body: bytes) -> bytes:
    before, _, after = body.rpartition(b',"sig":"')
    return before + after.partition(b'"')[2]


def _drawn_well(draft: EntryDraft) -> bool:
    named, committed = draft.links, draft.commitments
    return "".join((*named, *committed)).isascii() and all(map(_hash, committed.values()))


def parse_entry(body: bytes) -> Entry:
    """Return the entry of canonical bytes; its signature is not checked yet.

    Raises:
        LedgerTampered: not canonical, a field is missing, unknown or of another type, or the event
            type is not one that this version knows.
    """
    plain = read_plain(body) if isinstance(body, bytes) and len(body) <= MAX_BYTES else None
    return _parse_strictly(body) if plain is None else plain


def _parse_strictly(body: bytes) -> Entry:
    value = parse(body)
    if not _fields(value, _SHAPE):
        raise LedgerTampered
    signature = from_base64(value.pop("sig"))
    try:
        kind, outcome = EventType(value["type"]), EventOutcome(value["outcome"])
        moment(value["time"])
    except ValueError:
        raise LedgerTampered from None
    return Entry(
        type=kind,
        time=value["time"],
        object=value["object"],
        seq=value["seq"],
        prev=value["prev"],
        agent=Agent(value["agent"]["kid"], value["agent"]["role"]),
        after_size=value["after"]["size"],
        after_root=value["after"]["root"],
        outcome=outcome,
        links=value["links"],
        commitments=value["c"],
        signed=DOMAIN + _without_signature(body),
        signature=signature,
    )


def verify_entry(entry: Entry, verifier: Ed25519Verifier) -> None:
    """Check the acting member's signature.

    Raises:
        LedgerTampered: it is not that member's signature of this entry.
    """
    try:
        verifier.verify(entry.signed, entry.signature)
    except KeysError:
        raise LedgerTampered from None
