"""A program's day: a token at the command line, a file in, a search, until keys are sealed."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.small_archive import PASSPHRASE, build


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve an archive; give the addresses of its pages and of its numbers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--json"]
    command += ["--archive", str(folder), "serve", "--listen", "127.0.0.1:0"]
    command += ["--second-factor", "none", "--metrics-port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"], f"127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def numbers(place: str) -> str:
    connection = http.client.HTTPConnection(place, timeout=60)
    connection.request("GET", "/metrics")
    try:
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def strongroom(archive: Path, *words: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--json"]
    done = subprocess.run(
        [*command, "--archive", str(archive), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask(
    url: str, method: str, path: str, token: str, body: bytes = b"", kind: str = "application/json"
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=60)
    headers = {"Content-Type": kind} if body else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, f"/api/v1{path}", body or None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


def form(name: str, data: bytes) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + data + b"\r\n--b--\r\n"


def test_a_program_hands_in_and_searches_until_keys_are_sealed(tmp_path: Path) -> None:
    small = build(tmp_path / "house")
    folder, secret = small.archive.folder.path, tmp_path / "secret"
    secret.write_bytes(PASSPHRASE + b"\n")
    me = ["--as", "archivist", "--passphrase-file", str(secret)]
    with serving(folder) as (url, place):
        scopes = ("--scope", "ingest", "--scope", "originals", "--minutes", "30")
        (made,) = strongroom(folder, "token", "create", *scopes, *me)
        token = made["token"]
        assert made["scopes"] == ["originals", "ingest"]
        large = b"A list of lanterns. " * 4000
        kind = "multipart/form-data; boundary=b"
        status, told = ask(url, "POST", "/ingest", token, form("lanterns.txt", large), kind)
        assert (status, told["files"][0]["outcome"]) == (200, "ingested")
        body = json.dumps({"query": "lanterns", "level": "originals"}).encode()
        status, told = ask(url, "POST", "/search", token, body)
        assert (status, told["total"]) == (200, 1)
        with pytest.raises((ConnectionError, json.JSONDecodeError)):
            ask(url, "POST", "/ingest", "", form("lanterns.txt", large), kind)
        (listed,) = strongroom(folder, "token", "list", *me)
        assert listed["id"] == made["id"]
        assert "token" not in listed
        before = numbers(place)
        assert "strongroom_sealed 0.0" in before
        assert 'strongroom_answers_total{route="api.search",status="2xx"} 1.0' in before
        assert not any(word in before for word in ("lanterns", "archivist", made["id"], token))
        strongroom(folder, "seal")
        status, told = ask(url, "POST", "/search", token, body)
        assert (status, told["code"]) == (401, "token-refused")
        assert "strongroom token create" in told["detail"]
        assert strongroom(folder, "token", "list", *me) == []
        assert "strongroom_sealed 1.0" in numbers(place)
    small.archive.close()
