"""Durable sealed ingest of 10,000 small files without text, beside `restic backup` of them.

    python bench/ingest.py [--files COUNT] [--rounds N] [--folder DIR]

The files have 4 to 20 KB. Each round takes them into a new archive and a new restic repository,
one after the other, and the median of the rounds' ratios is printed. Every round has a folder that
ext4 puts somewhere else on the disk: without a journal it passes over every inode that was deleted
there in the last minutes, one by one (Linux, fs/ext4/ialloc.c, "recently_deleted"), so that what
ran before would be measured too. On a machine that is busy otherwise the ratio falls towards that
of the processor times.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from statistics import median

from archive.bootstrap import init_archive, open_archive
from archive.services.intake.ingest import PathInput, ingest, totals
from archive.services.session import sign_in
from keys.profiles import RFC9106_SECOND

_PASSPHRASE = b"granite lantern ferry seven"


def _files(folder: Path, count: int) -> None:
    chance = random.Random(7)
    for number in range(count):
        path = folder / f"{number // 500:03}" / f"{number:05}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x00\x01" + chance.randbytes(chance.randint(4_000, 20_000)))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, in seconds of the clock and of all processors."""

    wall: float
    processor: float


@contextmanager
def _measured() -> Iterator[list[Cost]]:
    """Give a list that holds the cost of the block afterwards, child processes included."""
    costs: list[Cost] = []
    start, before = time.perf_counter(), sum(os.times()[:4])
    yield costs
    costs.append(Cost(time.perf_counter() - start, sum(os.times()[:4]) - before))


def _ours(place: Path, box: Path) -> Cost:
    init_archive(place, "custodian", bytearray(_PASSPHRASE), RFC9106_SECOND)
    archive = open_archive(place, processes=os.cpu_count() or 1)
    session = sign_in(archive, "custodian", bytearray(_PASSPHRASE))
    with _measured() as costs:
        counts = totals(ingest(archive, session, [PathInput(box)]))
    assert counts["no-text"] == counts["files"], counts
    archive.close()
    return costs[0]


def _restic(place: Path, box: Path) -> Cost:
    environment = {**os.environ, "RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": str(place)}
    cache = f"--cache-dir={place}-cache"
    subprocess.run(["restic", "init", cache, "-q"], env=environment, check=True)
    with _measured() as costs:
        subprocess.run(["restic", "backup", cache, "-q", str(box)], env=environment, check=True)
    return costs[0]


def _somewhere(above: str) -> Path:
    """Return a new folder whose inodes are not beside those of its siblings (chattr(1), "T")."""
    subprocess.run(["chattr", "+T", above], check=False, stderr=subprocess.DEVNULL)
    return Path(tempfile.mkdtemp(dir=above))


def _print(name: str, costs: list[Cost], count: int) -> None:
    wall, processor = (median(map(attrgetter(of), costs)) for of in ("wall", "processor"))
    per_file = 1000 * processor / count
    print(f"{name:24} {count / wall:8.0f} files/s   {per_file:5.2f} ms processor time a file")


def main() -> None:
    """Parse the command line, and print files a second of both and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where to write the files")
    given = parser.parse_args()
    ours: list[Cost] = []
    theirs: list[Cost] = []
    with tempfile.TemporaryDirectory(dir=given.folder) as above:
        box = _somewhere(above)
        _files(box, given.files)
        os.sync()
        for _ in range(given.rounds):
            place = _somewhere(above)
            ours.append(_ours(place / "archive", box))
            if shutil.which("restic"):
                theirs.append(_restic(place / "restic", box))
    _print("strongroom ingest", ours, given.files)
    if not theirs:
        print("restic is not installed: no ratio")
        return
    _print("restic backup", theirs, given.files)
    ratios = sorted(one.wall / mine.wall for mine, one in zip(ours, theirs, strict=True))
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    print(f"ratio to restic          {median(ratios):8.2f}   (at least 0.50; {spread})")


if __name__ == "__main__":
    main()
