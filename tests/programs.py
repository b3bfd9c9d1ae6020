"""Programs that use the API: tokens of members of a household, and an agent of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from archive.model.access import Role, Scope
from archive.services.members import tokens, unlocking
from archive.services.members.tokens import Made
from tests.unit.webui.webhouse import NAMES, Household, passphrase

BASE = "/api/v1"
SCOPES = {
    Role.CUSTODIAN: tuple(Scope),
    Role.ARCHIVIST: (Scope.READING, Scope.ORIGINALS, Scope.INGEST),
    Role.RESEARCHER: (Scope.READING,),
    Role.AUDITOR: (Scope.AUDIT,),
}
"""Every scope that a role's member can give a token."""


@contextmanager
def agent(folder: Path) -> Iterator[None]:
    """Keep the key agent's socket in a folder of the test's own for the time of the block."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        yield


def sealed(house: Household) -> None:
    """End every keyholder of the household's archive, and its agent."""
    unlocking.seal(house.archive)


def make(house: Household, role: Role, *scopes: Scope, minutes: int = 60) -> Made:
    """Make a token of a role's member; without scopes, with every scope that the role allows."""
    given = bytearray(passphrase(role).encode())
    lasting = timedelta(minutes=minutes)
    return tokens.create(house.archive, NAMES[role], given, scopes or SCOPES[role], lasting)


class Program:
    """Asks an app with a token."""

    def __init__(self, app: Flask, token: str, address: str = "127.0.0.1") -> None:
        self._client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._base = {"base_url": "https://localhost", "environ_base": {"REMOTE_ADDR": address}}

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """Send one request below the API's path."""
        headers = {**self.headers, **more.pop("headers", {})}
        return self._client.open(BASE + path, method=method, headers=headers, **self._base, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        """Ask for something."""
        return self.ask("GET", path, **more)

    def post(self, path: str, **body: Any) -> TestResponse:
        """Send a body of JSON."""
        return self.ask("POST", path, json=body)


def over(answer: object) -> bool:
    """Tell whether the answer is that the token is worth nothing."""
    status, body = answer.status_code, answer.json  # type: ignore[attr-defined]
    return (status, body["code"]) == (401, "token-refused")
