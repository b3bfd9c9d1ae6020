"""The name of an index: the same as long as the same question has the same answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from archive.model.access import Level
from archive.model.search import SearchRequest
from archive.services.indexes import finding
from archive.services.reading_room import access
from archive.services.redaction import redact
from tests.small_archive import build
from webui.remembered import Listed


def test_another_release_and_another_day_make_it_another_index(tmp_path: Path) -> None:
    small = build(tmp_path)
    archive, reader, head = small.archive, small.people["researcher"], small.people["custodian"]

    def found() -> str | None:
        asked = SearchRequest("the OR a")
        return access.search(archive, reader, asked, Level.READING).index

    first = found()
    assert first == found() == finding.newest_index(archive, Level.READING) is not None
    redact.propose(archive, head, small.kept)
    redact.submit(archive, head, small.kept)
    redact.approve(archive, small.people["archivist"], small.kept)
    redact.release(archive, head, small.kept)
    second = found()
    assert second == finding.newest_index(archive, Level.READING) != first
    tomorrow = archive.clock() + timedelta(days=1)
    later = replace(archive, clock=lambda: tomorrow)
    assert finding.newest_index(later, Level.READING) != second
    archive.close()


def test_hits_are_remembered_bare_and_for_their_own_index_alone(tmp_path: Path) -> None:
    small = build(tmp_path)
    archive, reader = small.archive, small.people["researcher"]
    results = access.search(archive, reader, SearchRequest("the OR a"), Level.READING)
    [hit] = results.hits
    listed = Listed.of(results, 7, 21)
    kept = listed.found(7, 21, results.index)
    assert kept is not None
    assert (kept.total, kept.hits[0].record, kept.hits[0].places) == (1, hit.record, hit.places)
    assert hit.title
    assert (kept.hits[0].title, kept.hits[0].snippet.text) == ("", "")
    for asked in ((8, 21, results.index), (7, 20, results.index), (7, 22, results.index)):
        assert listed.found(*asked) is None
    assert listed.found(7, 21, "another") is None
    archive.close()
