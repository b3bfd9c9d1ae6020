"""The test command fails when nothing is tested and when code goes untested."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

PASSING = "def test_it() -> None:\n    assert True\n"


def make_test(folder: Path, tests: dict[str, str], **variables: str) -> tuple[int, str]:
    """Run the tests of `make test`, without its lint, over a small project."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for package in ("keys", "archive", "webui", "tests"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    for name, text in tests.items():
        (folder / name).write_text(text)
    settings = [f"{name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        ["make", "-o", "lint", "test", f"VENV={sys.prefix}", *settings],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV_")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_run_without_tests_fails(tmp_path: Path) -> None:
    code, told = make_test(tmp_path, {}, COVERAGE="0")
    assert code != 0
    assert "no tests ran" in told


def test_a_run_that_leaves_code_untested_fails(tmp_path: Path) -> None:
    code = "def f(value: int) -> int:\n" + "    value += 1\n" * 40 + "    return value\n"
    ended, told = make_test(tmp_path, {"tests/test_one.py": PASSING, "keys/one.py": code})
    assert ended != 0
    assert "1 passed" in told
    assert "Required test coverage" in told


def test_a_good_run_passes_and_prints_its_count(tmp_path: Path) -> None:
    code, told = make_test(tmp_path, {"tests/test_one.py": PASSING}, COVERAGE="0")
    assert code == 0, told
    assert "1 passed" in told


@pytest.mark.parametrize(("recipe", "passes"), [("@true", True), ("@false", False)])
def test_the_ci_command_tests_a_clean_clone_and_ends_as_the_tests_do(
    tmp_path: Path, recipe: str, passes: bool
) -> None:
    project = tmp_path / "project"
    (project / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", project / ".ci")
    checks = "@test ! -e left-over && pwd > $(WHERE)"
    (project / "Makefile").write_text(f"test:\n\t{checks}\n\t{recipe}\n")
    git = ["git", "-c", "user.name=Nari", "-c", "user.email=nari@lantern.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Everything"]):
        subprocess.run([*git, *words], cwd=project, check=True)
    (project / "left-over").touch()
    environment = {**os.environ, "WHERE": str(tmp_path / "where")}
    done = subprocess.run([project / ".ci" / "run"], env=environment, check=False)
    assert (done.returncode == 0) is passes
    place = Path((tmp_path / "where").read_text().strip())
    assert place != project
    assert not place.exists()
