"""The open segments of an index: each opened once, and shared by the generations that have it."""

from __future__ import annotations

from archive.search.chunks import ChunkReader
from archive.search.codec.container import Buffer
from archive.search.codec.integers import Blocks, block_cache
from archive.search.codec.segment import Segment
from archive.search.codec.terms import Terms, term_cache
from archive.search.files import SealedFiles
from archive.search.manifest import StoredFile

_BLOCKS = 6 << 20  # bytes of decoded numbers
_TERMS = 4 << 20  # bytes of opened blocks of terms


def segment_name(shard: int, generation: int, serial: int) -> str:
    """Return the logical name of a segment; `serial` counts those of one shard and generation."""
    return f"{shard}.{generation}.{serial}"


class OpenSegment:
    """A segment with the file that it is read from, and how many generations use it."""

    def __init__(self, stored: StoredFile, reader: ChunkReader | None, content: Segment) -> None:
        self.stored = stored
        self.content = content
        self.shard = int(stored.name.split(".")[0])
        self._reader = reader
        self._users = 1

    def share(self) -> OpenSegment:
        """Return this segment with one more user."""
        self._users += 1
        return self

    def close(self) -> None:
        """Give up one use; the last one closes the file."""
        self._users -= 1
        if self._users == 0 and self._reader is not None:
            self._reader.release()


class SegmentOpener:
    """Opens segments; their caches are shared.

    An eager one authenticates a file as a whole at once and keeps its content in memory; another
    authenticates each chunk before its first use.
    """

    def __init__(self, *, eager: bool) -> None:
        self._eager = eager
        self._blocks: Blocks = block_cache(_BLOCKS)
        self._terms: Terms = term_cache(_TERMS)

    def open(self, files: SealedFiles, name: str) -> OpenSegment:
        """Return the segment of this logical name.

        Raises:
            IndexTampered: its file is missing, or not what was written.
        """
        reader = files.reader(name)
        try:
            if not self._eager:
                segment = Segment(reader, self._blocks, self._terms)
                return OpenSegment(files.files[name], reader, segment)
            content = reader.whole()
        except BaseException:
            reader.release()
            raise
        reader.release()
        segment = Segment(Buffer(content), self._blocks, self._terms)
        return OpenSegment(files.files[name], None, segment)

    def open_all(
        self, files: SealedFiles, before: tuple[OpenSegment, ...] = ()
    ) -> tuple[OpenSegment, ...]:
        """Return the segments of a generation by shard and age; those of `before` are shared.

        Raises:
            IndexTampered: a file is missing, or not what was written.
        """
        known = {segment.stored: segment for segment in before}
        opened: list[OpenSegment] = []
        try:
            for name in sorted(files.files, key=_age):
                stored = files.files[name]
                held = known.get(stored)
                opened.append(held.share() if held else self.open(files, name))
        except BaseException:
            for segment in opened:
                segment.close()
            raise
        return tuple(opened)


def _age(name: str) -> list[int]:
    return [int(part) for part in name.split(".")]
