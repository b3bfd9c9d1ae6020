"""Readers of several generations: which words of a document each of them sees, tests decide.

A document is `first text` + `SECOND` + `second text` + (`ENCLOSED` + an enclosed file)*.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.errors import ReaderFailed
from archive.extraction import Confinement, NoText
from archive.model.objects import Attachment, CanonicalText, Extraction

SECOND = "\n===== second reader =====\n"
ENCLOSED = "\n===== enclosed =====\n"


def document(first: str, second: str, *enclosed: str) -> bytes:
    """Return a document of which the generations see different words."""
    return (first + SECOND + ENCLOSED.join((second, *enclosed))).encode()


@dataclass(frozen=True)
class GenerationReader:
    """Reads `text/plain`; the first generation sees the first words, later ones the second."""

    generation: int
    media_types: tuple[str, ...] = ("text/plain",)
    confinement: Confinement = Confinement.PURE

    @property
    def name(self) -> str:
        """Name and generation."""
        return f"text/{self.generation} (generations)"

    def read(self, data: bytes) -> Extraction:
        """Return the words of this generation.

        Raises:
            ReaderFailed: the words are `damaged`.
        """
        first, _, rest = data.decode().partition(SECOND)
        second, *enclosed = rest.split(ENCLOSED)
        words = first if self.generation == 1 or not rest else second
        if words == "damaged":
            raise ReaderFailed
        files = [Attachment(f"{n}.txt", "", one.encode()) for n, one in enumerate(enclosed)]
        attachments = tuple(files) if self.generation > 1 else ()
        if not words:
            return Extraction(None, {}, attachments, NoText.EMPTY.value)
        metadata = {"title": words.split("\n", 1)[0]} if self.generation > 1 else {}
        return Extraction(CanonicalText(words, self.name), metadata, attachments)
