"""The examples in `deploy/` do what they say: proxy, onion service, units."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from archive.model.access import Role
from tests.browser.conftest import Visit, serving
from tests.unit.webui.webhouse import NAMES, Household, passphrase

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
_PATIENCE = 90_000  # milliseconds; a first upload starts the readers
EXPOSURE = 20  # tenths of systemd's scale from 0, safe, to 10


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"needs the program {name}")
    return found


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _certificate(place: Path) -> None:
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    words += ["-subj", "/CN=archive.example", "-keyout", "privkey.pem", "-out", "fullchain.pem"]
    subprocess.run([_program("openssl"), *words], cwd=place, check=True, capture_output=True)


@pytest.fixture
def proxied(house: Household, tmp_path: Path) -> Iterator[str]:
    """The URL of the pages behind nginx, with the example's settings and a free port."""
    nginx, port = _program("nginx"), _free_port()
    _certificate(tmp_path)
    with serving(
        house.archive.folder.path, "--second-factor", "none", "--host", "archive.example"
    ) as url:
        site = (DEPLOY / "nginx" / "strongroom.conf").read_text()
        for old, new in (
            (r"listen \[::\].*\n", ""),
            (r"listen 443 ", f"listen 127.0.0.1:{port} "),
            (r"/etc/ssl/strongroom", str(tmp_path)),
            (r"http://127\.0\.0\.1:8443", url),
        ):
            site, changed = re.subn(old, new, site)
            assert changed, old
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        bodies = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; pid {tmp_path}/pid; error_log /dev/null; worker_processes 1;\n"
            f"events {{}}\nhttp {{ {bodies}\n{site}\n}}\n"
        )
        command = [nginx, "-e", "/dev/null", "-p", str(tmp_path), "-c", f"{tmp_path}/nginx.conf"]
        with subprocess.Popen(command) as process:
            try:
                _wait_for(port)
                for kind in kinds:
                    _close(tmp_path / kind)
                yield f"https://archive.example:{port}"
            finally:
                process.terminate()
                process.wait(timeout=90)


def _close(folder: Path) -> None:
    """Keep nginx from writing there: it could not go on if it wanted to."""
    os.chown(folder, os.getuid(), os.getgid())
    folder.chmod(0)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx does not listen")


def test_an_archivist_works_through_the_tls_proxy_and_nothing_lies_on_its_disk(
    browser: Browser, proxied: str
) -> None:
    context = browser.new_context(ignore_https_errors=True)
    visit = Visit(context.new_page(), proxied)
    visit.page.set_default_timeout(_PATIENCE)
    answer = visit.page.goto(f"{proxied}/sign-in")
    assert answer is not None
    assert "max-age" in (answer.header_value("strict-transport-security") or "")
    assert "nginx/" not in (answer.header_value("server") or "")
    visit.sign_in(NAMES[Role.ARCHIVIST], passphrase(Role.ARCHIVIST))
    (cookie,) = context.cookies()
    assert cookie["name"].startswith("__Host-")
    assert cookie["secure"]
    visit.go("/ingest")
    text = b"A long letter. " * 200_000
    visit.page.get_by_label("Choose files").set_input_files(
        [{"name": "letter.txt", "mimeType": "text/plain", "buffer": text}]
    )
    visit.page.get_by_role("button", name="Hand in what has arrived").click()
    visit.page.get_by_role("link", name="Receipt", exact=True).click()
    visit.page.get_by_text("letter.txt").first.wait_for()
    assert "ingested" in visit.main
    assert visit.trouble == []
    context.close()


def test_a_name_that_serve_was_not_told_is_refused(browser: Browser, url: str) -> None:
    context = browser.new_context()
    answer = context.new_page().goto(url.replace("127.0.0.1", "archive.example") + "/sign-in")
    assert answer is not None
    assert answer.status == 400
    context.close()


@pytest.mark.parametrize("name", ["https://archive.example", "archive.example:443", "a b", "-"])
def test_serve_takes_names_of_hosts_only(house: Household, name: str) -> None:
    words = ["serve", "--listen", "127.0.0.1:0", "--host", name]
    command = ["strongroom", "--archive", str(house.archive.folder.path), *words]
    code = "import sys; from archive.cli import main; main(sys.argv[2:])"
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "host" in done.stderr


def test_tor_takes_the_settings_of_the_onion_service(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(_program("tor"), "--verify-config", "-f", str(DEPLOY / "tor" / "torrc")),
            *("--DataDirectory", str(tmp_path), "--HiddenServiceDir", str(tmp_path / "onion")),
            *("--HiddenServicePort", "80 127.0.0.1:8443"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_units_leave_little_exposed(unit: Path) -> None:
    done = subprocess.run(
        [
            *(_program("systemd-analyze"), "security", "--offline=true"),
            *(f"--threshold={EXPOSURE}", "--no-pager", str(unit)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_units_say_nothing_that_systemd_does_not_know(unit: Path) -> None:
    command = [_program("systemd-analyze"), "verify", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert [line for line in complaints if "is not executable" not in line] == []
