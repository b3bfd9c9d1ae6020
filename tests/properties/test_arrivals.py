"""The rule of a watched folder, on any course of events and a clock of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.services.intake.watching import ArrivalRule, FileState, is_temporary

STEP = 0.5  # seconds between two looks
NAMES = [Path("a"), Path("b"), Path("c")]


class Folder:
    """Files that change, looked at by a rule every half second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rule = ArrivalRule(lambda: self.now)
        self.files: dict[Path, int] = {}
        self.since: dict[Path, float] = {}
        self.open: set[Path] = set()
        self.taken: list[tuple[Path, int]] = []

    def change(self, path: Path) -> None:
        self.files[path] = self.files.get(path, 0) + 1
        self.since[path] = self.now

    def state(self, path: Path) -> FileState | None:
        version = self.files.get(path)
        return None if version is None else FileState(version, version, version, 1)

    def tick(self) -> list[Path]:
        for path in NAMES:
            self.rule.see(path, self.state(path))
        batch = self.rule.batch(self.open.__contains__)
        self.taken += [(path, self.files[path]) for path in batch]
        self.now += STEP
        return batch


ACTS = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(["change", "remove", "open", "close", "wait"])
    ),
    max_size=60,
)


def perform(folder: Folder, acts: list[tuple[Path, str]]) -> None:
    for path, act in acts:
        if act == "change":
            folder.change(path)
        elif act == "remove":
            folder.files.pop(path, None)
        elif act == "open":
            folder.open.add(path)
        elif act == "close":
            folder.open.discard(path)
        for one in folder.tick():
            assert one not in folder.open
            assert folder.now - folder.since[one] >= 2.0


@given(acts=ACTS)
@settings(max_examples=200, deadline=None)
def test_only_what_rests_and_is_not_open_is_taken(acts: list[tuple[Path, str]]) -> None:
    perform(Folder(), [act for act in acts if act[1] != "remove"])


@given(acts=ACTS)
@settings(max_examples=200, deadline=None)
def test_in_the_end_every_file_is_taken_in_its_last_state_and_no_state_twice(
    acts: list[tuple[Path, str]],
) -> None:
    folder = Folder()
    perform(folder, [act for act in acts if act[1] != "remove"])
    folder.open.clear()
    for _ in range(20):
        folder.tick()
    assert len(set(folder.taken)) == len(folder.taken)
    assert dict(folder.taken) == folder.files
    assert folder.rule.waiting == ()


@given(acts=ACTS)
@settings(max_examples=100, deadline=None)
def test_a_file_that_is_gone_is_not_waited_for(acts: list[tuple[Path, str]]) -> None:
    folder = Folder()
    perform(folder, [(path, act) for path, act in acts if act != "open"])
    folder.files.clear()
    folder.tick()
    assert folder.rule.waiting == ()


def test_files_that_come_together_go_in_together() -> None:
    folder = Folder()
    for path in NAMES:
        folder.change(path)
        folder.tick()
    batches = [folder.tick() for _ in range(10)]
    assert [batch for batch in batches if batch] == [NAMES]


def test_a_folder_that_is_never_quiet_gives_a_batch_every_half_minute() -> None:
    folder = Folder()
    folder.change(NAMES[0])
    times = []
    for _ in range(100):
        folder.change(NAMES[1])
        if folder.tick():
            times.append(folder.now)
    assert len(times) == 1
    assert 30 <= times[0] <= 35


def test_what_failed_is_taken_again_only_when_it_changes() -> None:
    folder = Folder()
    folder.change(NAMES[0])
    assert [folder.tick() for _ in range(40)].count([NAMES[0]]) == 1
    folder.change(NAMES[0])
    assert [folder.tick() for _ in range(40)].count([NAMES[0]]) == 1


def test_what_could_not_be_tried_is_taken_again_half_a_minute_on() -> None:
    folder = Folder()
    folder.change(NAMES[0])
    while not (batch := folder.tick()):
        pass
    start = folder.now
    folder.rule.again(batch)
    while not folder.tick():
        pass
    assert 28 <= folder.now - start <= 33


@pytest.mark.parametrize(
    "name", ["film.mp4.part", "a.crdownload", "~$plan.docx", ".~lock.plan.odt#", "X.TMP", "a\n.tmp"]
)
def test_names_of_unfinished_files_are_left_alone(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["part.txt", "tmp", "a.tmp.txt", "letter~", ".hidden", "a.party"])
def test_other_names_are_not(name: str) -> None:
    assert not is_temporary(name)
