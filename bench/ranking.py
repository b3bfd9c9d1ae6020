"""How well a ranking answers questions that people have judged, on seven classic collections.

    python bench/ranking.py FOLDER

`FOLDER` has a folder for each of the classic collections, with the files under the names that the
University of Glasgow gives them out by:

- `time`: TIME.ALL, TIME.QUE, TIME.REL;
- `cran`: cran.all.1400, cran.qry, cranqrel;
- `med`: MED.ALL, MED.QRY, MED.REL; `cisi`: CISI.ALL, CISI.QRY, CISI.REL;
- `cacm`: cacm.all, query.text, qrels.text;
- `lisa`: LISA0.001 to LISA5.850, LISA.QUE, LISA.REL, LISARJ.NUM;
- `npl`: doc-text, query-text, rlv-ass.

They are for research and not part of this repository.

A question is asked as any of its words, as the query language weighs them. Measures are nDCG@10
and MAP of trec_eval. Lucene answers the same questions from the same readings in the same run, with
its English analyser and BM25 (k1 1.2, b 0.75): on Debian `apt-get install liblucene8-java`, and a
Java of 17 or later; where its two archives lie elsewhere, their folder is given by `LUCENE_JARS`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytrec_eval

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.search import WhooshIndex, leaves
from archive.search.analysis import pieces
from archive.search.folding import fold
from archive.search.query import Any, Boost, Node

DEPTH = 1000  # documents of a ranking that are measured
JARS = ("lucene-core-*.jar", "lucene-analyzers-common-*.jar")
TIME_GAP = 370  # of TIME's 425 documents the copies lack two after this one

Texts = dict[str, tuple[str, str]]
"""Title and text by number."""

Judgements = dict[str, dict[str, int]]
"""Grades by question and document."""

Runs = dict[str, dict[str, float]]
"""Scores by question and document."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, questions and which documents answer which question."""

    documents: Texts
    questions: dict[str, str]
    judgements: Judgements


def read(path: Path) -> str:
    """Return a text file of the collections, whose bytes are Latin-1."""
    return path.read_text("latin-1")


def marked(text: str) -> Iterator[dict[str, str]]:
    """Yield the records of a file in SMART's format, the fields by their letter."""
    for record in re.split(r"(?m)^\.I", text)[1:]:
        number, *fields = re.split(r"(?m)^\.([A-Z])\s*$", record)
        found = {"I": number.strip()}
        for letter, value in zip(fields[::2], fields[1::2], strict=True):
            found[letter] = found.get(letter, "") + value
        yield found


def smart(
    documents: str, questions: str, *, count_questions: bool = False
) -> tuple[Texts, dict[str, str]]:
    """Return documents and questions in SMART's format."""
    asked = {}
    for place, record in enumerate(marked(questions), 1):
        number = str(place) if count_questions else str(int(record["I"]))
        asked[number] = record.get("W", record.get("T", ""))
    texts = {
        r["I"]: (r.get("T", ""), "".join(r.get(letter, "") for letter in "WAK"))
        for r in marked(documents)
    }
    return texts, asked


def rows(text: str, grade: Callable[[list[str]], int]) -> Judgements:
    """Return judgements of lines that begin with question and, first or second then, document."""
    found: Judgements = {}
    for line in text.splitlines():
        columns = line.split()
        if columns:
            found.setdefault(str(int(columns[0])), {})[columns[1]] = grade(columns)
    return found


def blocks(text: str) -> dict[str, str]:
    """Return what stands between a number on a line of its own and a slash."""
    found = {}
    for block in re.split(r"(?m)^\s*/\s*$", text):
        number, _, rest = block.strip().partition("\n")
        if number:
            found[number.strip()] = rest
    return found


def time(folder: Path) -> Collection:
    """Read TIME; documents are judged by their place in the file."""
    texts = re.split(r"(?m)^\*TEXT.*$", read(folder / "TIME.ALL"))[1:]
    texts[-1] = texts[-1].replace("*STOP", "")
    asked = re.split(r"(?m)^\*FIND\s+(\d+)\s*$", read(folder / "TIME.QUE").replace("*STOP", ""))
    lines = (line.split() for line in read(folder / "TIME.REL").splitlines() if line.strip())
    places = (place + 2 * (place > TIME_GAP) for place in range(1, len(texts) + 1))
    return Collection(
        {str(place): ("", text) for place, text in zip(places, texts, strict=True)},
        dict(zip(asked[1::2], asked[2::2], strict=True)),
        {number: dict.fromkeys(documents, 1) for number, *documents in lines},
    )


def cran(folder: Path) -> Collection:
    """Read Cranfield; questions are judged by their place in the file.

    The grades are 1 (a complete answer) to 4 (of minimum interest); -1 is taken for 1.
    """
    documents, questions = smart(
        read(folder / "cran.all.1400"), read(folder / "cran.qry"), count_questions=True
    )
    return Collection(
        documents,
        questions,
        rows(read(folder / "cranqrel"), lambda columns: 5 - abs(int(columns[2]))),
    )


def med(folder: Path) -> Collection:
    """Read Medline."""
    text = "\n".join(
        f"{q} {d}" for q, _, d, _ in map(str.split, read(folder / "MED.REL").splitlines())
    )
    return Collection(
        *smart(read(folder / "MED.ALL"), read(folder / "MED.QRY")), rows(text, lambda _: 1)
    )


def cisi(folder: Path) -> Collection:
    """Read CISI."""
    return Collection(
        *smart(read(folder / "CISI.ALL"), read(folder / "CISI.QRY")),
        rows(read(folder / "CISI.REL"), lambda _: 1),
    )


def cacm(folder: Path) -> Collection:
    """Read the Communications of the ACM."""
    return Collection(
        *smart(read(folder / "cacm.all"), read(folder / "query.text")),
        rows(read(folder / "qrels.text"), lambda _: 1),
    )


def lisa(folder: Path) -> Collection:
    """Read Library and Information Science Abstracts, questions on which both files agree."""
    documents: Texts = {}
    for path in sorted(folder.glob("LISA[0-5].*")):
        for text in re.split(r"(?m)^\*{20,}\s*$", read(path)):
            match = re.match(r"\s*Document\s+(\d+)\s*\n(.*)", text, re.DOTALL)
            if match:
                title, _, body = re.sub(r"\n[ \t]+\n", "\n\n", match[2]).partition("\n\n")
                documents[match[1]] = (title, body)
    asked = re.findall(r"(\d+)\s*\n([^#]*)#", read(folder / "LISA.QUE"))
    numbers = iter(read(folder / "LISARJ.NUM").split())
    judged = {
        question: {next(numbers): 1 for _ in range(int(next(numbers)))} for question in numbers
    }
    other = {
        question: documents.split()
        for question, documents in re.findall(
            r"Query (\d+)\s+\d+ Relevant Refs:\s+([\d\s]+?)-1", read(folder / "LISA.REL")
        )
    }
    agreed = {q: grades for q, grades in judged.items() if grades.keys() == set(other[q])}
    return Collection(documents, dict(asked), agreed)


def npl(folder: Path) -> Collection:
    """Read the National Physical Laboratory's collection."""
    return Collection(
        {number: ("", text) for number, text in blocks(read(folder / "doc-text")).items()},
        blocks(read(folder / "query-text")),
        {
            number: dict.fromkeys(documents.split(), 1)
            for number, documents in blocks(read(folder / "rlv-ass")).items()
        },
    )


COLLECTIONS = {c.__name__: c for c in (time, cran, med, cisi, cacm, lisa, npl)}


def record(number: str) -> RecordId:
    """Return a record id for the number of a document."""
    return RecordId(str(UUID(int=int(number), version=4)))


def asked(question: str) -> Node:
    """Return the query for any word of a question, stop words without weight."""
    words = filter(None, (leaves.bare(piece.text) for piece in pieces(fold(question))))
    return Any(tuple(Boost(word.node, 0.0) if word.light else word.node for word in words))


def ranked(collection: Collection, place: Path) -> Runs:
    """Return for each question that is judged the scores of the best documents."""
    numbers = {record(number): number for number in collection.documents}
    index = WhooshIndex.create(place, bytes(32), random=os.urandom)
    index.update(
        (
            IndexDocument(record(number), title, text)
            for number, (title, text) in collection.documents.items()
        ),
        [],
    )
    runs: Runs = {}
    for number, question in collection.questions.items():
        if number in collection.judgements:
            found = index.view.execute(asked(question))
            best = index.view.best(found, DEPTH)
            runs[number] = {
                numbers[index.view.record(int(found.documents[p]))]: float(found.scores[p])
                for p in best
            }
    index.close()
    return runs


def lucene_jars() -> list[Path]:
    """Return the archives of Lucene that are here; none if one is missing, or Java is."""
    folder = Path(os.environ.get("LUCENE_JARS", "/usr/share/java"))
    found = [max(folder.glob(pattern), default=None) for pattern in JARS]
    return [one for one in found if one] if all(found) and shutil.which("java") else []


def one_line(text: str) -> str:
    """Return a text without what parts lines and fields."""
    return " ".join(text.split())


def ranked_by_lucene(collection: Collection, jars: list[Path]) -> Runs:
    """Return what Lucene answers to the same questions."""
    lines = [f"D\t{n}\t{one_line(f'{t} {b}')}" for n, (t, b) in collection.documents.items()]
    lines += [
        f"Q\t{number}\t{one_line(question)}"
        for number, question in collection.questions.items()
        if number in collection.judgements
    ]
    program = [Path(__file__).with_name("Lucene.java")]
    done = subprocess.run(
        ["java", "-cp", os.pathsep.join(map(str, jars)), *program],
        input="\n".join(lines) + "\n",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    runs: Runs = {}
    for line in done.stdout.splitlines():
        question, document, score = line.split("\t")
        runs.setdefault(question, {})[document] = float(score)
    return runs


def measured(collection: Collection, runs: Runs) -> tuple[float, float]:
    """Return nDCG@10 and MAP, means over all questions that are judged."""
    judged = collection.judgements
    found = pytrec_eval.RelevanceEvaluator(judged, {"ndcg_cut_10", "map"}).evaluate(runs)
    questions = [number for number in collection.questions if number in judged]
    ndcg, mean = (
        sum(found[q][measure] for q in questions if q in found) / len(questions)
        for measure in ("ndcg_cut_10", "map")
    )
    return ndcg, mean


def main(folder: Path) -> None:
    """Print a line for each collection, and the means."""
    jars = lucene_jars()
    if not jars:
        print("LUCENE WAS SKIPPED: Java or one of " + ", ".join(JARS) + " is not here.")
    print(
        f"{'':6}{'docs':>7}{'asked':>7}{'nDCG@10':>9}{'MAP':>7}{'Lucene:':>10}{'nDCG@10':>9}{'MAP':>7}"
    )
    rows: list[tuple[float, ...]] = []
    for name, reader in COLLECTIONS.items():
        collection = reader(folder / name)
        with tempfile.TemporaryDirectory() as place:
            row = measured(collection, ranked(collection, Path(place)))
        if jars:
            row += measured(collection, ranked_by_lucene(collection, jars))
        rows.append(row)
        asked = len(collection.judgements.keys() & collection.questions.keys())
        print(f"{name:6}{len(collection.documents):7}{asked:7}{shown(row)}", flush=True)
    print(f"{'mean':20}{shown([sum(column) / len(rows) for column in zip(*rows, strict=True)])}")


def shown(row: Sequence[float]) -> str:
    """Return the measures of a line: ours, then Lucene's if it was asked."""
    lucene = f"{'':10}{row[2]:9.3f}{row[3]:7.3f}" if len(row) > 2 else ""
    return f"{row[0]:9.3f}{row[1]:7.3f}{lucene}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
