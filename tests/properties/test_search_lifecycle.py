"""Any course of updates, crashes, failures and reopenings keeps what was accepted, no more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archive.errors import ArchiveBusy, IndexTampered, RecordNotFound
from archive.model.search import IndexDocument
from archive.search import IndexState, WhooshIndex
from tests.unit.search.shelf import Shelf, ask, document, record

NUMBERS = st.integers(0, 6)
WORDS = ("amber", "stone", "혜산에서", "river")
ADDED = st.dictionaries(NUMBERS, st.sampled_from(WORDS), max_size=4)
REMOVED = st.lists(NUMBERS, max_size=2)
ROOT = Path(__file__).parents[2]


def documents(added: dict[int, str]) -> list[IndexDocument]:
    return [document(number, word) for number, word in added.items()]


class Lifecycle(RuleBasedStateMachine):
    """One index, what the catalog would hold of it, and the documents that it must have."""

    @initialize()
    def make(self) -> None:
        self.parent = Path(tempfile.mkdtemp())
        self.shelf = Shelf(self.parent)
        self.index: WhooshIndex = self.shelf.create()
        self.accepted: IndexState = self.index.state
        self.lost: list[IndexState] = []
        self.model: dict[int, str] = {}

    def _update(self, added: dict[int, str], removed: list[int]) -> IndexState:
        return self.index.update(documents(added), [record(number) for number in removed])

    def _accept(self, added: dict[int, str], removed: list[int]) -> None:
        self.accepted = self.index.state
        for number in removed:
            self.model.pop(number, None)
        self.model.update(added)

    @rule(added=ADDED, removed=REMOVED)
    def update_and_prune(self, added: dict[int, str], removed: list[int]) -> None:
        self._update(added, removed)
        self._accept(added, removed)
        self.index.prune()
        self.lost.clear()
        assert len(self.shelf.files(self.accepted)) == len(self.index._listed())

    @rule(added=ADDED, removed=REMOVED)
    def update_and_crash_before_pruning(self, added: dict[int, str], removed: list[int]) -> None:
        self._update(added, removed)
        self._accept(added, removed)
        self._reopen(eager=False)

    @rule(added=ADDED, removed=REMOVED, eager=st.booleans())
    def update_and_crash_before_accepting(
        self, added: dict[int, str], removed: list[int], eager: bool
    ) -> None:
        self.lost.append(self._update(added, removed))
        self._reopen(eager)

    @rule(added=ADDED, removed=REMOVED)
    def fail_in_the_middle(self, added: dict[int, str], removed: list[int]) -> None:
        def broken() -> Iterator[IndexDocument]:
            yield from documents(added)
            raise RecordNotFound

        try:
            self.index.update(broken(), [record(number) for number in removed])
        except RecordNotFound:
            return
        raise AssertionError

    @rule(eager=st.booleans())
    def reopen(self, eager: bool) -> None:
        self._reopen(eager)

    def _reopen(self, eager: bool) -> None:
        self.index.close()
        self.index = self.shelf.open(self.accepted, eager=eager)

    @rule()
    def prune(self) -> None:
        self.index.prune()
        for state in self.lost:
            try:
                self.shelf.open(state).close()
            except IndexTampered:
                continue
            raise AssertionError
        self.lost.clear()

    @rule(added=ADDED)
    def a_second_writer_waits_for_the_first(self, added: dict[int, str]) -> None:
        second = self.shelf.open(self.accepted)
        self._update(added, [])
        try:
            second.update([], [])
        except ArchiveBusy:
            self._accept(added, [])
            self.index.prune()
            self.lost.clear()
        else:
            raise AssertionError
        finally:
            second.close()

    @invariant()
    def what_was_accepted_is_there(self) -> None:
        if not hasattr(self, "index"):
            return
        assert self.index.state == self.accepted
        for word in WORDS:
            hits = {hit.record for hit in ask(self.index, word).hits}
            assert hits == {record(n) for n, held in self.model.items() if held == word}
        assert ask(self.index, "NOT nowhere").total == len(self.model)

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.close()
            shutil.rmtree(self.parent)


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


CHILD = """
import sys
from pathlib import Path
from archive.search import IndexState
from tests.unit.search.shelf import Shelf, document
state = IndexState(sys.argv[2], int(sys.argv[3]), sys.argv[4])
index = Shelf(Path(sys.argv[1])).open(state)
while True:
    number = index.state.generation + 1
    state = index.update([document(number, "stone")], [])
    print(state.index_id, state.generation, state.manifest_digest, flush=True)
    index.prune()
"""


def test_a_writer_killed_at_any_moment_leaves_the_generation_it_told_or_the_one_before(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path / "index")
    state = shelf.create().state
    for kill in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(shelf.parent), *map(str, told(state))],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            lines = [child.stdout.readline()]
            time.sleep(0.003 * kill)
            child.send_signal(signal.SIGKILL)
            lines += [line for line in child.stdout if line.endswith("\n")]
        index_id, generation, digest = lines[-1].split()
        state = IndexState(index_id, int(generation), digest)
        index = shelf.open(state, eager=True)
        assert ask(index, "stone").total == state.generation
        index.prune()
        index.close()


def told(state: IndexState) -> tuple[str, int, str]:
    """Return a state as arguments of a command."""
    return state.index_id, state.generation, state.manifest_digest
