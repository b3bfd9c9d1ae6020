"""The house keeps its measures: sizes, error tables, plug points, locks, words."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import errors
from archive.cli.exits import exit_code
from archive.extraction import Reader
from archive.redaction import Detector
from archive.search import SearchIndex
from archive.storage import ObjectStore
from webui.errors import status_code

ROOT = Path(__file__).parents[2]
PACKAGES = ("keys", "archive", "webui")


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in done.stdout.decode(errors="surrogateescape").split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def sources() -> list[Path]:
    found = [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in PACKAGES]
    assert len(found) > 100
    return found


def leaves(family: type[errors.ArchiveError] = errors.ArchiveError) -> Iterator[type]:
    below = family.__subclasses__()
    if not below:
        yield family
    for one in below:
        yield from leaves(one)


def test_no_file_has_more_than_400_lines() -> None:
    long = {p.name: n for p in sources() if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_no_function_has_more_than_50_lines() -> None:
    long = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > 50:
                    long.append(f"{path.name}:{node.name} {length}")
    assert long == []


@pytest.mark.parametrize("plug", [ObjectStore, SearchIndex, Reader, Detector])
def test_a_plug_point_has_at_most_five_methods(plug: type) -> None:
    methods = [
        name
        for name, value in vars(plug).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]
    assert 1 <= len(methods) <= 5


def test_every_error_has_an_exit_code_and_a_status() -> None:
    kinds = list(leaves())
    assert len(kinds) > 25
    for kind in kinds:
        error = kind()
        assert exit_code(error) in {1, 2, 4, 5, 10, 11, 12}
        assert 400 <= status_code(error) < 600


def test_error_codes_are_unique_but_for_the_two_that_must_look_alike() -> None:
    by_code: dict[str, list[type]] = {}
    for kind in leaves():
        by_code.setdefault(kind.code, []).append(kind)
    doubles = {code: kinds for code, kinds in by_code.items() if len(kinds) > 1}
    assert doubles == {"not-found": [errors.NotPermitted, errors.RecordNotFound]}
    denied, missing = errors.NotPermitted(), errors.RecordNotFound()
    assert (denied.public_message, denied.next_step) == (missing.public_message, missing.next_step)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    packages = [entry for entry in entries if re.match(r"[a-z0-9]", entry)]
    assert len(packages) > 10
    assert [e.split()[0] for e in packages if "--hash=sha256:" not in e] == []


def test_no_package_of_the_product_is_under_the_agpl() -> None:
    names = re.findall(r"(?m)^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text())
    for name in names:
        try:
            meta = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        words = " ".join([meta.get("License-Expression") or "", meta.get("License") or ""])
        words += " ".join(meta.get_all("Classifier") or [])
        assert "AGPL" not in words, name
        assert "Affero" not in words, name


def test_nothing_names_a_machine_a_registry_or_work_left_to_do() -> None:
    words = re.compile(
        rb"/work/|/root/|pypi\.org|registry\.npmjs|files\.pythonhosted|TO" rb"DO\b|FIX" rb"ME\b"
    )
    skipped = {".png", ".pdf", ".age", ".woff2"}
    found = [
        str(p.relative_to(ROOT))
        for p in tracked()
        if p.suffix not in skipped
        and "vectors" not in p.parts
        and p != Path(__file__)
        and words.search(p.read_bytes())
    ]
    assert found == []


def test_the_two_commands_of_the_readme_are_in_the_makefile() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"(?m)^{target}:", makefile)


def test_every_format_page_is_listed() -> None:
    listed = (ROOT / "docs" / "formats" / "README.md").read_text()
    pages = [p.name for p in (ROOT / "docs" / "formats").glob("*.md") if p.name != "README.md"]
    assert len(pages) >= 6
    assert [name for name in pages if f"({name})" not in listed] == []
