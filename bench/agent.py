"""A file key through the key agent, beside the same in this process; a login beside Argon2id."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archive.bootstrap import init_archive, open_archive
from archive.sealing import new_header, open_header
from archive.services.members import unlocking
from keys.age import seal_small
from keys.agent.client import Keyholder, RemoteIdentity, login
from keys.identity import HybridIdentity
from keys.member import MemberSecret
from keys.primitives import argon2id
from keys.profiles import DEFAULT
from keys.slots import make_slot

ROUNDS = 300
LOGINS = 7
PHRASE = b"granite lantern ferry seven"


def _median(act: Callable[[], object]) -> float:
    """Return the median of `ROUNDS` runs in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


def _alone() -> None:
    argon2id(
        bytearray(PHRASE),
        bytes(16),
        associated=b"",
        memory_kib=DEFAULT.memory_kib,
        passes=DEFAULT.passes,
        lanes=DEFAULT.lanes,
    )


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _share(place: Path) -> None:
    """Print how much of a sign-in to an archive, grants included, is Argon2id; they take turns.

    The least of each is compared: whatever else the machine does only adds to it.
    """
    init_archive(place / "archive", "custodian", bytearray(PHRASE), DEFAULT)
    archive = open_archive(place / "archive")
    enter = lambda: unlocking.enter(archive, "custodian", bytearray(PHRASE))  # noqa: E731
    enter()
    pairs = [(_seconds(enter), _seconds(_alone)) for _ in range(LOGINS)]
    whole, alone = map(min, zip(*pairs, strict=True))
    print(f"sign-in: {whole * 1e3:.0f} ms, Argon2id alone {alone * 1e3:.0f} ms: ", end="")
    print(f"{alone / whole:.0%} of it (goal: more than half)")
    unlocking.seal(archive)
    archive.close()


def main() -> None:
    """Measure and print."""
    secret, identity = MemberSecret(os.urandom(32)), HybridIdentity(os.urandom(32))
    slot = make_slot(
        secret, bytearray(PHRASE), member="m", slot=0, profile=DEFAULT, random=os.urandom
    )
    grant = seal_small(identity.seed, [secret.identity.recipient()], random=os.urandom)
    header, _ = new_header([identity.recipient()], random=os.urandom)
    with tempfile.TemporaryDirectory(prefix="strongroom-bench-") as place:
        path = Path(place) / "agent.sock"
        agent = subprocess.Popen([sys.executable, "-m", "keys.agent.server", str(path)])
        while not path.exists():
            time.sleep(0.01)
        holder = Keyholder(path, login(path, slot.to_json(), bytearray(PHRASE), member="m"))
        remote = RemoteIdentity(holder, "originals/1", grant)
        here = _median(lambda: open_header(header, [identity]))
        there = _median(lambda: open_header(header, [remote]))
        agent.kill()
        agent.wait()
        os.environ["XDG_RUNTIME_DIR"] = place
        _share(Path(place))
    print(f"file key here: {here:.2f} ms; through the agent: {there:.2f} ms")
    print(f"the agent adds {there - here:.2f} ms at the median (goal: at most 3)")


if __name__ == "__main__":
    main()
