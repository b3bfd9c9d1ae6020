"""A program's day: a token at the command line, a file in, a search, until keys are sealed."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.small_archive import PASSPHRASE, build
from tests.threats.agent_rig import serving


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
    with serving(small) as (url, _):
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
        strongroom(folder, "seal")
        status, told = ask(url, "POST", "/search", token, body)
        assert (status, told["code"]) == (401, "token-refused")
        assert "strongroom token create" in told["detail"]
        assert strongroom(folder, "token", "list", *me) == []
    small.archive.close()
