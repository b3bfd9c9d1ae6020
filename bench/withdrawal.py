"""A new alias against many released reading copies: processor seconds until they are withdrawn.

    python -m bench.withdrawal [--records N] [--pages PAGES] [--affected N] [--opened]

Founds an archive, puts N reading copies of some pages of 2,000 characters each into it as released,
indexes them, registers an alias that stands in some of them, and prints the processor time of
looking at the copies and of withdrawing, for each page and extrapolated to 100,000 pages in one
process. With `--opened` nothing is indexed, so that every copy must be opened. What is released
here skips the review of plans, which a withdrawal does not ask for.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archive.bootstrap import init_archive, open_archive
from archive.catalog.rows import IndexRow, RecordRow, ReleaseRow
from archive.model.access import Compartment, Level
from archive.model.ids import RecordId, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import ReadingCopy
from archive.model.search import IndexDocument
from archive.redaction import digest, encode_reading_copy
from archive.sealing import seal_bytes
from archive.search import WhooshIndex
from archive.services.events import append
from archive.services.headers import fresh_header
from archive.services.indexes.documents import reading_document
from archive.services.parts import Archive
from archive.services.reading import RELEASED
from archive.services.session import Session, sign_in
from archive.services.sources import entries as sources
from bench.redaction import ENGLISH
from keys.profiles import RFC9106_SECOND

PAGE = 2000  # characters
GOAL = 100_000  # pages
LIMIT = 60  # seconds
ALIAS = "Quillemar Vantongeren"
PASSPHRASE = b"granite lantern ferry seven"


def _fill(
    archive: Archive, session: Session, count: int, pages: int, affected: int
) -> list[IndexDocument]:
    documents = []
    chance = random.Random(1)
    words = ENGLISH.split()
    named = set(chance.sample(range(count), affected))
    with archive.catalog.write() as tx:
        for number in range(count):
            text = " ".join(chance.choices(words, k=pages * PAGE // 6))
            if number in named:
                text += f" and {ALIAS} said so"
            record = RecordId(new_uuid(archive.ids))
            copy = ReadingCopy(record, "A letter", text, os.urandom(16).hex())
            documents.append(reading_document(record, copy))
            header, key = fresh_header(archive, session, Compartment.READING)
            sealed = seal_bytes(key, encode_reading_copy(copy), random=archive.random)
            links = {"reading_copy": digest(copy)}
            draft = EntryDraft(EventType.RELEASE, record, EventOutcome.SUCCESS, links, {})
            index = append(archive, session, tx, [draft]).first_index
            tx.headers.add_many([header])
            row = (record, archive.collection, header.id, b"", "", index, record, 0, "ingested")
            tx.records.add_many([RecordRow(*row, archive.clock())])
            now = archive.clock()
            tx.releases.put(
                ReleaseRow(record, header.id, sealed, digest(copy), index, now, RELEASED)
            )
    return documents


def _index(archive: Archive, session: Session, documents: list[IndexDocument]) -> None:
    key = session.index_key(Level.READING)
    index = WhooshIndex.create(archive.folder.index, key, random=archive.random)
    state = index.update(documents, [])
    index.close()
    named = (state.index_id, state.generation, state.manifest_digest)
    with archive.catalog.write() as tx:
        tx.indexes.put(IndexRow(archive.collection, Level.READING.value, *named))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--pages", type=int, default=1, help="of each record")
    parser.add_argument("--affected", type=int, default=20)
    parser.add_argument("--opened", action="store_true", help="no index to look at first")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "archive"
        init_archive(folder, "custodian", bytearray(PASSPHRASE), RFC9106_SECOND)
        archive = open_archive(folder)
        session = sign_in(archive, "custodian", bytearray(PASSPHRASE))
        documents = _fill(archive, session, given.records, given.pages, given.affected)
        if not given.opened:
            _index(archive, session, documents)
        began = time.process_time()
        foreseen = sources.foresee_forms(archive, session, [ALIAS])
        looked = time.process_time() - began
        began = time.process_time()
        done = sources.register(archive, session, sources.NewSource(ALIAS))
        whole = time.process_time() - began
        archive.close()
    pages = given.records * given.pages
    assert len(foreseen.affected) == len(done.aftermath.affected) == given.affected
    print(
        f"{given.records:,} reading copies, {pages:,} pages, {given.affected} with the alias\n"
        f"  looking           {looked:7.2f} s, {looked / pages * 1e3:.3f} ms a page\n"
        f"  until all is done {whole:7.2f} s, {whole / pages * 1e3:.3f} ms a page\n"
        f"  {GOAL:,} pages: {whole / pages * GOAL:.0f} s (at most {LIMIT}), as far as it is linear"
    )


if __name__ == "__main__":
    main()
