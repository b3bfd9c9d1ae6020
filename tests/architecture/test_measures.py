"""The house keeps its measures, and a measure that is exceeded is seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, functions, protocols, sources

FILE_LINES = 400
FUNCTION_LINES = 50
METHODS = 5
PLUG_POINTS = {"ObjectStore", "SearchIndex", "Reader", "Detector"}


def over(limit: int, measured: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in measured.items() if value > limit}


def complex_functions(*paths: Path | str) -> str:
    """Return what ruff says of functions whose complexity is 10 or more, exemptions ignored."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--ignore-noqa"]
    command += ["--config", str(ROOT / "pyproject.toml"), "--select", "C901", "--quiet"]
    done = subprocess.run(
        [*command, *map(str, paths)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in sources()}
    assert over(FILE_LINES, lengths) == {}


def test_no_function_is_longer_than_50_lines() -> None:
    lengths = {f"{p.stem}.{name}": n for p in sources() for name, n in functions(p.read_text())}
    assert len(lengths) > 500
    assert over(FUNCTION_LINES, lengths) == {}


def test_no_function_is_as_complex_as_10() -> None:
    assert complex_functions(*PACKAGES) == ""


def test_a_complex_function_is_seen_even_when_exempted(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    branches = "".join(f"    if value == {n}:\n        return {n}\n" for n in range(9))
    bad.write_text(f"def f(value: int) -> int:  # noqa: C901\n{branches}    return 9\n")
    assert "C901" in complex_functions(bad)


@pytest.mark.parametrize("head", ["def f():", "async def f():", "@cache\ndef f():"])
def test_a_long_function_is_seen_where_it_hides(head: str) -> None:
    indented = f"{head}\n".replace("\n", "\n    ") + "    pass\n    " * 51
    (found,) = functions(f"class C:\n    {indented.rstrip()}\n")
    assert found == ("f", 52)


def test_every_plug_point_has_at_most_five_methods() -> None:
    found = {(p, name): len(one) for p in sources() for name, one in protocols(p.read_text())}
    assert {name for _, name in found} >= PLUG_POINTS
    assert over(METHODS, {f"{p.stem}.{name}": n for (p, name), n in found.items()}) == {}


def test_a_wide_plug_point_is_seen() -> None:
    body = "".join(f"    def m{n}(self) -> None: ...\n" for n in range(5))
    wide = f"class Store(Protocol[T]):\n{body}    size: int\n    def _own(self) -> None: ...\n"
    assert [(name, len(one)) for name, one in protocols(wide)] == [("Store", 6)]
