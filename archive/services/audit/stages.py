"""The stages of a verification, and who is told how far one has come."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """What is checked, in the order in which it is.

    `ENTRIES`: positions, hashes, histories, members' signatures. `CHECKPOINTS`: the log's
    signatures and the roots. `FILES`: tiles and entry bundles beside the catalog. `TIMES`: tokens
    of time-stamping authorities. `WITNESSES`: a quorum of the policy. `PIN`: the ledger only grew
    since the kept checkpoint. `OBJECTS`: every stored object is read and hashed.
    """

    ENTRIES = "entries"
    CHECKPOINTS = "checkpoints"
    FILES = "files"
    TIMES = "times"
    WITNESSES = "witnesses"
    PIN = "pin"
    OBJECTS = "objects"


Progress = Callable[[Stage, int, int], None]
"""Is told of a stage how much is done, of how much."""


def unheard(_stage: Stage, _done: int, _total: int) -> None:
    """Tell nobody."""
