"""Promise T5: the sandbox is tried on the machine that it runs on, and is worth what it says."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

import archive
from archive.errors import ReaderLimit, SandboxError
from archive.extraction import EVERY_LAYER, Canary, Confinement, Layer, Limits, Sandbox, Tier
from archive.extraction import sandbox as sandbox_module
from archive.extraction.canaries import CANARIES, ENDLESS_LOOP, attacks
from archive.extraction.tiers import available, tier_of

ROOT = Path(archive.__file__).parents[1]
HOSTILE = "tests.unit.extraction.hostile_readers"
FLOOR = frozenset({Layer.LANDLOCK, Layer.SECCOMP})
with_floor = pytest.mark.skipif(
    not available(FLOOR) >= FLOOR, reason="this kernel has no Landlock or no seccomp"
)
each = pytest.mark.parametrize("confinement", list(Confinement))


def bubblewrap_works() -> bool:
    program = shutil.which("bwrap")
    line = [str(program), "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    return program is not None and subprocess.run(line, check=False).returncode == 0


with_bubblewrap = pytest.mark.skipif(not bubblewrap_works(), reason="bubblewrap does not work here")


@pytest.fixture
def _afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process has found out about the machine."""
    monkeypatch.setattr(sandbox_module, "_working", {})
    monkeypatch.setattr(sandbox_module, "_checked", {})


def said(sandbox: Sandbox, attempt: str, data: bytes = b"", kind: str = "pure") -> str:
    text = sandbox.read(f"{kind}/{attempt}", data).text
    return text.text if text else ""


def test_there_are_fifteen_attacks_and_threads_are_allowed_only_where_declared() -> None:
    assert len(attacks(Confinement.PURE)) == 15
    assert set(attacks(Confinement.PURE)) - set(attacks(Confinement.THREADS)) == {"start a thread"}
    assert attacks(Confinement.VISION) == attacks(Confinement.PURE)
    assert len(CANARIES) == 44


@with_floor
@each
def test_every_attack_on_the_floor_is_stopped(confinement: Confinement) -> None:
    with Sandbox(layers=FLOOR) as sandbox:
        check = sandbox.check(confinement)
        assert [canary.name for canary in check.canaries if not canary.stopped] == []
        assert check.stopped == len(attacks(confinement))
        assert check.tier is sandbox.tier is Tier.FLOOR


@with_floor
@with_bubblewrap
@each
def test_every_attack_inside_bubblewrap_is_stopped(confinement: Confinement) -> None:
    with Sandbox() as sandbox:
        assert sandbox.check(confinement).stopped == len(attacks(confinement))
        assert sandbox.tier is Tier.BUBBLEWRAP


@pytest.mark.parametrize("layers", [[], [Layer.LANDLOCK], [Layer.SECCOMP]])
def test_with_a_layer_missing_readers_are_not_confined(layers: list[Layer]) -> None:
    with Sandbox(layers=frozenset(layers)) as sandbox:
        assert sandbox.tier is Tier.RLIMITS


def test_the_attacks_get_through_where_nothing_stops_them() -> None:
    with Sandbox(layers=frozenset()) as sandbox:
        through = {canary.name for canary in sandbox.check().canaries if not canary.stopped}
    assert {"read /etc/passwd", "write a file", "open a TCP socket", "run a program"} <= through
    assert not {ENDLESS_LOOP, "take more memory than allowed"} & through


def test_one_attack_that_gets_through_is_one_too_many() -> None:
    stopped = [Canary(name, True) for name in attacks(Confinement.PURE)]
    assert tier_of(FLOOR, stopped) is Tier.FLOOR
    assert tier_of(EVERY_LAYER, stopped) is Tier.BUBBLEWRAP
    assert tier_of(EVERY_LAYER, [*stopped[1:], Canary("read a file", False)]) is Tier.RLIMITS


@with_floor
@pytest.mark.usefixtures("_afresh")
@pytest.mark.parametrize("program", ["exit 1", "sleep 1000 & exit 0", None])
def test_a_bubblewrap_that_does_not_work_or_is_not_there_leaves_the_floor(
    program: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if program is not None:
        (tmp_path / "bwrap").write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / "bwrap").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/nowhere" if program is None else f"{tmp_path}:/bin")
    with Sandbox() as sandbox:
        assert sandbox.tier is Tier.FLOOR
        assert sandbox.read("text/plain", b"words").text is not None


@with_bubblewrap
@pytest.mark.usefixtures("_afresh")
def test_inside_bubblewrap_home_archive_and_project_are_not_there(tmp_path: Path) -> None:
    places = [Path.home(), tmp_path, ROOT / "pyproject.toml", Path("/etc/passwd"), Path("/var")]
    with Sandbox(readers=HOSTILE, layers=frozenset({Layer.BUBBLEWRAP})) as sandbox:
        found = {place: said(sandbox, "look", bytes(place)) for place in places}
        assert set(found.values()) == {"not there"}
        assert said(sandbox, "look", bytes(ROOT / "archive")) == "there"


@with_bubblewrap
@pytest.mark.usefixtures("_afresh")
def test_inside_bubblewrap_the_data_for_recognition_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "beside").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "data"))
    with Sandbox(readers=HOSTILE, layers=frozenset({Layer.BUBBLEWRAP})) as sandbox:
        assert said(sandbox, "look", bytes(tmp_path / "data")) == "there"
        assert said(sandbox, "look", bytes(tmp_path / "beside")) == "not there"


@with_bubblewrap
@pytest.mark.usefixtures("_afresh")
def test_inside_bubblewrap_home_and_temp_are_a_folder_of_its_own() -> None:
    name = f"strongroom-planted-{os.getpid()}"
    with Sandbox(readers=HOSTILE, layers=frozenset({Layer.BUBBLEWRAP})) as sandbox:
        home, temp = said(sandbox, "where-is-home").split()
        assert home == temp
        assert said(sandbox, "write-a-file", f"{temp}/{name}".encode()) == "allowed"
    assert not Path(temp, name).exists()


@each
def test_a_reader_that_is_ended_costs_its_zygote_nothing(confinement: Confinement) -> None:
    kind = confinement.value
    with Sandbox(Limits(wall_seconds=20.0), HOSTILE) as sandbox:
        assert said(sandbox, "echo", b"abc", kind) == "abc"
        before = sandbox._zygotes[confinement].process.pid
        with pytest.raises(ReaderLimit):
            sandbox.read(f"{kind}/flood", b"")
        assert said(sandbox, "echo", b"abc", kind) == "abc"
        assert sandbox._zygotes[confinement].process.pid == before


def test_what_was_found_out_is_not_tried_again() -> None:
    with Sandbox() as first, Sandbox() as second:
        assert first.check() is second.check()


WORKER = """
import sys
from archive.extraction import Sandbox
with Sandbox(readers="tests.unit.extraction.hostile_readers") as sandbox:
    sandbox.read(sys.argv[1] + "/echo", b"abc")
    print(*(zygote.process.pid for zygote in sandbox._zygotes.values()), flush=True)
    sandbox.read(sys.argv[1] + "/stay", b"")
"""


@each
def test_no_orphan_remains_of_a_process_that_is_killed(confinement: Confinement) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, confinement.value], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    with worker.stdout:
        groups = [int(word) for word in worker.stdout.readline().split()]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert groups
    deadline = time.monotonic() + 30
    while groups and time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.killpg(groups[-1], 0)
            time.sleep(0.01)
            continue
        groups.pop()
    assert groups == []


def _read_some(number: int) -> list[str]:
    with Sandbox() as sandbox:
        texts = [sandbox.read("text/plain", f"{number} {n}".encode()).text for n in range(5)]
    return [text.text for text in texts if text is not None]


def test_several_processes_each_have_a_sandbox_of_their_own() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        found = list(pool.map(_read_some, range(4)))
    assert found == [[f"{number} {n}" for n in range(5)] for number in range(4)]


def test_a_layer_that_cannot_be_entered_fails_the_document_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = frozenset(Layer) - {Layer.BUBBLEWRAP}
    monkeypatch.setattr(sandbox_module, "_working", {wanted: wanted})
    monkeypatch.setattr(sandbox_module, "_checked", {})
    hollow = "tests.unit.extraction.layerless_readers"
    with Sandbox(readers=hollow, layers=wanted) as sandbox, pytest.raises(SandboxError):
        sandbox.read("text/plain", b"words")
