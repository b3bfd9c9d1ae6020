"""Debian's Chromium against the real server, in a process of its own, over a real archive."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from archive.bootstrap import utc_now
from archive.model.access import Role
from tests.unit.webui.webhouse import NAMES, Household, found, furnish, passphrase

_CHROMIUM = shutil.which("chromium")
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP archive.example 127.0.0.1",
]
_WAIT = 90_000  # milliseconds; what is waited for is a state, and a busy machine is slow
_NPM = Path(__file__).parent / "npm"
_CACHE = Path(__file__).parents[2] / "build" / "npm-axe"


@dataclass
class Visit:
    """One browser window, with everything in it that a page should not cause."""

    page: Page
    url: str
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page = self.page
        page.set_default_timeout(_WAIT)
        page.on("console", lambda message: self.trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("dialog", lambda dialog: self._dialog(dialog.dismiss))
        page.on("request", lambda request: self._request(request.url))

    def _dialog(self, dismiss: Callable[[], None]) -> None:
        self.trouble.append("dialog")
        dismiss()

    def _request(self, url: str) -> None:
        if not url.startswith(f"{self.url}/"):
            self.trouble.append(f"request: {url}")

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.url + path)
        return self.page

    def sign_in(self, name: str, secret: str) -> None:
        """Sign in by the form."""
        self.go("/sign-in")
        self.page.get_by_label("Member name").fill(name)
        self.page.get_by_label("Passphrase").fill(secret)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda at: not at.endswith("/sign-in"))

    @property
    def main(self) -> str:
        """The text of the page's main part, as shown."""
        return self.page.locator("main").inner_text()


Enter = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if _CHROMIUM is None:
        pytest.skip("browser tests need the Debian package chromium: apt-get install chromium")
    expect.set_options(timeout=_WAIT)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, installed once into `build/` by its lock file."""
    if shutil.which("npm") is None:
        pytest.skip("accessibility by axe-core: npm is not installed")
    _CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_NPM / name, _CACHE / name)
    script = _CACHE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run(command, cwd=_CACHE, check=True, capture_output=True, timeout=120)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip("accessibility by axe-core: npm cannot reach its registry")
    return script.read_text()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = furnish(found(tmp_path_factory.mktemp("browser") / "archive", utc_now))
    yield made
    made.archive.close()


@pytest.fixture(scope="session")
def url(house: Household) -> Iterator[str]:
    with serving(house.archive.folder.path) as address:
        yield address


@contextmanager
def serving(folder: Path, *more: str) -> Iterator[str]:
    """Run the `serve` command in a process of its own until the context ends."""
    command = [sys.executable, "-c", "from archive.cli import main; main()"]
    command += ["--archive", str(folder), "serve", "--listen", "127.0.0.1:0", "--json"]
    command += more or ["--second-factor", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["url"]).rstrip("/")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=90) == 0


@pytest.fixture
def enter(browser: Browser, url: str) -> Iterator[Enter]:
    """Open windows in which a role's member is signed in, or nobody when no role is given."""
    opened = []

    def make(role: Role | None = None, **options: object) -> Visit:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        opened.append(context)
        visit = Visit(context.new_page(), url)
        if role is not None:
            visit.sign_in(NAMES[role], passphrase(role))
        return visit

    yield make
    for context in opened:
        context.close()
