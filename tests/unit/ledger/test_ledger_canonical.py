"""Canonical JSON: one way to write an entry, every other way refused."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger.canonical import MAX_BYTES, canonical, from_base64, jcs, parse

keys = st.text(st.characters(max_codepoint=127), max_size=8)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
numbers = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(keys, below, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(keys, values, max_size=6)


@settings(deadline=None)
@given(objects)
def test_our_bytes_are_those_of_rfc_8785(value: dict[str, object]) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@settings(deadline=None)
@given(objects)
def test_canonical_bytes_come_back_as_they_were(value: dict[str, object]) -> None:
    assert parse(canonical(value)) == value


@settings(deadline=None)
@given(objects)
def test_the_same_object_written_otherwise_is_refused(value: dict[str, object]) -> None:
    for other in (
        json.dumps(value, sort_keys=True, ensure_ascii=False),
        json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1),
        json.dumps(dict(sorted(value.items(), reverse=True)), separators=(",", ":")),
    ):
        if other.encode() != canonical(value):
            with pytest.raises(LedgerTampered):
                parse(other.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        '{"ä":1}'.encode(),
        b'{"a":' + b"[" * 60_000 + b"]}",
        b'{"a":' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_not_canonical_is_refused(body: bytes) -> None:
    with pytest.raises(LedgerTampered):
        parse(body)


def test_a_column_of_another_type_is_refused() -> None:
    with pytest.raises(LedgerTampered):
        parse('{"a":1}')  # type: ignore[arg-type]


def test_an_entry_has_at_most_65535_bytes() -> None:
    frame = len(canonical({"a": ""}))
    longest = {"a": "x" * (MAX_BYTES - frame)}
    assert parse(canonical(longest)) == longest
    longer = {"a": longest["a"] + "x"}
    with pytest.raises(InvalidValue):
        canonical(longer)
    with pytest.raises(LedgerTampered):
        parse(jcs(longer))


def test_half_a_surrogate_pair_is_refused_when_written() -> None:
    with pytest.raises(InvalidValue):
        canonical({"a": "\udcff"})


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_base64_has_one_writing(data: bytes) -> None:
    import base64

    text = base64.b64encode(data).decode()
    assert from_base64(text) == data
    for other in (text + "\n", " " + text, text.rstrip("="), text + "=", text.replace("A", "-")):
        if other != text:
            with pytest.raises(LedgerTampered):
                from_base64(other)


def test_base64_with_stray_last_bits_is_refused() -> None:
    assert from_base64("QQ==") == b"A"
    with pytest.raises(LedgerTampered):
        from_base64("QR==")
