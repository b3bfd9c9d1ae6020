"""The sample accession: an invented newsroom's box, with a register of its invented sources.

Used by `strongroom demo` and by the story tests. `README.md` says how it was made.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SampleSource:
    """An invented source: legal name, other forms, and the documents that the person is behind.

    Documents are paths relative to `folder()`, with `/` between parts.
    """

    name: str
    aliases: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A word to search for, and documents whose own text has it."""

    query: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """What is known about the box.

    `canaries` are the words that no researcher may ever see; `traps` maps a document to what is
    difficult in it; `without_text` are the documents that no reader has words of.
    """

    title: str
    donor: str
    received: str
    sources: tuple[SampleSource, ...]
    expected: tuple[Expectation, ...]
    canaries: tuple[str, ...]
    traps: tuple[tuple[str, str], ...]
    without_text: tuple[str, ...]


def folder() -> Path:
    """Return the folder that holds the documents of the box, and nothing else."""
    return _here() / "box"


def register() -> Register:
    """Return the register of the box."""
    content = json.loads((_here() / "register.json").read_text(encoding="utf-8"))
    accession = content["accession"]
    return Register(
        title=accession["title"],
        donor=accession["donor"],
        received=accession["received"],
        sources=tuple(
            SampleSource(one["name"], tuple(one["aliases"]), tuple(one["documents"]))
            for one in content["sources"]
        ),
        expected=tuple(
            Expectation(one["query"], tuple(one["documents"])) for one in content["expected"]
        ),
        canaries=tuple(content["canaries"]),
        traps=tuple((one["document"], one["trap"]) for one in content["traps"]),
        without_text=tuple(content["without_text"]),
    )


def _here() -> Path:
    return Path(str(files(__name__)))
