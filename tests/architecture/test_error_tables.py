"""Every error of the tree is in both tables, is told apart by its code, and says what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from archive import errors
from archive.cli import exits
from tests.architecture.house import ROOT, sources
from webui.errors import STATUS_CODES, status_code

Kind = type[errors.ArchiveError]


def leaves(family: Kind = errors.ArchiveError) -> Iterator[Kind]:
    below = family.__subclasses__()
    if not below:
        yield family
    for one in below:
        yield from leaves(one)


LEAVES = sorted(
    {leaf for leaf in leaves() if getattr(errors, leaf.__name__, None) is leaf},
    key=lambda one: one.__name__,
)
FAMILIES = errors.ArchiveError.__subclasses__()
every_leaf = pytest.mark.parametrize("leaf", LEAVES, ids=lambda one: one.__name__)


def test_the_tree_is_read() -> None:
    assert len(LEAVES) > 25
    assert {one.__name__ for one in FAMILIES} == {
        "AccessDenied",
        "InvalidInput",
        "IntegrityError",
        "StorageError",
        "SearchError",
        "KeyUnavailable",
        "SandboxError",
    }


def test_no_error_is_made_outside_the_tree() -> None:
    strays = [leaf for leaf in leaves() if leaf not in LEAVES]
    assert [one for one in strays if one.__module__.split(".")[0] != "tests"] == []


@every_leaf
def test_a_leaf_is_in_both_tables_by_itself_or_by_its_family(leaf: Kind) -> None:
    above = set(leaf.__mro__) - {errors.ArchiveError}
    assert above & set(exits.EXIT_CODES)
    assert above & set(STATUS_CODES)
    assert exits.exit_code(leaf()) not in {exits.OK, exits.PARTIAL}
    assert 400 <= status_code(leaf()) < 600


def test_a_leaf_overrides_its_family() -> None:
    assert exits.exit_code(errors.NoArchive()) == 10
    assert exits.exit_code(errors.DiskFull()) == exits.exit_code(errors.ObjectMissing()) == 1
    assert status_code(errors.DiskFull()) == 507


def test_codes_are_unique_but_for_the_two_that_must_look_alike() -> None:
    by_code: dict[str, list[Kind]] = {}
    for leaf in LEAVES:
        by_code.setdefault(leaf.code, []).append(leaf)
    doubles = {code: kinds for code, kinds in by_code.items() if len(kinds) > 1}
    assert doubles == {"not-found": [errors.NotPermitted, errors.RecordNotFound]}


def test_denied_and_absent_cannot_be_told_apart() -> None:
    denied, absent = errors.NotPermitted(), errors.RecordNotFound()
    for of in (exits.exit_code, status_code):
        assert of(denied) == of(absent)
    for name in ("code", "public_message", "next_step", "diagnostics"):
        assert getattr(denied, name) == getattr(absent, name)


@every_leaf
def test_a_leaf_has_a_code_a_message_and_a_next_step(leaf: Kind) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", leaf.code)
    assert "code" in vars(leaf)
    assert "message" in vars(leaf)
    assert leaf.message.endswith(".")
    assert leaf.hint != errors.ArchiveError.hint
    assert leaf.hint.endswith(".")


def test_only_leaves_are_raised() -> None:
    families = {one.__name__ for one in (*FAMILIES, errors.ArchiveError)}
    raised = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and node.exc is not None:
                kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                raised.append(ast.unparse(kind).split(".")[-1])
    assert len(raised) > 100
    assert sorted(set(raised) & families) == []


def test_the_readme_lists_the_exit_codes_that_there_are() -> None:
    readme = (ROOT / "README.md").read_text()
    told = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", readme)}
    stopped = {exits.PARTIAL, exits.INTERRUPTED, exits.PIPE_CLOSED}
    assert told == {exits.OK, exits.USAGE, *stopped, *exits.EXIT_CODES.values()}
