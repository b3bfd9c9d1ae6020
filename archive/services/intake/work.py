"""Files go out to a crew in chunks, and come back to be committed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from itertools import chain, islice
from types import TracebackType

from archive.errors import ArchiveError, SandboxError
from archive.extraction import UNKNOWN, Findings, Sandbox, media_type
from archive.services.crew import Crew, Solo
from archive.services.indexes import indexing
from archive.services.intake.batch import Batch
from archive.services.intake.handed_in import Candidate, FileReport
from archive.services.intake.prepared import Held, Prepared, given_up, not_tried
from archive.services.intake.readers import Admission
from archive.services.parts import Archive

_CHUNK_FILES = 64
_CHUNK_BYTES = 1 << 20
_HEAD = 1 << 16  # bytes; enough to see whether the first files may need a reader

Chunk = list[Candidate | FileReport]
"""Files that one process prepares in one go, and reports of what was refused among them."""
Done = list[Prepared] | Held
Prepare = Callable[[Archive, Sandbox], Callable[[Chunk], Done]]


@contextmanager
def _apart(archive: Archive, prepare: Prepare) -> Iterator[Callable[[Chunk], Done]]:
    """Give what prepares a chunk of files in a forked process, with connections of its own."""
    here = archive.in_child()
    with closing(here.sandbox()) as sandbox:
        yield prepare(here, sandbox)


class Work:
    """One ingest: files go out to a crew in chunks, and come back to be committed in batches.

    A context manager: the crew is begun on entry and makes ready; it gets its files from `reports`.
    With `alone`, everything is done in this process.
    """

    def __init__(
        self,
        archive: Archive,
        items: Iterator[Candidate | FileReport],
        sandbox: Sandbox,
        prepare: Prepare,
        *,
        alone: bool,
    ) -> None:
        self._items = items
        self._sandbox = sandbox
        self._halted: str | None = None
        chunks = self._chunks()
        first = list(islice(chunks, 2))
        self._first = first[0] if first else []
        self._alone = alone
        self._tasks = chain(first, chunks)
        self._crew: Crew[Chunk, Done] | Solo[Chunk, Done]
        if alone or archive.processes == 1 or len(first) < 2:  # one chunk is not worth a process
            self._crew = Solo(lambda: nullcontext(prepare(archive, sandbox)))
        else:
            self._crew = Crew(lambda: _apart(archive, prepare), archive.processes)

    def __enter__(self) -> Work:
        """Begin the crew; what indexing needs is loaded while it makes ready."""
        self._crew.__enter__().begin()
        if isinstance(self._crew, Crew):
            indexing.prepare()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the crew."""
        self._crew.__exit__(kind, error, trace)

    def prepare_readers(self, readers: Admission) -> None:
        """Admit readers now where one of the first files may need one, or where it costs nothing.

        Raises:
            SandboxMissing, ReaderFailed: no reader runs.
        """
        if self._sandbox.known or self._alone or any(map(_may_need_reader, self._first)):
            self.admit(readers)

    def admit(self, readers: Admission) -> None:
        """Have the sandbox checked, once, and tell the crew what was found.

        Raises:
            SandboxMissing, ReaderFailed: no reader runs.
        """
        if readers.grant() and isinstance(self._crew, Crew):
            self._sandbox.close()
            self._crew.tell(Findings.of_this_process())

    def reports(self, batch: Batch, readers: Admission) -> Iterator[FileReport]:
        """Yield the report of every file, in the order of the walk, once it is durable.

        Raises:
            SandboxMissing, ReaderFailed: a file needs a reader and none runs; those before it are
                stored and reported.
        """
        with closing(batch):
            try:
                for one in self._worked(readers):
                    yield from self._take(batch, one)
            except SandboxError:
                yield from batch.commit()
                raise
            yield from self._heeding(batch, batch.commit())
        for item in self._items:
            yield item if isinstance(item, FileReport) else self._not_tried(item.label).report

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

    def _take(self, batch: Batch, one: Prepared) -> Iterator[FileReport]:
        if self._halted is not None and one.draft is not None:
            one.discard()
            one = self._not_tried(one.report.path)
        batch.add(one)
        if self._halted is None:
            self._halted = one.halted
            yield from self._go_on(batch)

    def _go_on(self, batch: Batch) -> Iterator[FileReport]:
        """Do what is due with the batch."""
        if self._halted is not None or batch.old:
            yield from self._heeding(batch, batch.commit())
        elif batch.large:
            yield from self._heeding(batch, batch.begin())
        elif batch.stored:
            yield from self._heeding(batch, batch.finish())

    def _heeding(self, batch: Batch, reports: Iterator[FileReport]) -> Iterator[FileReport]:
        """Pass reports on, and try nothing more when the batch failed."""
        yield from reports
        if batch.failure is not None:
            self._halted = self._halted or batch.failure.public_message

    def _not_tried(self, label: str) -> Prepared:
        return not_tried(label, self._halted or "")

    def _worked(self, readers: Admission) -> Iterator[Prepared]:
        """Yield what became of each file; where a process died, its files are tried one by one."""
        for chunk, first in self._crew.map(self._tasks):
            done = first
            if isinstance(done, Held):
                self.admit(readers)
                ((_, done),) = self._crew.map([chunk])
            if isinstance(done, list):
                yield from done
                continue
            for (item,), again in self._crew.map([[item] for item in chunk]):
                yield from again if isinstance(again, list) else [given_up(item)]


def _may_need_reader(item: Candidate | FileReport) -> bool:
    """Tell whether a file on a disk begins like one that may have a reader."""
    if isinstance(item, Candidate):
        with suppress(ArchiveError, OSError), item.open() as stream:
            return media_type(stream.read(_HEAD)) != UNKNOWN
    return False
