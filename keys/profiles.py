"""Named Argon2id parameter sets, each with its source."""

from __future__ import annotations

from dataclasses import dataclass

from keys.errors import MalformedKey

_MIN_MEMORY_KIB = 65536  # RFC 9106, section 4, second recommended option
_MIN_PASSES = 3  # the same
_MIN_LANES = 1
_MAX_MEMORY_KIB = 4 << 20  # 4 GiB; above it a doctored slot could stop the machine
_MAX_PASSES = 16
_MAX_LANES = 16


@dataclass(frozen=True, slots=True)
class Argon2Profile:
    """Cost of opening a key slot: memory in KiB, passes over it, lanes (threads).

    Raises:
        MalformedKey: below the floor (RFC 9106's second recommended option: 64 MiB, 3 passes) or
            above 4 GiB, 16 passes or 16 lanes.
    """

    name: str
    memory_kib: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        within = (
            _MIN_MEMORY_KIB <= self.memory_kib <= _MAX_MEMORY_KIB
            and _MIN_PASSES <= self.passes <= _MAX_PASSES
            and _MIN_LANES <= self.lanes <= _MAX_LANES
        )
        if not within:
            raise MalformedKey("Argon2id parameters are outside the allowed range")


RFC9106_SECOND = Argon2Profile(
    name="rfc9106-second",
    memory_kib=65536,  # KiB = 64 MiB; RFC 9106, section 4, second recommended option
    passes=3,
    lanes=4,
)

DEFAULT = Argon2Profile(
    name="default",
    memory_kib=262144,  # KiB = 256 MiB; about half a second on two cores of a 2024 server
    passes=3,
    lanes=4,
)

_PROFILES = {profile.name: profile for profile in (RFC9106_SECOND, DEFAULT)}


def by_name(name: str) -> Argon2Profile:
    """Return a named profile.

    Raises:
        MalformedKey: there is none of that name.
    """
    try:
        return _PROFILES[name]
    except KeyError:
        raise MalformedKey("there is no Argon2id profile of that name") from None
