"""The catalog's file: who may open it, what another process or a doctored disk can do to it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from archive.catalog import Catalog
from archive.catalog.rows import CollectionRow, HeaderRow, OutboxKind, OutboxRow
from archive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveExists,
    NameTaken,
    NoArchive,
    WriteFailed,
)
from archive.model.ids import CollectionId, RecordId

MAIN = CollectionId("main")
WRITER = """
import sys
from pathlib import Path
from archive.catalog import Catalog
from archive.catalog.rows import CollectionRow
with Catalog.open(Path(sys.argv[1])).write() as tx:
    tx.collections.add(CollectionRow("other", "other-tag", b""))
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return the path of a catalog that is not there yet, alone in its folder."""
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive" / "catalog.sqlite"


@pytest.fixture
def path(empty: Path) -> Path:
    catalog = Catalog.create(empty)
    with catalog.write() as tx:
        tx.collections.add(CollectionRow(MAIN, "tag", b"sealed"))
    catalog.close()
    return empty


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(path, busy_seconds=0.1)
    yield opened
    opened.close()


def doctor(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def tags(catalog: Catalog) -> list[str]:
    with catalog.read() as snapshot:
        return [row.name_tag for row in snapshot.collections.all()]


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_only_the_owner_may_read_any_of_its_files(empty: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        catalog = Catalog.create(empty)
        with catalog.write() as tx:
            tx.collections.add(CollectionRow(MAIN, "tag", b""))
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in empty.parent.iterdir()}
        catalog.close()
    finally:
        os.umask(before)
    assert {"catalog.sqlite", "catalog.sqlite-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_every_commit_is_synced(catalog: Catalog) -> None:
    for engine in (catalog._readers, catalog._writer):
        with engine.connect() as connection:
            settings = {
                name: connection.exec_driver_sql(f"pragma {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        assert settings == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
        }


def test_creating_never_replaces_a_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ArchiveExists):
        Catalog.create(path)
    assert path.read_bytes() == before


def test_creating_where_one_cannot_is_a_failed_write(tmp_path: Path) -> None:
    with pytest.raises(WriteFailed):
        Catalog.create(tmp_path / "missing" / "catalog.sqlite")


def test_opening_never_makes_a_file(empty: Path) -> None:
    with pytest.raises(NoArchive):
        Catalog.open(empty)
    assert list(empty.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, b"SQLite format 3\0"])
def test_what_is_no_catalog_is_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ArchiveDamaged):
        Catalog.open(path)


def test_a_database_of_somebody_else_is_damaged(tmp_path: Path) -> None:
    doctor(tmp_path / "other.sqlite", "create table letters (body text)")
    with pytest.raises(ArchiveDamaged):
        Catalog.open(tmp_path / "other.sqlite")


@pytest.mark.parametrize(
    "statement",
    [
        "create trigger t after insert on records begin delete from members; end",
        "create view v as select * from members",
        "delete from alembic_version",
        "drop table alembic_version",
    ],
)
def test_a_doctored_schema_is_refused_when_opened(path: Path, statement: str) -> None:
    doctor(path, statement)
    with pytest.raises(ArchiveDamaged):
        Catalog.open(path)


def test_a_table_taken_away_is_damage(path: Path) -> None:
    doctor(path, "drop table collections")
    catalog = Catalog.open(path)
    with pytest.raises(ArchiveDamaged):
        tags(catalog)
    catalog.close()


def test_text_that_is_no_time_or_no_text_is_damage(path: Path) -> None:
    doctor(
        path,
        "insert into members values ('a', 'x', 'auditor', 'active', x'', '{}', 'soon')",
        "insert into checkpoints values (1, cast(x'ff41' as text))",
    )
    catalog = Catalog.open(path)
    with pytest.raises(ArchiveDamaged), catalog.read() as snapshot:
        list(snapshot.members.all())
    with pytest.raises(ArchiveDamaged), catalog.read() as snapshot:
        list(snapshot.ledger.checkpoints())
    catalog.close()


def test_every_page_overwritten_is_read_whole_or_refused(path: Path) -> None:
    whole = path.read_bytes()
    for page in range(len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 : page * 4096 + 200] = b"\xee" * 200
        path.write_bytes(damaged)
        try:
            catalog = Catalog.open(path)
            assert tags(catalog) == ["tag"]
            catalog.close()
        except ArchiveError as error:
            assert error.code == "archive-damaged"  # noqa: PT017
    path.write_bytes(whole)


def test_a_writer_elsewhere_makes_writing_busy_and_reading_not(
    path: Path, catalog: Catalog
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        with pytest.raises(ArchiveBusy), catalog.write():
            pass
        assert tags(catalog) == ["tag"]
        process.kill()
    with catalog.write() as tx:
        tx.collections.add(CollectionRow(CollectionId("c"), "mine", b""))
    assert tags(catalog) == ["mine", "tag"]


def test_a_locked_catalog_is_busy_when_opened(path: Path) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("pragma locking_mode=exclusive")
    holder.execute("begin exclusive")
    with pytest.raises(ArchiveBusy):
        Catalog.open(path, busy_seconds=0.1)
    holder.close()
    Catalog.open(path).close()


def test_writers_of_one_process_wait_for_each_other(path: Path) -> None:
    catalog = Catalog.open(path, busy_seconds=30.0)

    def work(name: int) -> None:
        for _ in range(10):
            with catalog.write() as tx:
                waiting = tx.outbox.count()
                row = OutboxRow(0, OutboxKind.INDEX_ORIGINAL, MAIN, RecordId(f"{waiting}"))
                tx.outbox.add_many([row])

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with catalog.read() as snapshot:
        rows = snapshot.outbox.take(99, MAIN, [OutboxKind.INDEX_ORIGINAL])
    assert [int(row.record) for row in rows] == list(range(40))
    catalog.close()


def test_a_write_inside_a_write_is_busy_not_stuck(catalog: Catalog) -> None:
    with catalog.write(), pytest.raises(ArchiveBusy), catalog.write():
        pass


def test_reading_cannot_change_anything(catalog: Catalog) -> None:
    with pytest.raises(WriteFailed), catalog.read() as snapshot:
        snapshot.collections.add(CollectionRow(CollectionId("c"), "smuggled", b""))
    assert tags(catalog) == ["tag"]
    with catalog.write() as tx:
        tx.collections.add(CollectionRow(CollectionId("c"), "proper", b""))


def test_a_thousand_rows_are_one_statement(catalog: Catalog) -> None:
    statements: list[str] = []
    event.listen(catalog._writer, "before_cursor_execute", lambda *a: statements.append(a[2]))
    leaf = b"h" * 32
    with catalog.write() as tx:
        tx.headers.add_many([HeaderRow(f"{n}", MAIN, "reading", 1, b"h") for n in range(1000)])
        work = OutboxRow(0, OutboxKind.INDEX_ORIGINAL, MAIN, RecordId("r"))
        tx.outbox.add_many([work] * 1000)
        tx.ledger.append([(n, f"{n}", 0, b"{}", leaf) for n in range(1000)], [leaf], "note")
    inserts = [statement for statement in statements if statement.startswith("INSERT")]
    assert len(inserts) == len(set(inserts)) == 5


def test_an_error_carries_nothing_of_what_was_stored(catalog: Catalog) -> None:
    row = CollectionRow(CollectionId("c"), "tag", b"CANARY-SEALED")
    with pytest.raises(NameTaken) as failed, catalog.write() as tx:
        tx.collections.add(row)
    text = "".join(traceback.format_exception(failed.value))
    assert "CANARY" not in text
    assert "UNIQUE constraint" not in text
    assert tags(catalog) == ["tag"]


def test_a_destroyed_header_is_overwritten_on_the_disk(path: Path, catalog: Catalog) -> None:
    canary = b"CANARY-HEADER" * 50
    with catalog.write() as tx:
        tx.headers.add_many([HeaderRow(f"h{n}", MAIN, "originals", 1, canary) for n in range(50)])
    catalog.close()
    catalog = Catalog.open(path)
    assert any(b"CANARY-HEADER" in file.read_bytes() for file in path.parent.iterdir())
    with catalog.write() as tx:
        for n in range(50):
            tx.headers.delete(f"h{n}")
    catalog.close()
    assert not any(b"CANARY-HEADER" in file.read_bytes() for file in path.parent.iterdir())
