"""The register and many plans at once, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.cli.app import main
from tests.small_archive import PASSPHRASE, SECRET, Small

Command = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def run(small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    phrase = tmp_path / "phrase"
    phrase.write_bytes(PASSPHRASE)
    folder, secret = str(small.archive.folder.path), ("--passphrase-file", str(phrase))

    def command(*words: str, who: str = "archivist") -> tuple[int, list[dict[str, Any]]]:
        with pytest.raises(SystemExit) as ended:
            main(["--archive", folder, "--as", who, *secret, "--json", *words])
        out = capsys.readouterr().out
        return int(ended.value.code or 0), [json.loads(line) for line in out.splitlines()]

    return command


def test_a_register_is_kept_by_hand(small: Small, run: Command, tmp_path: Path) -> None:
    alias = ("source", "alias", "S-0001", "copper kettles")
    code, [foreseen] = run(*alias, "--dry-run")
    assert (code, [one["record"] for one in foreseen["affected"]]) == (0, [small.released])
    code, [refused] = run(*alias)
    assert (code, refused["error"]["code"]) == (1, "invalid-value")
    assert "kettles" not in json.dumps(refused)
    code, [done] = run(*alias, "--yes")
    assert (code, done["forms"]) == (0, 2)
    assert done["affected"][0]["replanned"]
    code, [left] = run("source", "alias", "S-0001", "copper kettles", "--remove")
    assert (code, left["forms"]) == (0, 1)
    given = ("--threat", "grave", "--attribute", "place=Quillbury")
    assert run("source", "edit", "S-0001", *given)[0] == 0
    code, [shown] = run("source", "show", "S-0001")
    assert (shown["forms"], shown["threat"], shown["hidden_in"]) == ([SECRET], "grave", 1)
    assert shown["attributes"] == [{"kind": "place", "value": "Quillbury"}]
    table = tmp_path / "register.csv"
    table.write_text("name,numbers\nYsolde Brandt,+49 30 5550\nX,\n")
    code, rows = run("source", "import", str(table))
    assert (code, [row.get("outcome") for row in rows]) == (3, ["registered", "rejected", None])
    code, listed = run("source", "list", "--coverage")
    assert [(one["source"], one["hidden_in"]) for one in listed] == [("S-0001", 1), ("S-0002", 0)]
    code, [refused] = run("source", "show", "S-0001", "--identity", who="custodian")
    assert (code, refused["error"]["code"]) == (5, "unsealing-refused")


def test_many_plans_are_worked_on_by_hand(small: Small, run: Command) -> None:
    code, [*found, end] = run(
        "redact", "mark-everywhere", "--pattern", "kettles?", "--reason", "S5"
    )
    assert (code, len(found), end["summary"]["changed"]) == (0, 2, 2)
    code, [change] = run("redact", "diff", small.kept, "--from", "1")
    assert (code, change["added"]) == (0, [])
    code, rows = run("redact", "log", "--format", "json")
    assert {row["code"] for row in rows} == {"S1", "S5"}
    code, [*_, undone] = run("redact", "undo", end["summary"]["act"])
    assert (code, undone["summary"]["changed"]) == (0, 2)
    code, [plan] = run("redact", "redo", small.kept)
    assert plan["error"]["code"] == "wrong-plan-state"
    code, [plan] = run("redact", "undo", small.kept)
    assert (code, len(plan["spans"])) == (0, 1)
    assert run("redact", "carry", small.kept) == (0, [])
    code, [report] = run("leakcheck", small.kept)
    assert (code, report["blocked_by"], report["warnings"]) == (0, [], [])
    code, reports = run("leakcheck", "--all")
    assert (code, reports[-1]["summary"]["bad"]) == (0, 0)
    assert run("leakcheck")[0] == 1
