"""The schema: rows, tables and migrations say the same; older is upgraded, newer refused."""

from __future__ import annotations

import dataclasses
import inspect
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from archive.catalog import Catalog, migrate, rows
from archive.catalog.engine import writing_engine
from archive.catalog.rows import CollectionRow
from archive.catalog.tables import SCHEMA_REVISION, metadata
from archive.errors import NewerArchive
from archive.model.ids import CollectionId, RecordId

TABLE_OF = {
    "MemberRow": "members",
    "KeySlotRow": "slots",
    "CollectionRow": "collections",
    "CompartmentRow": "compartments",
    "GrantRow": "grants",
    "HeaderRow": "headers",
    "RecordRow": "records",
    "ObjectRow": "objects",
    "SourceRow": "sources",
    "AccessionRow": "accessions",
    "AttachmentRow": "attachments",
    "PlanRow": "plans",
    "ReleaseRow": "releases",
    "ProofRow": "redaction_proofs",
    "DossierShareRow": "dossier_shares",
    "UnsealingRow": "unsealings",
    "OpeningRow": "openings",
    "OutboxRow": "outbox",
    "JobRow": "jobs",
    "ProgressRow": "progress",
    "IndexRow": "indexes",
    "ReceiptRow": "receipts",
    "SimilarityRow": "similarities",
    "SavedSearchesRow": "saved_searches",
    "AttemptsRow": "attempts",
    "PapersRow": "papers",
    "AccessRequestRow": "access_requests",
    "RetentionRow": "retentions",
}
SECOND = '''
"""A later revision."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    op.add_column("collections", sa.Column("note", sa.Text, server_default="added"))
    {ending}
'''


def later_scripts(folder: Path, ending: str = "") -> Path:
    """Return a copy of the migrations with one more revision, as a newer version would have it."""
    scripts = folder / "migrations"
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "v9999_later.py").write_text(
        SECOND.format(newest=SCHEMA_REVISION, ending=ending)
    )
    return scripts


def older(path: Path) -> Path:
    catalog = Catalog.create(path)
    with catalog.write() as tx:
        tx.collections.add(CollectionRow(CollectionId("c"), "tag", b"sealed"))
    catalog.close()
    return path


def upgrade(path: Path, scripts: Path) -> None:
    engine = writing_engine(path, 0.2)
    try:
        with engine.begin() as connection:
            migrate.upgrade(connection, scripts)
    finally:
        engine.dispose()


def notes(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("select name_tag, note from collections").fetchall()


def test_every_row_has_the_fields_of_its_table_in_order() -> None:
    declared = [name for name, one in inspect.getmembers(rows) if dataclasses.is_dataclass(one)]
    assert sorted(declared) == sorted(TABLE_OF)
    for name, table in TABLE_OF.items():
        fields = [field.name for field in dataclasses.fields(getattr(rows, name))]
        assert fields == [column.name for column in metadata.tables[table].columns], name


def test_the_migrations_make_exactly_the_declared_tables(tmp_path: Path) -> None:
    path = older(tmp_path / "catalog.sqlite")
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    query = "select name, sql from sqlite_master where sql is not null order by name"
    migrated = sqlite3.connect(path)
    with engine.connect() as connection:
        declared = [tuple(row) for row in connection.exec_driver_sql(query)]
    made = dict(squeeze(row) for row in migrated.execute(query))
    del made["alembic_version"]
    assert made == dict(squeeze(row) for row in declared)
    migrated.close()
    engine.dispose()


def squeeze(row: tuple[str, str | None]) -> tuple[str, list[str]]:
    """Return a statement's parts in any order, since constraints may stand in another one."""
    return row[0], sorted(" ".join(part.split()) for part in (row[1] or "").split(","))


def test_every_table_checks_the_types_of_its_values(tmp_path: Path) -> None:
    connection = sqlite3.connect(older(tmp_path / "catalog.sqlite"))
    tables = dict(connection.execute("select name, strict from pragma_table_list"))
    connection.close()
    assert {name for name in metadata.tables if tables[name] != 1} == set()


def test_the_code_is_at_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_REVISION]


def test_an_older_schema_is_upgraded_with_its_rows(tmp_path: Path) -> None:
    path = older(tmp_path / "catalog.sqlite")
    scripts = later_scripts(tmp_path)
    for _ in range(2):
        upgrade(path, scripts)
        assert notes(path) == [("tag", "added")]


def as_first_released(path: Path) -> Path:
    """Return a catalog as version 0001 left it, with one record."""
    first = path.parent / "first"
    shutil.copytree(
        migrate.SCRIPTS,
        first,
        ignore=shutil.ignore_patterns("__pycache__", "v000[2-9]*", "v001*"),
    )
    upgrade(path, first)
    connection = sqlite3.connect(path)
    columns = "id, collection, header, manifest, manifest_digest, entry_index, fingerprint, size"
    with connection:
        connection.execute("insert into collections values ('c', 'tag', x'00')")
        connection.execute(
            f"insert into records ({columns}, outcome, created) values "
            "('r', 'c', 'h', x'01', 'd', 7, 'f', 9, 'ingested', '2026-01-02T03:04:05.000006+00:00')"
        )
    connection.close()
    return path


def test_a_catalog_of_the_first_version_is_opened_with_its_records(tmp_path: Path) -> None:
    path = as_first_released(tmp_path / "catalog.sqlite")
    for _ in range(2):
        catalog = Catalog.open(path)
        with catalog.read() as snapshot:
            row = snapshot.records.get(RecordId("r"))
            assert row is not None
            assert (row.entry_index, row.size, row.accession) == (7, 9, None)
            assert list(snapshot.accessions.all(CollectionId("c"))) == []
        catalog.close()


def test_an_upgrade_that_fails_leaves_the_older_schema(tmp_path: Path) -> None:
    path = older(tmp_path / "catalog.sqlite")
    with pytest.raises(ZeroDivisionError):
        upgrade(path, later_scripts(tmp_path, ending="1 // 0"))
    with pytest.raises(sqlite3.OperationalError):
        notes(path)
    Catalog.open(path).close()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = older(tmp_path / "catalog.sqlite")
    upgrade(path, later_scripts(tmp_path))
    before = path.read_bytes()
    with pytest.raises(NewerArchive):
        Catalog.open(path)
    assert path.read_bytes() == before
    assert notes(path) == [("tag", "added")]


def test_the_format_page_names_every_table_and_column() -> None:
    page = Path(__file__).parents[3] / "docs" / "formats" / "catalog.md"
    told = {line.split("`")[1]: line for line in page.read_text().splitlines() if line[:3] == "| `"}
    assert sorted(told) == sorted(metadata.tables)
    for name, table in metadata.tables.items():
        assert [c.name for c in table.columns if f"`{c.name}`" not in told[name]] == [], name
