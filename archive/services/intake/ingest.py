"""Everything in: each input file ends in exactly one reported outcome, or nothing happened to it.

Order of writing: objects are durable, then one catalog transaction makes the records, the ledger's
entries and the outbox durable, and only then the outcome is reported.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace

from archive.errors import StorageError
from archive.extraction import Sandbox
from archive.model.access import Action
from archive.model.ids import AccessionRef, SourceRef
from archive.model.objects import Outcome
from archive.services.accessions import require_open
from archive.services.crew import seldom_collected
from archive.services.events import authorise
from archive.services.indexes.documents import Fresh
from archive.services.indexes.indexing import drain
from archive.services.intake.batch import Batch
from archive.services.intake.handed_in import FileReport, PathInput, Upload, candidates
from archive.services.intake.prepare import Preparer
from archive.services.intake.readers import Admission
from archive.services.intake.receipts import Run
from archive.services.intake.supplied import Survey
from archive.services.intake.verification import verify_new
from archive.services.intake.work import Prepare, Work
from archive.services.leftovers import storing
from archive.services.parts import Archive
from archive.services.register import require_source
from archive.services.session import Session

__all__ = ["FileReport", "PathInput", "Upload", "ingest"]

_HELD = "the same content is in quarantine; accept or discard it with `strongroom quarantine`"


def ingest(
    archive: Archive,
    session: Session,
    inputs: Iterable[PathInput | Upload],
    *,
    source: SourceRef | None = None,
    accession: AccessionRef | None = None,
    metadata: bytes | None = None,
    accept_unsandboxed: bool = False,
    run: Run | None = None,
) -> Generator[FileReport, None, None]:
    """Store every input file sealed and yield one report for each, after it is durable.

    A file whose content is stored already is a `duplicate`; running the same ingest again therefore
    continues an interrupted one. Without a `source`, that of the accession stands behind the files.
    Checksum lists and metadata tables inside the folders are used; `metadata` is one more table.
    When the disk is full or fails, what is left is reported as `failed` and not tried. What is
    stored but could not be indexed yet waits in the outbox (`administration.status`), and the next
    search or ingest takes it up. At the end, however it comes, the receipt of the `run` is stored.

    Raises:
        NotPermitted: the member may not ingest.
        RecordNotFound: there is no such source or accession.
        AccessionClosed: the accession takes in nothing any more.
        DescriptionUnusable: `metadata` is not a usable table.
        ArchiveBusy: another ingest is running.
        SandboxMissing: readers cannot be confined here, and `accept_unsandboxed` is false.
    """
    authorise(archive, session, Action.INGEST)
    if source is not None:
        require_source(archive, source)
    given = list(inputs)
    run, fresh = run or Run(archive, session), Fresh()
    survey = _surveyed(archive, run, given, metadata)
    with storing(archive), closing(archive.sandbox()) as sandbox:
        if accession is not None:
            behind = require_open(archive, session, accession)
            source = source or behind
        walk = run.until_stopped(candidates(given, exclude=archive.folder.path))
        prepare = _preparer(session, source, accession)
        alone = any(isinstance(one, Upload) for one in given)  # streams stay in one process
        with Work(archive, survey.attach(walk), sandbox, prepare, alone=alone) as work:
            readers = Admission(archive, session, sandbox, accept_unsandboxed=accept_unsandboxed)
            work.prepare_readers(readers)
            batch, tier = Batch(archive, session, readers, fresh), readers.tier
            reports = _held_back(archive, work.reports(batch, readers))
            yield from run.account(reports, source=source, accession=accession, sandbox=tier)
    with suppress(StorageError), nullcontext() if alone else seldom_collected():
        verify_new(archive)
        drain(archive, session, fresh=fresh)


def _surveyed(
    archive: Archive, run: Run, given: Sequence[PathInput | Upload], metadata: bytes | None
) -> Survey:
    """Return what came beside the files."""
    survey = Survey()
    survey.take(given, archive.folder.path)
    if metadata is not None:
        run.notes += survey.describe(metadata, given)
    return survey


def _preparer(
    session: Session, source: SourceRef | None, accession: AccessionRef | None
) -> Prepare:
    """Return what prepares files in a process that has an archive and a sandbox at hand."""

    def prepare(archive: Archive, sandbox: Sandbox) -> Preparer:
        return Preparer(archive, session, sandbox, source, accession)

    return prepare


def _held_back(archive: Archive, reports: Iterator[FileReport]) -> Iterator[FileReport]:
    """Say of what is stored already that it is in quarantine, where it is."""
    with archive.catalog.read() as snapshot:
        held = {row.id for row in snapshot.records.quarantined(archive.collection)}
    for report in reports:
        yield replace(report, reason=_HELD) if report.record in held else report


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
