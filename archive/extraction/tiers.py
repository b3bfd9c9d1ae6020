"""How well this machine can confine a reader: the layers that it has, and what they stopped."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from archive.extraction import landlock, seccomp


class Layer(str, Enum):
    """A layer that not every machine has; resource limits are on all of them."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


EVERY_LAYER = frozenset(Layer)
_FLOOR = frozenset({Layer.LANDLOCK, Layer.SECCOMP})


class Tier(str, Enum):
    """What stands between a taken-over reader and the machine, best first."""

    BUBBLEWRAP = "floor+bubblewrap"
    FLOOR = "floor"
    RLIMITS = "rlimits"


@dataclass(frozen=True, slots=True)
class Canary:
    """An attack that the sandbox made on itself, and whether it was stopped."""

    name: str
    stopped: bool


@dataclass(frozen=True, slots=True)
class SandboxCheck:
    """The tier of this machine's sandbox, and the attacks that it was tried with."""

    tier: Tier
    canaries: tuple[Canary, ...]

    @property
    def stopped(self) -> int:
        """How many of the attacks were stopped."""
        return sum(canary.stopped for canary in self.canaries)


def bubblewrap() -> Path | None:
    """Return the program bwrap(1), where it is installed."""
    found = shutil.which("bwrap")
    return Path(found) if found else None


def available(wanted: Iterable[Layer]) -> frozenset[Layer]:
    """Return those of the wanted layers that this machine offers; whether they hold is not said."""
    offered = {
        Layer.BUBBLEWRAP: bubblewrap() is not None,
        Layer.LANDLOCK: landlock.version() >= 1,
        Layer.SECCOMP: seccomp.available(),
    }
    return frozenset(layer for layer in wanted if offered[layer])


def tier_of(layers: frozenset[Layer], canaries: Iterable[Canary]) -> Tier:
    """Return the tier of these layers; one attack that gets through is one too many."""
    if not (layers >= _FLOOR and all(canary.stopped for canary in canaries)):
        return Tier.RLIMITS
    return Tier.BUBBLEWRAP if Layer.BUBBLEWRAP in layers else Tier.FLOOR
