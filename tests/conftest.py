"""What all tests share: a home of their own, chance and time that repeat, cheap key slots."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from tests.small_archive import Small, build

KDF_PROFILE = "rfc9106-second"
FOLDERS = {
    "HOME": "home",
    "TMPDIR": "tmp",
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "runtime",
}
PROGRAMS = {
    "chromium": "the web pages in a browser",
    "age": "sealed objects opened by the age program",
    "zstd": "the recovery line",
    "node": "sealed objects opened by another implementation of the hybrid recipient",
    "npm": "the same, the ledger checked by @sigstore/verify, and the pages by axe-core",
    "go": "the ledger checked by Go's sumdb packages",
    "openssl": "time-stamp tokens, and bundles checked without Strongroom",
    "clamd": "the virus scan by clamd itself",
    "nginx": "the pages behind a TLS proxy",
    "tor": "the settings of the onion service",
    "systemd-analyze": "the systemd units",
}

PACKAGES = {
    "node": "nodejs",
    "clamd": "clamav-daemon",
    "nginx": "nginx-light",
    "systemd-analyze": "systemd",
    "go": "golang-go golang-golang-x-mod-dev",
}


def pytest_configure() -> None:
    """Leave no setting of the machine standing; fixtures wider than a test see this too."""
    for variable in [name for name in os.environ if name.startswith("STRONGROOM_")]:
        del os.environ[variable]
    os.environ["STRONGROOM_KDF_PROFILE"] = KDF_PROFILE
    patient = settings(deadline=None)  # a busy machine is no failure
    settings.register_profile("strongroom", patient, derandomize=True)
    settings.register_profile("explore", patient)
    settings.load_profile("strongroom")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud which promises were not tested for want of a program."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        terminalreporter.section("NOT TESTED", yellow=True)
    for program in missing:
        package = PACKAGES.get(program, program)
        terminalreporter.line(
            f"{program} is missing: {PROGRAMS[program]}. Run: sudo apt-get install {package}"
        )


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point home and temp folders into the test's own folder, so that a leak can be found there."""
    for variable, name in FOLDERS.items():
        folder = tmp_path / "environment" / name
        folder.mkdir(parents=True)
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)


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


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """The small archive in the test's own folder, to do with as the test likes."""
    made = build(tmp_path)
    yield made
    made.archive.store.close()
    made.archive.close()
