"""What is installed is locked by hash, wanted by somebody, and free to be used."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from archive.extraction import faces
from archive.redaction.detecting import entities
from tests.architecture.house import ROOT

LOCKS = (
    "requirements-build.lock",
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-entities.lock",
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = {
    "requirements-build.lock": (ROOT / "requirements-build.in").read_text().split(),
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
    "requirements-entities.lock": (
        PROJECT["dependencies"]
        + PROJECT["optional-dependencies"]["entities"]
        + PROJECT["optional-dependencies"]["faces"]
    ),
    "requirements-fuzz.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["fuzz"],
}
FREE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "LGPL-2.1+",
    "LGPL-2.1-or-later",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "ZPL-2.1",
    "Zlib",
}
"""SPDX licences that may be shipped beside Apache-2.0 without asking anybody.

What is under the LGPL is a package of its own that a user can replace (LGPL-2.1, section 6;
LGPL-3.0, section 4).
"""

UNSTATED = {
    "apache-2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "two-clause bsd license": "BSD-2-Clause",
    "bsd-3-clause, apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "isc license": "ISC",
    "mit license": "MIT",
    "zpl 2.1": "ZPL-2.1",
    "license :: osi approved :: apache software license": "Apache-2.0",
    "license :: osi approved :: bsd license": "BSD-3-Clause",
    "license :: osi approved :: mit license": "MIT",
}
"""What packages without an SPDX expression call their licence, in lower case."""


def locked(text: str) -> dict[str, tuple[str, int]]:
    """Return the version and the number of hashes of every package in a lock file.

    Raises:
        ValueError: a line is neither a pinned package, nor a hash of one, nor a comment.
    """
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in text.splitlines():
        if match := re.fullmatch(r"([A-Za-z0-9._-]+)==(\S+)( ; [^\\]+)?( \\)?", line):
            name = canonicalize_name(match[1])
            if name in found:
                raise ValueError(name)
            found[name] = (match[2], 0)
        elif re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) and name:
            found[name] = (found[name][0], found[name][1] + 1)
        elif not re.fullmatch(r"\s*#.*|", line):
            raise ValueError(line)
    return found


def spdx(meta: importlib.metadata.PackageMetadata) -> str:
    """Return the licence of a package as an SPDX expression, or as what it says instead."""
    stated = meta.get("License-Expression")
    words = [meta.get("License") or "", *(meta.get_all("Classifier") or [])]
    known = [UNSTATED[word.lower()] for word in words if word.lower() in UNSTATED]
    return str(stated or next(iter(known), None) or meta.get("License") or "unknown")


def is_free(expression: str) -> bool:
    """Return whether some choice that an SPDX expression leaves uses free licences alone."""
    if match := re.fullmatch(r"\((.*)\)", expression):
        return is_free(match[1])
    if " OR " in expression:
        return any(is_free(one) for one in expression.split(" OR "))
    return all(one in FREE for one in expression.split(" AND "))


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    found = locked((ROOT / name).read_text())
    assert len(found) >= 5
    assert [one for one, (_, hashes) in found.items() if hashes == 0] == []


@pytest.mark.parametrize(
    "line",
    ["whoosh>=2.7", "--index-url somewhere", "https://host.example/x.whl", "-e .", "git+ssh://x"],
)
def test_a_package_that_is_not_pinned_is_seen(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        locked(f"{line}\n")


def test_a_package_without_a_hash_is_seen() -> None:
    assert locked("whoosh==2.7.4\n    # via strongroom\n") == {"whoosh": ("2.7.4", 0)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(name: str) -> None:
    found = locked((ROOT / name).read_text())
    assert WANTED[name]
    for requirement in map(Requirement, WANTED[name]):
        version, _ = found[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_tests_run_with_the_versions_that_users_run() -> None:
    product = locked((ROOT / "requirements.lock").read_text())
    tested = locked((ROOT / "requirements-dev.lock").read_text())
    assert {name: tested[name][0] for name in product} == {n: v for n, (v, _) in product.items()}


@pytest.mark.parametrize("other", ["requirements.lock", "requirements-dev.lock"])
def test_named_entities_come_with_the_versions_of_all_else(other: str) -> None:
    own = locked((ROOT / "requirements-entities.lock").read_text())
    shared = own.keys() & (found := locked((ROOT / other).read_text())).keys()
    assert len(shared) > 25
    assert {name: own[name][0] for name in shared} == {name: found[name][0] for name in shared}


def test_models_are_pinned_by_the_hash_of_one_file_each() -> None:
    found = locked((ROOT / "requirements-models.lock").read_text())
    assert {hashes for _, hashes in found.values()} == {1}
    packages = (entities.ENGLISH.package, entities.FRENCH.package, faces.PACKAGE)
    assert found.keys() == set(map(canonicalize_name, packages))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-entities.lock"])
def test_every_package_of_the_product_is_free(lock: str) -> None:
    checked = {}
    for name in locked((ROOT / lock).read_text()):
        try:
            checked[name] = spdx(importlib.metadata.metadata(name))
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform
    assert len(checked) > 25
    assert {name: stated for name, stated in checked.items() if not is_free(stated)} == {}


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND BSD-3-Clause", True),
        ("MIT AND AGPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("unknown", False),
    ],
)
def test_a_licence_outside_the_list_is_seen(expression: str, free: bool) -> None:
    assert is_free(expression) is free


def test_the_licence_file_is_the_licence_that_the_project_states() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in Path(ROOT / "LICENSE").read_text().splitlines()[1]
