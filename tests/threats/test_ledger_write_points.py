"""T7: killed before any write, sync or rename of one event, the ledger is whole and goes on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive.bootstrap import open_archive
from archive.ledger import parse_entry
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.events import record_event
from archive.services.granting import about
from tests.small_archive import PASSPHRASE, Small, build

POINTS = int(os.environ.get("WRITE_POINTS", "4"))
"""System calls before which the process is killed; with a large number all of them."""

CALLS = "pwrite64,write,fsync,fdatasync,rename,renameat,renameat2,ftruncate,unlink"
MINE = "5f0c1de2-8f66-4a53-9d3a-6a3f1f3f7a10"
_RUN = f"""
import os, sys
from pathlib import Path
from archive.bootstrap import open_archive
from archive.model.provenance import EventType
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.session import sign_in

archive = open_archive(Path(sys.argv[1]))
session = sign_in(archive, "custodian", bytearray({PASSPHRASE!r}))
os.write(2, b"READY\\n")
record_event(archive, session, about(EventType.VIEW, {MINE!r}))
os.write(1, b"ACKNOWLEDGED\\n")
"""


def run(archive: Path, trace: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-f", "-o", str(trace), "-e", f"trace={CALLS}", *more]
    command += [sys.executable, "-c", _RUN, str(archive)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def write_points(trace: Path) -> list[tuple[str, int]]:
    """Return name and number of every call after the session is ready."""
    counts: dict[str, int] = {}
    found, ready = [], False
    for line in trace.read_text(errors="replace").splitlines():
        call = re.match(r"\d+ +(\w+)\(", line)
        if call is None:
            continue
        counts[call[1]] = counts.get(call[1], 0) + 1
        if ready:
            found.append((call[1], counts[call[1]]))
        ready = ready or "READY" in line
    return found


def entered(small: Small) -> bool:
    with small.archive.catalog.read() as view:
        return any(parse_entry(row.body).object == MINE for row in view.ledger.entries(0, 1 << 40))


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_killed_at_a_write_it_loses_nothing_acknowledged_and_goes_on(tmp_path: Path) -> None:
    small = build(tmp_path / "house")
    small.archive.close()
    trace = tmp_path / "trace"
    shutil.copytree(small.archive.folder.path, tmp_path / "clean")
    assert "ACKNOWLEDGED" in run(tmp_path / "clean", trace).stdout
    points = write_points(trace)
    assert len(points) > 10
    for name, number in points[:: max(1, len(points) // POINTS)]:
        place = tmp_path / f"{name}-{number}"
        shutil.copytree(small.archive.folder.path, place / "archive")
        done = run(place / "archive", trace, "-e", f"inject={name}:signal=KILL:when={number}")
        told = "ACKNOWLEDGED" in done.stdout
        assert done.returncode != 0 or told
        after = replace(small, archive=open_archive(place / "archive"))
        assert entered(after) or not told, (name, number)
        custodian = after.people["custodian"]
        record_event(after.archive, custodian, about(EventType.VIEW, MINE))
        files = audit.LogFiles(after.archive.folder)
        found = audit.verify(after.archive.catalog, after.archive.folder.vkeys, files=files)
        assert found.failures == [], (name, number)
        after.archive.close()
