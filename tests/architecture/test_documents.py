"""What the pages say is so: links, commands, tests and formats that they name are there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from archive.cli.app import cli
from tests.architecture.house import PACKAGES, ROOT, pages, tracked
from tests.commands import every, subcommand

FORBIDDEN = re.compile(
    rb"/(work|root|home|Users)/[a-z.]|[.]library/|pypi[.]org|pythonhosted[.]org"
    rb"|registry[.]npmjs|proxy[.]golang|\b(T[O]DO|F[I]XME|X[X]X)\b"
)
"""Machine paths, registry hosts, and work left to do."""

BINARY = {".png", ".pdf", ".age", ".woff2"}
SETTINGS = {
    "-o",
    "--archive",
    "--as",
    "--passphrase-file",
    "--passphrase-command",
    "--identity-file",
}
THREATS = sorted(path for path in tracked() if path.match("tests/threats/test_*.py"))


def promises() -> dict[str, str]:
    """Return the rows of the threat model's table by the number of their promise."""
    text = (ROOT / "docs" / "threat-model.md").read_text()
    return {row[1]: row[0] for row in re.finditer(r"(?m)^\| (T\d) \|.*$", text)}


def told_commands() -> Iterator[tuple[str, str]]:
    """Yield the page and the words of every `strongroom ...` line in code on the pages.

    Pages of formats are left out: a line of a format may begin with the same word.
    """
    for page in [one for one in pages() if one.parent.name != "formats"]:
        text = page.read_text()
        blocks = re.findall(r"(?ms)^```[a-z]*\n(.*?)^```", text)
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
        for line in lines:
            if line.startswith("strongroom "):
                yield page.name, line.removeprefix("strongroom ")


def unknown(line: str) -> str | None:
    """Return the first word of a told command line that the command line does not know."""
    command: click.Command = cli
    words = iter(shlex.split(line, comments=True))
    for word in words:
        options = {flag for one in (*command.params, *cli.params) for flag in one.opts}
        if word.startswith("-") and word != "-":
            if word not in options | {"--help", "-h"}:
                return word
            if word in SETTINGS:
                next(words, None)
        elif isinstance(command, click.Group):
            if word == "COMMAND":
                return None
            below = subcommand(command, word)
            if below is None:
                return word
            command = below
    return None


def test_every_link_leads_to_a_file() -> None:
    dead = []
    for page in pages():
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            target = unquote(link.split("#")[0])
            if target and "://" not in target and not (page.parent / target).exists():
                dead.append(f"{page.relative_to(ROOT)}: {link}")
    assert dead == []


def test_every_page_that_the_code_names_is_there() -> None:
    code = [p for p in tracked() if p.suffix in {".py", ".toml"} and "docs" not in p.parts]
    named = {one for p in code for one in re.findall(r"docs/[\w/.-]+\.md", p.read_text())}
    assert len(named) > 3
    assert sorted(one for one in named if not (ROOT / one).exists()) == []


@pytest.mark.parametrize("folder", ["formats", "adr", "guides"])
def test_every_page_of_a_folder_is_listed(folder: str) -> None:
    above = ROOT / "docs" / folder
    listed = (above / "README.md").read_text()
    names = [page.name for page in pages() if page.parent == above and page.name != "README.md"]
    assert len(names) >= 5
    assert [name for name in names if f"({name})" not in listed] == []


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    screen = (ROOT / "README.md").read_text().splitlines()[:24]
    makefile = (ROOT / "Makefile").read_text()
    for target in ("demo", "test"):
        assert any(line.startswith(f"make {target}") for line in screen)
        assert re.search(rf"(?m)^{target}:", makefile)


def test_every_told_command_is_there_with_its_options() -> None:
    told = list(told_commands())
    assert len(told) > 30
    assert [(page, line) for page, line in told if unknown(line) is not None] == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("ingest --sourse S-0001 box", "--sourse"),
        ("--as nari redact publish RECORD", "publish"),
        ("shred", "shred"),
        ("--as nari --json search rice", None),
    ],
)
def test_a_told_command_that_is_not_there_is_seen(line: str, word: str | None) -> None:
    assert unknown(line) == word


def test_every_command_is_told_of() -> None:
    page = (ROOT / "docs" / "guides" / "command-line.md").read_text()
    names = list(every(cli))
    assert len(names) > 25
    assert [name for name in names if not re.search(rf"(?m)^\| `{name}[ `]", page)] == []


def test_the_threat_model_has_all_eight_promises() -> None:
    assert list(promises()) == [f"T{number}" for number in range(1, 9)]


@pytest.mark.parametrize("number", [f"T{number}" for number in range(1, 9)])
def test_the_tests_of_a_promise_are_there(number: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", promises()[number])
    assert named
    assert [one for one in named if "def test_" not in (ROOT / one).read_text()] == []


@pytest.mark.parametrize("path", THREATS, ids=lambda path: path.name)
def test_a_threat_test_carries_the_numbers_that_the_threat_model_gives_it(path: Path) -> None:
    carried = re.findall(r"\bT[1-8]\b", path.read_text().split('"""')[1])
    told = [number for number, row in promises().items() if f"`tests/threats/{path.name}`" in row]
    assert carried
    assert sorted(carried) == told


def test_nothing_names_a_machine_a_registry_or_work_left_to_do() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit[0].decode(errors='replace')}"
        for path in tracked()
        if path.suffix not in BINARY and "vectors" not in path.parts
        for hit in FORBIDDEN.finditer(path.read_bytes())
    ]
    assert found == []


@pytest.mark.parametrize("text", ["see /{}root/.config", "# TO{}DO later", "from pypi.{}org"])
def test_a_forbidden_word_is_seen(text: str) -> None:
    assert FORBIDDEN.search(text.replace("{}", "").encode())


def test_the_packages_are_those_that_are_shipped() -> None:
    found = {p.relative_to(ROOT).parts[0] for p in tracked() if p.name == "__init__.py"}
    assert found - {"tests"} == set(PACKAGES)
    assert Path(ROOT / "pyproject.toml").read_text().count('packages = ["archive", "keys"') == 1
