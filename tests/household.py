"""A real archive with real members, driven through the real command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSPHRASES = {
    "custodian": "granite lantern ferry seven",
    "archivist": "copper meadow ladder twelve",
    "researcher": "velvet harbour thistle nine",
    "auditor": "marble compass willow three",
}


_PROGRAM = """
import functools, sys
from archive import bootstrap
from archive.cli import main
bootstrap.Sandbox = functools.partial(bootstrap.Sandbox, readers=sys.argv[1])
main(sys.argv[2:])
"""


@dataclass(slots=True)
class Run:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    @property
    def data(self) -> dict[str, Any]:
        """The last JSON line."""
        return self.lines[-1]


@dataclass(slots=True)
class Household:
    """One archive folder and the passphrase files of its members."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    readers: str = "archive.extraction.readers"

    @classmethod
    def apart(cls, root: Path) -> Household:
        """Return one under `root` that has home, temp and settings folders of its own there."""
        environment = {"STRONGROOM_KDF_PROFILE": "rfc9106-second"}
        for variable in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            (root / "machine" / variable).mkdir(parents=True)
            environment[variable] = str(root / "machine" / variable)
        return cls(root, environment)

    @property
    def folder(self) -> Path:
        """The archive's folder."""
        return self.root / "archive"

    def passphrase_file(self, member: str) -> Path:
        """Return a file with the member's passphrase."""
        path = self.root / f"{member}.passphrase"
        if not path.exists():
            path.write_text(PASSPHRASES[member] + "\n")
        return path

    def run(self, *words: str | Path, member: str | None = None, as_json: bool = True) -> Run:
        """Run `strongroom` with these readers in a process of its own."""
        command = [sys.executable, "-c", _PROGRAM, self.readers]
        command += ["--archive", str(self.folder)]
        if member:
            command += ["--as", member, "--passphrase-file", str(self.passphrase_file(member))]
        command += [os.fspath(word) for word in words]
        if as_json:
            command.append("--json")
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def found(self) -> Household:
        """Make the archive and its four members."""
        made = self.run(
            "init",
            "--member",
            "custodian",
            "--new-passphrase-file",
            self.passphrase_file("custodian"),
            "--recovery-out",
            self.root / "recovery.txt",
        )
        assert made.code == 0, made
        for member in ("archivist", "researcher", "auditor"):
            added = self.run(
                "member",
                "add",
                member,
                "--role",
                member,
                "--new-passphrase-file",
                self.passphrase_file(member),
                member="custodian",
            )
            assert added.code == 0, added
        return self

    def release(self, record: str) -> None:
        """Take a record from proposal to release with two members."""
        for member, *words in (
            ("custodian", "redact", "propose", record),
            ("custodian", "redact", "submit", record),
            ("archivist", "redact", "approve", record),
            ("archivist", "release", record),
        ):
            done = self.run(*words, member=member)
            assert done.code == 0, done
