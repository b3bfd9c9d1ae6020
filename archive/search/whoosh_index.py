"""A search index in one folder: Whoosh on sealed files, one generation after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from archive.errors import ArchiveBusy, IndexTampered
from archive.model.ids import RandomBytes, RecordId
from archive.model.search import IndexDocument, SearchRequest, SearchResults
from archive.search import searching, writing
from archive.search.folder import IndexFolder, disk
from archive.search.manifest import (
    IndexState,
    StoredFile,
    manifest_name,
    open_manifest,
    seal_manifest,
)
from archive.search.storage import SealedStorage
from archive.search.view import View

_MANIFEST_LIMIT = 1 << 24  # bytes; a manifest has about 150 for each file


class WhooshIndex:
    """`SearchIndex` on Whoosh 2.7.4; see `docs/formats/index.md` for what is on disk.

    One object may be used from several threads; one call runs at a time.
    """

    def __init__(
        self,
        folder: IndexFolder,
        key: bytes,
        state: IndexState,
        storage: SealedStorage,
        *,
        random: RandomBytes,
        eager: bool,
    ) -> None:
        self._folder = folder
        self._key = key
        self._state = state
        self._storage = storage
        self._random = random
        self._eager = eager
        self._one_at_a_time = RLock()
        self._view = View(storage)

    @classmethod
    def create(cls, parent: Path, key: bytes, *, random: RandomBytes) -> WhooshIndex:
        """Make an empty index in a new folder of `parent`, named by the index's id.

        `key` is 32 bytes. The folder of an index whose `state` was never kept may be removed.

        Raises:
            DiskFull, WriteFailed: the disk refused.
        """
        index_id = random(16).hex()
        folder = IndexFolder(parent / index_id)
        folder.make()
        storage = SealedStorage(folder, key, {}, 0, random=random)
        with disk():
            writing.found(storage)
            storage.discard()
            state = _publish(folder, key, index_id, 0, storage, random)
        return cls(folder, key, state, storage, random=random, eager=False)

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

        An eager index is authenticated as a whole at once, and what is searched is kept in memory;
        another authenticates each chunk before its first use.

        Raises:
            IndexTampered: the manifest or a file is missing, changed, or of another generation.
            NewerArchive: the index was written by a newer version.
        """
        place = IndexFolder(folder)
        sealed = place.read(manifest_name(state.manifest_digest), _MANIFEST_LIMIT)
        files = open_manifest(key, state, sealed)
        storage = SealedStorage(place, key, files, state.generation, random=random, eager=eager)
        if eager:
            storage.authenticate()
        return cls(place, key, state, storage, random=random, eager=eager)

    @property
    def state(self) -> IndexState:
        """The generation that is open."""
        return self._state

    def update(self, add: Iterable[IndexDocument], remove: Iterable[RecordId]) -> IndexState:
        """See `SearchIndex.update`."""
        with self._one_at_a_time, self._writing():
            storage = self._storage.next_generation()
            try:
                with disk():
                    writing.write(storage, add, remove)
                    storage.discard()
                    state = _publish(
                        self._folder,
                        self._key,
                        self._state.index_id,
                        self._state.generation + 1,
                        storage,
                        self._random,
                    )
            except BaseException:
                storage.files = {}
                storage.discard()
                raise
            self._switch(state, storage.files)
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
        files = {stored.file for stored in self._storage.files.values()}
        return files | {manifest_name(self._state.manifest_digest)}

    def _switch(self, state: IndexState, files: dict[str, StoredFile]) -> None:
        storage = SealedStorage(
            self._folder,
            self._key,
            files,
            state.generation,
            random=self._random,
            eager=self._eager,
        )
        view = View(storage)
        self._view.close()
        self._state, self._storage, self._view = state, storage, view

    def search(self, request: SearchRequest) -> SearchResults:
        """See `SearchIndex.search`."""
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


def _publish(
    folder: IndexFolder,
    key: bytes,
    index_id: str,
    generation: int,
    storage: SealedStorage,
    random: RandomBytes,
) -> IndexState:
    """Make the files of `storage` durable, then the manifest that lists them."""
    sealed, state = seal_manifest(key, index_id, generation, storage.files, random=random)
    name = manifest_name(state.manifest_digest)
    folder.sync(storage.created)
    storage.created.add(name)
    folder.write(name, sealed)
    folder.sync(())
    return state
