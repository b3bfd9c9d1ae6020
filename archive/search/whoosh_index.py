"""A search index in one folder: sealed segments, one generation after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from archive.errors import ArchiveBusy, IndexTampered
from archive.model.ids import RandomBytes, RecordId
from archive.model.search import IndexDocument, SearchRequest, SearchResults
from archive.search.files import SealedFiles
from archive.search.folder import IndexFolder, disk
from archive.search.manifest import (
    IndexState,
    Listed,
    manifest_name,
    open_manifest,
    seal_manifest,
)
from archive.search.segments import SegmentOpener
from archive.search.view import View

_MANIFEST_LIMIT = 1 << 24  # bytes; a manifest has about 150 for each file


class WhooshIndex:
    """`SearchIndex` on segments of our own; see `docs/formats/index.md` for what is on disk.

    One object may be used from several threads; one call runs at a time.
    """

    def __init__(
        self,
        folder: IndexFolder,
        key: bytes,
        state: IndexState,
        listed: Listed,
        *,
        random: RandomBytes,
        eager: bool,
    ) -> None:
        self._folder = folder
        self._key = key
        self._state = state
        self._shards = listed.shards
        self._random = random
        self._one_at_a_time = RLock()
        self._opener = SegmentOpener(eager=eager)
        self._files = SealedFiles(folder, key, listed.files, state.generation, random=random)
        self._view = View(self._opener.open_all(self._files))

    @classmethod
    def create(
        cls, parent: Path, key: bytes, *, random: RandomBytes, shards: int = 1
    ) -> WhooshIndex:
        """Make an empty index in a new folder of `parent`, named by the index's id.

        `key` is 32 bytes. The folder of an index whose `state` was never kept may be removed. What
        is found, and in which order, does not depend on the number of `shards`.

        Raises:
            DiskFull, WriteFailed: the disk refused.
        """
        index_id = random(16).hex()
        folder = IndexFolder(parent / index_id)
        folder.make()
        files = SealedFiles(folder, key, {}, 0, random=random)
        with disk():
            state = _publish(folder, key, index_id, files, shards, random)
        return cls(folder, key, state, Listed(shards, {}), random=random, eager=False)

    @classmethod
    def open(
        cls,
        folder: Path,
        key: bytes,
        state: IndexState,
        *,
        random: RandomBytes,
        eager: bool = False,
    ) -> WhooshIndex:
        """Open exactly the generation that `state` names, in the folder that `create` made.

        An eager index is authenticated as a whole at once and kept in memory; another
        authenticates each chunk before its first use.

        Raises:
            IndexTampered: the manifest or a file is missing, changed, or of another generation.
            IndexOutdated: the index was written by an older version and must be rebuilt.
            NewerArchive: the index was written by a newer version.
        """
        place = IndexFolder(folder)
        listed = _manifest_of(place, key, state)
        return cls(place, key, state, listed, random=random, eager=eager)

    @property
    def state(self) -> IndexState:
        """The generation that is open."""
        return self._state

    @property
    def view(self) -> View:
        """The generation that is open, to be read from until `update`, `refresh` or `close`."""
        return self._view

    def refresh(self, state: IndexState) -> None:
        """Move to the generation that `state` names; segments that it keeps stay open.

        Raises:
            IndexTampered, IndexOutdated, NewerArchive: as `open`; this generation stays open.
        """
        with self._one_at_a_time:
            listed = _manifest_of(self._folder, self._key, state)
            self._switch(state, listed)

    def update(self, add: Iterable[IndexDocument], remove: Iterable[RecordId]) -> IndexState:
        """See `SearchIndex.update`."""
        from archive.search.writing import Writer  # noqa: PLC0415 - 20 ms that few readers need

        with self._one_at_a_time, self._writing():
            files = self._files.next_generation()
            try:
                with disk():
                    Writer(files, self._view.segments, self._opener, self._shards).write(
                        add, remove
                    )
                    files.discard()
                    state = _publish(
                        self._folder,
                        self._key,
                        self._state.index_id,
                        files,
                        self._shards,
                        self._random,
                    )
            except BaseException:
                files.files = {}
                files.discard()
                raise
            self._switch(state, Listed(self._shards, files.files))
        return state

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the one writer; stay it until `prune` or `close`, unless this fails."""
        held = self._folder.locked
        self._folder.lock()
        try:
            self._check_current()
            yield
        except BaseException:
            if not held:
                self._folder.unlock()
            raise

    def _check_current(self) -> None:
        if not self._listed() <= self._folder.names():
            raise ArchiveBusy("The search index was changed by another process meanwhile.")

    def _listed(self) -> set[str]:
        files = {stored.file for stored in self._files.files.values()}
        return files | {manifest_name(self._state.manifest_digest)}

    def _switch(self, state: IndexState, listed: Listed) -> None:
        files = SealedFiles(
            self._folder, self._key, listed.files, state.generation, random=self._random
        )
        view = View(self._opener.open_all(files, self._view.segments))
        self._view.close()
        self._state, self._files, self._view = state, files, view
        self._shards = listed.shards

    def search(self, request: SearchRequest) -> SearchResults:
        """See `SearchIndex.search`."""
        from archive.search import searching  # noqa: PLC0415 - 30 ms that a writer need not take

        with self._one_at_a_time:
            return searching.search(self._view, request)

    def prune(self) -> None:
        """See `SearchIndex.prune`."""
        with self._one_at_a_time:
            self._folder.lock()
            try:
                if not self._listed() <= self._folder.names():
                    raise IndexTampered
                with disk():
                    self._folder.remove(self._folder.names() - self._listed())
            finally:
                self._folder.unlock()

    def close(self) -> None:
        """See `SearchIndex.close`."""
        with self._one_at_a_time:
            self._view.close()
            self._folder.unlock()


def _manifest_of(folder: IndexFolder, key: bytes, state: IndexState) -> Listed:
    sealed = folder.read(manifest_name(state.manifest_digest), _MANIFEST_LIMIT)
    return open_manifest(key, state, sealed)


def _publish(
    folder: IndexFolder,
    key: bytes,
    index_id: str,
    files: SealedFiles,
    shards: int,
    random: RandomBytes,
) -> IndexState:
    """Make new files durable, then the manifest that lists all."""
    listed = Listed(shards, files.files)
    sealed, state = seal_manifest(key, index_id, files.generation, listed, random=random)
    name = manifest_name(state.manifest_digest)
    folder.sync(files.created)
    files.created.add(name)
    folder.write(name, sealed)
    folder.sync(())
    return state
