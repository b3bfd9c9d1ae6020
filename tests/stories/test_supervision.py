"""`serve` starts again what dies, forgets the keys that died with it, and leaves nobody behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.services.members import unlocking
from archive.services.supervising import Charge, Supervisor, forked
from keys.agent import client
from keys.errors import AgentUnreachable
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.agent_rig import Browser, alive, children, pages_of, until

WORD = "kettles"


@dataclass(slots=True)
class Served:
    """A running `serve`: its process, its address, and where its standard error goes."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    @property
    def pages(self) -> int:
        return pages_of(self.process.pid)

    @property
    def agent(self) -> int:
        [found] = [pid for pid in children(self.process.pid) if b"keys.agent.server" in words(pid)]
        return found


def words(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def below(pid: int) -> set[int]:
    """Return every process that descends from one, whichever thread forked it."""
    found: set[int] = set()
    for child in forked_by(pid):
        found |= {child} | below(child)
    return found


def forked_by(pid: int) -> set[int]:
    try:
        lists = [one.read_text() for one in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return set()
    return {int(child) for told in lists for child in told.split()}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


@contextmanager
def served(small: Small, log: Path) -> Iterator[Served]:
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--archive"]
    command += [str(small.archive.folder.path), "serve", "--listen", "127.0.0.1:0", "--json"]
    command += ["--second-factor", "none"]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    try:
        yield Served(process, json.loads(process.stdout.readline())["url"], log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def signed_in(one: Served) -> Browser:
    browser = Browser(one.url)
    assert browser.sign_in("archivist")[:2] == (303, "/")
    return browser


def finds(browser: Browser) -> bool:
    browser.ask("/search")
    status, where, _ = browser.ask("/search", query=WORD, level="originals")
    return (status, WORD in browser.ask(where)[2]) == (303, True)


def searchers(one: Served) -> set[int]:
    return {pid for pid in forked_by(one.pages) if b"archive.search.worker" in words(pid)}


def reachable(small: Small) -> bool:
    try:
        client.sessions(unlocking.socket_of(small.archive))
    except AgentUnreachable:
        return False
    return True


def test_whatever_is_killed_the_pages_answer_again_and_nobody_is_left(
    small: Small, tmp_path: Path
) -> None:
    with served(small, tmp_path / "log") as one:
        browser = signed_in(one)
        assert finds(browser)

        [searcher] = searchers(one)
        os.kill(searcher, signal.SIGKILL)
        assert finds(browser)
        assert searchers(one) - {searcher}

        [keyholder] = children(one.agent)
        os.kill(keyholder, signal.SIGKILL)
        until(lambda: unlocking.sessions(small.archive) == ())
        assert browser.ask("/records")[:2] == (303, "/sign-in")

        browser, agent = signed_in(one), one.agent
        os.kill(agent, signal.SIGKILL)
        until(lambda: not alive(agent))
        until(lambda: reachable(small))
        assert unlocking.sessions(small.archive) == ()
        assert browser.ask("/records")[:2] == (303, "/sign-in")

        browser, pages = signed_in(one), one.pages
        below_pages = below(pages)
        os.kill(pages, signal.SIGKILL)
        assert browser.ask("/records")[:2] == (303, "/sign-in")
        until(lambda: not any(map(alive, {pages, *below_pages})))
        assert unlocking.sessions(small.archive) == ()
        assert finds(signed_in(one))

        everybody = below(one.process.pid)
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(60) == 0
        assert not any(map(alive, everybody))
        assert not reachable(small)
    told = one.log.read_text()
    for name in ("agent", "pages"):
        assert re.search(rf"{name} ended \(signal 9; starting again in [\d.]+ s\)", told)
        assert re.search(rf"{name} started \(process \d+\)", told)
    assert PASSPHRASE.decode() not in told
    assert WORD not in told


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nobody_outlives_a_supervisor_however_it_ends(
    small: Small, tmp_path: Path, how: signal.Signals
) -> None:
    with served(small, tmp_path / "log") as one:
        assert finds(signed_in(one))
        everybody = below(one.process.pid)
        assert len(everybody) >= 4
        one.process.send_signal(how)
        assert one.process.wait(60) == (0 if how is signal.SIGINT else -signal.SIGKILL)
        until(lambda: not any(map(alive, everybody)))


def test_an_agent_that_is_there_already_is_used_and_left_alone(
    small: Small, tmp_path: Path
) -> None:
    unlocking.unlock(small.archive, "custodian", bytearray(PASSPHRASE)).lock()
    with served(small, tmp_path / "log") as one:
        signed_in(one)
        assert len(unlocking.sessions(small.archive)) == 2
        assert [pid for pid in children(one.process.pid) if b"agent" in words(pid)] == []
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(60) == 0
    assert len(unlocking.sessions(small.archive)) == 1
    unlocking.seal(small.archive)


def test_what_dies_at_once_is_started_later_each_time() -> None:
    told: list[tuple[str, str, str]] = []

    def hear(*words: str) -> None:
        told.append((words[0], words[1], words[2]))
        if sum(what == "ended" for _, what, _ in told) == 3:
            signal.raise_signal(signal.SIGTERM)  # to this thread: others do not block it

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    charge = Charge("one", lambda: forked(lambda: os._exit(7)))
    Supervisor([charge], hear).run()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    ends = [how for _, what, how in told if what == "ended"]
    assert ends == [f"exit 7; starting again in {pause} s" for pause in ("0.5", "1", "2")]
