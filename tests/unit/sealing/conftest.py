"""Stock programs that read what Strongroom writes; a missing one is skipped aloud."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / "build" / "npm-age"


@pytest.fixture(scope="session")
def npm_age(skip_aloud) -> list[str]:
    """The command line of npm `age-encryption`, installed once into `build/` by its lock file."""
    if not (shutil.which("node") and shutil.which("npm")):
        skip_aloud("post-quantum interoperation: node and npm are not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "age.mjs"):
        shutil.copy(HERE / "npm" / name, CACHE / name)
    if not (CACHE / "node_modules" / "age-encryption").is_dir():
        try:
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=CACHE,
                check=True,
                capture_output=True,
                timeout=120,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            skip_aloud("post-quantum interoperation: npm cannot reach its registry")
    return ["node", str(CACHE / "age.mjs")]


@pytest.fixture(scope="session")
def age_program(skip_aloud) -> str:
    """The stock `age` program; every version reads X25519 recipients."""
    program = shutil.which("age")
    if program is None:
        skip_aloud("interoperation with the age program: it is not installed (apt install age)")
    return program


@pytest.fixture(scope="session")
def zstd_program(skip_aloud) -> str:
    """The stock `zstd` program."""
    program = shutil.which("zstd")
    if program is None:
        skip_aloud("recovery by stock programs: zstd is not installed (apt install zstd)")
    return program


@pytest.fixture
def path_with_age(npm_age, tmp_path) -> str:
    """A search path whose `age` reads post-quantum identities, as age 1.3 does."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "age"
    program.write_text(f'#!/bin/sh\nexec {npm_age[0]} "{npm_age[1]}" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
