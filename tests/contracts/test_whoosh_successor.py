"""What reaches Whoosh passes with its successor too, which is the way out should Whoosh stop.

`whoosh3` has Whoosh's programming interface and disk format under the same import name. It is no
part of an installation: it is installed here beside the tests, by the hash of its lock file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-whoosh3.lock"
TESTS = (
    "tests/properties/test_search_language.py",
    "tests/properties/test_search_whoosh.py",
    "tests/unit/search/test_query_grammar.py",
    "tests/unit/search/test_sealed_storage.py",
    "tests/unit/search/test_search_results.py",
    "tests/unit/search/test_search_text.py",
)


@pytest.fixture(scope="module")
def successor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with whoosh3 and nothing else."""
    folder = tmp_path_factory.mktemp("whoosh3")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", LOCK]
    done = subprocess.run(
        [*pip, *pinned, "--target", folder], capture_output=True, text=True, check=False
    )
    if "DO NOT MATCH THE HASHES" in done.stderr:
        pytest.fail("whoosh3 is not what requirements-whoosh3.lock pins")
    if done.returncode:
        pytest.skip("NOTHING RAN AGAINST whoosh3: it is not to be fetched")
    return folder


def python(successor: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{successor}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_what_reaches_whoosh_passes_with_its_successor(successor: Path, tmp_path: Path) -> None:
    where = python(successor, "-c", "import whoosh; print(whoosh.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(successor)
    plain = ["-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}"]
    done = python(successor, "-m", "pytest", *plain, *TESTS)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert done.stdout.count(".") >= 200
    assert not re.search(r"\bskipped\b", done.stdout)


def test_the_successor_may_be_shipped_and_needs_nothing(successor: Path) -> None:
    (found,) = Distribution.discover(path=[str(successor)])
    assert found.metadata["License-Expression"] == "BSD-2-Clause"
    assert all("extra ==" in wanted for wanted in found.requires or [])
    assert f"{found.metadata['Name']}=={found.version}" in LOCK.read_text()
