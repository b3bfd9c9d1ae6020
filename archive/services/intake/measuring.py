"""How much is about to come in, and whether there is room for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive.errors import NotEnoughSpace
from archive.services.intake.handed_in import Candidate, PathInput, Upload, candidates
from archive.services.parts import Archive

_GROWTH = 1.1  # padding is at most 12 percent; most content is compressed before it
_PER_FILE = 16 << 10  # bytes; header and its copy, manifest, entry, text, blocks half filled
_MARGIN = 16 << 20  # bytes; catalog's log, index, receipt


@dataclass(frozen=True, slots=True)
class Measure:
    """Files and bytes of some inputs; streams of unknown length count no bytes."""

    files: int
    bytes: int

    @property
    def need(self) -> int:
        """Free bytes that the archive should have before these inputs come in."""
        return int(self.bytes * _GROWTH) + self.files * _PER_FILE + _MARGIN


def measure(archive: Archive, inputs: Iterable[PathInput | Upload]) -> Measure:
    """Walk the inputs as an ingest would and add up what is there; nothing is opened."""
    files = size = 0
    for item in candidates(inputs, exclude=archive.folder.path):
        files += 1
        size += item.size if isinstance(item, Candidate) else 0
    return Measure(files, size)


def require_space(archive: Archive, measured: Measure) -> None:
    """Refuse before anything is written what would not fit.

    Raises:
        NotEnoughSpace: the file system of the archive has fewer free bytes than are needed.
    """
    need, have = measured.need, archive.folder.free_bytes()
    if have < need:
        raise NotEnoughSpace(
            f"There may not be room: {_text(need)} are needed, {_text(have)} are free.",
            need=need,
            have=have,
        )


def _text(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
