"""T3 at the doors: what is redacted changes no byte of what a researcher gets, headers included.

Routes come from the map of the pages' and the programs' addresses, commands from the command table:
a new one is compared as soon as there is one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from archive.cli.app import cli
from archive.model.access import Role
from archive.services.members import unlocking
from archive.services.sources import entries as sources
from tests.conftest import seeded
from tests.programs import BASE, Program, agent, make, sealed
from tests.threats.test_policy_doors import COMMANDS, DIRECT, HERE, NONE, OUT
from tests.unit.webui.test_web_access import WITHOUT_SESSION
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, passphrase, visitor

TEXTS = {
    "ferry.txt": "The ferry left at dusk.\n{name} carried copper kettles.\n",
    "rice.txt": "Rice was dear that year, {name} wrote.\nNobody believed it.\n",
}
TWINS = ("Jorun Vastrahl", "Pelagia Ostermann-Quist")
QUERIES = [
    "copper",
    "rice",
    "source",
    "kettle*",
    '"at dusk"',
    "NOT",
    *TWINS,
    *" ".join(TWINS).split(),
]
LEAST = 520  # comparisons
NO_CONTENT = {
    "static": "files of the program",
    "auth.factor": "a secret that is drawn at random",
    "auth.enter_factor": "the same",
    "auth.enter_passkey": "a challenge that is drawn at random",
    "tokens.listing": "random ids of one's own tokens",
    "tokens.create": "the same",
    "signed_in.listing": "random handles of one's own sessions",
    "api.token": "the same",
    "api.revoke_token": "the same",
}
"""What has random bytes in it, and nothing of a document."""

VALUES = {
    "act": "leakcheck",
    "number": 1,
    "at": 1,
    "hit": 1,
    "page": 1,
    "upload": NONE,
    "request": NONE,
    "source": "S-0001",
    "run": NONE,
    "ref": "A-0001",
    "form": "json",
}
"""What stands in addresses beside a record."""


def pages(folder: Path, name: str) -> dict[str, tuple[int, str]]:
    """Return every page that a researcher gets from an archive whose documents name `name`."""
    house = found(folder, Clock(), source=name, ids=seeded("twin"))
    house.take_in({path: text.format(name=name).encode() for path, text in TEXTS.items()})
    for path in TEXTS:
        house.release(path)
    house.take_in({"unreleased.txt": f"{name} is here too, with copper.".encode()})
    guest = visitor(house, Role.RESEARCHER)
    seen = {}
    for query in QUERIES:
        for sort in ("relevance", "-date"):
            guest.get("/search")
            answer = guest.follow("/search", query=query, sort=sort)
            seen[f"{query} {sort}"] = (answer.status_code, plain(answer.text))
        answer = guest.post(f"{answer.request.path}/export", format="csv")
        seen[f"{query} as a list"] = (answer.status_code, plain(answer.text))
    guest.get("/search")
    answer = guest.post("/search/batch", lines="\n".join(QUERIES))
    seen["batch"] = (answer.status_code, plain(answer.text))
    answer = guest.follow("/search", query="", like=house.records["ferry.txt"], collapse="1")
    seen["like"] = (answer.status_code, plain(answer.text))
    for query in QUERIES:
        number = guest.post("/search", query=query).location.rpartition("/")[2]
        answer = guest.post(f"/search/{number}/save", name=query)
        seen[f"save {query}"] = (answer.status_code, plain(answer.text))
    answer = guest.post("/search/saved", act="new")
    seen["saved"] = (answer.status_code, plain(answer.text))
    seen |= _room(house, guest)
    with agent(folder.parent / f"run-{folder.name}"):
        seen |= _answers(house, guest)
        seen |= _routes(house, guest)
        seen |= _commands(house, folder.parent / f"here-{folder.name}")
        sealed(house)
    seen |= _others(house, guest)
    house.archive.close()
    return seen


def _answers(house: Household, guest: Visitor) -> dict[str, tuple[int, str]]:
    """Return what the API answers to a researcher's token, headers included."""
    program = Program(guest.client.application, make(house, Role.RESEARCHER).text)
    asked = [("POST", f"/search{more}", query) for query in QUERIES for more in ("", "/all")]
    asked += [("POST", "/search/complete", query) for query in QUERIES]
    bodies = {"/search/complete": "begun"}
    answers = {
        f"api {path} {query}": program.ask(method, path, json={bodies.get(path, "query"): query})
        for method, path, query in asked
    }
    answers["api batch"] = program.post("/search/batch", lines=QUERIES)
    like = house.records["ferry.txt"]
    answers["api like"] = program.post("/search", query="", like=like, collapse=True)
    answers["api records"] = program.get("/records")
    for path, record in house.records.items():
        for more in ("", "?level=originals", "/pages/1", "/copy/text", "/copy/pdf", "/original"):
            answers[f"api {path} {more}"] = program.get(f"/records/{record}{more}")
    return {
        name: (one.status_code, salted(one.get_data().decode("latin-1") + str(one.headers)))
        for name, one in answers.items()
    }


def _addresses(house: Household, guest: Visitor) -> Iterator[tuple[Rule, str]]:
    """Yield every route, of each record and of none, with an address for it."""
    app = guest.client.application
    for rule in app.url_map.iter_rules():
        if rule.endpoint in WITHOUT_SESSION | set(NO_CONTENT):
            continue
        for record in (*house.records.values(), NONE) if "record" in rule.arguments else (NONE,):
            values = {**VALUES, "record": record}
            given = {
                name: getattr(rule._converters[name], "items", None) or [values[name]]
                for name in rule.arguments
            }
            for chosen in product(*given.values()):
                filled = dict(zip(given, chosen, strict=True))
                yield rule, app.url_map.bind("localhost").build(rule.endpoint, filled)


def _routes(house: Household, guest: Visitor) -> dict[str, tuple[int, str]]:
    """Return what every route answers to a researcher."""
    program = Program(guest.client.application, make(house, Role.RESEARCHER).text)
    seen = {}
    for rule, path in _addresses(house, guest):
        if rule.endpoint.startswith("api."):
            method = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
            answer = program.ask(method, path.removeprefix(BASE), json={"query": "copper"})
        else:
            answer = guest.send(rule, path)
        data = answer.get_data()
        if data.startswith(b"PK"):
            del answer.headers["Content-Length"]  # random digits are packed more or less well
        told = unpacked(data) + str(answer.headers)
        seen[f"{rule.endpoint} {rule.methods} {path}"] = (answer.status_code, plain(salted(told)))
    return seen


def _commands(house: Household, here: Path) -> dict[str, tuple[int, str]]:
    """Return what every command that policy knows of says to a researcher, and what it writes."""
    here.mkdir()
    secret = passphrase(Role.RESEARCHER)
    for name, text in (
        ("new", "violet"),
        ("sheet", "none"),
        ("table.csv", "name"),
        ("mine", secret),
    ):
        (here / name).write_text(text)
    unlocking.unlock(house.archive, NAMES[Role.RESEARCHER], bytearray(secret.encode()))
    seen = {}
    for command in COMMANDS:
        if command.startswith("audit "):
            continue  # reads the ledger, which has digests of what is sealed at random
        about = (*house.records.values(), NONE) if NONE in command or OUT in command else (NONE,)
        for record in about:
            seen[f"{command} {record}"] = _said(house, here, command.replace(OUT, record), record)
    return seen


def _said(house: Household, here: Path, command: str, record: str) -> tuple[int, str]:
    line = ["--json", "--archive", str(house.archive.folder.path), "--as", NAMES[Role.RESEARCHER]]
    if command.split(maxsplit=1)[0] in DIRECT:
        line += ["--passphrase-file", str(here / "mine")]
    line += [one.replace(HERE, str(here)).replace(NONE, record) for one in command.split()]
    done = CliRunner().invoke(cli, line, standalone_mode=False)
    refused = getattr(done.exception, "code", repr(done.exception))
    written = here / "out"
    took = written.read_text() if written.exists() else ""
    written.unlink(missing_ok=True)
    return done.exit_code, salted(f"{refused}\n{done.output}\n{took}").replace(str(here), "")


def unpacked(data: bytes) -> str:
    """Return what a download holds: its files' names and bytes if it packs some."""
    if not data.startswith(b"PK"):
        return data.decode("latin-1")
    packed = zipfile.ZipFile(io.BytesIO(data))
    return "".join(f"{name}\n{packed.read(name).decode('latin-1')}" for name in packed.namelist())


def salted(text: str) -> str:
    """Take out the salted digest of a copy, in its citation and in its manifest."""
    return re.sub(r"(#[0-9a-f]{16}\b|reading_copy\W{3,6}[0-9a-f]{64})", "", text)


def _room(house: Household, guest: Visitor) -> dict[str, tuple[int, str]]:
    """Return what a researcher sees of hits, of their own papers, and of what they ask and take."""
    seen = {}

    def keep(name: str, answer: TestResponse) -> None:
        seen[name] = (answer.status_code, plain(answer.text))

    for query in QUERIES:
        guest.get("/search")
        at = guest.post("/search", query=query, sort="title").location
        for hit in (1, 2, 3):
            keep(f"{query} hit {hit}", guest.get(f"{at}/hits/{hit}"))
    for path, record in house.records.items():
        guest.get("/desk")
        guest.post(f"/desk/{record}", note=f"about {path}", tags="one, two")
        guest.post(f"/desk/{record}", act="basket", new="mine")
        keep(f"note {path}", guest.get(f"/reading/{record}"))
        guest.get("/desk")
        keep(f"reference {path}", guest.post("/search/reference", reference=record))
        guest.get("/desk")
        keep(f"request {path}", guest.post("/desk/requests", text=f"May I read {record}?"))
        guest.get("/desk")
        taken = guest.post(f"/reading/{record}/export", form="text")
        if taken.status_code == 200:
            packed = zipfile.ZipFile(io.BytesIO(taken.data))
            seen[f"taken {path}"] = (200, packed.read(f"{record}.txt").decode())
    keep("desk", guest.get("/desk"))
    keep("tag", guest.post("/desk", tag="two"))
    keep("requests", guest.get("/desk/requests"))
    for path in ("/inbox/requests", "/inbox/near-duplicates", "/ingest/uploads", "/watermark"):
        keep(path, guest.get(path))
    return seen


def _others(house: Household, guest: Visitor) -> dict[str, tuple[int, str]]:
    """Return how other pages are refused, and what is left of what is withdrawn."""
    seen = {}
    for path, record in house.records.items():
        for room in ("reading", "records", "redact"):
            answer = guest.get(f"/{room}/{record}")
            seen[f"{room} {path}"] = (answer.status_code, plain(answer.text))
        for act in ("undo", "redo", "leakcheck"):
            answer = guest.post(f"/redact/{record}/{act}")
            seen[f"{act} {path}"] = (answer.status_code, plain(answer.text))
    for path in ("/sources/import", "/sources/S-0001/edit", "/sources/S-0001/aliases/remove"):
        answer = guest.post(path)
        seen[path] = (answer.status_code, plain(answer.text))
    for path in ("/search", "/about", "/members", "/sources", "/audit", "/redact", "/ingest"):
        answer = guest.get(path)
        seen[path] = (answer.status_code, plain(answer.text))
    answer = guest.get("/sources/S-0001")
    seen["/sources/S-0001"] = (answer.status_code, plain(answer.text))
    sources.add_source(house.archive, house.session(Role.ARCHIVIST), "copper kettles", [])
    for path, record in house.records.items():
        answer = guest.get(f"/reading/{record}")
        seen[f"withdrawn {path}"] = (answer.status_code, plain(answer.text))
    answer = guest.follow("/search", query="copper")
    seen["withdrawn copper"] = (answer.status_code, plain(answer.text))
    return seen


def plain(html: str) -> str:
    """Take out what is random in every answer: form tokens and the salted digest of a copy."""
    return re.sub(r'(value="[0-9a-f]{64}"|#[0-9a-f]{16}\b)', "", html)


def test_pages_of_twin_archives_are_the_same_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("twins")
    left, right = (pages(place / str(n), name) for n, name in enumerate(TWINS))
    assert left.keys() == right.keys()
    assert {name: (left[name], right[name]) for name in left if left[name] != right[name]} == {}
    assert len(left) >= LEAST
    shown = left["reading ferry.txt"]
    assert shown[0] == 200
    assert "copper kettles" in shown[1]
    assert "[Source 0001]" in shown[1]
    assert left["reading unreleased.txt"] == left["/sources"] == left["/members"]
    assert left["withdrawn ferry.txt"] == left["/sources/S-0001"] == left["/sources"]
    assert left["withdrawn rice.txt"][0] == 200
    assert left["api ferry.txt "][0] == left["api ferry.txt /copy/pdf"][0] == 200
    assert left["api unreleased.txt "] == left["api ferry.txt ?level=originals"]
    assert "copper kettles" in left["api /search copper"][1]
