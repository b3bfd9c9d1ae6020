"""The search process: bounded in time and memory, stopped and started again, never in clear."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from archive.errors import (
    IndexTampered,
    QuerySyntax,
    QueryTooBroad,
    SearchFailed,
    SearchTimeout,
)
from archive.model.search import SearchRequest
from archive.search import (
    FACETS,
    WhooshIndex,
    process,
    wire,
    worker,
)
from archive.search.process import SearchProcess, forked, started
from tests.unit.search.asking import alive, instead, refused, search
from tests.unit.search.shelf import KEY, Shelf, ask, document, record


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "index")


@pytest.fixture
def index(shelf: Shelf) -> WhooshIndex:
    return shelf.create(*(document(n, f"stone {'wall ' * n}", f"Title {n}") for n in range(5)))


@pytest.fixture(params=[forked, started], ids=["forked", "started"])
def one(request: pytest.FixtureRequest) -> Iterator[SearchProcess]:
    made = SearchProcess(KEY, start=request.param, eager=request.param is started)
    yield made
    made.close()


@pytest.fixture
def copy() -> Iterator[SearchProcess]:
    """A forked process, which has what a test changed in this one."""
    made = SearchProcess(KEY, start=forked, eager=False)
    yield made
    made.close()


def test_it_answers_as_the_index_itself_does(
    one: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    for query in ("stone", "wall NOT title", "stoen", "wal*", "nothing"):
        assert search(one, shelf, index.state, query, limit=2) == ask(index, query, limit=2)
    assert one.ask(
        shelf.place(index.state), index.state, {"act": "complete", "begun": "st", "limit": 3}
    ) == ["stone"]


def test_facets_are_counted_unless_they_are_not_asked_for(
    copy: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    asked = {"act": "search", "request": wire.encode_request(SearchRequest("wall"))}
    with_facets, without = (
        wire.decode_results(copy.ask(shelf.place(index.state), index.state, question))
        for question in (asked, asked | {"facets": False})
    )
    assert set(with_facets.facets) == set(FACETS)
    assert replace(with_facets, facets={}) == without


def test_a_refusal_crosses_as_it_is(one: SearchProcess, shelf: Shelf, index: WhooshIndex) -> None:
    with pytest.raises(QuerySyntax) as refusal:
        search(one, shelf, index.state, '"open')
    assert refusal.value.public_message.startswith("A quotation mark is not closed.")
    assert search(one, shelf, index.state, "\ud800 stone").total == 5
    wrong = SearchProcess(bytes(32), start=forked, eager=False)
    with pytest.raises(IndexTampered):
        search(wrong, shelf, index.state, "stone")
    wrong.close()


def test_a_new_generation_is_seen_without_a_restart(
    one: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    assert search(one, shelf, index.state, "late").total == 0
    before = one.pid
    state = index.update([document(9, "late")], [record(1)])
    index.prune()
    assert search(one, shelf, state, "late").total == 1
    assert search(one, shelf, state, "stone").total == 4
    assert one.pid == before


def test_it_outlives_the_thread_that_started_it(
    one: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    first = Thread(target=search, args=(one, shelf, index.state, "stone"))
    first.start()
    first.join()
    pid = one.pid
    time.sleep(0.05)  # a signal at the thread's end would have come
    assert search(one, shelf, index.state, "stone").total == 5
    assert one.pid == pid is not None


def test_one_that_was_killed_is_started_again(
    one: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    assert search(one, shelf, index.state, "stone").total == 5
    before = one.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert search(one, shelf, index.state, "stone").total == 5
    assert one.pid != before
    assert not alive(before)


def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_answered(
    copy: SearchProcess, shelf: Shelf, index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, lambda: time.sleep(3600))
    wanted = {"act": "search", "request": wire.encode_request(SearchRequest("bad"))}
    assert search(copy, shelf, index.state, "stone").total == 5
    before = copy.pid
    assert before is not None
    with pytest.raises(SearchTimeout):
        copy.ask(shelf.place(index.state), index.state, wanted, seconds=0.05)
    assert not alive(before)
    assert search(copy, shelf, index.state, "stone").total == 5


def test_a_query_that_needs_too_much_memory_is_refused_and_the_next_one_answered(
    copy: SearchProcess, shelf: Shelf, index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, lambda: bytearray(worker.QUERY_MEMORY * 2))
    with pytest.raises(QueryTooBroad):
        search(copy, shelf, index.state, "bad")
    assert search(copy, shelf, index.state, "stone").total == 5


def test_a_query_that_kills_its_process_is_not_asked_again(
    copy: SearchProcess, shelf: Shelf, index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, lambda: os._exit(9))
    with pytest.raises(SearchFailed):
        search(copy, shelf, index.state, "bad")
    assert search(copy, shelf, index.state, "stone").total == 5


def test_what_was_not_foreseen_is_told_by_its_place_and_never_by_its_words(
    copy: SearchProcess, shelf: Shelf, index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, lambda: int("stone wall"))
    with pytest.raises(SearchFailed) as refusal:
        search(copy, shelf, index.state, "bad")
    assert refusal.value.diagnostics["kind"] == "ValueError"
    assert "stone" not in f"{refusal.value} {refusal.value.diagnostics}"
    assert search(copy, shelf, index.state, "stone").total == 5


def test_one_that_cannot_be_started_says_so(shelf: Shelf, index: WhooshIndex) -> None:
    def refused() -> process.Child:
        raise OSError("path that must not be shown")

    one = SearchProcess(KEY, start=refused, eager=False)
    with pytest.raises(SearchFailed) as refusal:
        search(one, shelf, index.state, "stone")
    assert "path" not in str(refusal.value)
    one.close()


def test_closing_ends_it_also_in_the_middle_of_a_query(
    copy: SearchProcess,
    shelf: Shelf,
    index: WhooshIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = tmp_path / "begun"
    instead(monkeypatch, lambda: (begun.touch(), time.sleep(3600)))
    assert search(copy, shelf, index.state, "stone").total == 5
    pid = copy.pid
    assert pid is not None
    with refused(copy, shelf, index.state):
        while not begun.exists():
            time.sleep(0.01)
        copy.close()
    assert not alive(pid)
    with pytest.raises(SearchFailed):
        search(copy, shelf, index.state, "stone")


def test_neither_key_nor_query_is_in_its_arguments_or_environment(
    one: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    search(one, shelf, index.state, "wall")
    place = Path(f"/proc/{one.pid}")
    shown = (place / "cmdline").read_bytes()
    with suppress(PermissionError):
        shown += (place / "environ").read_bytes()
    if one._start is started:
        assert KEY.hex().encode() not in shown
        assert b"STRONGROOM" not in shown
    assert b"Max core file size        0                    0 " in (place / "limits").read_bytes()


def test_files_of_the_parent_are_closed_in_it(
    one: SearchProcess, shelf: Shelf, index: WhooshIndex, tmp_path: Path
) -> None:
    with (tmp_path / "secret").open("w"):
        search(one, shelf, index.state, "wall")
        links = [os.readlink(link) for link in Path(f"/proc/{one.pid}/fd").iterdir()]
    assert str(tmp_path / "secret") not in links
    assert sum(link.startswith("socket:") for link in links) <= 2


CHILD = """
import os, sys, time
from pathlib import Path
from archive.search import IndexState
from archive.search.process import SearchProcess, forked, started
from tests.unit.search.asking import alive, instead, search
from tests.unit.search.shelf import KEY
from archive.search import searching, wire
from archive.model.search import SearchRequest

def halt(*_, **__):
    open(os.environ["TMPDIR"] + "/halted", "w").close()
    time.sleep(60)

if sys.argv[1] == "busy":
    searching.search = halt
start = started if sys.argv[1] == "started" else forked
one = SearchProcess(KEY, start=start, eager=False)
state = IndexState(sys.argv[3], int(sys.argv[4]), sys.argv[5])
one.ask(Path(sys.argv[2]), state, {"act": "complete", "begun": "st", "limit": 1})
print(one.pid, flush=True)
question = {"act": "search", "request": wire.encode_request(SearchRequest("stone"))}
one.ask(Path(sys.argv[2]), state, question, seconds=60)
open(os.environ["TMPDIR"] + "/halted", "w").close()
time.sleep(60)
"""


@pytest.mark.parametrize("how", ["forked", "started", "busy"])
def test_it_ends_when_its_parent_is_killed(shelf: Shelf, index: WhooshIndex, how: str) -> None:
    import subprocess
    import sys

    state = index.state
    words = [how, str(shelf.place(state)), state.index_id, str(state.generation)]
    command = [sys.executable, "-c", CHILD, *words, state.manifest_digest]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        halted = Path(os.environ["TMPDIR"]) / "halted"
        while not halted.exists():
            assert parent.poll() is None
            time.sleep(0.01)
        parent.kill()
    for _ in range(500):
        if not running(pid):
            break
        time.sleep(0.01)
    assert not running(pid)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
