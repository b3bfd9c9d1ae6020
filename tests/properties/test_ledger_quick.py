"""The quick way to read an entry accepts nothing that the strict one refuses; it reads alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import LedgerTampered
from archive.ledger.entry import _parse_strictly, build_entry, parse_entry
from archive.ledger.quick import read_plain
from archive.model.provenance import Checkpoint, Entry, EntryDraft, EventOutcome, EventType
from tests.unit.ledger.ledgers import NOOR, ORIGIN

KEYS = st.text(st.characters(max_codepoint=126), max_size=8)
TEXTS = st.text(max_size=12) | st.text('abc"\\é\x00', max_size=5)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
DRAFTS = st.builds(
    EntryDraft,
    type=st.sampled_from(EventType),
    object=TEXTS,
    outcome=st.sampled_from(EventOutcome),
    links=st.dictionaries(KEYS, TEXTS, max_size=4),
    commitments=st.dictionaries(KEYS, HASHES, max_size=3),
)


def built(draft: EntryDraft, seq: int = 0, prev: bytes | None = None) -> bytes:
    after = Checkpoint(ORIGIN, 7, bytes(32))
    time = "2026-03-01T09:00:00.000000Z"
    return build_entry(draft, NOOR.agent, NOOR.signer, seq=seq, prev=prev, after=after, time=time)


def strictly(body: bytes) -> Entry | None:
    try:
        return _parse_strictly(body)
    except LedgerTampered:
        return None


def quickly(body: bytes) -> Entry | None:
    return read_plain(body)


@given(DRAFTS, st.integers(0, 2**40), st.none() | st.binary(min_size=32, max_size=32))
def test_both_ways_read_the_same_entry(draft: EntryDraft, seq: int, prev: bytes | None) -> None:
    body = built(draft, seq, prev)
    assert quickly(body) in (None, strictly(body))
    assert parse_entry(body) == strictly(body)


PLAIN = built(EntryDraft(EventType.VIEW, "an object", EventOutcome.SUCCESS, {"a": "1", "b": "2"}, {"f": "ab" * 32}))  # fmt: skip  # noqa: E501


def test_an_ordinary_entry_is_read_quickly() -> None:
    assert quickly(PLAIN) == strictly(PLAIN)
    assert quickly(PLAIN) is not None


def test_no_single_byte_that_is_changed_dropped_or_repeated_is_accepted_by_one_way_alone() -> None:
    for place in range(len(PLAIN)):
        tail = PLAIN[place + 1 :]
        for middle in (
            b"",
            PLAIN[place : place + 1] * 2,
            *(bytes([one]) for one in b'"\\,:{}0a\x00\xff'),
        ):
            body = PLAIN[:place] + middle + tail
            assert quickly(body) in (None, strictly(body)), body


@given(st.data())
def test_no_splice_of_two_places_is_accepted_by_one_way_alone(data: st.DataObject) -> None:
    first, last, to = (data.draw(st.integers(0, len(PLAIN))) for _ in range(3))
    body = PLAIN[:to] + PLAIN[min(first, last) : max(first, last)] + PLAIN[to:]
    assert quickly(body) in (None, strictly(body))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"a":"1","b":"2"', b'"b":"2","a":"1"'),
        (b'"a":"1","b":"2"', b'"a":"1","a":"2"'),
        (b'"a":"1","b":"2"', b'"a":"1","b":"2",'),
        (b'"a":"1","b":"2"', b'"a":"1""b":"2"'),
        (b'"a":"1","b":"2"', b',"a":"1","b":"2"'),
        (b'"seq":0', b'"seq":00'),
        (b'"size":7', b'"size":9007199254740993'),
        (b'"f":"ab', b'"f":"AB'),
        (b"T09:00", b"T25:00"),
        (b'"v":1', b'"v":2'),
    ],
)
def test_what_is_not_canonical_is_refused_by_both(old: bytes, new: bytes) -> None:
    body = PLAIN.replace(old, new)
    assert body != PLAIN
    assert quickly(body) is None
    assert strictly(body) is None
    with pytest.raises(LedgerTampered):
        parse_entry(body)


def test_the_strict_way_is_json() -> None:
    assert json.loads(PLAIN)["links"] == {"a": "1", "b": "2"}
