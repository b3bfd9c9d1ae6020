"""Commitments: they open to one value only, and say nothing without the salt."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import InvalidValue
from archive.ledger import commit, opens, salt_of

KEY = bytes(range(32))
texts = st.text(st.characters(codec="utf-8"), max_size=30)


def test_a_commitment_is_what_the_format_says() -> None:
    salt = hmac.new(KEY, b"title", hashlib.sha256).digest()[:16]
    pair = '["title","Liste der Boten, \\"Süd\\""]'.encode()
    expected = hashlib.sha256(b"strongroom/commit/v1\0" + salt + pair).digest()
    assert commit("title", 'Liste der Boten, "Süd"', KEY) == expected


@settings(deadline=None)
@given(field=texts, value=texts, key=st.binary(min_size=32, max_size=32))
def test_a_commitment_opens_with_its_value_and_salt(field: str, value: str, key: bytes) -> None:
    assert opens(commit(field, value, key), field, value, salt_of(field, key))


@settings(deadline=None)
@given(field=texts, value=texts, other=texts)
def test_a_commitment_opens_with_nothing_else(field: str, value: str, other: str) -> None:
    held, salt = commit(field, value, KEY), salt_of(field, KEY)
    assert opens(held, field, other, salt) == (other == value)
    assert opens(held, other, value, salt) == (other == field)
    assert not opens(held, field, value, salt[:-1] + bytes([salt[-1] ^ 1]))
    assert not opens(held, field, value, salt[:15])


def test_salts_of_two_fields_or_keys_have_nothing_in_common() -> None:
    salts = {salt_of(field, key) for field in ("name", "title") for key in (KEY, KEY[::-1])}
    assert len(salts) == 4
    assert {len(salt) for salt in salts} == {16}


def test_where_a_field_ends_and_its_value_begins_is_bound() -> None:
    salt = salt_of("a", KEY)
    assert not opens(commit("a", 'b","c', KEY), 'a","b', "c", salt)


def test_a_long_value_can_be_committed_to() -> None:
    value = "한" * 100_000
    assert opens(commit("text", value, KEY), "text", value, salt_of("text", KEY))


def test_text_that_utf_8_cannot_carry_is_refused() -> None:
    with pytest.raises(InvalidValue):
        commit("name", "broken \udc80 name", KEY)
