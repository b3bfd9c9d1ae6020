"""How one input file ends before its batch is committed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from archive.errors import ArchiveError, StorageError, UnreadableFile
from archive.model.ids import AccessionRef, RecordId
from archive.model.objects import Fixity, Outcome, Representation
from archive.model.portable import Portable
from archive.model.provenance import EntryDraft
from archive.model.search import IndexDocument
from archive.services.intake.handed_in import Candidate, FileReport, explain
from archive.storage import StagedObject

_DUPLICATE = "the same content is stored already"
_NO_MEMORY = "this machine has too little memory for it"
_DIED = "the process that prepared it was ended, perhaps for want of memory"
_NOT_TRIED = "not tried: "


class Held(Enum):
    """Why a chunk of files was handed back as it came."""

    READERS = "one of them may need a reader, and the sandbox was not checked yet"


@dataclass(slots=True)
class Prepared(Portable):
    """A file ready to become a record: its report, and what the batch must write.

    Without a `draft` there is nothing to write: a duplicate, or a file that could not be tried.
    `signature` is the similarity signature of its text, `found` why it has none, `concerns`
    why a person should look at it, `document` what the index needs of it unless that is much.
    `children` are the attachments, prepared likewise. `halted` says why no file after this one can
    be stored either.
    """

    report: FileReport
    fingerprint: str | None = None
    header: bytes = b""
    manifest: bytes = b""
    objects: tuple[tuple[Representation, Fixity], ...] = ()
    size: int = 0
    draft: EntryDraft | None = None
    source_link: bytes | None = None
    accession: AccessionRef | None = None
    signature: bytes | None = None
    found: str | None = None
    concerns: tuple[str, ...] = ()
    document: IndexDocument | None = None
    staged: tuple[StagedObject, ...] = ()
    children: tuple[Prepared, ...] = ()
    halted: str | None = None

    def everything(self) -> Iterator[Prepared]:
        """Yield this file and all attachments under it."""
        yield self
        for child in self.children:
            yield from child.everything()

    def discard(self) -> None:
        """Give the space of what was staged back, attachments included."""
        for one in self.everything():
            for handle in one.staged:
                handle.discard()


def duplicate(
    path: str, fingerprint: str, record: RecordId, original: Fixity | None, *notes: str | None
) -> Prepared:
    """Return the end of a file whose content is stored as `record`; `notes` go on the receipt."""
    reason = joined(_DUPLICATE, *notes)
    report = FileReport(path, Outcome.DUPLICATE, record, reason, fixity=original)
    return Prepared(report, fingerprint)


def joined(*reasons: str | None) -> str | None:
    """Return what there is of the reasons as one text, if any."""
    return "; ".join(reason for reason in reasons if reason) or None


def failure(label: str, error: ArchiveError | OSError | MemoryError) -> Prepared:
    """Return the end of a file that could not be prepared; a storage failure ends the run."""
    if isinstance(error, OSError):
        error = UnreadableFile(explain(error))
    elif isinstance(error, MemoryError):
        error = UnreadableFile(_NO_MEMORY)
    reason = f"{error.public_message.rstrip('.')}. {error.next_step}"
    failed = isinstance(error, (UnreadableFile, StorageError))
    outcome = Outcome.FAILED if failed else Outcome.REJECTED
    halted = error.public_message if isinstance(error, StorageError) else None
    return Prepared(FileReport(label, outcome, reason=reason), halted=halted)


def given_up(item: Candidate | FileReport) -> Prepared:
    """Return the end of a file over which a process died."""
    if isinstance(item, FileReport):
        return Prepared(item)
    return failure(item.label, UnreadableFile(_DIED))


def not_tried(label: str, halted: str) -> Prepared:
    """Return the end of a file that was not tried because storing failed before it."""
    return Prepared(FileReport(label, Outcome.FAILED, reason=_NOT_TRIED + halted), halted=halted)


def settle(one: Prepared, stored: dict[str, RecordId]) -> Prepared:
    """Return a file as it ends given what is `stored`, and add what it will store itself."""
    if one.fingerprint is not None:
        there = stored.get(one.fingerprint)
        if there is not None:
            one.discard()
            return duplicate(one.report.path, one.fingerprint, there, one.report.fixity)
        if one.draft is not None and one.report.record is not None:
            stored[one.fingerprint] = one.report.record
    if not one.children:
        return one
    children = tuple(settle(child, stored) for child in one.children)
    report = replace(one.report, attachments=tuple(child.report for child in children))
    return replace(one, children=children, report=report)
