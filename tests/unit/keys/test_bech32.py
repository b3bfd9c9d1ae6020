import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import bech32
from keys.errors import MalformedKey

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@given(st.text(st.sampled_from("abcdefgh-0123456789"), min_size=1), st.binary(max_size=300))
def test_any_data_round_trips_in_both_cases(prefix, data):
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix, data)


def test_a_valid_string_of_bip_173_is_read():
    prefix, data = bech32.decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")
    assert prefix == "abcdef"
    assert data.hex() == "00443214c74254b635cf84653a56d7c675be77df"


@given(st.binary(min_size=1, max_size=60), st.data())
def test_any_changed_character_is_noticed(data, draw):
    text = bech32.encode("age", data)
    at = draw.draw(st.integers(4, len(text) - 1))
    other = draw.draw(st.sampled_from([c for c in ALPHABET if c != text[at]]))
    with pytest.raises(MalformedKey):
        bech32.decode(text[:at] + other + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age",
        "age1",
        "1qqqqqq",
        "pzry9x0s0muk",
        "age1qqqqb",
        "a ge1qqqqqq",
        "agé1qqqqqq",
        "A1G7SGD8",
        "split1cheo2y9e2w",
        "age1QqQqQqQq",
    ],
)
def test_what_is_not_bech32_is_refused(text):
    with pytest.raises(MalformedKey):
        bech32.decode(text)


def test_mixed_case_is_refused_although_the_checksum_fits():
    text = bech32.encode("age", bytes(32))
    with pytest.raises(MalformedKey):
        bech32.decode(text[:-1] + text[-1].upper())


def test_non_zero_padding_is_refused_although_the_checksum_fits():
    values = [0, 1]
    check = bech32._polymod([*bech32._expand("age"), *values, *[0] * 6]) ^ 1
    values += [check >> 5 * place & 31 for place in range(5, -1, -1)]
    with pytest.raises(MalformedKey, match="padding"):
        bech32.decode("age1" + "".join(ALPHABET[value] for value in values))
