"""A file key through the key agent, beside the same in this process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archive.sealing import new_header, open_header
from keys.age import seal_small
from keys.agent.client import Keyholder, RemoteIdentity, login
from keys.identity import HybridIdentity
from keys.member import MemberSecret
from keys.profiles import DEFAULT
from keys.slots import make_slot

ROUNDS = 300
PHRASE = b"granite lantern ferry seven"


def _median(act: Callable[[], object]) -> float:
    """Return the median of `ROUNDS` runs in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


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
        started = time.perf_counter()
        holder = Keyholder(path, login(path, slot.to_json(), bytearray(PHRASE), member="m"))
        took = time.perf_counter() - started
        remote = RemoteIdentity(holder, "originals/1", grant)
        here = _median(lambda: open_header(header, [identity]))
        there = _median(lambda: open_header(header, [remote]))
        agent.kill()
        agent.wait()
    print(f"login: {took * 1e3:.0f} ms, Argon2id of the default profile included")
    print(f"file key here: {here:.2f} ms; through the agent: {there:.2f} ms")
    print(f"the agent adds {there - here:.2f} ms at the median (goal: at most 3)")


if __name__ == "__main__":
    main()
