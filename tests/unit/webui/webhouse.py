"""A small real archive with a member of each role, and browsers without a window for them."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from archive.bootstrap import init_archive, open_archive
from archive.model.access import Role
from archive.model.ids import RandomBytes, RecordId
from archive.services.intake import ingest
from archive.services.intake.ingest import Upload
from archive.services.members import administration
from archive.services.parts import Archive
from archive.services.redaction import redact
from archive.services.session import Session, sign_in
from archive.services.sources import entries as sources
from keys.profiles import RFC9106_SECOND
from webui.app import create_app
from webui.settings import COOKIE, Settings

SOURCE_NAME = "Jorun Vastrahl"
NAMES = {
    Role.CUSTODIAN: "Orla Custodian",
    Role.ARCHIVIST: "Tam Archivist",
    Role.RESEARCHER: "Ines Researcher",
    Role.AUDITOR: "Bo Auditor",
}
TEXTS = {
    "harbour.txt": f"The harbour ledger of 1931.\nKept by {SOURCE_NAME} at the customs house.\n",
    "mill.txt": f"Notes on the water mill.\n{SOURCE_NAME} counted the sacks at night.\n",
    "quarry.txt": "A list of quarry workers without any name in it.\n",
}


def passphrase(role: Role) -> str:
    """Return the passphrase of a role's member."""
    return f"seven grey {role.value} lanterns"


class Clock:
    """A clock that a test can move."""

    def __init__(self) -> None:
        self.now = datetime(2031, 3, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **passed: float) -> None:
        """Move the clock on."""
        self.now += timedelta(**passed)


@dataclass
class Household:
    """An open archive, signed-in service sessions, and the records by file name."""

    archive: Archive
    sessions: dict[Role, Session] = field(default_factory=dict)
    records: dict[str, RecordId] = field(default_factory=dict)

    def session(self, role: Role) -> Session:
        """Return the service session of a role's member."""
        if role not in self.sessions:
            secret = bytearray(passphrase(role).encode())
            self.sessions[role] = sign_in(self.archive, NAMES[role], secret)
        return self.sessions[role]

    def take_in(self, files: dict[str, bytes]) -> None:
        """Ingest files as the archivist."""
        uploads = [Upload(name, BytesIO(data)) for name, data in files.items()]
        for report in ingest.ingest(self.archive, self.session(Role.ARCHIVIST), uploads):
            assert report.record is not None, report
            self.records[report.path] = report.record

    def submit(self, name: str, *, bare: bool = False) -> None:
        """Propose and submit the plan of a record as the archivist; `bare`, nothing is hidden."""
        me, record = self.session(Role.ARCHIVIST), self.records[name]
        found = redact.propose(self.archive, me, record).redactions
        if bare and found:
            redact.unmark(self.archive, me, record, (found[0].start, found[-1].end))
        redact.submit(self.archive, me, record)

    def release(self, name: str, *, bare: bool = False) -> None:
        """Take a record from proposal to release with two members."""
        self.submit(name, bare=bare)
        me = self.session(Role.CUSTODIAN)
        redact.approve(self.archive, me, self.records[name])
        redact.release(self.archive, me, self.records[name])


def found(
    folder: Path,
    clock: Callable[[], datetime],
    *,
    source: str = SOURCE_NAME,
    ids: RandomBytes = os.urandom,
) -> Household:
    """Found an archive with four members and one source."""
    custodian = bytearray(passphrase(Role.CUSTODIAN).encode())
    init_archive(folder, NAMES[Role.CUSTODIAN], custodian, RFC9106_SECOND, clock=clock, ids=ids)
    house = Household(open_archive(folder, clock=clock, ids=ids))
    head = house.session(Role.CUSTODIAN)
    for role in (Role.ARCHIVIST, Role.RESEARCHER, Role.AUDITOR):
        secret = bytearray(passphrase(role).encode())
        administration.add_member(house.archive, head, NAMES[role], role, secret, RFC9106_SECOND)
    house.sessions.clear()  # a session knows the members that there were when it began
    head = house.session(Role.CUSTODIAN)
    sources.add_source(house.archive, head, source, ["Lantern"])
    return house


def furnish(house: Household) -> Household:
    """Ingest the texts; release one, submit one, leave one alone."""
    house.take_in({name: text.encode() for name, text in TEXTS.items()})
    house.release("harbour.txt")
    house.submit("mill.txt")
    return house


class Visitor:
    """A browser without a window: keeps cookies, sends what forms of the page it last saw carry.

    Each has an address of its own, so that the failures of one do not slow another down.
    """

    _addresses = (str(IPv4Address("10.0.0.1") + number) for number in count())

    def __init__(self, app: Flask, address: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.address = address or next(self._addresses)
        self._base = {
            "base_url": "https://localhost",
            "environ_base": {"REMOTE_ADDR": self.address},
        }
        self.token = ""
        self.seen = ""

    def get(self, path: str, **more: object) -> TestResponse:
        """Open a page."""
        return self._seen(self.client.get(path, **self._base, **more))

    def post(self, path: str, **data: object) -> TestResponse:
        """Send a form with the token of the last page."""
        form = {"token": self.token, "seen": self.seen, **data}
        return self._seen(self.client.post(path, data=form, **self._base))

    def send(self, rule: Rule, path: str, **data: object) -> TestResponse:
        """Ask for a path by the one method, beside HEAD, that its rule is for."""
        methods = (rule.methods or set()) - {"HEAD"} or {"HEAD"}
        form = None if methods == {"GET"} else {"token": self.token, **data}
        token = {"X-Strongroom-Token": self.token}
        answer = self.client.open(path, method=min(methods), data=form, headers=token, **self._base)
        return self._seen(answer)

    def follow(self, path: str, **data: object) -> TestResponse:
        """Send a form and open the page that it leads to."""
        answer = self.post(path, **data)
        assert answer.status_code == 303, answer.text
        return self.get(answer.location)

    def sign_in(self, role: Role, secret: str | None = None) -> TestResponse:
        """Sign in as a role's member."""
        self.get("/sign-in")
        secret = passphrase(role) if secret is None else secret
        return self.post("/sign-in", name=NAMES[role], passphrase=secret)

    @property
    def cookie(self) -> str | None:
        """The session cookie's value."""
        found = self.client.get_cookie(COOKIE, "localhost")
        return found.value if found else None

    def _seen(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and (
            token := re.search(r'name="token" value="([0-9a-f]+)"', answer.text)
        ):
            self.token = token[1]
            stamp = re.search(r'name="seen" value="([0-9.]+)"', answer.text)
            self.seen = stamp[1] if stamp else self.seen
        return answer


def visitor(house: Household, role: Role, settings: Settings | None = None) -> Visitor:
    """Return a browser in a new app in which a role's member is signed in."""
    one = Visitor(create_app(house.archive, settings))
    assert one.sign_in(role).status_code == 303
    one.get("/about")
    return one


def record_in(page: str) -> RecordId:
    """Return the first record that a page links to."""
    found_ids = re.findall(r"/records/([0-9a-f-]{36})", page)
    return RecordId(found_ids[0])


def words(page: str) -> str:
    """Return the text of a page's main part."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", "<main" + body)).split())


def hand_in(visitor: Visitor, **files: bytes) -> str:
    """Upload files and return their receipt page."""
    uploads = [(BytesIO(data), name.replace("_", ".")) for name, data in files.items()]
    visitor.get("/ingest")
    return visitor.follow("/ingest", files=uploads).text
