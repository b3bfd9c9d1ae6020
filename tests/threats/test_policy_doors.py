"""T3, T6: every command is open to the roles that policy says, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive import policy
from archive.cli.app import cli
from archive.ledger import parse_entry
from archive.model.access import Action
from archive.model.provenance import EventType
from archive.services.members import unlocking
from tests.commands import every
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.without_entries import NEEDS_NONE

NONE = "00000000-0000-4000-8000-000000000000"
HERE, OUT = "{here}", "{released}"
COMMANDS = {
    "member add zoe --role auditor --new-passphrase-file {here}/new": Action.MANAGE_MEMBERS,
    "member invite zoe --role auditor": Action.MANAGE_MEMBERS,
    "member list": Action.MANAGE_MEMBERS,
    "member role zoe auditor": Action.MANAGE_MEMBERS,
    "member disable zoe": Action.MANAGE_MEMBERS,
    "member grant zoe": Action.MANAGE_MEMBERS,
    "member reset zoe --sheet {here}/sheet": Action.MANAGE_MEMBERS,
    "member factor zoe": Action.MANAGE_MEMBERS,
    "key list": Action.MANAGE_MEMBERS,
    "key roll": Action.MANAGE_MEMBERS,
    "key rewrap": Action.MANAGE_MEMBERS,
    "key roll-log": Action.MANAGE_MEMBERS,
    "key share --sheet {here}/sheet --out {here}/shares": Action.MANAGE_MEMBERS,
    "key rehearse --sheet {here}/sheet": Action.MANAGE_MEMBERS,
    "key adopt --sheet {here}/sheet": Action.MANAGE_MEMBERS,
    "policy two-persons": Action.MANAGE_MEMBERS,
    "policy explain zoe ingest": Action.MANAGE_MEMBERS,
    "ingest {here}/new": Action.INGEST,
    "receipt list": Action.READ_ORIGINALS,
    f"receipt show {NONE}": Action.READ_ORIGINALS,
    f"extract {NONE}": Action.EXTRACT,
    "jobs list": Action.LIST_JOBS,
    "jobs retry": Action.EXTRACT,
    f"jobs dismiss {NONE} --reason noise": Action.EXTRACT,
    "records": Action.READ_READING,
    "search kettles": Action.SEARCH_READING,
    "searches save one kettles": Action.SEARCH_READING,
    "searches list": Action.SEARCH_READING,
    "searches run one": Action.SEARCH_READING,
    "searches new": Action.SEARCH_READING,
    "searches delete one": Action.SEARCH_READING,
    f"show {NONE}": Action.READ_READING,
    f"get {NONE} -o {{here}}/out": Action.READ_ORIGINALS,
    f"export {NONE} --format text -o {{here}}/out": Action.READ_READING,
    "source add --name Zoe": Action.MANAGE_SOURCES,
    "source import {here}/table.csv": Action.MANAGE_SOURCES,
    "source alias S-0009 zoe": Action.MANAGE_SOURCES,
    "source show S-0009": Action.MANAGE_SOURCES,
    "source edit S-0009 --threat grave": Action.MANAGE_SOURCES,
    f"source attach S-0009 {NONE}": Action.MANAGE_SOURCES,
    "source list": Action.MANAGE_SOURCES,
    "source unseal request S-0009 --purpose x": Action.UNSEAL,
    f"source unseal approve {NONE}": Action.UNSEAL,
    "source unseal list": Action.UNSEAL,
    "accession open --title Zoe": Action.MANAGE_ACCESSIONS,
    "accession list": Action.MANAGE_ACCESSIONS,
    "accession show A-0009": Action.MANAGE_ACCESSIONS,
    "accession transfer A-0009 --from a --to b --date 2026-01-02": Action.MANAGE_ACCESSIONS,
    "accession set A-0009 --donor x": Action.MANAGE_ACCESSIONS,
    "accession close A-0009": Action.MANAGE_ACCESSIONS,
    "accession reopen A-0009 --reason x": Action.MANAGE_ACCESSIONS,
    f"retention set {NONE} --review 2030-01-02 --reason x": Action.SET_RETENTION,
    f"retention lift {NONE} --reason x": Action.SET_RETENTION,
    f"describe {NONE} --set note=x": Action.DESCRIBE,
    "retention list": Action.SET_RETENTION,
    "quarantine list": Action.DECIDE_QUARANTINE,
    f"quarantine accept {NONE} --reason x": Action.DECIDE_QUARANTINE,
    f"quarantine discard {NONE} --reason x": Action.DECIDE_QUARANTINE,
    "redact mark-everywhere --text zoe": Action.REDACT,
    f"redact undo {NONE}": Action.REDACT,
    f"redact redo {NONE}": Action.REDACT,
    f"redact diff {NONE}": Action.REDACT,
    f"redact carry {NONE}": Action.REDACT,
    "redact log": Action.REDACT,
    f"redact propose {NONE}": Action.REDACT,
    f"redact mark {NONE} --text zoe": Action.REDACT,
    f"redact unmark {NONE} --span 0:1": Action.REDACT,
    f"redact title {NONE} Sky": Action.REDACT,
    f"redact plan {NONE}": Action.REDACT,
    f"redact preview {NONE}": Action.REDACT,
    "redact queue": Action.APPROVE,
    f"redact submit {NONE}": Action.SUBMIT,
    f"redact approve {NONE}": Action.APPROVE,
    f"redact reject {NONE} --reason x": Action.REJECT,
    f"release {NONE}": Action.RELEASE,
    f"withdraw {NONE} --reason x": Action.WITHDRAW,
    f"leakcheck {NONE}": Action.REDACT,
    f"erase {NONE} --dry-run": Action.ERASE,
    "audit fixity --limit 1": Action.AUDIT,
    "audit redaction {released}": Action.AUDIT,
    f"audit bundle {NONE} -o {{here}}/bag": Action.AUDIT,
    "backup create {here}/backup": Action.BACK_UP,
    "index rebuild --level reading": Action.SEARCH_READING,
}
"""Each command that a role may be refused, and the act that policy is asked about."""

OWN = {
    "init": "founds an archive; there is no member yet",
    "member join": "a member's own, with the code that they were given",
    "member passphrase": "a member's own",
    "member hardware": "a member's own",
    "token create": "a member's own, which may do no more than its member",
    "token list": "a member's own",
    "token revoke": "a member's own",
    "unlock": "a member's own",
    "lock": "a member's own",
}
DIRECT = ("member", "key", "policy")
"""Groups of commands that take the passphrase itself."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, small: Small) -> Path:
    place = tmp_path_factory.mktemp("here")
    (place / "new").write_text("violet anchors over seven roofs\n")
    (place / "sheet").write_text(small.sheet)
    (place / "table.csv").write_text("name\nZoe\n")
    (place / "mine").write_bytes(PASSPHRASE)
    return place


def words_of(command: str) -> str:
    """Return the words of a command without arguments and options."""
    known = sorted(every(cli), key=len, reverse=True)
    return next(one for one in known if command == one or command.startswith(one + " "))


def given(small: Small, here: Path, name: str, command: str) -> list[str]:
    """Give a command; return the acts that the member's role was refused meanwhile."""
    with small.archive.catalog.read() as snapshot:
        before = snapshot.ledger.count()
    line = ["--json", "--archive", str(small.archive.folder.path), "--as", name]
    if command.split(maxsplit=1)[0] in DIRECT:
        line += ["--passphrase-file", str(here / "mine")]
    line += command.replace(HERE, str(here)).replace(OUT, small.released).split()
    CliRunner().invoke(cli, line, standalone_mode=False)
    with small.archive.catalog.read() as snapshot:
        entries = [parse_entry(one.body) for one in snapshot.ledger.entries(before, 1 << 40)]
    refused = [one.links for one in entries if one.type is EventType.DENIED]
    return [links["action"] for links in refused if "code" not in links]


def test_the_table_names_every_command() -> None:
    named = {words_of(command) for command in COMMANDS}
    assert named | set(NEEDS_NONE) | set(OWN) == set(every(cli))
    assert not named & (set(NEEDS_NONE) | set(OWN))


@pytest.mark.parametrize("name", ["archivist", "researcher", "auditor"])
def test_each_command_is_refused_to_whom_policy_refuses_its_act(
    small: Small, here: Path, name: str
) -> None:
    unlocking.unlock(small.archive, name, bytearray(PASSPHRASE))
    wrong = {}
    for command, action in COMMANDS.items():
        allowed = policy.decide(small.people[name].member, action).allowed
        found = given(small, here, name, command)
        if found != ([] if allowed else [action.value]):
            wrong[command] = found
    unlocking.seal(small.archive)
    assert wrong == {}


def test_every_act_is_explained_without_and_about_a_record(small: Small) -> None:
    unlocking.unlock(small.archive, "custodian", bytearray(PASSPHRASE))
    line = ["--archive", str(small.archive.folder.path), "--as", "custodian", "policy", "explain"]
    for action in Action:
        for about in ([], [small.released]) if policy.RULES[action].states else ([],):
            done = CliRunner().invoke(
                cli, [*line, "archivist", action.value, *about], standalone_mode=False
            )
            assert done.exception is None, (action, about, done.exception)
            assert re.match(
                rf"(allowed|refused): archivist \(archivist\), {action.value}", done.stdout
            )
    unlocking.seal(small.archive)
