"""What all tests share: a home of their own, chance and time that repeat, cheap key slots."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

KDF_PROFILE = "rfc9106-second"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point home and temp folders into the test's own folder, so that a leak can be found there."""
    for variable, name in (
        ("HOME", "home"),
        ("TMPDIR", "tmp"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
    ):
        folder = tmp_path / "environment" / name
        folder.mkdir(parents=True)
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setenv("STRONGROOM_KDF_PROFILE", KDF_PROFILE)
    for variable in ("STRONGROOM_ARCHIVE", "STRONGROOM_MEMBER", "STRONGROOM_PASSPHRASE_FILE"):
        monkeypatch.delenv(variable, raising=False)


def seeded(seed: str) -> Callable[[int], bytes]:
    """Return randomness that repeats: SHAKE-256 over a seed and a counter."""
    counter = itertools.count()

    def random(size: int) -> bytes:
        return hashlib.shake_256(f"{seed}/{next(counter)}".encode()).digest(size)

    return random


@pytest.fixture
def random() -> Callable[[int], bytes]:
    """Randomness that is the same in every run of a test."""
    return seeded("test")


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Return a clock that begins in 2026 and goes on by one second at each look."""
    ticks: Iterator[int] = itertools.count()
    start = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    return lambda: start + timedelta(seconds=next(ticks))
