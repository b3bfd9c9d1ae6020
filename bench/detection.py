"""What the detectors find in texts in which people have marked what gives a person away.

    python bench/detection.py FOLDER

The texts of `tests/samples/detection` are always measured. `FOLDER` has any of these files; what is
missing is named and left out:

- `echr_dev.json`, `echr_test.json`: court decisions, the Text Anonymization Benchmark
  (github.com/NorskRegnesentral/text-anonymization-benchmark, MIT);
- `tab_entity_data_144.jsonl`: 144 of them in another form (github.com/tama0728/TAB_tester);
- `wiki_test.json`: biographies (github.com/anthipapa/bootstrapping-anonymization, wiki-replace);
- `dev.spacy`: heads and sentences of Indian judgments, names and things
  (github.com/Legal-NLP-EkStep/legal_NER, training, Apache 2.0);
- `gum`: a folder of `dep/*.conllu` of the Georgetown University Multilayer corpus, names of
  persons, places and organisations (github.com/amir-zeldes/gum, CC BY and others);
- `FR-manual-train.tsv`, `FR-manual-test.tsv`: French decisions, names and things
  (github.com/mariasierro/automatic-anonymization-ECHR-French-Spanish, corpora-manual-annots, MIT);
- `emerging.test.annotated`: short messages and comments, names
  (github.com/leondz/emerging_entities_17, CC BY 4.0);
- `klue-ner-v1.1_dev.tsv`: Korean sentences (github.com/KLUE-benchmark/KLUE, CC BY-SA 4.0).

They are for research and not part of this repository. The rules were looked at beside the dev and
train splits, half of the biographies, judgments and sentences. The texts of the other halves and of
the test splits were not read for it; the figures of the benchmark, of the biographies and of the
Korean sentences were looked at before the last rules, those of the others were not.

- entity recall: share of the entities of which every mention is hidden, of direct and of quasi
  identifiers (Pilán et al., Computational Linguistics 48(4), 2022); in sets of names each mention
  counts by itself, persons as direct and the rest as quasi;
- token precision: share of hidden words that an annotator hid; like there, small words do not
  count; not said of sets in which only names are marked;
- sources: share of the mentions of persons that are hidden when the longest name of each is
  registered, by the register alone and with detectors;
- Korean names: share of the mentions of persons that are hidden.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, model_states, propose, proposing_detectors
from bench.annotated import (
    Document,
    Mention,
    Reader,
    benchmark,
    judgments,
    lines,
    marked,
    sentences,
    tokens,
    universal,
)

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
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "en",
        "et",
        "l",
        "la",
        "le",
        "les",
        "un",
        "une",
    ]
)


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

    def each(self) -> Iterator[tuple[str, bool]]:
        """Yield everything that was counted."""
        yield from ((name, one) for name, found in self._found.items() for one in found)

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


def examine(document: Document, count: Count) -> bytearray:
    """Count what all detectors find in a text; return which code points they hide."""
    found = propose(document.text, SourceMatcher([]), proposing_detectors(), hints=True)
    hidden = mask(document.text, ((one.start, one.end) for one in found))
    judge(document, hidden, count)
    return hidden


def measure_sources(document: Document, count: Count) -> None:
    """Count the mentions of persons whose longest names are registered."""
    text, (marks, *_) = document.text, document.annotators
    forms, named = register_of(marks, text)
    matcher = SourceMatcher(forms)
    own = mask(text, ((m.start, m.end) for m in matcher.find(text, hints=True)))
    both = propose(text, matcher, proposing_detectors(), hints=True)
    either = mask(text, ((one.start, one.end) for one in both))
    for one in named:
        count.add("sources, register alone", is_hidden(text, own, one))
        count.add("sources", is_hidden(text, either, one))


def measure(documents: list[Document], read: Reader) -> Count:
    """Return the shares over documents, and those of each genre where there are several."""
    count = Count()
    for document in documents:
        own = Count()
        hidden = examine(document, own)
        if read is sentences:
            for one in document.annotators[0]:
                if one.kind == "PS":
                    count.add("Korean names", all(hidden[one.start : one.end]))
            continue
        for name, found in own.each():
            if name != "precision" or read not in NAMES_ALONE:
                count.add(name, found)
                if document.genre:
                    count.add(f"{document.genre}, {name}", found)
        if read in (benchmark, lines):
            measure_sources(document, count)
    return count


def speed(text: str) -> float:
    """Return characters a second of processor time, for one long text and all detectors."""
    nobody, detectors = SourceMatcher([]), proposing_detectors()
    propose(text[:2_000], nobody, detectors, hints=True)
    began = time.process_time()
    propose(text, nobody, detectors, hints=True)
    return len(text) / (time.process_time() - began)


NAMES_ALONE = (universal, judgments, tokens)
FILES: dict[str, Reader] = {
    "echr_dev.json": benchmark,
    "echr_test.json": benchmark,
    "tab_entity_data_144.jsonl": lines,
    "wiki_test.json": benchmark,
    "dev.spacy": judgments,
    "gum": universal,
    "FR-manual-train.tsv": tokens,
    "FR-manual-test.tsv": tokens,
    "emerging.test.annotated": tokens,
    "klue-ner-v1.1_dev.tsv": sentences,
}
OWN = Path(__file__).resolve().parent.parent / "tests" / "samples" / "detection"


def table(path: Path, read: Reader) -> None:
    """Print the figures of one set."""
    splits = defaultdict(list)
    for split, document in read(path):
        splits[split].append(document)
    for split, documents in splits.items():
        print(f"{path.name}, {split}, {len(documents)} texts")
        for label, share, number in measure(documents, read).rows():
            target = TARGETS.get(label)
            wanted = f", at least {target}" if target else ""
            print(f"  {label:44} {share:.3f} of {number:,}{wanted}")
    whole = "\n".join(document.text for one in splits.values() for document in one)[:200_000]
    print(f"  {speed(whole):,.0f} characters/s, at least {SPEED:,}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    folder: Path | None = parser.parse_args().folder
    for name, state in model_states().items():
        print(f"{name}: {state}" + ("" if state == "ready" else ", FIGURES WITHOUT IT"))
    table(OWN, marked)
    for name, read in FILES.items():
        if folder is None or not (folder / name).exists():
            print(f"{name}: NOT THERE, NOT MEASURED (see the head of this file)")
            continue
        table(folder / name, read)


if __name__ == "__main__":
    main()
