"""The pages under load: 50 researchers, an archivist who ingests, a member with the worst queries.

usage: python bench/web.py [SECONDS [RESEARCHERS]]   (default 60 and 50)

Each researcher searches, opens a hit and reads for ten seconds on average. Prints the server's time
of both pages beside the bare calls, the 95th percentile of all researchers beside that of one alone
on the same machine, in turns, errors, and the bytes of the first page.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from archive.bootstrap import init_archive, open_archive
from archive.model.access import Level, Role
from archive.model.search import SearchRequest
from archive.services.intake.ingest import Upload, ingest
from archive.services.members import administration, unlocking
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.searchers import shared
from archive.services.session import sign_in
from keys.profiles import RFC9106_SECOND
from webui.app import create_app
from webui.settings import COOKIE, Settings

PHRASE = b"granite lantern ferry seven"
RECORDS = 60
THINK = 10.0  # seconds between the visits of one researcher, on average
BARE = 120  # calls
ROUNDS = 3  # in which one researcher and all take turns, so that both meet the same machine
ALONE = 25  # visits of one researcher in each round
_CHANCE = random.Random(11)
_WORDS = ["".join(_CHANCE.choices("abdegiklmnorstu", k=_CHANCE.randint(3, 9))) for _ in range(3000)]
_WORST = (
    " OR ".join(f"{letter}*" for letter in "abdegiklmno"),
    " ".join(f"{word}~" for word in _WORDS[:6]),
    '"' + " ".join(_WORDS[:12]) + '"~20',
    " OR ".join(_WORDS[:60]),
)


def _text() -> bytes:
    return " ".join(_CHANCE.choices(_WORDS, k=600)).encode()


def _build(place: Path, researchers: int) -> Archive:
    """Return an archive with released records, and with every member that the load needs.

    Each browser has a member of its own: one member's searches wait for one another.
    """
    init_archive(place, "custodian", bytearray(PHRASE), RFC9106_SECOND)
    archive = open_archive(place)
    head = sign_in(archive, "custodian", bytearray(PHRASE))
    names = [_name(number) for number in range(researchers + 2)]
    roles = {"archivist": Role.ARCHIVIST, **dict.fromkeys(names, Role.RESEARCHER)}
    for name, role in roles.items():
        administration.add_member(archive, head, name, role, bytearray(PHRASE), RFC9106_SECOND)
    tam = sign_in(archive, "archivist", bytearray(PHRASE))
    uploads = [Upload(f"{n}.txt", BytesIO(_text())) for n in range(RECORDS)]
    for report in list(ingest(archive, tam, uploads)):
        record = report.record
        assert record is not None, report
        redact.propose(archive, tam, record)
        redact.submit(archive, tam, record)
        redact.approve(archive, head, record)
        redact.release(archive, head, record)
    return archive


def _name(number: int) -> str:
    return f"researcher {number}"


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1] * 1e3 if len(taken) > 1 else float("nan")


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Return the 95th percentile of many calls, and this process's own time for one, in ms."""
    taken, own = [], time.process_time()
    for _ in range(BARE):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return _p95(taken), (time.process_time() - own) / BARE * 1e3


def _compare(what: str, page: tuple[float, float], bare: tuple[float, float]) -> None:
    """Print a page beside its bare call."""
    (p95, own), (bare_p95, bare_own) = page, bare
    print(f"{what}: p95 {p95:.1f} ms, bare {bare_p95:.1f} ms: {p95 / bare_p95:.2f} x; ", end="")
    print(f"processor {own:.1f} ms, bare {bare_own:.1f} ms: {own / bare_own:.2f} x")


class Browser:
    """A browser without a window, over the socket; times every answer."""

    def __init__(self, url: str) -> None:
        self._host = url.removeprefix("http://").rstrip("/")
        self._cookie = self._token = ""
        self.errors = 0

    def ask(self, path: str, **form: str) -> tuple[float, str, str]:
        """Return the seconds that an answer took, where it leads, and its text."""
        headers = {"Cookie": f"{COOKIE}={self._cookie}"} if self._cookie else {}
        body = urlencode({"token": self._token, **form}) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.send("POST" if body else "GET", path, body, headers)

    def hand_in(self, name: str, data: bytes) -> None:
        """Upload a file."""
        part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        file = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = part.format("token", self._token).encode() + file.encode() + data + b"\r\n--b--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        self.send("POST", "/ingest", body, {**kind, "Cookie": f"{COOKIE}={self._cookie}"})

    def send(
        self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]
    ) -> tuple[float, str, str]:
        """Send one request; see `ask`."""
        started = time.perf_counter()
        connection = http.client.HTTPConnection(self._host, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError:
            self.errors += 1
            return time.perf_counter() - started, "", ""
        finally:
            connection.close()
        taken = time.perf_counter() - started
        self.errors += answer.status not in (200, 303)
        if given := re.search(rf"{COOKIE}=([0-9a-f]+)", answer.getheader("Set-Cookie", "")):
            self._cookie = given[1]
        if token := re.search(r'name="token" value="([0-9a-f]+)"', text):
            self._token = token[1]
        return taken, answer.getheader("Location", ""), text

    def sign_in(self, name: str) -> None:
        """Come in."""
        self.ask("/sign-in")
        self.ask("/sign-in", name=name, passphrase=PHRASE.decode())
        self.ask("/search")


@dataclass
class Seen:
    """What researchers saw: seconds of pages of results and of documents."""

    searches: list[float] = field(default_factory=list)
    documents: list[float] = field(default_factory=list)

    def visit(self, one: Browser) -> None:
        """Search for a word and open a hit."""
        _, place, _ = one.ask("/search", query=_CHANCE.choice(_WORDS))
        if not place:
            return
        taken, _, page = one.ask(place)
        self.searches.append(taken)
        hits = re.findall(r'<h3><a href="([^"]+)"', page)
        if hits:
            self.documents.append(one.ask(_CHANCE.choice(hits))[0])


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--json"]
    command += ["--archive", str(folder), "serve", "--listen", "127.0.0.1:0"]
    command += ["--second-factor", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.send_signal(signal.SIGTERM)


def _server_time(archive: Archive) -> None:
    """Print the server's time of both pages beside the bare calls, with keys in a keyholder."""
    archive = replace(archive, searchers=shared())
    session, _ = unlocking.enter(archive, _name(0), bytearray(PHRASE))
    words = iter(_CHANCE.choices(_WORDS, k=4 * BARE))
    record = access.records(archive, session).items[0].record
    search = _timed(
        lambda: access.search(archive, session, SearchRequest(query=next(words)), Level.READING)
    )
    read = _timed(lambda: access.show(archive, session, record, Level.READING))
    client = create_app(archive, Settings(keyholders=True)).test_client()
    base = {"base_url": "https://localhost"}

    def post(path: str, **form: str) -> str:
        token = re.search(r'name="token" value="(\w+)"', client.get("/sign-in", **base).text)
        token = token or re.search(r'value="(\w{64})"', client.get("/search", **base).text)
        assert token is not None
        return str(client.post(path, data={"token": token[1], **form}, **base).location)

    post("/sign-in", name=_name(0), passphrase=PHRASE.decode())
    places = iter([post("/search", query=word) for word in _CHANCE.choices(_WORDS, k=15)] * 10)
    pages = _timed(lambda: client.get(next(places), **base))
    document = _timed(lambda: client.get(f"/reading/{record}", **base))
    _compare("page of results", pages, search)
    _compare("page of a record", document, read)
    session.lock()
    archive.searchers.close()
    unlocking.seal(archive)


def _research(one: Browser, seen: Seen, end: threading.Event) -> None:
    while not end.wait(_CHANCE.uniform(0, 2 * THINK)):
        seen.visit(one)


def _take_in(one: Browser, end: threading.Event) -> None:
    while not end.is_set():
        one.ask("/ingest")
        one.hand_in(f"{_CHANCE.random()}.txt", _text())


def _trouble(one: Browser, end: threading.Event) -> None:
    while not end.is_set():
        _, place, _ = one.ask("/search", query=_CHANCE.choice(_WORST))
        if place:
            one.ask(place)


class Crowd:
    """Everybody who works at once; signed in for good, so that rounds can alternate with one."""

    def __init__(self, url: str, researchers: int) -> None:
        self._browsers = [Browser(url) for _ in range(researchers)]
        self._tam, self._worst = Browser(url), Browser(url)
        for number, one in enumerate([*self._browsers, self._worst], 1):
            one.sign_in(_name(number))
        self._tam.sign_in("archivist")

    def work(self, seconds: float, seen: Seen) -> None:
        """Let everybody work for some seconds and add what the researchers saw."""
        end = threading.Event()
        people = [threading.Thread(target=_research, args=(o, seen, end)) for o in self._browsers]
        people.append(threading.Thread(target=_take_in, args=(self._tam, end)))
        people.append(threading.Thread(target=_trouble, args=(self._worst, end)))
        for person in people:
            person.start()
        time.sleep(seconds)
        end.set()
        for person in people:
            person.join()

    @property
    def errors(self) -> int:
        """How many answers were errors; a worst query may be refused."""
        return sum(one.errors for one in [*self._browsers, self._tam])


def _first_page(url: str) -> int:
    """Return the bytes of the first page with all that it loads, headers included."""
    host, total = url.removeprefix("http://").rstrip("/"), 0
    places = ["/sign-in"]
    for place in places:
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request("GET", place)
        answer = connection.getresponse()
        body = answer.read()
        total += len(body) + sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        if place == "/sign-in":
            places += re.findall(r'(?:src|href)="(/static/[^"]+)"', body.decode())
        connection.close()
    return total


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    researchers = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with tempfile.TemporaryDirectory(prefix="strongroom-bench-") as place:
        os.environ["XDG_RUNTIME_DIR"] = place
        archive = _build(Path(place) / "archive", researchers)
        _server_time(archive)
        with _serving(archive.folder.path) as url:
            alone, many, one = Seen(), Seen(), Browser(url)
            one.sign_in(_name(0))
            crowd = Crowd(url, researchers)
            for _ in range(ROUNDS):
                for _ in range(ALONE):
                    alone.visit(one)
                crowd.work(seconds / ROUNDS, many)
            errors, first = crowd.errors + one.errors, _first_page(url)
        for what, few, all_ in (
            ("results", alone.searches, many.searches),
            ("a record", alone.documents, many.documents),
        ):
            single, crowd = _p95(few), _p95(all_)
            print(f"{what} for one: p95 {single:.0f} ms; for {researchers}: {crowd:.0f} ms", end="")
            print(f" ({len(all_)} pages): {crowd / single:.2f} x")
        print(f"errors: {errors}; first page: {first / 1000:.1f} kB")
        unlocking.seal(archive)
        archive.close()


if __name__ == "__main__":
    main()
