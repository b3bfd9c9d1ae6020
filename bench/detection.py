"""What the detectors find in texts in which people have marked what gives a person away.

    python bench/detection.py FOLDER

`FOLDER` has any of these files; what is missing is named and left out:

- `echr_dev.json`, `echr_test.json`: court decisions, the Text Anonymization Benchmark
  (github.com/NorskRegnesentral/text-anonymization-benchmark, MIT);
- `tab_entity_data_144.jsonl`: 144 of them in another form (github.com/tama0728/TAB_tester);
- `wiki_test.json`: biographies (github.com/anthipapa/bootstrapping-anonymization, wiki-replace);
- `klue-ner-v1.1_dev.tsv`: Korean sentences (github.com/KLUE-benchmark/KLUE, CC BY-SA 4.0).

They are for research and not part of this repository. The rules were looked at beside the dev and
train splits, half of the biographies and half of the sentences. The texts of the other halves and
of the test split were not read for it, but their figures were looked at before the last rules.

- entity recall: share of the entities of which every mention is hidden, of direct and of quasi
  identifiers (Pilán et al., Computational Linguistics 48(4), 2022);
- token precision: share of hidden words that an annotator hid; like there, small words do not
  count;
- sources: share of the mentions of persons that are hidden when the longest name of each is
  registered, by the register alone and with detectors;
- Korean names: share of the mentions of persons that are hidden.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, model_states, propose, proposing_detectors

TARGETS = {"direct": 0.95, "quasi": 0.80, "precision": 0.70, "sources": 0.995, "Korean names": 0.92}
SPEED = 5_000  # characters a second
WORD = re.compile(r"\w+")
TITLES = re.compile(r"^(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Judge)\.?\s)+")
SMALL = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "as",
        "at",
        "by",
        "dr",
        "for",
        "from",
        "her",
        "his",
        "in",
        "its",
        "mr",
        "mrs",
        "ms",
        "no",
        "nr",
        "of",
        "on",
        "or",
        "s",
        "that",
        "the",
        "their",
        "this",
        "to",
        "with",
    ]
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A marked place: code points, kind, `DIRECT`, `QUASI` or `NO_MASK`, and whose it is."""

    start: int
    end: int
    kind: str
    identifies: str
    entity: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what each annotator marked in it."""

    text: str
    annotators: tuple[tuple[Mention, ...], ...]


def mentions(marks: Iterable[dict[str, object]]) -> tuple[Mention, ...]:
    """Return the mentions of one annotator."""
    names = ("start_offset", "end_offset", "entity_type", "identifier_type", "entity_id")
    return tuple(Mention(*(one[name] for name in names)) for one in marks)  # type: ignore[arg-type]


def benchmark(path: Path) -> list[tuple[str, Document]]:
    """Read a file in the form of the benchmark: split and document."""
    found = []
    for one in json.loads(path.read_text("utf-8")):
        marks = (mentions(a["entity_mentions"]) for a in one["annotations"].values())
        split = one["dataset_type"]
        if path.name.startswith("wiki"):
            split = "test" if hashlib.sha256(one["doc_id"].encode()).digest()[0] % 2 else "dev"
        found.append((split, Document(one["text"], tuple(marks))))
    return found


def lines(path: Path) -> list[tuple[str, Document]]:
    """Read the decisions of which each has a line; all that are not for tests were looked at."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        one = json.loads(line)
        split = one["metadata"]["provenance"]["dataset_type"]
        document = Document(one["text"], (mentions(one["entities"]),))
        found.append(("test" if split == "test" else "dev", document))
    return found


def sentences(path: Path) -> list[tuple[str, Document]]:
    """Read sentences of which each character has a tag; every second one is for tests."""
    found = []
    for number, block in enumerate(path.read_text("utf-8").split("\n\n")):
        rows = [row.rpartition("\t") for row in block.split("\n") if row and row[:2] != "##"]
        text, marks, start = "".join(row[0] for row in rows), [], 0
        tags = [row[2] for row in rows]
        for at, tag in enumerate([*tags, "O"]):
            if at and tags[at - 1] != "O" and not tag.startswith("I-"):
                marks.append(Mention(start, at, tags[at - 1][2:], "DIRECT", str(start)))
            if tag.startswith("B-"):
                start = at
        found.append(("test" if number % 2 else "dev", Document(text, (tuple(marks),))))
    return found


def words_in(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the words that count."""
    return (word for word in WORD.finditer(text, start, end) if word.group().lower() not in SMALL)


def is_hidden(text: str, hidden: bytearray, one: Mention) -> bool:
    """Return whether all words of a mention that count are hidden."""
    return all(all(hidden[w.start() : w.end()]) for w in words_in(text, one.start, one.end))


class Count:
    """Shares, each with how many there are."""

    def __init__(self) -> None:
        self._found: dict[str, list[bool]] = defaultdict(list)

    def add(self, name: str, found: bool) -> None:
        """Count one more."""
        self._found[name].append(found)

    def rows(self) -> Iterator[tuple[str, float, int]]:
        """Yield names, shares and numbers."""
        for name, found in self._found.items():
            yield name, sum(found) / len(found), len(found)


def mask(text: str, spans: Iterable[tuple[int, int]]) -> bytearray:
    """Return for each code point whether it is in a span."""
    hidden = bytearray(len(text))
    for start, end in spans:
        hidden[start:end] = b"\1" * (end - start)
    return hidden


def judge(document: Document, hidden: bytearray, count: Count) -> None:
    """Count entities of which all is hidden, and hidden words that an annotator hid."""
    for marks in document.annotators:
        entities = defaultdict(list)
        for one in marks:
            if one.identifies != "NO_MASK":
                entities[one.entity].append(one)
        for own in entities.values():
            kind = "direct" if any(one.identifies == "DIRECT" for one in own) else "quasi"
            count.add(kind, all(is_hidden(document.text, hidden, one) for one in own))
        wanted = mask(document.text, ((m.start, m.end) for own in entities.values() for m in own))
        for word in words_in(document.text, 0, len(document.text)):
            if hidden[word.start()]:
                count.add("precision", bool(wanted[word.start()]))


def register_of(marks: Iterable[Mention], text: str) -> tuple[list[SourceForms], list[Mention]]:
    """Return a register with the longest name of each person, and where persons are named."""
    people = defaultdict(list)
    for one in marks:
        if one.kind == "PERSON":
            people[one.entity].append(one)
    forms = [
        SourceForms(SourceRef(f"S-{number:04d}"), (longest,))
        for number, own in enumerate(people.values())
        if (longest := TITLES.sub("", max((text[m.start : m.end] for m in own), key=len)))
    ]
    return forms, [one for own in people.values() for one in own]


def measure(documents: list[Document], *, korean: bool) -> Count:
    """Return the shares over documents."""
    detectors, nobody, count = proposing_detectors(), SourceMatcher([]), Count()
    for document in documents:
        text = document.text
        found = propose(text, nobody, detectors, hints=True)
        hidden = mask(text, ((one.start, one.end) for one in found))
        if korean:
            for one in document.annotators[0]:
                if one.kind == "PS":
                    count.add("Korean names", all(hidden[one.start : one.end]))
            continue
        judge(document, hidden, count)
        forms, named = register_of(document.annotators[0], text)
        matcher = SourceMatcher(forms)
        own = mask(text, ((m.start, m.end) for m in matcher.find(text, hints=True)))
        both = propose(text, matcher, detectors, hints=True)
        either = mask(text, ((one.start, one.end) for one in both))
        for one in named:
            count.add("sources, register alone", is_hidden(text, own, one))
            count.add("sources", is_hidden(text, either, one))
    return count


def speed(text: str) -> float:
    """Return characters a second of processor time, for one long text and all detectors."""
    nobody, detectors = SourceMatcher([]), proposing_detectors()
    propose(text[:2_000], nobody, detectors, hints=True)
    began = time.process_time()
    propose(text, nobody, detectors, hints=True)
    return len(text) / (time.process_time() - began)


FILES: dict[str, Callable[[Path], list[tuple[str, Document]]]] = {
    "echr_dev.json": benchmark,
    "echr_test.json": benchmark,
    "tab_entity_data_144.jsonl": lines,
    "wiki_test.json": benchmark,
    "klue-ner-v1.1_dev.tsv": sentences,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    folder: Path | None = parser.parse_args().folder
    for name, state in model_states().items():
        print(f"{name}: {state}" + ("" if state == "ready" else ", FIGURES WITHOUT IT"))
    for name, read in FILES.items():
        if folder is None or not (folder / name).exists():
            print(f"{name}: NOT THERE, NOT MEASURED (see the head of this file)")
            continue
        splits = defaultdict(list)
        for split, document in read(folder / name):
            splits[split].append(document)
        for split, documents in splits.items():
            print(f"{name}, {split}, {len(documents)} texts")
            for label, share, number in measure(documents, korean=read is sentences).rows():
                target = TARGETS.get(label)
                wanted = f", at least {target}" if target else ""
                print(f"  {label:24} {share:.3f} of {number:,}{wanted}")
        whole = "\n".join(document.text for one in splits.values() for document in one)[:200_000]
        print(f"  {speed(whole):,.0f} characters/s, at least {SPEED:,}")


if __name__ == "__main__":
    main()
