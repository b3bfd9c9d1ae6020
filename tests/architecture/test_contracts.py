"""The import contracts hold, and each one bites when it is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.architecture.house import PACKAGES, ROOT

LINT = Path(sys.executable).with_name("lint-imports")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
NAMES = [str(contract["name"]) for contract in CONTRACTS]


def broken(folder: Path) -> list[str]:
    """Return the names of the contracts that the packages in a folder break."""
    done = subprocess.run(
        [LINT, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    kept = [name for name in NAMES if f"{name} KEPT" in done.stdout]
    found = [name for name in NAMES if f"{name} BROKEN" in done.stdout]
    assert sorted(kept + found) == sorted(NAMES), done.stdout + done.stderr
    assert (done.returncode == 0) == (not found)
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "box", "static", "templates")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_five_contracts_are_there_and_kept(copy: Path) -> None:
    assert [name[:2] for name in NAMES] == ["1.", "2.", "3.", "4.", "5."]
    assert broken(copy) == []


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("archive/model/ids.py", "import archive.policy", 1),
        ("archive/storage/local.py", "import archive.redaction", 1),
        ("keys/errors.py", "import archive.errors", 1),
        ("archive/services/reading_room/access.py", "import archive.bootstrap", 1),
        ("archive/cli/state.py", "import archive.storage", 2),
        ("archive/cli/state.py", "import keys.slots", 2),
        ("webui/errors.py", "import archive.ledger", 2),
        ("archive/sealing/small.py", "import cryptography", 3),
        ("keys/slots.py", "import argon2", 3),
        ("archive/ledger/merkle.py", "import nacl.signing", 3),
        ("archive/services/audit/checking.py", "import archive.services.records", 4),
        ("archive/ledger/verify.py", "import keys.keyring", 4),
        ("archive/services/records.py", "import archive.services.intake.ingest", 5),
        ("archive/services/redaction/plans.py", "import archive.services.sources.entries", 5),
    ],
)
def test_a_planted_violation_breaks_its_contract_and_no_other(
    copy: Path, module: str, planted: str, contract: int
) -> None:
    path = copy / module
    before = path.read_text()
    path.write_text(f"{before}\n{planted}\n")
    try:
        assert [name[:2] for name in broken(copy)] == [f"{contract}."]
    finally:
        path.write_text(before)


def cycle(graph: grimp.ImportGraph) -> list[str]:
    """Return the modules of one import cycle, or nothing."""
    below = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    try:
        TopologicalSorter(below).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_no_modules_import_one_another_even_for_types_alone() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=False)
    assert len(graph.modules) > 100
    assert cycle(graph) == []
    graph.add_import(importer="archive.model.ids", imported="archive.services.intake.ingest")
    assert "archive.model.ids" in cycle(graph)
