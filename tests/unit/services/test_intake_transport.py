"""What goes between the processes of an ingest, and what they make ahead."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from archive.ledger.canonical import jcs_texts
from archive.model.ids import new_uuid
from archive.model.objects import Fixity, Outcome
from archive.sealing import HeaderSupply, open_header
from archive.services.crew import Crew
from archive.services.intake.handed_in import Candidate, FileReport
from keys.identity import HybridIdentity

_IDENTITY = HybridIdentity(bytes(32))


def test_what_is_handed_over_arrives_as_it_was() -> None:
    report = FileReport("box/a.txt", Outcome.NO_TEXT, fixity=Fixity("ab" * 32, 12))
    for one in (report, Candidate("box/a.txt", "a.txt", "/box/a.txt", 12)):
        assert pickle.loads(pickle.dumps(one)) == one


def test_no_header_is_given_out_twice_and_each_opens_to_its_key() -> None:
    supply = HeaderSupply([_IDENTITY.recipient()], os.urandom)
    supply.fill(3)
    taken = [supply.take() for _ in range(5)]
    assert len({header for header, _ in taken}) == len({key.raw for _, key in taken}) == 5
    assert all(open_header(header, [_IDENTITY]) == key for header, key in taken)


@given(st.binary(min_size=16, max_size=16))
def test_identifiers_are_version_4_uuids(drawn: bytes) -> None:
    assert new_uuid(lambda _: drawn) == str(UUID(bytes=drawn, version=4))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3))
def test_arrays_of_texts_are_canonical_json(texts: list[str]) -> None:
    whole = json.dumps(texts, separators=(",", ":"), ensure_ascii=False)
    assert jcs_texts(*texts) == whole.encode()


class _Ready:
    def __init__(self) -> None:
        self.steps = 0
        self.news: object = None

    def ahead(self) -> bool:
        self.steps += 1
        return self.steps < 3

    def told(self, news: object) -> None:
        self.news = news

    def __call__(self, task: int) -> tuple[object, int]:
        return self.news, self.steps


@contextmanager
def _ready() -> Iterator[Callable[[int], tuple[object, int]]]:
    yield _Ready()


def test_a_crew_makes_ready_and_is_told_before_its_first_task() -> None:
    with Crew(_ready, 2) as crew:
        crew.begin()
        crew.tell("news")
        found = [result for _, result in crew.map(range(6))]
    assert all(one is not None and one[0] == "news" for one in found)
