"""The finding aid of a large archive: processor time of its pages against reading the bare tree.

    python -m bench.finding_aid [--records N] [--units N]

Founds an archive with rows of N records, arranges them under a fonds in series and files, and
prints, in milliseconds and as a ratio to building the same tree from its sealed text alone: the
first page of a session, one after that, and placing a record.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archive.bootstrap import init_archive, open_archive
from archive.catalog.rows import RecordRow
from archive.model.access import Compartment
from archive.model.arrangement import Arranging, Change, FindingAid, UnitId
from archive.model.description import LevelOfDescription
from archive.model.ids import RecordId, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.description import arranging
from archive.services.description.finding_aid import read_tree, tree_text
from archive.services.events import append
from archive.services.headers import fresh_header
from archive.services.parts import Archive
from archive.services.session import Session, sign_in
from keys.profiles import RFC9106_SECOND

PASSPHRASE = b"granite lantern ferry seven"
_FILES = 48  # in a series
_TIMES = 15


def _rows(archive: Archive, session: Session, count: int) -> list[RecordId]:
    found = [RecordId(new_uuid(archive.ids)) for _ in range(count)]
    with archive.catalog.write() as tx:
        header, _ = fresh_header(archive, session, Compartment.ORIGINALS)
        tx.headers.add_many([header])
        drafts = [
            EntryDraft(EventType.INGESTION, one, EventOutcome.SUCCESS, {}, {}) for one in found
        ]
        first = append(archive, session, tx, drafts).first_index
        made = archive.clock()
        tx.records.add_many(
            [
                RecordRow(
                    one, archive.collection, header.id, b"", "", first + n, one, 0, "ingested", made
                )
                for n, one in enumerate(found)
            ]
        )
    return found


def _arrange(archive: Archive, session: Session, units: int, records: list[RecordId]) -> None:
    def add(parent: UnitId | None, level: LevelOfDescription, title: str) -> UnitId:
        unit = arranging.new_unit(archive)
        change = Change(Arranging.ADD, unit, parent, level=level, title=title)
        arranging.arrange(archive, session, change)
        return unit

    top = add(None, LevelOfDescription.FONDS, "Papers of the ferry company and its heirs")
    files: list[UnitId] = []
    while len(files) < units:
        series = add(top, LevelOfDescription.SERIES, "Letters received and sent")
        files += [
            add(series, LevelOfDescription.FILE, "Correspondence with the harbour office")
            for _ in range(min(_FILES, units - len(files)))
        ]
    share = -(-len(records) // 100)
    for at in range(0, len(records), share):
        chosen = tuple(records[at : at + share])
        unit = files[at % len(files)]
        arranging.arrange(archive, session, Change(Arranging.PLACE, unit, records=chosen))


def _median(act: Callable[[], object]) -> float:
    """Return the processor time of an act in milliseconds."""
    found = []
    for _ in range(_TIMES):
        began = time.process_time()
        act()
        found.append(time.process_time() - began)
    return statistics.median(found) * 1000


def _measure(archive: Archive, session: Session, records: list[RecordId]) -> None:
    tree: FindingAid = arranging.finding_aid(archive, session).tree
    text = tree_text(tree)
    bare = _median(lambda: read_tree(text))
    turns = iter(records)

    def first() -> None:
        session.kept.clear()
        arranging.finding_aid(archive, session)

    def place() -> None:
        change = Change(Arranging.PLACE, tree.top[0], records=(next(turns),))
        arranging.arrange(archive, session, change)

    print(f"{len(tree.units)} units, {len(tree.places)} records, {len(text):,} characters")
    print(f"  {'the bare tree':28} {bare:7.1f} ms")
    for name, act in (
        ("first page of a session", first),
        ("a page after that", lambda: arranging.finding_aid(archive, session)),
        ("placing a record", place),
    ):
        took = _median(act)
        print(f"  {name:28} {took:7.1f} ms   {took / bare:5.2f} x")


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--units", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "archive"
        init_archive(folder, "head", bytearray(PASSPHRASE), RFC9106_SECOND)
        archive = open_archive(folder)
        session = sign_in(archive, "head", bytearray(PASSPHRASE))
        records = _rows(archive, session, given.records)
        _arrange(archive, session, given.units, records)
        _measure(archive, session, records)
        archive.close()


if __name__ == "__main__":
    main()
