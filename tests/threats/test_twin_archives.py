"""T3: archives that differ only inside redacted spans answer a researcher byte for byte alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.bootstrap import init_archive, open_archive
from archive.errors import ArchiveError
from archive.model.access import Role
from archive.model.ids import RecordId
from archive.model.search import SearchRequest
from archive.services import (
    access,
    administration,
    exports,
    listing,
    redact,
    saved_searches,
    sources,
)
from archive.services.exports import Form
from archive.services.ingest import PathInput, ingest
from archive.services.listing import Lines
from archive.services.parts import Archive
from archive.services.session import Session, sign_in
from keys.profiles import RFC9106_SECOND
from tests.conftest import seeded

PASSPHRASE = b"granite lantern ferry seven"
NAMES = ("Ri Sol-ju-nam", "Pak Ha-neul", "김하늘", "O Il", "Jang Myong-gyu-bok")
TEMPLATES = (
    "The ferry left at dusk with {name} and a load of copper kettles.",
    "{name} said that rice cost twice as much in Hyesan.\nNobody believed the ferryman.",
    "혜산에서 {name} 만났다. 쌀값이 올랐다.",
    "No name is in this one: copper, kettles, rice.",
)
QUERIES = ("copper", "kettles", "rice", "ferry", "혜산", "쌀값", "source", "redacted", "kettle*")


def _answers(place: Path, names: Sequence[str], queries: Sequence[str]) -> str:
    """Build one archive around `names` and return everything that a researcher can see."""
    box = place / "box"
    box.mkdir(parents=True)
    for number, template in enumerate(TEMPLATES):
        text = template.format(name=names[number % len(names)])
        (box / f"{number}.txt").write_text(text)
    fixed = datetime(2026, 3, 1, tzinfo=UTC)
    parts = {"ids": seeded("twin"), "clock": lambda: fixed}
    init_archive(place / "a", "custodian", bytearray(PASSPHRASE), RFC9106_SECOND, **parts)
    archive = open_archive(place / "a", ids=seeded("open"), clock=parts["clock"])
    custodian = sign_in(archive, "custodian", bytearray(PASSPHRASE))
    people = {}
    for name, role in (("archivist", Role.ARCHIVIST), ("researcher", Role.RESEARCHER)):
        administration.add_member(
            archive, custodian, name, role, bytearray(PASSPHRASE), RFC9106_SECOND
        )
        people[name] = sign_in(archive, name, bytearray(PASSPHRASE))
    for name in names:
        sources.add_source(archive, custodian, name, [])
    reports = list(ingest(archive, custodian, [PathInput(box)]))
    records = [report.record for report in reports if report.record is not None]
    for record in records:
        redact.propose(archive, custodian, record)
        redact.submit(archive, custodian, record)
        redact.approve(archive, people["archivist"], record)
        redact.release(archive, people["archivist"], record)
    seen = _everything(archive, people["researcher"], queries, records)
    archive.close()
    return json.dumps(seen, default=str, sort_keys=True)


def _attempt(act: Callable[[], object]) -> object:
    try:
        return act()
    except ArchiveError as error:
        return error.code


def _everything(
    archive: Archive, researcher: Session, queries: Sequence[str], records: Sequence[RecordId]
) -> list[object]:
    """Return the answer to everything that a researcher can ask."""
    seen: list[object] = []
    for query in queries:
        for sort in ("relevance", "date", "title"):
            request = SearchRequest(query=query, sort=sort, collapse=sort == "date")
            seen.append(_attempt(partial(_found, archive, researcher, request)))
        ask = partial(listing.complete, archive, researcher)
        seen += [_attempt(partial(ask, query[:length])) for length in (1, 3, len(query))]
        seen.append(_attempt(partial(listing.export, archive, researcher, SearchRequest(query))))
        seen.append(_attempt(partial(_watched, archive, researcher, query)))
    seen += _narrowed(archive, researcher, records)
    lines = Lines.parse("\n".join(queries))
    seen += [asdict(row) for row in listing.batch(archive, researcher, lines)]
    page = access.records(archive, researcher)
    seen.append([asdict(item) for item in page.items])
    for item in page.items:
        view = asdict(access.show(archive, researcher, item.record))
        view.pop("reference")  # carries the digest of a copy that is salted at random
        seen.append(view)
        seen.append(exports.export(archive, researcher, item.record, Form.TEXT).data.decode())
    newest = page.items[0].record
    seen.append(exports.export(archive, researcher, newest, Form.PDF).data.hex())
    for record in records:
        seen.append(_attempt(partial(access.original, archive, researcher, record)))
    return seen


def _narrowed(archive: Archive, researcher: Session, records: Sequence[RecordId]) -> list[object]:
    """Return what facets, earlier queries and likeness narrow a search down to."""
    requests = [SearchRequest("", like=record) for record in records]
    requests += [SearchRequest("rice OR copper", within=(query,)) for query in ("ferry", "쌀값")]
    requests += [
        SearchRequest("NOT nothing", facets={facet: (value,)})
        for facet, value in (("source", "S-0001"), ("source", "S-0002"), ("language", "en"))
    ]
    requests += [SearchRequest(query) for query in ("wor*", '"', "x" * 300, "r?ce", "kettel~")]
    return [_attempt(partial(_found, archive, researcher, request)) for request in requests]


def _watched(archive: Archive, researcher: Session, query: str) -> object:
    """Return what a saved search tells, and leave none behind."""
    made = saved_searches.save(archive, researcher, "watched", SearchRequest(query))
    told = saved_searches.alerts(archive, researcher)
    _, results = saved_searches.run(archive, researcher, "watched")
    saved_searches.delete(archive, researcher, "watched")
    return [asdict(made), [asdict(one) for one in told], asdict(results)]


def _found(archive: Archive, researcher: Session, request: SearchRequest) -> object:
    return asdict(access.search(archive, researcher, request))


@given(
    first=st.permutations(NAMES),
    second=st.permutations(NAMES),
)
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_twin_archives_answer_a_researcher_alike(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]
) -> None:
    queries = [*QUERIES, *NAMES]
    place = tmp_path_factory.mktemp("twins")
    left = _answers(place / "left", first[:2], queries)
    right = _answers(place / "right", second[:2], queries)
    assert left == right
    assert "copper" in left
    assert '"S-0001"' in left
    assert "OriginalFile" not in left
