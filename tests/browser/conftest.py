"""Debian's Chromium against the real server, in a process of its own, over a real archive."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from archive.bootstrap import utc_now
from tests.unit.webui.webhouse import Household, found, furnish

CHROMIUM = shutil.which("chromium")
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WAIT = 10_000  # milliseconds

if CHROMIUM is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = furnish(found(tmp_path_factory.mktemp("browser") / "archive", utc_now))
    yield made
    made.archive.close()


@pytest.fixture(scope="session")
def url(house: Household) -> Iterator[str]:
    with serving(house.archive.folder.path) as address:
        yield address


class Serving:
    """The `serve` command in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", "from archive.cli import main; main()"]
        command += ["--archive", str(folder), "serve", "--listen", "127.0.0.1:0", "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        return str(json.loads(self.process.stdout.readline())["url"]).rstrip("/")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0


def serving(folder: Path) -> Serving:
    """Serve the archive in `folder` until the context ends."""
    return Serving(folder)
