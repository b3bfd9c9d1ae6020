"""Readers of texts in which people have marked names and what else gives a person away.

Each returns the split of each text, `dev` or `test`, and the text. `dev` texts may be looked at
when rules are made, `test` texts not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

Texts = list[tuple[str, "Document"]]
Reader = Callable[[Path], Texts]


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
    """A text and what each annotator marked in it; `genre` where a set has several."""

    text: str
    annotators: tuple[tuple[Mention, ...], ...]
    genre: str = ""


def _mentions(marks: Iterable[dict[str, object]]) -> tuple[Mention, ...]:
    names = ("start_offset", "end_offset", "entity_type", "identifier_type", "entity_id")
    return tuple(Mention(*(one[name] for name in names)) for one in marks)  # type: ignore[arg-type]


def _half(name: str) -> str:
    return "test" if hashlib.sha256(name.encode()).digest()[0] % 2 else "dev"


def benchmark(path: Path) -> Texts:
    """Read a file in the form of the Text Anonymization Benchmark."""
    found = []
    for one in json.loads(path.read_text("utf-8")):
        marks = (_mentions(a["entity_mentions"]) for a in one["annotations"].values())
        split = _half(one["doc_id"]) if path.name.startswith("wiki") else one["dataset_type"]
        found.append((split, Document(one["text"], tuple(marks))))
    return found


def lines(path: Path) -> Texts:
    """Read the decisions of which each has a line; all that are not for tests were looked at."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        one = json.loads(line)
        split = one["metadata"]["provenance"]["dataset_type"]
        document = Document(one["text"], (_mentions(one["entities"]),))
        found.append(("test" if split == "test" else "dev", document))
    return found


def sentences(path: Path) -> Texts:
    """Read Korean sentences of which each character has a tag; every second one is for tests."""
    found = []
    for number, block in enumerate(path.read_text("utf-8").split("\n\n")):
        rows = [row.rpartition("\t") for row in block.split("\n") if row and row[:2] != "##"]
        text = "".join(row[0] for row in rows)
        marks = _tagged([(at, at + 1, row[2]) for at, row in enumerate(rows)], {"PS": "DIRECT"})
        found.append(("test" if number % 2 else "dev", Document(text, (marks,))))
    return found


_DIRECT = frozenset({"PER", "LEGAL_PROFESSIONAL", "person", "PS"})
_TIGHT_BEFORE = re.compile(r"[.,;:)\]'’\-/%_]")
_TIGHT_AFTER = re.compile(r"[(\['’\-/@#_]")


def tokens(path: Path) -> Texts:
    """Read words with a tag behind each, a blank line between sentences; one text of 40 sentences.

    Half of the texts are for tests, unless the name of the file says for what it is.
    """
    blocks = path.read_text("utf-8").split("\n\n")
    found = []
    for number, first in enumerate(range(0, len(blocks), 40)):
        text, spans = "", []
        for block in blocks[first : first + 40]:
            for row in block.split("\n"):
                word, _, tag = row.strip().replace("\t", " ").rpartition(" ")
                if not word:
                    continue
                glued = _TIGHT_BEFORE.fullmatch(word) or _TIGHT_AFTER.fullmatch(text[-1:])
                text += "" if glued or not text or text[-1] == "\n" else " "
                spans.append((len(text), len(text) + len(word), tag))
                text += word
            text += "\n"
        kinds = {tag[2:]: "DIRECT" if tag[2:] in _DIRECT else "QUASI" for _, _, tag in spans}
        split = (
            "test" if "-test" in path.name or ("-train" not in path.name and number % 2) else "dev"
        )
        found.append((split, Document(text, (_tagged(spans, kinds),))))
    return found


def _tagged(spans: list[tuple[int, int, str]], kinds: dict[str, str]) -> tuple[Mention, ...]:
    """Return the mentions of words or characters with tags of the form `B-X`, `I-X` and `O`."""
    marks: list[Mention] = []
    inside = ""
    for start, end, tag in spans:
        kind = tag[2:]
        if tag[:2] == "I-" and inside == kind and marks:
            marks[-1] = Mention(marks[-1].start, end, kind, marks[-1].identifies, marks[-1].entity)
        elif tag[:2] in ("B-", "I-"):
            marks.append(Mention(start, end, kind, kinds.get(kind, "NO_MASK"), f"{kind}{start}"))
        inside = kind
    return tuple(marks)


_ENTITY = re.compile(r"\((?P<id>\d+)-(?P<kind>[a-z]+)[^()]*(?P<one>\))?|(?P<closed>\d+)\)")
_OFFICES = frozenset(
    [
        "President",
        "Vice",
        "Minister",
        "Prime",
        "Senator",
        "Secretary",
        "Speaker",
        "Counsel",
        "Justice",
    ]
)
_TOLD = {"person": "DIRECT", "place": "QUASI", "organization": "QUASI"}


def universal(path: Path) -> Texts:
    """Read a folder of CoNLL-U files with entities; proper nouns of persons are their names."""
    found = []
    for file in sorted(path.glob("*.conllu")):
        document = _proper(file.read_text("utf-8"), file.stem.split("_")[1])
        if document.text.strip("_ \n"):
            found.append((_half(file.stem), document))
    return found


def _proper(conllu: str, genre: str) -> Document:
    text, marks, opened = "", [], list[tuple[str, str]]()
    last: tuple[str, str] | None = None
    for row in conllu.splitlines():
        cells = row.split("\t")
        if len(cells) < 10 or not cells[0].isdigit():
            if row.startswith("# newpar"):
                text = text.rstrip() + "\n"
            continue
        entity = next((x[7:] for x in cells[9].split("|") if x.startswith("Entity=")), "")
        marked = list(_ENTITY.finditer(entity))
        opened += [(one["id"], one["kind"]) for one in marked if one["id"]]
        start, text = len(text), text + cells[1]
        inner = opened[-1] if opened else None
        if inner is None or cells[3] != "PROPN" or inner[1] not in _TOLD or cells[1] in _OFFICES:
            last = None
        elif last == inner:
            marks[-1] = Mention(marks[-1].start, len(text), *_told(marks[-1]))
        else:
            marks.append(Mention(start, len(text), inner[1], _TOLD[inner[1]], f"{start}"))
            last = inner
        for one in marked:
            closed = one["id"] if one["one"] else one["closed"]
            at = next((i for i in range(len(opened) - 1, -1, -1) if opened[i][0] == closed), None)
            if at is not None:
                del opened[at]
        text += "" if "SpaceAfter=No" in cells[9] else " "
    return Document(text, (tuple(marks),), genre)


def _told(one: Mention) -> tuple[str, str, str]:
    return one.kind, one.identifies, one.entity


_PEOPLE = frozenset({"PETITIONER", "RESPONDENT", "JUDGE", "LAWYER", "WITNESS", "OTHER_PERSON"})
_THINGS = frozenset({"GPE", "ORG", "DATE", "CASE_NUMBER", "PRECEDENT"})


def judgments(path: Path) -> Texts:
    """Read judgments and sentences of judgments in spaCy's own form; half are for tests."""
    import spacy
    from spacy.tokens import DocBin

    found = []
    for one in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab):
        marks = [
            Mention(e.start_char, e.end_char, e.label_, kind, f"{e.label_}{e.start}")
            for e in one.ents
            if (kind := "DIRECT" if e.label_ in _PEOPLE else "QUASI" if e.label_ in _THINGS else "")
        ]
        genre = "whole heads" if len(one.text) > 600 else "single sentences"
        found.append((_half(one.text), Document(one.text, (tuple(marks),), genre)))
    return found


_MARK = re.compile(r"<<([DQ])\.(\w+)\|([^>]*)>>")


def marked(path: Path) -> Texts:
    """Read a folder of texts with marks: `<<D.a|Orla Venn>>` is direct, `<<Q.b|Oslo>>` is not."""
    return [
        ("test" if "kept" in file.stem else "dev", unmarked(file.read_text("utf-8"), file.stem))
        for file in sorted(path.glob("*.txt"))
    ]


def unmarked(text: str, genre: str) -> Document:
    """Return a text without the marks in it, and the marks."""
    plain, marks, at = "", [], 0
    for one in _MARK.finditer(text):
        plain += text[at : one.start()]
        kind = "DIRECT" if one[1] == "D" else "QUASI"
        marks.append(Mention(len(plain), len(plain) + len(one[3]), "", kind, one[1] + one[2]))
        plain, at = plain + one[3], one.end()
    return Document(plain + text[at:], (tuple(marks),), genre)
