"""The import contracts hold, and each one bites when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in ("keys", "archive", "webui"):
        ignored = shutil.ignore_patterns("__pycache__", "sample_accession", "static")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    (tmp_path / "archive" / "sample_accession").mkdir()
    shutil.copy(
        ROOT / "archive" / "sample_accession" / "__init__.py", tmp_path / "archive/sample_accession"
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept(copy: Path) -> None:
    done = _lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("archive/model/ids.py", "import archive.catalog", "1."),
        ("archive/storage/local.py", "import archive.catalog", "1."),
        ("archive/cli/state.py", "import archive.storage", "2."),
        ("webui/errors.py", "import archive.ledger", "2."),
        ("archive/sealing/small.py", "import cryptography", "3."),
        ("keys/slots.py", "import argon2", "3."),
        ("archive/services/audit.py", "import archive.services.records", "4."),
    ],
)
def test_a_planted_violation_breaks_its_contract(
    copy: Path, module: str, planted: str, contract: str
) -> None:
    path = copy / module
    path.write_text(path.read_text() + f"\n{planted}\n")
    done = _lint(copy)
    assert done.returncode != 0
    broken = [line for line in done.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), done.stdout
