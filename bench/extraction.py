"""Reading in the sandbox beside reading in this process: what the boundary costs.

usage: python bench/extraction.py [ROUNDS]   (default 5 over the sample accession)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from archive.extraction import Sandbox, media_type
from archive.extraction.readers import READERS
from archive.sample_accession import folder

Read = Callable[[str, bytes], object]


def _documents() -> list[tuple[str, bytes]]:
    contents = [path.read_bytes() for path in sorted(folder().rglob("*")) if path.is_file()]
    kinds = {kind for reader in READERS for kind in reader.media_types}
    return [(kind, data) for data in contents if (kind := media_type(data)) in kinds]


def _seconds(read: Read, documents: list[tuple[str, bytes]]) -> float:
    start = time.perf_counter()
    for kind, data in documents:
        read(kind, data)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Print the median of each way, per document, and their ratio."""
    documents = _documents()
    readers = {kind: reader for reader in READERS for kind in reader.media_types}

    def bare(kind: str, data: bytes) -> object:
        return readers[kind].read(data)

    with Sandbox() as sandbox:
        ways = {"in this process": bare, "in the sandbox": sandbox.read}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, read in ways.items():
                times[way].append(_seconds(read, documents) / len(documents))
    medians = {way: sorted(taken)[rounds // 2] for way, taken in times.items()}
    for way, median in medians.items():
        print(f"{way}: {median * 1000:.2f} ms a document")
    added = medians["in the sandbox"] - medians["in this process"]
    print(f"the boundary adds {added * 1000:.2f} ms a document")
    print(f"ratio {medians['in the sandbox'] / medians['in this process']:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
