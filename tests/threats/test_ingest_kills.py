"""T7: an ingest that is killed again and again ends with the same archive as one that is not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from archive.bootstrap import init_archive, open_archive
from archive.model.search import SearchRequest
from archive.services import audit
from archive.services.intake.ingest import PathInput, ingest, totals
from archive.services.members.administration import status
from archive.services.reading_room import access
from archive.services.session import sign_in
from archive.storage import verify
from keys.profiles import RFC9106_SECOND

PASSPHRASE = b"granite lantern ferry seven"
KILLS = int(os.environ.get("INGEST_KILLS", "12"))
LETTERS, SCRAPS = 60, 1200
_RUN = """
import sys
from pathlib import Path
from archive.bootstrap import open_archive
from archive.services.intake.ingest import PathInput, ingest
from archive.services.session import sign_in

archive = open_archive(Path(sys.argv[1]), processes=2)
session = sign_in(archive, "custodian", bytearray(sys.argv[3].encode()))
print("begun", flush=True)
for report in ingest(archive, session, [PathInput(Path(sys.argv[2]))]):
    print(report.outcome.value, report.record, flush=True)
"""


def _fill(box: Path) -> None:
    chance = random.Random(11)
    for number in range(SCRAPS):
        folder = box / f"{number // 100:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:04}.bin").write_bytes(b"\0" + chance.randbytes(3000))
    for number in range(LETTERS):
        text = f"Letter {number}: the herons came back to pond {number}."
        (box / f"{number % 12:02}" / f"letter-{number:02}.txt").write_text(text)


def _interrupted(archive: Path, box: Path, chance: random.Random) -> set[str]:
    """Run an ingest, kill it with its children, and return the records that it acknowledged."""
    command = [sys.executable, "-c", _RUN, str(archive), str(box), PASSPHRASE.decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 2.5))
        process.kill()
        said = [line.split() for line in process.stdout.read().splitlines()]
    return {words[1] for words in said if len(words) == 2 and words[1] != "None"}


def test_killed_at_any_moment_it_loses_nothing_acknowledged_and_ends_the_same(
    tmp_path: Path,
) -> None:
    box, place, chance = tmp_path / "box", tmp_path / "archive", random.Random(5)
    _fill(box)
    init_archive(place, "custodian", bytearray(PASSPHRASE), RFC9106_SECOND)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        acknowledged |= _interrupted(place, box, chance)
    archive = open_archive(place, processes=2)
    session = sign_in(archive, "custodian", bytearray(PASSPHRASE))
    counts = totals(ingest(archive, session, [PathInput(box)]))
    assert counts["files"] == LETTERS + SCRAPS
    assert counts["failed"] + counts["rejected"] == 0
    with archive.catalog.read() as snapshot:
        records = {row.id for row in snapshot.records.list(archive.collection)}
        named = list(snapshot.objects.digests())
    assert len(records) == LETTERS + SCRAPS
    assert acknowledged <= records
    assert list(archive.store.digests()) == named
    assert all(verify(archive.store, digest) for digest in named)
    assert list((archive.folder.objects / "tmp").glob("*/*")) == []
    assert status(archive).pending == 0
    assert access.search(archive, session, SearchRequest(query="herons")).total == LETTERS
    assert audit.verify(archive.catalog, archive.folder.vkeys).ok
    archive.store.close()
    archive.close()
