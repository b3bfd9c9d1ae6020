"""Files go out to a crew in chunks, and come back to be committed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from itertools import chain, islice

from archive.extraction import Sandbox
from archive.services.crew import Crew, Solo
from archive.services.intake import Candidate, FileReport
from archive.services.intake_batch import Batch
from archive.services.intake_prepared import Prepared, given_up, not_tried
from archive.services.parts import Archive

_CHUNK_FILES = 64
_CHUNK_BYTES = 1 << 20

Chunk = list[Candidate | FileReport]
"""Files that one process prepares in one go, and reports of what was refused among them."""
Done = list[Prepared]
Prepare = Callable[[Archive, Sandbox], Callable[[Chunk], Done]]


@contextmanager
def _apart(archive: Archive, prepare: Prepare) -> Iterator[Callable[[Chunk], Done]]:
    """Give what prepares a chunk of files in a forked process, with connections of its own."""
    here = archive.in_child()
    with closing(here.sandbox()) as sandbox:
        yield prepare(here, sandbox)


class Work:
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
