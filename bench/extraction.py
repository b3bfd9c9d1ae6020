"""Reading in the sandbox beside reading without one: what the boundary costs.

usage: python bench/extraction.py [ROUNDS]   (default 5)

pure: the sample accession, read in this process and in the sandbox.
threads: a small Word document, read by iscc-tika in a forked child that starts the virtual machine,
as one must that shares nothing with the child of another document, and in the sandbox.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from archive.extraction import Confinement, Sandbox, media_type, native
from archive.extraction.readers import READERS
from archive.sample_accession import folder
from tests.unit.extraction.docx_maker import make_docx

Read = Callable[[str, bytes], object]
_TIKA = "tests.unit.extraction.hostile_readers", "threads/use-tika"


def _documents() -> list[tuple[str, bytes]]:
    contents = [path.read_bytes() for path in sorted(folder().rglob("*")) if path.is_file()]
    pure = [reader for reader in READERS if reader.confinement is Confinement.PURE]
    kinds = {kind for reader in pure for kind in reader.media_types}
    return [(kind, data) for data in contents if (kind := media_type(data)) in kinds]


def _seconds(read: Read, documents: list[tuple[str, bytes]]) -> float:
    start = time.perf_counter()
    for kind, data in documents:
        read(kind, data)
    return (time.perf_counter() - start) / len(documents)


def _compare(
    name: str, bare: Read, boxed: Read, documents: list[tuple[str, bytes]], n: int
) -> None:
    """Print the medians of both ways, their difference and their ratio."""
    times = [(_seconds(bare, documents), _seconds(boxed, documents)) for _ in range(n)]
    without, within = (sorted(column)[n // 2] * 1000 for column in zip(*times, strict=True))
    print(f"{name}: {without:.2f} ms a document without the sandbox, {within:.2f} ms within")
    print(f"{name}: the boundary adds {within - without:.2f} ms, ratio {within / without:.2f}")


def _tika_in_a_child(_: str, data: bytes) -> None:
    child = os.fork()
    if child == 0:
        native.start()
        with native.path_of(data) as path:
            native.load().Extractor().extract_file(path)[0].read(1 << 20)
        os._exit(0)
    os.waitpid(child, 0)


def main(rounds: int) -> None:
    """Print what starting, checking and reading cost."""
    readers = {kind: reader for reader in READERS for kind in reader.media_types}
    with Sandbox() as sandbox:
        start = time.perf_counter()
        check = sandbox.check()
        print(f"tier {check.tier.value}, {check.stopped} of {len(check.canaries)} attacks stopped")
        print(f"the attacks took {time.perf_counter() - start:.2f} s")
        bare: Read = lambda kind, data: readers[kind].read(data)  # noqa: E731
        _compare("pure", bare, sandbox.read, _documents(), rounds)
    native.load()
    module, kind = _TIKA
    with Sandbox(readers=module) as sandbox:
        documents = [(kind, make_docx("Rice rose at the Hyesan market."))] * 5
        sandbox.read(*documents[0])
        _compare("threads", _tika_in_a_child, sandbox.read, documents, rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
