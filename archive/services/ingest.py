"""Everything in: each input file ends in exactly one reported outcome, or nothing happened to it.

Order of writing: objects are durable, then one catalog transaction makes the records, the ledger's
entries and the outbox durable, and only then the outcome is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from archive.errors import ArchiveError, DiskFull, StorageError, UnreadableFile
from archive.model.access import Action
from archive.model.ids import SourceRef
from archive.model.objects import Outcome
from archive.services.events import authorise
from archive.services.indexing import drain
from archive.services.intake import Candidate, FileReport, PathInput, Upload, candidates
from archive.services.intake_batch import Batch
from archive.services.intake_prepare import Preparer
from archive.services.leftovers import storing
from archive.services.parts import Archive
from archive.services.session import Session
from archive.services.sources import require_source
from archive.services.verification import verify_new

__all__ = ["FileReport", "PathInput", "Upload", "ingest"]

_NOT_TRIED = "not tried: "


def ingest(
    archive: Archive,
    session: Session,
    inputs: Iterable[PathInput | Upload],
    *,
    source: SourceRef | None = None,
) -> Iterator[FileReport]:
    """Store every input file sealed and yield one report for each, after it is durable.

    A file whose content is stored already is a `duplicate`; running the same ingest again therefore
    continues an interrupted one. When the disk is full or fails, what is left is reported as
    `failed` and not tried. What is stored but could not be indexed yet waits in the outbox
    (`administration.status`), and the next search or ingest takes it up.

    Raises:
        NotPermitted: the member may not ingest.
        RecordNotFound: there is no such source.
        ArchiveBusy: another ingest is running.
    """
    authorise(archive, session, Action.INGEST)
    if source is not None:
        require_source(archive, source)
    with storing(archive), archive.sandbox() as sandbox:
        preparer = Preparer(archive, session, sandbox, source)
        yield from _run(archive, session, preparer, inputs)
    with suppress(StorageError):
        verify_new(archive)
        drain(archive, session)


def _run(
    archive: Archive,
    session: Session,
    preparer: Preparer,
    inputs: Iterable[PathInput | Upload],
) -> Iterator[FileReport]:
    batch = Batch(archive, session)
    halted: StorageError | None = None
    for item in candidates(inputs, exclude=archive.folder.path):
        if isinstance(item, FileReport):
            yield item
        elif halted is not None:
            reason = _NOT_TRIED + halted.public_message
            yield FileReport(item.label, Outcome.FAILED, reason=reason)
        else:
            halted = _one(preparer, batch, item)
            if halted is not None or batch.full:
                yield from batch.commit()
                halted = halted or batch.failure
    yield from batch.commit()


def _one(preparer: Preparer, batch: Batch, item: Candidate) -> StorageError | None:
    """Prepare one file into the batch; return the storage failure that ends the run, if any."""
    try:
        batch.add(preparer.prepare(item, batch))
    except UnreadableFile as error:
        batch.report(FileReport(item.label, Outcome.FAILED, reason=error.public_message))
    except StorageError as error:
        batch.report(FileReport(item.label, Outcome.FAILED, reason=error.public_message))
        return error
    except ArchiveError as error:
        batch.report(FileReport(item.label, Outcome.REJECTED, reason=error.public_message))
    except MemoryError:
        batch.report(FileReport(item.label, Outcome.FAILED, reason=DiskFull.message))
    return None


def totals(reports: Iterable[FileReport]) -> dict[str, int]:
    """Count reports by outcome; every outcome is present and the counts add up to `files`."""
    counts = dict.fromkeys((outcome.value for outcome in Outcome), 0)
    for report in reports:
        counts[report.outcome.value] += 1
    return {"files": sum(counts.values()), **counts}


def flat(report: FileReport) -> Iterator[FileReport]:
    """Yield the attachments of a report, those of attachments included."""
    for attachment in report.attachments:
        yield replace(attachment, attachments=())
        yield from flat(attachment)
