"""A command starts with what it needs, not with what all others need."""

from __future__ import annotations

import subprocess
import sys

import click

from archive.cli.app import cli
from tests.commands import every, subcommand

HEAVY = ("flask", "numpy", "whoosh", "PIL", "spacy", "pikepdf")


def test_every_command_can_be_imported() -> None:
    names = list(every(cli))
    assert len(names) == len(set(names))
    assert "redact undo" in names
    assert "source unseal list" in names


def test_a_command_that_is_not_there_is_none() -> None:
    assert subcommand(cli, "nothing") is None


def test_a_search_starts_with_what_the_process_that_asks_needs() -> None:
    program = (
        "import sys; from archive.cli import main; from archive.cli.searching import search; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (said.stdout.strip(), said.stderr) == ("[]", "")


def test_commands_are_listed_without_being_imported() -> None:
    program = (
        "import sys, click; from archive.cli.app import cli; "
        "names = cli.list_commands(click.Context(cli)); "
        f"print(len(names), *(name for name in {HEAVY} if name in sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == [str(len(cli.list_commands(click.Context(cli))))]
