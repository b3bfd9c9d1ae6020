"""Everything in: each input file ends in exactly one reported outcome, or nothing happened to it.

Order of writing: objects are durable, then one catalog transaction makes the records, the ledger's
entries and the outbox durable, and only then the outcome is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Set
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from itertools import chain, islice

from archive.errors import StorageError
from archive.extraction import Sandbox
from archive.model.access import Action
from archive.model.ids import AccessionRef, SourceRef
from archive.model.objects import Outcome
from archive.services.accessions import require_open
from archive.services.crew import Crew, Solo
from archive.services.events import authorise
from archive.services.indexing import drain
from archive.services.intake import Candidate, FileReport, PathInput, Upload, candidates
from archive.services.intake_batch import Batch
from archive.services.intake_prepare import Preparer
from archive.services.intake_prepared import Prepared, given_up, not_tried
from archive.services.leftovers import storing
from archive.services.parts import Archive
from archive.services.readers import admit_readers
from archive.services.receipts import Run
from archive.services.session import Session
from archive.services.sources import require_source
from archive.services.supplied import Survey
from archive.services.verification import verify_new

__all__ = ["FileReport", "PathInput", "Upload", "ingest"]

_HELD = "the same content is in quarantine; accept or discard it with `strongroom quarantine`"
_CHUNK_FILES = 16
_CHUNK_BYTES = 4 << 20

Chunk = list[Candidate | FileReport]
"""Files that one process prepares in one go, and reports of what was refused among them."""
Done = list[Prepared]
Prepare = Callable[[Archive, Sandbox], Callable[[Chunk], Done]]


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
    run = run or Run(archive, session)
    survey = Survey()
    survey.take(given, archive.folder.path)
    if metadata is not None:
        run.notes += survey.describe(metadata, given)
    with storing(archive), closing(archive.sandbox()) as sandbox:
        if accession is not None:
            behind = require_open(archive, session, accession)
            source = source or behind
        with archive.catalog.read() as snapshot:
            held = {row.id for row in snapshot.records.quarantined(archive.collection)}
        walk = run.until_stopped(candidates(given, exclude=archive.folder.path))
        items = survey.attach(walk)
        alone = any(isinstance(one, Upload) for one in given)  # streams stay in one process
        checked = admit_readers(archive, session, sandbox, accept_unsandboxed=accept_unsandboxed)
        work = _Work(archive, Batch(archive, session, checked), items, sandbox)

        def prepare(here: Archive, sandbox: Sandbox) -> Callable[[Chunk], Done]:
            return Preparer(here, session, sandbox, source, accession).prepare_all

        reports = _held_back(work.reports(prepare, alone=alone), held)
        tier = sandbox.tier.value
        yield from run.account(reports, source=source, accession=accession, sandbox=tier)
    with suppress(StorageError):
        verify_new(archive)
        drain(archive, session)


def _held_back(reports: Iterator[FileReport], held: Set[str]) -> Iterator[FileReport]:
    """Say of what is stored already that it is in quarantine, where it is."""
    for report in reports:
        yield replace(report, reason=_HELD) if report.record in held else report


@contextmanager
def _apart(archive: Archive, prepare: Prepare) -> Iterator[Callable[[Chunk], Done]]:
    """Give what prepares a chunk of files in a forked process, with connections of its own."""
    here = archive.in_child()
    with closing(here.sandbox()) as sandbox:
        yield prepare(here, sandbox)


class _Work:
    """One ingest: files go out to a crew in chunks, and come back to be committed in batches."""

    def __init__(
        self,
        archive: Archive,
        batch: Batch,
        items: Iterator[Candidate | FileReport],
        sandbox: Sandbox,
    ) -> None:
        self._archive = archive
        self._sandbox = sandbox
        self._batch = batch
        self._items = items
        self._halted: str | None = None

    def reports(self, prepare: Prepare, *, alone: bool) -> Iterator[FileReport]:
        """Yield the report of every file, in the order of the walk, once it is durable.

        With `alone`, everything is done in this process.
        """
        chunks = self._chunks()
        first = list(islice(chunks, 2))
        with self._crew(prepare, alone=alone or len(first) < 2) as crew:
            for one in _worked(crew, chain(first, chunks)):
                yield from self._take(one)
            yield from self._commit()
        for item in self._items:
            yield item if isinstance(item, FileReport) else self._not_tried(item.label).report

    def _crew(self, prepare: Prepare, *, alone: bool) -> Crew[Chunk, Done] | Solo[Chunk, Done]:
        """Return processes to work side by side; one chunk alone is not worth any."""
        if alone or self._archive.processes == 1:
            return Solo(lambda: nullcontext(prepare(self._archive, self._sandbox)))
        self._sandbox.close()
        return Crew(lambda: _apart(self._archive, prepare), self._archive.processes)

    def _chunks(self) -> Iterator[Chunk]:
        """Yield what is worth a message between processes, until nothing can be stored any more."""
        chunk: Chunk = []
        weight = 0
        for item in self._items:
            chunk.append(item)
            weight += item.size if isinstance(item, Candidate) else 0
            if len(chunk) >= _CHUNK_FILES or weight >= _CHUNK_BYTES:
                yield chunk
                chunk, weight = [], 0
                if self._halted is not None:
                    return
        if chunk:
            yield chunk

    def _take(self, one: Prepared) -> Iterator[FileReport]:
        if self._halted is not None and one.draft is not None:
            one.discard()
            one = self._not_tried(one.report.path)
        self._batch.add(one)
        if self._halted is None and (one.halted is not None or self._batch.full):
            self._halted = one.halted
            yield from self._commit()

    def _commit(self) -> Iterator[FileReport]:
        yield from self._batch.commit()
        if self._batch.failure is not None:
            self._halted = self._halted or self._batch.failure.public_message

    def _not_tried(self, label: str) -> Prepared:
        return not_tried(label, self._halted or "")


def _worked(
    crew: Crew[Chunk, Done] | Solo[Chunk, Done], chunks: Iterable[Chunk]
) -> Iterator[Prepared]:
    """Yield what became of each file; where a process died, its files are tried one by one."""
    for chunk, prepared in crew.map(chunks):
        if prepared is not None:
            yield from prepared
            continue
        for (item,), again in crew.map([[item] for item in chunk]):
            yield from again or [given_up(item)]


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
