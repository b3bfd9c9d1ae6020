"""T3: archives that differ only inside redacted spans answer a researcher byte for byte alike.

Four pairs, and more than 3,000 answers of each archive are compared, one by one, with its twin's.
And with the same work: every call that the search process makes, and all that passes through it.
Time is not measured, since it is the machine's; what a clock could tell of the archive is in the
work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.bootstrap import init_archive, open_archive
from archive.errors import ArchiveError
from archive.model.access import Level, Role
from archive.model.ids import RecordId, SourceRef
from archive.model.search import SearchRequest, SearchResults
from archive.search import IndexState, WhooshIndex, wire, worker
from archive.services.indexes import indexing, listing, near_duplicates
from archive.services.indexes.listing import Lines
from archive.services.intake.ingest import PathInput, ingest
from archive.services.members import administration
from archive.services.parts import Archive
from archive.services.reading_room import access, exports, saved_searches
from archive.services.reading_room.exports import Form
from archive.services.redaction import carrying, everywhere, plan_history, redact, review_queue
from archive.services.redaction import log as redaction_log
from archive.services.redaction.leakchecks import leakcheck, leakcheck_all
from archive.services.redaction.proofs import audit_released
from archive.services.session import Session, sign_in
from archive.services.sources import entries as sources
from archive.services.sources import importing as source_import
from archive.services.sources import unsealing
from keys.profiles import RFC9106_SECOND
from tests.conftest import seeded
from tests.small_archive import propose_registered
from tests.unit.search.shelf import Shelf, ask, document
from tests.work import Work, work_of

PASSPHRASE = b"granite lantern ferry seven"
NAMES = ("Ri Sol-ju-nam", "Pak Ha-neul", "김하늘", "O Il", "Jang Myong-gyu-bok")
LEAST = 3_000  # comparisons of a pair
TEMPLATES = (
    "The ferry left at dusk with {name} and a load of copper kettles.",
    "{name} said that rice cost twice as much in Hyesan.\nNobody believed the ferryman.",
    "혜산에서 {name} 만났다. 쌀값이 올랐다.",
    "No name is in this one: copper, kettles, rice.",
)
_WARM: set[tuple[str, ...]] = set()
QUERIES = ("copper", "kettles", "rice", "ferry", "혜산", "쌀값", "source", "redacted", "kettle*")
SHAPES = (
    "{} {}",
    '"{} {}"',
    "{} OR {}",
    "{} NOT {}",
    "{}* {}",
    "{} {}~",
    '"{} {}"~3',
    "({}) OR {}",
)


def _syllables(*parts: str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from(part.split()) for part in parts)).map("".join)


LATIN = st.tuples(
    _syllables("Jor Vask Pel Osk Tarn Yeld Quill", "un agia trahl ven mira o"),
    _syllables("Ost Vid Brax Hjal Zor Ul Imb", "mann arek unda stad ghan ish", "a en o"),
).map(" ".join)
HANGUL = _syllables("김 박 최 윤 남궁", "하 지 서 도 은", "늘 람 온 별 찬")
INVENTED = st.lists(st.one_of(LATIN, HANGUL), min_size=2, max_size=2, unique=True)
PAIRS = st.one_of(
    st.tuples(INVENTED, INVENTED),
    st.permutations(NAMES).map(lambda names: (names[:2], names[2:4])),
)


def _lines(names: Sequence[str], shapes: Sequence[str]) -> Iterator[str]:
    """Yield 1,000 different queries a shape, of every two words and beginnings that there are."""
    words = re.findall(r"\w+", " ".join([*TEMPLATES, *names, "source 0001 redacted s1"]))
    every = [*dict.fromkeys([*words, *(word[:3] for word in words)])]
    for shape in shapes:
        for pair, _ in zip(permutations(every, 2), range(listing.MAX_LINES), strict=False):
            yield shape.format(*pair)


def _answers(
    place: Path, names: Sequence[str], asked: Sequence[str], lines: list[str]
) -> list[str]:
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
        propose_registered(archive, custodian, record)
        redact.submit(archive, custodian, record)
        redact.approve(archive, people["archivist"], record)
        redact.release(archive, people["archivist"], record)
    seen = _everything(archive, people["researcher"], asked, records)
    seen += _listed(archive, people["researcher"], lines)
    seen += _refused(archive, people["researcher"], records)
    first = sources.pseudonyms(archive, custodian)[0]
    sources.add_alias(archive, custodian, first, "copper kettles")  # which both withdraw
    seen += [
        _attempt(partial(_found, archive, people["researcher"], SearchRequest(query)))
        for query in asked
    ]
    seen += [_attempt(partial(_shown, archive, people["researcher"], one)) for one in records]
    archive.close()
    return [json.dumps(one, default=str, sort_keys=True) for one in seen]


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
    page = access.records(archive, researcher)
    seen.append([asdict(item) for item in page.items])
    for item in page.items:
        seen.append(_shown(archive, researcher, item.record))
        seen.append(exports.export(archive, researcher, item.record, Form.TEXT).data.decode())
    newest = page.items[0].record
    seen.append(exports.export(archive, researcher, newest, Form.PDF).data.hex())
    for record in records:
        seen.append(_attempt(partial(access.original, archive, researcher, record)))
    return [*seen, *_efforts(archive, researcher, queries)]


def _listed(archive: Archive, researcher: Session, lines: list[str]) -> list[object]:
    """Return what each of many lines finds."""
    found: list[object] = []
    for start in range(0, len(lines), listing.MAX_LINES):
        part = Lines.parse("\n".join(lines[start : start + listing.MAX_LINES]))
        found += [asdict(row) for row in listing.batch(archive, researcher, part)]
    return found


def _efforts(archive: Archive, researcher: Session, queries: Sequence[str]) -> list[Work]:
    """Return the work of each kind of question, from opening the index to the answer."""
    row = indexing.current_index(archive, Level.READING)
    assert row is not None
    folder = indexing.index_folder(archive, row)
    state = IndexState(row.index_id, row.generation, row.manifest_digest)
    key = researcher.index_key(Level.READING)

    def answer(question: dict[str, Any]) -> None:
        index = WhooshIndex.open(folder, key, state, random=seeded("work"))
        _attempt(partial(worker._acts()[question["act"]], index.view, question))
        index.close()

    asked = [SearchRequest(query) for query in queries]
    asked += [SearchRequest("kettles", sort=sort, collapse=True) for sort in ("date", "title")]
    requests = [wire.encode_request(request) for request in asked]
    questions: list[dict[str, Any]] = [{"act": "search", "request": one} for one in requests]
    questions += [{"act": act, "request": requests[0]} for act in ("export", "matching")]
    questions += [{"act": "complete", "begun": query[:3], "limit": 9} for query in queries]
    questions.append({"act": "batch", "lines": list(queries), "top": 3})
    if tuple(queries) not in _WARM:  # what stays in memory from one twin to the other is there
        _WARM.add(tuple(queries))
        for question in questions:
            answer(question)
    return [work_of(partial(answer, question)) for question in questions]


def _refused(archive: Archive, researcher: Session, records: Sequence[RecordId]) -> list[object]:
    """Return how everything is refused that is not a researcher's."""
    one, source = records[0], SourceRef("S-0001")
    target = everywhere.Target(text="copper")
    acts: list[Callable[[], object]] = [
        partial(sources.list_sources, archive, researcher),
        partial(sources.show_source, archive, researcher, source),
        partial(sources.foresee_forms, archive, researcher, ["copper"]),
        partial(source_import.import_sources, archive, researcher, b"name\ncopper\n"),
        partial(everywhere.mark_everywhere, archive, researcher, "", target),
        partial(everywhere.undo_act, archive, researcher, one),
        partial(plan_history.diff, archive, researcher, one),
        partial(plan_history.undo, archive, researcher, one),
        partial(carrying.carry_to, archive, researcher, one, records[1]),
        partial(near_duplicates.near_of, archive, researcher, one),
        partial(leakcheck, archive, researcher, one),
        partial(unsealing.identity, archive, researcher, source),
        partial(audit_released, archive, researcher, one),
        lambda: list(leakcheck_all(archive, researcher)),
        lambda: list(redaction_log.redaction_log(archive, researcher)),
        partial(review_queue.queue, archive, researcher),
    ]
    found = [_attempt(act) for act in acts]
    assert set(found) == {"not-found"}
    return found


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
    return [asdict(made), [asdict(one) for one in told], _said(results)]


def _shown(archive: Archive, researcher: Session, record: RecordId) -> object:
    """Return a record without its reference, the digest of a copy that is salted at random."""
    view = asdict(access.show(archive, researcher, record))
    del view["reference"]
    return view


def _found(archive: Archive, researcher: Session, request: SearchRequest) -> object:
    return _said(access.search(archive, researcher, request))


def _said(results: SearchResults) -> object:
    """Return results without the name of the index, which is random and never shown."""
    said = asdict(results)
    del said["index"]
    return said


@given(pair=PAIRS, shapes=st.permutations(SHAPES))
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_twin_archives_answer_a_researcher_alike(
    tmp_path_factory: pytest.TempPathFactory,
    pair: tuple[list[str], list[str]],
    shapes: list[str],
) -> None:
    names = [*NAMES[:2], *pair[0], *pair[1]]
    queries, lines = [*QUERIES, *names], list(_lines(names, shapes[:3]))
    place = tmp_path_factory.mktemp("twins")
    left, right = (_answers(place / str(n), pair[n], queries, lines) for n in (0, 1))
    assert len(left) == len(right) >= LEAST
    assert [one for one in zip(left, right, strict=True) if one[0] != one[1]] == []
    told = "".join(left)
    assert all(word in told for word in ("copper", '"S-0001"', "Row.stretch"))
    assert "OriginalFile" not in told


def test_work_that_is_not_the_same_is_seen(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    texts = ["copper kettles", "a ferry"]
    plain = shelf.create(*(document(n, text) for n, text in enumerate(texts)))
    other = shelf.create(*(document(n, text) for n, text in enumerate([*texts, "unseen"])))
    efforts = []
    for index in (plain, other, plain):
        ask(index, "copper")
        efforts.append(work_of(partial(ask, index, "copper")))
    assert ask(plain, "copper").hits[0].snippet == ask(other, "copper").hits[0].snippet
    assert efforts[0] == efforts[2] != efforts[1]
