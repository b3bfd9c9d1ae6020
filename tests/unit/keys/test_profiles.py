import pytest

from keys.errors import MalformedKey
from keys.profiles import DEFAULT, RFC9106_SECOND, Argon2Profile, by_name


def test_the_named_profiles_are_those_of_their_sources():
    assert (RFC9106_SECOND.memory_kib, RFC9106_SECOND.passes, RFC9106_SECOND.lanes) == (65536, 3, 4)
    assert (DEFAULT.memory_kib, DEFAULT.passes, DEFAULT.lanes) == (262144, 3, 4)


def test_a_profile_is_found_by_its_name():
    assert by_name("default") is DEFAULT
    assert by_name("rfc9106-second") is RFC9106_SECOND
    with pytest.raises(MalformedKey):
        by_name("quick")


@pytest.mark.parametrize(
    ("memory_kib", "passes", "lanes"),
    [
        (65535, 3, 4),
        (0, 3, 4),
        (-1, 3, 4),
        (65536, 2, 4),
        (65536, 3, 0),
        (4194305, 3, 4),
        (65536, 17, 4),
        (65536, 3, 17),
        (1 << 40, 1 << 40, 1),
    ],
)
def test_nothing_below_the_floor_or_above_the_ceiling_is_a_profile(memory_kib, passes, lanes):
    with pytest.raises(MalformedKey):
        Argon2Profile("odd", memory_kib, passes, lanes)
