"""Durable sealed ingest of 10,000 small files without text, beside `restic backup` of them.

usage: python bench/ingest.py [FILES]   (default 10,000 of 4 to 20 KB)
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archive.bootstrap import init_archive, open_archive
from archive.services.ingest import PathInput, ingest, totals
from archive.services.session import sign_in
from keys.profiles import RFC9106_SECOND

_PASSPHRASE = b"granite lantern ferry seven"


def _files(folder: Path, count: int) -> None:
    chance = random.Random(7)
    for number in range(count):
        path = folder / f"{number // 500:03}" / f"{number:05}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x00\x01" + chance.randbytes(chance.randint(4_000, 20_000)))


def _ours(place: Path, box: Path) -> float:
    init_archive(place, "custodian", bytearray(_PASSPHRASE), RFC9106_SECOND)
    archive = open_archive(place, processes=os.cpu_count() or 1)
    session = sign_in(archive, "custodian", bytearray(_PASSPHRASE))
    start = time.perf_counter()
    counts = totals(ingest(archive, session, [PathInput(box)]))
    seconds = time.perf_counter() - start
    assert counts["no-text"] == counts["files"], counts
    archive.close()
    return counts["files"] / seconds


def _restic(place: Path, box: Path, count: int) -> float | None:
    if shutil.which("restic") is None:
        return None
    environment = {**os.environ, "RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": str(place)}
    cache = f"--cache-dir={place}-cache"
    subprocess.run(["restic", "init", cache, "-q"], env=environment, check=True)
    start = time.perf_counter()
    subprocess.run(["restic", "backup", cache, "-q", str(box)], env=environment, check=True)
    return count / (time.perf_counter() - start)


def main() -> None:
    """Print files a second of both and the ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _files(place / "box", count)
        ours = _ours(place / "archive", place / "box")
        theirs = _restic(place / "restic", place / "box", count)
    print(f"strongroom ingest        {ours:8.0f} files/s")
    if theirs is None:
        print("restic is not installed: no ratio")
        return
    print(f"restic backup            {theirs:8.0f} files/s")
    print(f"ratio to restic          {ours / theirs:8.2f}   (at least 0.50)")


if __name__ == "__main__":
    main()
