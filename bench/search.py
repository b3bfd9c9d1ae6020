"""What sealing costs a search index: ratios against the same work on Whoosh's plain files.

    python bench/search.py [DOCUMENTS]

Prints, for an index of generated documents (5,000 by default, about 1.7 KB each), the processor
time of building and of four kinds of query, each as a ratio of the same run:

- `same code`: our search on Whoosh's plain `FileStorage`;
- `stock Whoosh`: Whoosh's own schema, analyser, scoring and searcher on plain `FileStorage`.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from whoosh import analysis, fields, query
from whoosh.filedb.filestore import FileStorage

from archive.model.ids import RecordId
from archive.model.search import IndexDocument, SearchRequest
from archive.search import WhooshIndex, searching, writing
from archive.search.view import View

WORDS_PER_DOCUMENT = 260
QUERIES = 40
ROUNDS = 3


def vocabulary(dice: random.Random, size: int) -> list[str]:
    """Return invented words; their frequency in documents falls with their rank."""
    starts = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl"]
    middles = ["a", "e", "i", "o", "u", "ai", "ou"]
    words: dict[str, None] = {}
    while len(words) < size:
        count = dice.randint(1, 4)
        words["".join(dice.choice(starts) + dice.choice(middles) for _ in range(count))] = None
    return list(words)


def documents(count: int, words: list[str], dice: random.Random) -> list[IndexDocument]:
    """Return documents whose words follow Zipf's law."""
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    made = []
    for _ in range(count):
        text = dice.choices(words, weights, k=WORDS_PER_DOCUMENT)
        year = str(dice.randint(1990, 2025))
        made.append(
            IndexDocument(
                record=RecordId(str(UUID(bytes=dice.randbytes(16), version=4))),
                title=" ".join(text[:5]),
                text=" ".join(text),
                date=f"{year}-{dice.randint(1, 12):02}",
                language=dice.choice(["en", "ko"]),
                facets={"year": year, "type": "text/plain"},
            )
        )
    return made


def queries(words: list[str], dice: random.Random) -> dict[str, list[list[str]]]:
    """Return the words of each query by kind; phrases are pairs of frequent words."""
    common, rarer = words[20:200], words[20:2000]
    return {
        "term": [[dice.choice(common)] for _ in range(QUERIES)],
        "AND": [dice.sample(common, 3) for _ in range(QUERIES)],
        "OR": [dice.sample(rarer, 10) for _ in range(QUERIES)],
        "phrase": [dice.sample(words[:60], 2) for _ in range(QUERIES)],
    }


def written(kind: str, words: list[str]) -> str:
    """Return a query in our grammar."""
    return f'"{" ".join(words)}"' if kind == "phrase" else f" {kind} ".join(words)


def stock_query(kind: str, words: list[str]) -> query.Query:
    """Return the same query as Whoosh's own objects."""
    stem = analysis.StemmingAnalyzer(stoplist=None, minsize=1)
    terms = [token.text for word in words for token in stem(word)]
    if kind == "phrase":
        return query.Phrase("text", terms)
    group = query.Or if kind == "OR" else query.And
    return group([query.Term("text", term) for term in terms])


def seconds(act: Callable[[], object]) -> float:
    """Return the processor seconds that `act` takes."""
    start = time.process_time()
    act()
    return time.process_time() - start


def stock_index(folder: Path, docs: list[IndexDocument]) -> object:
    """Build Whoosh's own index of `docs` on plain files."""
    text = fields.TEXT(stored=True, analyzer=analysis.StemmingAnalyzer(stoplist=None, minsize=1))
    schema = fields.Schema(record=fields.ID(stored=True), title=fields.TEXT(stored=True), text=text)
    index = FileStorage(str(folder)).create().create_index(schema)
    writer = index.writer()
    for doc in docs:
        writer.add_document(record=doc.record, title=doc.title, text=doc.text)
    writer.commit()
    return index.searcher()


def run(count: int, folder: Path) -> None:
    """Build the three indexes, then time the queries in turn and print the ratios."""
    dice = random.Random(7)
    words = vocabulary(dice, 30_000)
    docs = documents(count, words, dice)
    plain = FileStorage(str(folder / "plain")).create()
    writing.found(plain)
    plain_build = seconds(lambda: writing.write(plain, docs, []))
    sealed = WhooshIndex.create(folder, bytes(32), random=os.urandom)
    sealed_build = seconds(lambda: sealed.update(docs, []))
    searchers: list[object] = []
    stock_build = seconds(lambda: searchers.append(stock_index(folder / "stock", docs)))
    print(f"{count} documents; build: {sealed_build:.1f} s sealed, ", end="")
    print(f"{sealed_build / plain_build:.2f}x same code, {sealed_build / stock_build:.2f}x stock")
    views = {"plain": View(plain)}
    place = folder / sealed.state.index_id
    for name, eager in (("eager", True), ("lazy", False)):
        opened = WhooshIndex.open(place, bytes(32), sealed.state, random=os.urandom, eager=eager)
        views[name] = opened._view
    print_ratios(measure(views, searchers[0], queries(words, dice)))


def measure(
    views: dict[str, View], stock: object, kinds: dict[str, list[list[str]]]
) -> dict[str, dict[str, float]]:
    """Return the median processor milliseconds of a query by kind and by way of asking."""
    medians: dict[str, dict[str, float]] = {}
    for kind, asked in kinds.items():
        times: dict[str, list[float]] = {name: [] for name in (*views, "stock")}
        for words in asked * ROUNDS:
            request = SearchRequest(written(kind, words))
            for name, view in views.items():
                times[name].append(seconds(lambda v=view, r=request: searching.search(v, r)))
            stocks = stock_query(kind, words)
            times["stock"].append(
                seconds(lambda q=stocks: list(map(dict, stock.search(q, limit=20))))
            )
        medians[kind] = {name: statistics.median(spent) * 1000 for name, spent in times.items()}
    return medians


def print_ratios(medians: dict[str, dict[str, float]]) -> None:
    """Print a table of ratios, and their median over the kinds of query."""
    print(f"{'':8}{'plain ms':>9}{'eager':>8}{'lazy':>8}   (x same code)", end="")
    print(f"{'stock ms':>11}{'eager':>8}{'lazy':>8}   (x stock Whoosh)")
    rows = []
    for kind, ms in medians.items():
        ratios = [ms[way] / ms[base] for base in ("plain", "stock") for way in ("eager", "lazy")]
        rows.append(ratios)
        print(f"{kind:8}{ms['plain']:9.2f}{ratios[0]:8.2f}{ratios[1]:8.2f}{'':17}", end="")
        print(f"{ms['stock']:11.2f}{ratios[2]:8.2f}{ratios[3]:8.2f}")
    middle = [statistics.median(column) for column in zip(*rows, strict=True)]
    print(f"{'median':8}{'':9}{middle[0]:8.2f}{middle[1]:8.2f}{'':28}", end="")
    print(f"{middle[2]:8.2f}{middle[3]:8.2f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        run(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, Path(name))
