"""T1 at the web door: what passes through its pages is never written to disk in clear."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from archive.bootstrap import utc_now
from archive.model.access import Role
from tests.canary import scan
from tests.unit.webui.webhouse import NAMES, found, passphrase

CANARY = "Quillfeatherstone"
_WATCHED = """
import os, sys
def watch(event, args):
    writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
    if event.startswith("tempfile.") or writes:
        os.write(2, f"WATCH {event} {args[0]!r}\\n".encode())
sys.addaudithook(watch)
from archive.cli import main
main()
"""


@dataclass
class Watched:
    """A served archive whose process reports every file that it opens for writing."""

    process: subprocess.Popen[str]
    address: str
    folder: Path
    cookie: str = ""
    token: str = ""

    def send(self, path: str, body: bytes | None, kind: str = "") -> tuple[int, str, str]:
        """Send one request and return status, Location and body."""
        headers = {"Content-Type": kind} if kind else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        if token := re.search(r'name="token" value="([0-9a-f]+)"', text):
            self.token = token[1]
        return answer.status, answer.getheader("Location") or "", text

    def form(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Send a form."""
        body = urlencode({"token": self.token, **fields}).encode()
        return self.send(path, body, "application/x-www-form-urlencoded")

    def upload(self, name: str, data: bytes) -> tuple[int, str, str]:
        """Upload one file."""
        edge = secrets.token_hex(8)
        head = f'--{edge}\r\nContent-Disposition: form-data; name="token"\r\n\r\n{self.token}\r\n'
        head += f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        body = head.encode() + b"\r\n" + data + f"\r\n--{edge}--\r\n".encode()
        return self.send("/ingest", body, f"multipart/form-data; boundary={edge}")

    def stop(self) -> str:
        """Stop the server and return what it wrote to standard error."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=90)
        assert self.process.returncode == 0, log
        return log


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    folder = tmp_path / "archive"
    found(folder, utc_now).archive.close()
    command = [sys.executable, "-c", _WATCHED, "--archive", str(folder)]
    command += ["serve", "--listen", "127.0.0.1:0", "--second-factor", "none", "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stdout is not None
    url = re.search(r"http://[^\"]+", process.stdout.readline())
    assert url is not None
    yield Watched(process, urlsplit(url[0]).netloc, folder)
    if process.poll() is None:
        process.kill()
        process.communicate()


def outside(line: str, folder: Path) -> bool:
    """Tell whether a file was opened outside the archive; names without a folder are inside it."""
    name = line.split(" ", 2)[2]
    return "/" in name and str(folder) not in name and name != "'/dev/null'"


def sign_in(watched: Watched) -> None:
    role = Role.ARCHIVIST
    watched.send("/sign-in", None)
    status, *_ = watched.form("/sign-in", name=NAMES[role], passphrase=passphrase(role))
    assert status == 303
    watched.send("/ingest", None)


def test_nothing_that_passes_through_is_written_in_clear(watched: Watched, tmp_path: Path) -> None:
    sign_in(watched)
    text = f"{CANARY} wrote this line of a long letter.\n".encode() * 60_000
    status, receipt, _ = watched.upload(f"{CANARY}.txt", text)
    assert status == 303
    _, _, page = watched.send(receipt, None)
    record = re.search(r"/records/([0-9a-f-]{36})", page)
    assert record is not None
    assert CANARY in watched.send(f"/records/{record[1]}", None)[2]
    _, found_at, _ = watched.form("/search", query=f"{CANARY}typed")
    assert CANARY in watched.send(found_at, None)[2]
    original = watched.form(f"/records/{record[1]}/original")
    assert len(original[2]) == len(text)
    watched.form("/records/nowhere", note=CANARY)
    assert CANARY not in receipt + found_at
    log = watched.stop()
    written = [line for line in log.splitlines() if line.startswith("WATCH")]
    assert any(str(watched.folder) in line for line in written)
    assert [line for line in written if outside(line, watched.folder)] == []
    assert CANARY not in log
    assert scan([tmp_path], [CANARY]) == []


def test_a_stranger_cannot_make_the_server_hold_a_large_body(watched: Watched) -> None:
    watched.send("/sign-in", None)
    connection = http.client.HTTPConnection(watched.address, timeout=90)
    connection.putrequest("POST", "/ingest")
    connection.putheader("Content-Length", str(50 << 20))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_raw_errors_of_the_server_tell_nothing(watched: Watched) -> None:
    connection = http.client.HTTPConnection(watched.address, timeout=90)
    connection.request("GET", "/" + "x" * 40_000)
    answer = connection.getresponse()
    assert answer.status == 431
    assert answer.getheader("Server") is None
    assert b"Traceback" not in answer.read()
    connection.close()
