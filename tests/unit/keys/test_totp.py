import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.totp import PERIOD, accept, encode_key, hotp, uri

KEY = b"12345678901234567890"  # RFC 6238, appendix B; RFC 4226, appendix D


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_times_of_rfc_6238_give_its_codes(seconds, code):
    assert hotp(KEY, seconds // PERIOD, 8) == code


@pytest.mark.parametrize(
    ("counter", "code"),
    [*enumerate(("755224", "287082", "359152", "969429", "338314", "254676"))],
)
def test_the_counters_of_rfc_4226_give_its_codes(counter, code):
    assert hotp(KEY, counter) == code


@given(st.integers(4, 2**31), st.integers(-4, 4))
def test_a_code_is_taken_one_step_early_or_late_and_no_more(step, off):
    taken = accept(KEY, hotp(KEY, step + off), step * PERIOD + 7.5, after=-1)
    if abs(off) <= 1:
        assert taken == step + off
    else:
        assert taken is None or hotp(KEY, taken) == hotp(KEY, step + off)


def test_a_code_is_taken_once_and_no_older_one_after_it():
    now = 1_900_000_000.0
    step = int(now) // PERIOD
    assert accept(KEY, hotp(KEY, step), now, after=step - 1) == step
    assert accept(KEY, hotp(KEY, step), now, after=step) is None
    assert accept(KEY, hotp(KEY, step - 1), now, after=step) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663456"])
def test_what_is_no_code_is_not_taken(code):
    assert accept(KEY, code, 59.0, after=-1) is None


def test_the_uri_is_what_apps_read():
    assert encode_key(KEY) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert uri(KEY, issuer="Strongroom", account="Ann Lee") == (
        "otpauth://totp/Strongroom:Ann%20Lee?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Strongroom&algorithm=SHA1&digits=6&period=30"
    )
