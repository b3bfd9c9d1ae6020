"""T4: what cannot be written to the ledger does not happen: nothing is shown, nobody comes in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.catalog import Catalog
from archive.errors import ArchiveBusy
from archive.model.access import Compartment, Level
from archive.model.search import SearchRequest
from archive.services import epochs
from archive.services.holdings import jobs, outdated, quarantine
from archive.services.indexes import listing, near_duplicates
from archive.services.intake import receipts
from archive.services.members import administration, entering
from archive.services.parts import Archive
from archive.services.reading_room import access, access_requests, exports, papers, saved_searches
from archive.services.redaction import (
    everywhere,
    leakchecks,
    plan_history,
    plan_versions,
    redact,
    review_queue,
)
from archive.services.redaction.everywhere import Target
from archive.services.session import Session
from archive.services.sources import entries as sources
from archive.services.sources import unsealing
from archive.services.upkeep import operations
from tests.small_archive import PASSPHRASE, Small, build

Act = Callable[[Archive, Session, Small], Any]
SHOWING: dict[str, Act] = {
    "show": lambda a, s, m: access.show(a, s, m.kept),
    "show a reading copy": lambda a, s, m: access.show(a, s, m.released, Level.READING),
    "original": lambda a, s, m: access.original(a, s, m.kept),
    "records": lambda a, s, _: access.records(a, s),
    "search": lambda a, s, _: access.search(a, s, SearchRequest("kettles")),
    "complete": lambda a, s, _: listing.complete(a, s, "ket", None),
    "export": lambda a, s, _: listing.export(a, s, SearchRequest("kettles"), None),
    "members": lambda a, s, _: administration.members(a, s),
    "sources": lambda a, s, _: sources.list_sources(a, s),
    "epochs": lambda a, s, _: epochs.epochs(a, s),
    "plan": lambda a, s, m: redact.plan(a, s, m.released),
    "preview": lambda a, s, m: redact.preview(a, s, m.released),
    "versions": lambda a, s, m: plan_versions.versions(a, s, m.released),
    "differences": lambda a, s, m: plan_history.diff(a, s, m.released),
    "places everywhere": lambda a, s, _: list(
        everywhere.mark_everywhere(a, s, "", Target(text="kettles"), dry_run=True)
    ),
    "grants": lambda a, s, _: epochs.holders(a, s),
    "what rolling does": lambda a, s, _: epochs.foresee_roll(a, s, [Compartment.READING]),
    "identities asked for": lambda a, s, _: unsealing.requests(a, s),
    "operations": lambda a, s, _: operations.overview(a, s),
    "queue": lambda a, s, _: review_queue.queue(a, s),
    "leakcheck": lambda a, s, m: list(leakchecks.leakcheck_all(a, s)),
    "jobs": lambda a, s, _: jobs.list_jobs(a, s),
    "quarantine": lambda a, s, _: quarantine.held(a, s),
    "receipts": lambda a, s, _: receipts.list_receipts(a, s),
    "saved searches": lambda a, s, _: saved_searches.saved(a, s),
    "papers": lambda a, s, _: papers.papers(a, s),
    "titles": lambda a, s, m: papers.titles(a, s, [m.released]),
    "note": lambda a, s, m: papers.annotate(a, s, m.released, "x", ()),
    "requests": lambda a, s, _: access_requests.requests(a, s),
    "own requests": lambda a, s, _: access_requests.mine(a, s),
    "near-duplicates": lambda a, s, _: near_duplicates.near_listing(a, s),
    "take a copy": lambda a, s, m: exports.export(a, s, m.released, exports.Form.TEXT),
    "all records": lambda a, s, _: outdated.all_records(a, s),
    "sign in": lambda a, _s, _m: entering.sign_in(a, "auditor", bytearray(PASSPHRASE), "test"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("silent"))
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def silenced(small: Small) -> Iterator[Archive]:
    """The archive while another program holds the only right to write to its catalog."""
    place = small.archive.folder.catalog
    catalog = Catalog.open(place, busy_seconds=0.01)
    holder = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    yield replace(small.archive, catalog=catalog)
    holder.execute("ROLLBACK")
    holder.close()
    catalog.close()


@pytest.mark.parametrize("name", SHOWING)
def test_what_discloses_does_not_happen_without_an_entry(
    small: Small, silenced: Archive, name: str
) -> None:
    with pytest.raises(ArchiveBusy):
        SHOWING[name](silenced, small.people["custodian"], small)


def test_the_same_acts_happen_when_the_ledger_can_be_written(tmp_path: Path) -> None:
    small = build(tmp_path)
    for act in SHOWING.values():
        before = _size(small.archive)
        act(small.archive, small.people["custodian"], small)
        assert _size(small.archive) > before
    small.archive.close()


def _size(archive: Archive) -> int:
    with archive.catalog.read() as view:
        return view.ledger.count()
