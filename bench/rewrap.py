"""Re-wrapping after a roll: headers a second, beside copying the catalog's file on the same disk.

usage: python bench/rewrap.py [HEADERS ...]   (default 5000 and 20000)

For each number of headers: processor time of one, the rate, what a million would take, and the most
memory that the process had beyond what it began with, which must not grow with the number. The
run is cut off after half, and what is left is done by another. Then what revoking, granting again
and inviting one member of twenty cost besides.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archive.bootstrap import init_archive, open_archive
from archive.model.access import Compartment, Role
from archive.services import epochs
from archive.services.headers import fresh_header
from archive.services.members import administration, ceremonies
from archive.services.parts import Archive
from archive.services.session import Session, sign_in
from keys.profiles import RFC9106_SECOND

SIZES = [int(word) for word in sys.argv[1:]] or [5_000, 20_000]
PASSPHRASE = b"granite lantern ferry seven"
MEMBERS = 20
_BATCH = 1000  # headers that are made in one transaction
_PEAK_RESET = "5"  # proc(5), clear_refs


def _copy(source: Path, target: Path) -> float:
    """Return bytes a second of a copy that is synced."""
    started = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return source.stat().st_size / (time.perf_counter() - started)


def _peak() -> int:
    """Return the most bytes that this process had since the last reset."""
    told = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) << 10 for line in told.splitlines() if "VmHWM" in line)


def _timed(what: str, act: Callable[[], object]) -> None:
    started, used = time.perf_counter(), time.process_time()
    act()
    wall, own = time.perf_counter() - started, time.process_time() - used
    print(f"{what} 1 of {MEMBERS} members: {wall:.2f} s, {own:.2f} s of processor (goal: 1 s)")


def _members(archive: Archive, custodian: Session) -> None:
    _timed("invite", lambda: administration.invite(archive, custodian, "last", Role.ARCHIVIST))
    _timed("grant again", lambda: ceremonies.grant_again(archive, custodian, "member 1"))
    _timed("revoke", lambda: ceremonies.disable(archive, custodian, "member 0"))


def _cut_off(after: int) -> Callable[[int, int], None]:
    def progress(done: int, _all: int) -> None:
        if done >= after:
            raise KeyboardInterrupt

    return progress


def _measure(headers: int, place: Path) -> None:
    folder = place / "archive"
    init_archive(folder, "custodian", bytearray(PASSPHRASE), RFC9106_SECOND)
    archive = open_archive(folder)
    custodian = sign_in(archive, "custodian", bytearray(PASSPHRASE))
    for number in range(MEMBERS - 2):
        phrase, name = bytearray(PASSPHRASE), f"member {number}"
        role = Role.ARCHIVIST
        administration.add_member(archive, custodian, name, role, phrase, RFC9106_SECOND)
    for start in range(0, headers, _BATCH):
        made = [
            fresh_header(archive, custodian, Compartment.ORIGINALS)[0]
            for _ in range(min(_BATCH, headers - start))
        ]
        with archive.catalog.write() as tx:
            tx.headers.add_many(made)
    print(f"-- {headers} headers")
    _members(archive, custodian)
    Path("/proc/self/clear_refs").write_text(_PEAK_RESET)
    before, started, used = _peak(), time.perf_counter(), time.process_time()
    try:
        epochs.rewrap(archive, custodian, _cut_off(headers // 2))
    except KeyboardInterrupt:
        print("cut off after half")
    rest = epochs.rewrap(archive, custodian)
    wall, own = time.perf_counter() - started, time.process_time() - used
    print(f"done by the second run: {rest}; memory on top: {(_peak() - before) / 1e6:.1f} MB")
    rate = headers / wall
    print(f"{rate:.0f} headers/s, {own / headers * 1e6:.0f} us of processor each")
    copied = _copy(archive.folder.catalog, place / "copy")
    size = archive.folder.catalog.stat().st_size
    print(f"a million: {1e6 / rate / 60:.1f} minutes; objects rewritten: 0 bytes")
    print(f"bytes of headers: {rate * size / headers / 1e6:.1f} MB/s, ", end="")
    print(f"copying the catalog ({size >> 20} MiB): {copied / 1e6:.0f} MB/s")
    archive.close()


def main() -> None:
    """Measure and print."""
    for headers in SIZES:
        with tempfile.TemporaryDirectory(prefix="strongroom-bench-") as place:
            _measure(headers, Path(place))


if __name__ == "__main__":
    main()
