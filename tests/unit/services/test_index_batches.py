"""The outbox hands an index as much at once as its bulk load needs to use every processor."""

from __future__ import annotations

from archive.search.writing import SEGMENT_LIMIT
from archive.services.indexes import indexing


def test_a_generation_takes_up_more_work_than_one_segment_holds() -> None:
    assert indexing.BATCH >= 8 * SEGMENT_LIMIT


def test_progress_is_told_while_a_generation_is_written() -> None:
    told: list[int] = []
    documents = iter(range(1200))
    done = list(indexing._counted(documents, 300, told.append))  # type: ignore[arg-type]
    assert (done, told) == (list(range(1200)), [500, 1000, 1500])
