"""T3 at the web door: what is redacted changes no byte of any page that a researcher can get."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from archive.model.access import Role
from archive.services import sources
from tests.conftest import seeded
from tests.programs import Program, agent, make, sealed
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, visitor

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


def salted(text: str) -> str:
    """Take out the salted digest of a copy, in its citation and in its manifest."""
    return re.sub(r'(#[0-9a-f]{16}\b|reading_copy\\":\\"[0-9a-f]{64})', "", text)


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
    assert left == right
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
