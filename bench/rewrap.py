"""Re-wrapping after a roll: headers a second, beside copying the catalog's file on the same disk.

Prints processor time of one header, the rate over `HEADERS` headers, and what a million would take;
then what revoking one member of twenty costs besides.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from archive.bootstrap import init_archive, open_archive
from archive.model.access import Compartment, Role
from archive.services import administration, ceremonies, epochs
from archive.services.headers import fresh_header
from archive.services.session import sign_in
from keys.profiles import RFC9106_SECOND

HEADERS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
PASSPHRASE = b"granite lantern ferry seven"
MEMBERS = 19


def _copy(source: Path, target: Path) -> float:
    """Return bytes a second of a copy that is synced."""
    started = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return source.stat().st_size / (time.perf_counter() - started)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="strongroom-bench-") as place:
        folder = Path(place) / "archive"
        init_archive(folder, "custodian", bytearray(PASSPHRASE), RFC9106_SECOND)
        archive = open_archive(folder)
        custodian = sign_in(archive, "custodian", bytearray(PASSPHRASE))
        for number in range(MEMBERS):
            administration.invite(archive, custodian, f"member {number}", Role.ARCHIVIST)
        for start in range(0, HEADERS, 1000):
            made = [
                fresh_header(archive, custodian, Compartment.ORIGINALS)[0]
                for _ in range(min(1000, HEADERS - start))
            ]
            with archive.catalog.write() as tx:
                tx.headers.add_many(made)
        started, used = time.perf_counter(), time.process_time()
        ceremonies.disable(archive, custodian, "member 0")
        revoked, revoked_used = time.perf_counter() - started, time.process_time() - used
        started, used = time.perf_counter(), time.process_time()
        done = epochs.rewrap(archive, custodian)
        wall, cpu = time.perf_counter() - started, time.process_time() - used
        rate = _copy(archive.folder.catalog, Path(place) / "copy")
        size = archive.folder.catalog.stat().st_size
        archive.close()
    print(f"revoke 1 of {MEMBERS + 1} members: {revoked:.2f} s, {revoked_used:.2f} s of processor")
    print(
        f"re-wrap {done} headers: {done / wall:.0f}/s, {cpu / done * 1e6:.0f} us of processor each"
    )
    print(f"a million: {1e6 / (done / wall) / 60:.1f} minutes; objects rewritten: 0 bytes")
    print(f"copying the catalog ({size >> 20} MiB): {rate / 1e6:.0f} MB/s")


if __name__ == "__main__":
    main()
