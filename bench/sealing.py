"""Sealing, measured against a plain copy, the `age` program and pyrage in the same run.

    python -m bench.sealing [--size MIB] [--rounds N] [--folder DIR]

Prints the median processor time (user and system, fsync included) of each way to store one file,
and the median, least and greatest of its ratios to a Python copy loop in the same round. Each way
runs in its own process, in a new order every round; the start of Python and its imports is not
counted, that of other programs is. Then follow the cost of small objects and of random reads.
Ratios of one run can be compared, times of different runs cannot. The copy goes through the page
cache, and on a virtual machine what its pages cost depends on whether the host has memory behind
them already: up to five times between two rounds. Sealing passes the page cache by.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pyrage

from archive.sealing import (
    SealedReader,
    SealingWriter,
    new_header,
    open_bytes,
    open_header,
    seal_bytes,
)
from archive.sealing.writer import ChunkSealer, ContentFramer
from archive.storage import LocalStore, StagedObject
from keys.identity import HybridIdentity, X25519Identity
from keys.primitives import TAG_SIZE, ChaCha20Poly1305
from keys.stream import CHUNK_SIZE

BLOCK = 1 << 20  # bytes
IDENTITY = HybridIdentity(bytes(range(32)))
CLASSICAL = X25519Identity(bytes(range(32)))


def _blocks(source: Path, sink: Callable[[memoryview], object]) -> None:
    buffer = memoryview(bytearray(BLOCK))
    with source.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            sink(buffer[:count])


def _task_copy(source: Path, target: Path) -> None:
    with target.open("wb", buffering=0) as out:
        _blocks(source, out.write)
        os.fsync(out.fileno())


def _task_copy_hash(source: Path, target: Path) -> None:
    digest = hashlib.sha256()
    with target.open("wb", buffering=0) as out:
        _blocks(source, lambda block: (digest.update(block), out.write(block)))
        os.fsync(out.fileno())


def _task_seal(source: Path, target: Path) -> None:
    _, file_key = new_header([IDENTITY.recipient()], random=os.urandom)
    with _stored(target) as staged:
        writer = SealingWriter(file_key, staged, random=os.urandom)
        _blocks(source, writer.write)
        writer.finish()


def _task_seal_without_hash(source: Path, target: Path) -> None:
    _, file_key = new_header([IDENTITY.recipient()], random=os.urandom)
    with _stored(target) as staged:
        framer = ContentFramer(ChunkSealer(file_key, staged, random=os.urandom))
        _blocks(source, framer.write)
        framer.finish()


@contextmanager
def _stored(target: Path) -> Iterator[StagedObject]:
    """Write through the archive's own store, made durable; afterwards it stands at `target`."""
    digest = "0" * 64
    folder = target.with_name("objects")
    folder.mkdir(exist_ok=True)
    store = LocalStore(folder)
    staged = store.stage()
    yield staged
    staged.seal(digest)
    store.commit([staged])
    store.close()
    (folder / digest[:2] / f"{digest}.age").replace(target)


def _task_cipher(source: Path, target: Path) -> None:
    cipher = ChaCha20Poly1305(bytes(32))
    sealed = memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))
    target.touch()
    with source.open("rb", buffering=0) as file:
        chunk = memoryview(bytearray(CHUNK_SIZE))
        for index in range(source.stat().st_size // CHUNK_SIZE):
            file.readinto(chunk)
            cipher.seal_into(index.to_bytes(12, "big"), chunk, sealed)


def _task_pyrage(source: Path, target: Path) -> None:
    recipient = pyrage.x25519.Recipient.from_str(CLASSICAL.recipient().encode())
    pyrage.encrypt_file(str(source), str(target), [recipient])
    with target.open("rb") as out:
        os.fsync(out.fileno())


TASKS = {
    "copy": _task_copy,
    "cipher": _task_cipher,
    "copy-hash": _task_copy_hash,
    "seal-without-hash": _task_seal_without_hash,
    "seal": _task_seal,
    "pyrage": _task_pyrage,
}
LABELS = {
    "copy": "copy and fsync",
    "cipher": "read and ChaCha20-Poly1305 alone",
    "copy-hash": "copy, fsync, SHA-256",
    "seal-without-hash": "seal",
    "seal": "seal, SHA-256 of the payload",
    "age": "age program, X25519",
    "age-hash": "age program, sha256sum",
    "pyrage": "pyrage, X25519",
}


def _command(task: str, source: Path, target: Path) -> list[str]:
    age = ["age", "-r", CLASSICAL.recipient().encode(), "-o", str(target), str(source)]
    if task == "age":
        return age
    if task == "age-hash":
        return ["sh", "-c", '"$@" && sha256sum "$6" >/dev/null', "sh", *age]
    return [sys.executable, "-m", "bench.sealing", "--task", task, str(source), str(target)]


def _processor_seconds(command: list[str]) -> float:
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    said = child.stdout.read() if child.stdout else b""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.stdout:
        child.stdout.close()
    if child.returncode:
        raise SystemExit(f"{command[0]} failed")
    return float(said) if said else usage.ru_utime + usage.ru_stime


def _make_files(folder: Path, size: int) -> dict[str, Path]:
    noise, text = folder / "incompressible", folder / "text"
    with noise.open("wb") as file:
        for _ in range(size):
            file.write(os.urandom(BLOCK))
    with text.open("wb") as file:
        for part in range(size):
            file.write(_register_page(part))
    return {"incompressible": noise, "text": text}


def _register_page(part: int) -> bytes:
    lines, length, row = [], 0, part * 20_000
    while length < BLOCK:
        weight = row * 2654435761 % 99991
        lines.append(f"{row:08d} crate {weight} left berth {weight % 41}, signed {weight % 977}\n")
        length, row = length + len(lines[-1]), row + 1
    return "".join(lines).encode()[:BLOCK]


def _compare_files(folder: Path, size: int, rounds: int) -> None:
    tasks = [task for task in LABELS if not task.startswith("age") or shutil.which("age")]
    for kind, source in _make_files(folder, size).items():
        target = folder / "target"
        seconds: dict[str, list[float]] = {task: [] for task in tasks}
        for _ in range(rounds):
            for task in random.sample(tasks, len(tasks)):
                seconds[task].append(_processor_seconds(_command(task, source, target)))
                stored = target.stat().st_size
                target.unlink()
                if task == "seal":
                    sealed = stored
        print(f"\n{size} MiB, {kind}; sealed to {sealed / source.stat().st_size:.3f} of its size")
        for task in tasks:
            pairs = zip(seconds[task], seconds["copy"], strict=True)
            ratios = sorted(one / copy for one, copy in pairs)
            spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
            middle = f"{median(seconds[task]):6.2f} s  x{median(ratios):5.2f}"
            print(f"  {LABELS[task]:32} {middle}   ({spread})")
        source.unlink()


def _microseconds(act: Callable[[], object], count: int = 2000) -> float:
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(count):
            act()
        best = min(best, (time.process_time() - started) / count)
    return best * 1e6


def _small_objects() -> None:
    content = _register_page(0)[:824] + os.urandom(200)
    header, file_key = new_header([IDENTITY.recipient()], random=os.urandom)
    payload = seal_bytes(file_key, content, random=os.urandom)

    def stream() -> None:
        writer = SealingWriter(file_key, io.BytesIO(), random=os.urandom)
        writer.write(content)
        writer.finish()

    acts: dict[str, Callable[[], object]] = {
        "seal_bytes, 1 KiB": lambda: seal_bytes(file_key, content, random=os.urandom),
        "open_bytes, 1 KiB": lambda: open_bytes(file_key, payload),
        "SealingWriter, 1 KiB": stream,
        "new_header, post-quantum": lambda: new_header([IDENTITY.recipient()], random=os.urandom),
        "open_header, post-quantum": lambda: open_header(header, [IDENTITY]),
    }
    print("\nSmall objects, processor time each")
    for name, act in acts.items():
        print(f"  {name:32} {_microseconds(act):8.1f} us")


def _random_reads() -> None:
    print("\nRandom 4 KiB reads in a sealed 64 MiB object, processor time each")
    for kind, block in (("incompressible", os.urandom(BLOCK)), ("text", _register_page(0))):
        _, file_key = new_header([IDENTITY.recipient()], random=os.urandom)
        payload = io.BytesIO()
        writer = SealingWriter(file_key, payload, random=os.urandom)
        for _ in range(64):
            writer.write(block)
        writer.finish()
        reader = SealedReader(file_key, payload)

        def read(reader: SealedReader = reader) -> None:
            reader.seek(int.from_bytes(os.urandom(4), "big") % (reader.size - 4096))
            reader.read(4096)

        print(f"  {kind:32} {_microseconds(read, 200):8.1f} us")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="MiB of each file")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=None, help="where to write the files")
    parser.add_argument("--task", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        started = time.process_time()
        TASKS[given.task[0]](Path(given.task[1]), Path(given.task[2]))
        print(time.process_time() - started)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        _compare_files(Path(folder), given.size, given.rounds)
    _small_objects()
    _random_reads()


if __name__ == "__main__":
    main()
