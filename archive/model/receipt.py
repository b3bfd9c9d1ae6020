"""The receipt of an ingest run: a line for each file, sums that add up, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NewType

from archive.model.access import Role
from archive.model.ids import MemberId, RecordId, SourceRef
from archive.model.objects import Outcome

RunId = NewType("RunId", str)
"""UUID of one ingest run, and of its receipt."""


@dataclass(frozen=True, slots=True)
class Near:
    """A record with a similar text; `percent` is the estimated share of common shingles."""

    record: RecordId
    percent: int


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """How one input file ended.

    `size` (bytes) and `sha256` (hex) are of the content as it came in, `None` when it could not be
    read; `near` are stored records with a similar text; `attachments` are the files inside it.
    """

    path: str
    outcome: Outcome
    record: RecordId | None = None
    reason: str | None = None
    size: int | None = None
    sha256: str | None = None
    near: tuple[Near, ...] = ()
    attachments: tuple[ReceiptLine, ...] = ()

    def inside(self) -> Iterator[ReceiptLine]:
        """Yield the attachments, those of attachments included."""
        for attachment in self.attachments:
            yield attachment
            yield from attachment.inside()


@dataclass(slots=True)
class Tally:
    """Files and bytes by outcome; what was never read counts no bytes."""

    files: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    bytes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def add(self, line: ReceiptLine) -> None:
        """Count one line, without its attachments."""
        self.files[line.outcome] += 1
        self.bytes[line.outcome] += line.size or 0


@dataclass(slots=True)
class Totals:
    """The sums of a receipt: over the inputs, and over the files found inside them."""

    inputs: Tally = field(default_factory=Tally)
    attachments: Tally = field(default_factory=Tally)

    def add(self, line: ReceiptLine) -> None:
        """Count one input and everything inside it."""
        self.inputs.add(line)
        for attachment in line.inside():
            self.attachments.add(attachment)


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who ran the ingest: id, name, role, and the key id that the ledger's entry names."""

    member: MemberId
    name: str
    role: Role
    key_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that a receipt states (docs/formats/receipt.md).

    `started` and `ended` are RFC 3339 in UTC; `complete` says whether every input has its line;
    `size` and `root` (hex) are the ledger's checkpoint after the run; `salt` (hex, 32 bytes) keeps
    the receipt's digest, which is public, from being guessed.
    """

    run: RunId
    archive: str
    software: str
    started: str
    ended: str
    complete: bool
    member: Signatory
    accession: str | None
    source: SourceRef | None
    sandbox: str | None
    origin: str
    size: int
    root: str
    totals: Totals
    lines: tuple[ReceiptLine, ...]
    salt: str
