"""A small archive whose records were read by the first generation of readers."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from archive.extraction import Sandbox
from archive.model.ids import RecordId
from archive.services.intake.ingest import Upload, ingest
from archive.services.parts import Archive
from archive.services.redaction import redact
from tests.small_archive import Small

FIRST = """A letter from the river, read badly.
R1 Sol-ju-narn crossed by night with the red b1cycle and two bags.
Ask at the ferry for the man with the blue lantern, he said twice.
Copper kettles were sold for ninety at the market of the upper town.
"""
SECOND = """A letter from the river, read well this time.
Ri Sol-ju-nam crossed by night with the red bicycle and two bags.
Between the lines stood: Ri Sol-ju-nam, and the man with the BLUE LANTERN.
Ask at the ferry for the man with the blue lantern, he said twice.
Copper kettles were sold for ninety at the market of the upper town.
"""
MARKED = ("R1 Sol-ju-narn", "red b1cycle", "blue lantern")
SECRETS = ("Sol-ju", "bicycle", "lantern", "LANTERN")


def with_readers(archive: Archive, generation: str) -> Archive:
    """Return the archive as a program with the readers of that generation opens it."""
    return replace(archive, sandbox=lambda: Sandbox(readers=f"tests.readers.{generation}"))


def take_in(small: Small, name: str, data: bytes) -> RecordId:
    """Ingest a document with the first generation of readers."""
    archive = with_readers(small.archive, "first")
    [report] = ingest(archive, small.people["custodian"], [Upload(name, BytesIO(data))])
    assert report.record is not None
    return report.record


def mark_all(small: Small, record: RecordId) -> None:
    """Mark by hand what must not be seen of `FIRST`."""
    for words in MARKED:
        redact.mark(small.archive, small.people["custodian"], record, text=words)


def publish(small: Small, record: RecordId) -> None:
    """Submit, approve and release with two members."""
    redact.submit(small.archive, small.people["custodian"], record)
    redact.approve(small.archive, small.people["archivist"], record)
    redact.release(small.archive, small.people["archivist"], record)
