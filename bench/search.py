"""Search measured: building, size, memory, opening, and queries by kind, beside other engines.

    python bench/search.py [DOCUMENTS [alone]]

Documents (5,000 by default) have about 1.7 kB each, of invented words whose frequency falls with
their rank; none is a small word of a language, for which passages would have stems of their own.
Times are of the processor, in milliseconds, at the median and the 95th percentile, for the 20 best
documents of a query, when it is asked for the first time and in a row of its own again. Peers are
measured where they can be imported: Whoosh as it is (on a tenth of the documents), SQLite FTS5,
SQLCipher FTS5 (`sqlcipher3-wheels`), tantivy; with `alone` they are
not, as for

    nohup python bench/search.py 1000000 alone > million.txt &

which takes 6 GB of memory and 3 GB of disk.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np
import peers

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.search import IndexState, WhooshIndex
from archive.search.analysis import pieces, stem
from archive.search.expansion import MAX_EXPANSION
from archive.search.languages.passages import FOREIGN
from archive.search.query import All, Any, Fuzzy, Node, Prefix, Wildcard, Words
from archive.search.view import View
from keys.primitives import AesGcm256

WORDS_PER_DOCUMENT = 260
QUERIES = 40
KINDS = ("term", "AND3", "OR10", "phrase", "prefix", "wildcard", "fuzzy", "by date", "facets")
Queries = dict[str, list[list[str]]]


def vocabulary(dice: random.Random, size: int) -> list[str]:
    """Return invented words, none of them one by which the language of a passage is told."""
    starts = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl"]
    middles = ["a", "e", "i", "o", "u", "ai", "ou"]
    words: dict[str, None] = {}
    while len(words) < size:
        count = dice.randint(1, 4)
        words["".join(dice.choice(starts) + dice.choice(middles) for _ in range(count))] = None
    return [word for word in words if word not in FOREIGN]


def documents(count: int, words: list[str]) -> Iterator[IndexDocument]:
    """Yield documents whose words follow Zipf's law."""
    dice = np.random.default_rng(7)
    chances = np.cumsum(1 / np.arange(1, len(words) + 1))
    table = np.array(words, dtype=object)
    for number in range(count):
        draws = dice.random(WORDS_PER_DOCUMENT) * chances[-1]
        text = table[np.minimum(np.searchsorted(chances, draws), len(words) - 1)].tolist()
        year, month = 1990 + number % 35, 1 + number % 12
        yield IndexDocument(
            record=RecordId(str(UUID(bytes=dice.bytes(16), version=4))),
            title=" ".join(text[:5]),
            text=" ".join(text),
            date=f"{year}-{month:02}",
            language="en",
            facets={"year": (str(year),), "type": ("text/plain",), "tag": (f"tag{number % 40}",)},
        )


def queries(words: list[str], dice: random.Random) -> Queries:
    """Return the words of each query by kind; phrases are pairs of frequent words."""
    common, rarer = words[20:200], words[20:2000]
    starts = {
        word[:5]
        for word in rarer
        if len(word) > 6 and sum(w.startswith(word[:5]) for w in words) <= MAX_EXPANSION
    }
    one = [[dice.choice(common)] for _ in range(QUERIES)]
    long = [word for word in rarer if len(word) > 5]
    return {
        "term": one,
        "AND3": [dice.sample(common, 3) for _ in range(QUERIES)],
        "OR10": [dice.sample(rarer, 10) for _ in range(QUERIES)],
        "phrase": [dice.sample(words[:60], 2) for _ in range(QUERIES)],
        "prefix": [[dice.choice(sorted(starts))] for _ in range(QUERIES)],
        "wildcard": [[w[:3] + "*" + w[-2:]] for w in dice.sample(long, QUERIES)],
        "fuzzy": [[word] for word in dice.sample(long, QUERIES)],
        "by date": one,
        "facets": one,
    }


def node(kind: str, words: list[str]) -> Node:
    """Return the query of a kind for our executor."""
    match kind:
        case "phrase":
            return Words(tuple(pieces(" ".join(words))), " ".join(words))
        case "prefix":
            return Prefix(words[0])
        case "wildcard":
            return Wildcard(words[0])
        case "fuzzy":
            return Fuzzy(words[0], 1)
    leaves = tuple(Words(tuple(pieces(word)), word) for word in words)
    if len(leaves) == 1:
        return leaves[0]
    return Any(leaves) if kind == "OR10" else All(leaves)


def ask(view: View, kind: str, words: list[str]) -> int:
    """Run one query of ours to the ids of its best documents."""
    matches = view.execute(node(kind, words))
    if kind == "facets":
        for facet in ("year", "type", "tag"):
            view.column(facet).counts(matches.documents)
    if kind == "by date":
        best = np.lexsort((matches.documents, view.dates[0][matches.documents]))[:20]
    else:
        best = view.best(matches, 20)
    return len([view.record(int(document)) for document in matches.documents[best]])


def processor() -> float:
    """Return the processor seconds of this process and its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def asked_twice(name: str, act: Callable[[str, list[str]], object], asked: Queries) -> None:
    """Print median and 95th percentile of a query's milliseconds by kind, first and again."""
    rows: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for kind, group in asked.items():
        for found in rows:
            try:
                spent = sorted(milliseconds(act, kind, words) for words in group)
            except NotImplementedError:
                continue
            found[kind] = f"{spent[len(spent) // 2]:.1f}/{spent[int(len(spent) * 0.95)]:.1f}"
    row(name, rows[0])
    row("  again", rows[1])


def milliseconds(act: Callable[[str, list[str]], object], kind: str, words: list[str]) -> float:
    """Return the processor milliseconds of one query."""
    start = time.process_time()
    act(kind, words)
    return (time.process_time() - start) * 1000


def size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def encryption_share(docs: list[IndexDocument], folder: Path) -> float:
    """Return the share of sealing in the processor time of building one segment."""
    sealing = 0.0
    real = AesGcm256.seal

    def timed(cipher: AesGcm256, *arguments: object) -> bytes:
        nonlocal sealing
        start = time.process_time()
        sealed = real(cipher, *arguments)  # type: ignore[arg-type]
        sealing += time.process_time() - start
        return sealed

    AesGcm256.seal = timed  # type: ignore[method-assign,assignment]
    index = WhooshIndex.create(folder, bytes(32), random=os.urandom)
    start = time.process_time()
    index.update(docs, [])
    share = sealing / (time.process_time() - start)
    AesGcm256.seal = real  # type: ignore[method-assign]
    index.close()
    return share


OPEN = """
import os, sys
from pathlib import Path
from archive.search import IndexState, WhooshIndex
from archive.search.query import Words
from archive.search.analysis import pieces
state = IndexState(sys.argv[2], int(sys.argv[3]), sys.argv[4])
eager = sys.argv[5] == "eager"
index = WhooshIndex.open(Path(sys.argv[1]), bytes(32), state, random=os.urandom, eager=eager)
for word in sys.argv[6:]:
    found = index.view.execute(Words(tuple(pieces(word)), word))
    [index.view.stored(int(found.documents[n])) for n in index.view.best(found, 20)]
print(open("/proc/self/status").read().split("VmRSS:")[1].split()[0])
"""

PAGE = """
import resource, sys
from pathlib import Path
from archive.model.search import SearchRequest
from archive.search import IndexState, wire
from archive.search.process import SearchProcess, forked
state = IndexState(sys.argv[2], int(sys.argv[3]), sys.argv[4])
request = wire.encode_request(SearchRequest(sys.argv[5]))
one = SearchProcess(bytes(32), start=forked, eager=False)
one.ask(Path(sys.argv[1]), state, {"act": "search", "request": request, "facets": False})
one.close()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) * 1000)
"""


def opened(folder: Path, state: IndexState, way: str, words: list[str]) -> tuple[float, int]:
    """Return processor milliseconds and KiB of memory of a process that opens and asks.

    Of several runs the least; what Python compiles is kept, as it is where a program is installed.
    """
    named = [state.index_id, str(state.generation), state.manifest_digest]
    ran = [
        processor_of([sys.executable, "-c", OPEN, str(folder), *named, way, *words])
        for _ in range(7)
    ]
    return min(used for used, _ in ran), int(ran[-1][1])


def searched(folder: Path, state: IndexState, word: str) -> float:
    """Return processor milliseconds of the process that a command forks to search a page."""
    named = [state.index_id, str(state.generation), state.manifest_digest]
    command = [sys.executable, "-c", PAGE, str(folder), *named, word]
    return min(float(processor_of(command)[1]) for _ in range(7))


def processor_of(command: list[str]) -> tuple[float, str]:
    """Run a command; return its processor milliseconds and what it printed."""
    compiled = Path(tempfile.gettempdir()) / "strongroom-bench-compiled"
    kept = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=kept).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000, said


def ours(docs: list[IndexDocument], asked: Queries, folder: Path) -> None:
    """Build, measure and print our own index, eager and lazy."""
    index = WhooshIndex.create(folder, bytes(32), random=os.urandom)
    start, wall = processor(), time.monotonic()
    index.update(docs, [])
    spent, wall = processor() - start, time.monotonic() - wall
    index.prune()
    place = folder / index.state.index_id
    text = sum(len(doc.text) + len(doc.title) for doc in docs)
    share = encryption_share(docs[:4000], folder / "share")
    print(f"build: {len(docs) / spent:.0f} documents a second and core, {len(docs) / wall:.0f} by")
    print(
        f"the clock; sealing {share:.1%} of it; index {size(place) / text:.2f} x the text;", end=" "
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"at most {peak} MiB in a process that wrote segments")
    for eager in (True, False):
        opened_ = WhooshIndex.open(place, bytes(32), index.state, random=os.urandom, eager=eager)
        asked_twice("ours, " + ("eager" if eager else "lazy"), partial(ask, opened_.view), asked)
        opened_.close()
    words = [group[0] for group in asked["term"]]
    bare, base = opened(place, index.state, "lazy", [])
    once, _ = opened(place, index.state, "lazy", words[:1])
    page = searched(place, index.state, words[0])
    _, memory = opened(place, index.state, "eager", words)
    numpy, _ = min(processor_of([sys.executable, "-c", "import numpy"]) for _ in range(7))
    print(f"a process that imports NumPy alone: {numpy:.0f} ms, that opens (lazy): {bare:.0f} ms,")
    print(f"and asks once: {once:.0f} ms; a command's search process, to a page: {page:.0f} ms")
    print(f"memory of an eager one: {memory * 1024 / size(place):.2f} x the index,", end=" ")
    print(f"{(memory - base) * 1024 / size(place):.2f} x without what any process takes")
    for title, add, remove in (
        ("remove 1 document", [], [docs[0].record]),
        ("add it again", [docs[0]], []),
        ("remove 10 documents", [], [doc.record for doc in docs[5 :: len(docs) // 10]]),
    ):
        start, wall = processor(), time.monotonic()
        index.update(add, remove)
        index.prune()
        print(f"{title}: {processor() - start:.2f} s, {time.monotonic() - wall:.2f} s by the clock")
    index.close()
    shutil.rmtree(place)


def row(name: str, found: dict[str, str]) -> None:
    """Print one line of the table."""
    print(f"{name:24}" + "".join(f"{found.get(kind, '-'):>12}" for kind in KINDS), flush=True)


def run(count: int, folder: Path, *, alone: bool) -> None:
    """Measure everything, or our own index `alone`, and print it."""
    words = vocabulary(random.Random(7), 30_000)
    docs = list(documents(count, words))
    asked = queries(words, random.Random(8))
    print(f"{count} documents; milliseconds at the median/95th percentile")
    print(f"{'':24}" + "".join(f"{kind:>12}" for kind in KINDS))
    ours(docs, asked, folder)
    engines = {} if alone else peers.available()
    for name, build in engines.items():
        some = docs[: count // 10] if name == "Whoosh" else docs
        start = processor()
        act = build(folder / name, some, stem)
        spent = processor() - start
        asked_twice(f"{name} ({len(some)})", act, asked)
        text = sum(len(doc.text) + len(doc.title) for doc in some)
        print(f"  {len(some) / spent:.0f} documents a second, {size(folder / name) / text:.2f} x")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        run(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, Path(name), alone="alone" in sys.argv)
