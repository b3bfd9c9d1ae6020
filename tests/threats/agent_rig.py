"""What tests of unlocked keys need: processes, what is in their memory, a browser, another user."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from keys.agent import wire
from keys.errors import AgentUnreachable
from tests.small_archive import PASSPHRASE, Small
from webui.settings import COOKIE


def until(true: Callable[[], object]) -> None:
    while not true():
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def pages_of(supervisor: int) -> int:
    """Return the process that serves the pages: the one that runs what its supervisor runs."""
    [found] = [pid for pid in children(supervisor) if words_of(pid) == words_of(supervisor)]
    return found


def words_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def memory(pid: int) -> bytes:
    """Return what a process has in memory that it may write."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb") as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if rights.startswith("rw") and "[v" not in line:
                begin, end = (int(one, 16) for one in span.split("-"))
                file.seek(begin)
                try:
                    found.append(file.read(end - begin))
                except OSError:
                    continue
    return b"\0".join(found)


def forms(secret: bytes) -> set[bytes]:
    raw = {secret, secret.hex().encode(), b64encode(secret)}
    return raw | {one.decode("latin-1").encode("utf-16-le") for one in raw}


def seen(pid: int, *secrets: bytes) -> int:
    held = memory(pid)
    return sum(form in held for secret in secrets for form in forms(secret))


class Browser:
    """A visitor of a served archive with one cookie, who sends the token of the last page."""

    def __init__(self, url: str) -> None:
        self._host = url.removeprefix("http://").rstrip("/")
        self.cookie = self._token = ""

    def ask(self, path: str, **form: str) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        headers = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        body = urlencode({"token": self._token, **form}) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if given := re.search(rf"{COOKIE}=([0-9a-f]+)", answer.getheader("Set-Cookie", "")):
            self.cookie = given[1]
        if token := re.search(r'name="token" value="([0-9a-f]+)"', text):
            self._token = token[1]
        return answer.status, answer.getheader("Location", ""), text

    def sign_in(self, name: str, passphrase: bytes = PASSPHRASE) -> tuple[int, str, str]:
        self.ask("/sign-in")
        return self.ask("/sign-in", name=name, passphrase=passphrase.decode())


@contextmanager
def serving(small: Small) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--archive"]
    command += [str(small.archive.folder.path), "serve", "--listen", "127.0.0.1:0", "--json"]
    command += ["--second-factor", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        try:
            yield url, pages_of(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def heard(path: Path, user: int) -> bytes:
    """Return what the agent tells a process of another user."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            os.setuid(user)
            connection.connect(str(path))
        except OSError:
            return b"not connected, sessions unknown"
        try:
            wire.send(connection, {"op": "list"})
            return bytes(wire.receive_raw(connection))
        except (OSError, AgentUnreachable):
            return b"nothing"
