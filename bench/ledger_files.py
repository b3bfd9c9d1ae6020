"""The ledger's files, proofs and syncs, for `bench.ledger`."""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from archive.bootstrap import init_archive, open_archive
from archive.ledger import TileTree, new_tiles, verify_tiles
from archive.ledger.tiles import bundle_name, parse_bundle, widths
from archive.model.provenance import EventType
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.log_files import LogFiles
from archive.services.session import sign_in
from archive.storage import ArchiveFolder
from keys.profiles import RFC9106_SECOND

_PROOFS = 300
_SYNCS = re.compile(r"^\[?.*\b(fsync|fdatasync|syncfs|sync_file_range)\(", re.MULTILINE)
_MANY, _FEW = 21, 1


def write(folder: Path, bodies: Sequence[bytes]) -> LogFiles:
    """Write the log's files below `folder`, not synced."""
    files = LogFiles(ArchiveFolder(folder, "bench", "bench", (), datetime.now(UTC)))
    for name, data in new_tiles(files.read, 0, len(bodies), iter(bodies)):
        path = files.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


def ways(files: LogFiles, bodies: Sequence[bytes]) -> dict[str, Callable[[], object]]:
    """Return what takes turns: bare hashing, reading and hashing, the audit of the files."""
    sha256, size = hashlib.sha256, len(bodies)

    def bare() -> None:
        for body in bodies:
            sha256(b"\0" + body).digest()

    def bare_tree() -> None:
        bare()
        pair = b"\1" + bytes(64)
        for _ in range(size - 1):
            sha256(pair).digest()

    def read() -> None:
        for index, width in widths(size, 0):
            for body in parse_bundle(files.read(bundle_name(index, width)), width):
                sha256(b"\0" + body).digest()

    def audit() -> None:
        verify_tiles(files.read, size, _complain)

    return {
        "files: bare leaves": bare,
        "files: bare leaves and nodes": bare_tree,
        "files: leaves, read from disk": read,
        "files: structure, from disk": audit,
    }


def _complain(code: str, index: int | None, message: str) -> None:
    raise AssertionError((code, index, message))


def pymerkle(bodies: Sequence[bytes]) -> float | None:
    """Return processor seconds in which pymerkle builds the same tree; `None` without pymerkle."""
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        return None
    begin = time.process_time()
    tree = InmemoryTree(algorithm="sha256")
    for body in bodies:
        tree.append_entry(body)
    tree.get_state()
    return time.process_time() - begin


def proofs(files: LogFiles, size: int, rounds: int) -> tuple[float, float]:
    """Return microseconds of an inclusion proof: nothing remembered, and all tiles remembered."""
    chosen = [random.Random(7).randrange(size) for _ in range(_PROOFS)]
    cold = warm = float("inf")
    kept = TileTree(files.read, size)
    near = [index % min(size, 20_000) for index in chosen]
    for _ in range(rounds):
        begin = time.process_time()
        for index in chosen:
            TileTree(files.read, size).inclusion(index)
        cold = min(cold, time.process_time() - begin)
        for index in near:
            kept.inclusion(index)
        begin = time.process_time()
        for index in near:
            kept.inclusion(index)
        warm = min(warm, time.process_time() - begin)
    return cold / _PROOFS * 1e6, warm / _PROOFS * 1e6


def syncs(folder: Path) -> float | None:
    """Return how many syncs a single event costs, as strace counts them; `None` without strace."""
    if shutil.which("strace") is None:
        return None
    counts = []
    for events in (_FEW, _MANY):
        given = f"{str(folder / str(events))!r}, {events}"
        program = f"from bench.ledger_files import events; events({given})"
        calls = "trace=fsync,fdatasync,syncfs,sync_file_range"
        command = ["strace", "-f", "-e", calls, sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        counts.append(len(_SYNCS.findall(done.stderr)))
    return (counts[1] - counts[0]) / (_MANY - _FEW)


def events(folder: str, count: int) -> None:
    """Found an archive and write single events to it, each in a transaction of its own."""
    words = b"slate harbour violet seven"
    init_archive(Path(folder), "bench", bytearray(words), RFC9106_SECOND)
    archive = open_archive(Path(folder))
    session = sign_in(archive, "bench", bytearray(words))
    for _ in range(count):
        record_event(archive, session, about(EventType.VIEW, archive.folder.archive_id))
    archive.close()
