"""Where the project's files are, and how its code is measured."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("keys", "archive", "webui")


def tracked() -> list[Path]:
    """Return the files of the project, those that are not committed yet included."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    done = subprocess.run(
        [*command, "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in done.stdout.decode(errors="surrogateescape").split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def sources() -> list[Path]:
    """Return the Python files of the packages."""
    found = [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in PACKAGES]
    assert len(found) > 100
    return found


def pages() -> list[Path]:
    """Return the Markdown pages."""
    found = [p for p in tracked() if p.suffix == ".md" and "vectors" not in p.parts]
    assert len(found) > 10
    return found


def functions(code: str) -> Iterator[tuple[str, int]]:
    """Yield the name and the number of lines of every function, its decorators left out."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def protocols(code: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the public methods and attributes of every `Protocol`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).split("[")[0].endswith("Protocol") for base in node.bases
        ):
            named = [getattr(item, "name", getattr(item, "target", None)) for item in node.body]
            words = [one.id if isinstance(one, ast.Name) else one for one in named]
            yield node.name, [one for one in words if one and not one.startswith("_")]
