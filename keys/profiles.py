"""Named Argon2id parameter sets, each with its source, and their calibration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keys.errors import MalformedKey
from keys.primitives import argon2id

_MIN_MEMORY_KIB = 65536  # RFC 9106, section 4, second recommended option
_MIN_PASSES = 3  # the same
_MIN_LANES = 1
_MAX_MEMORY_KIB = 4 << 20  # 4 GiB; above it a doctored slot could stop the machine
_MAX_PASSES = 16
_MAX_LANES = 16
_MAX_CALIBRATED_KIB = 1 << 20  # 1 GiB


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


def calibrate(target: float, *, clock: Callable[[], float]) -> Argon2Profile:
    """Return the strongest profile that opens a slot within `target` seconds on this machine.

    Doubles the memory of `RFC9106_SECOND` while one run stays within half the target, up to 1 GiB.
    `clock` returns seconds (`time.monotonic` in production). Takes at most about `target` seconds.
    """
    profile = RFC9106_SECOND
    while profile.memory_kib < _MAX_CALIBRATED_KIB and _run(profile, clock) <= target / 2:
        profile = Argon2Profile("calibrated", profile.memory_kib * 2, profile.passes, profile.lanes)
    return profile


def _run(profile: Argon2Profile, clock: Callable[[], float]) -> float:
    started = clock()
    argon2id(
        bytearray(16),
        bytes(16),
        associated=b"",
        memory_kib=profile.memory_kib,
        passes=profile.passes,
        lanes=profile.lanes,
    )
    return clock() - started
