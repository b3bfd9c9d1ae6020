"""The first tables.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SIZE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make every table of the first version."""
    _people_and_keys()
    _records()
    _description()
    _redaction()
    _ledger()
    _work()


def _table(name: str, *parts: sa.schema.SchemaItem, **options: bool) -> None:
    op.create_table(name, *parts, sqlite_strict=True, **options)


def _text(name: str, *, key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=nullable)


def _blob(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable)


def _whole(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, _SIZE, primary_key=key, nullable=False, autoincrement=False)


def _refers(name: str, target: str, *, key: bool = False) -> sa.Column[Any]:
    link = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Text, link, primary_key=key, nullable=False)


def _people_and_keys() -> None:
    _table(
        "members",
        _text("id", key=True),
        _text("name_tag"),
        _text("role"),
        _text("state"),
        _blob("name_sealed"),
        _text("public_json"),
        _text("created"),
        sa.UniqueConstraint("name_tag", name="members_name_tag"),
        sa.CheckConstraint("state in ('active', 'disabled')", name="members_state"),
    )
    _table(
        "slots",
        _refers("member", "members.id", key=True),
        _whole("slot", key=True),
        _text("body"),
    )
    _table(
        "collections",
        _text("id", key=True),
        _text("name_tag"),
        _blob("name_sealed"),
        sa.UniqueConstraint("name_tag", name="collections_name_tag"),
    )
    _table(
        "compartments",
        _refers("collection", "collections.id", key=True),
        _text("compartment", key=True),
        _whole("epoch", key=True),
        _text("recipient"),
        _blob("recovery_sealed"),
        _text("created"),
    )
    _table(
        "grants",
        _refers("collection", "collections.id", key=True),
        _text("purpose", key=True),
        _whole("epoch", key=True),
        _refers("member", "members.id", key=True),
        _text("body"),
    )
    op.create_index("grants_member", "grants", ["member"])


def _records() -> None:
    _table(
        "headers",
        _text("id", key=True),
        _refers("collection", "collections.id"),
        _text("compartment"),
        _whole("epoch"),
        _blob("header"),
    )
    _table(
        "records",
        _text("id", key=True),
        _refers("collection", "collections.id"),
        _text("header"),
        _blob("manifest"),
        _text("manifest_digest"),
        _whole("entry_index"),
        _text("fingerprint"),
        _whole("size"),
        _text("outcome"),
        _text("created"),
        sa.UniqueConstraint("collection", "entry_index", name="records_entry_index"),
        sa.UniqueConstraint("collection", "fingerprint", name="records_fingerprint"),
    )
    _table(
        "objects",
        _text("digest", key=True),
        _refers("record", "records.id"),
        _text("representation"),
        _whole("size"),
        sa.UniqueConstraint("record", "representation", name="objects_representation"),
    )


def _description() -> None:
    _table(
        "sources",
        _text("ref", key=True),
        _refers("collection", "collections.id", key=True),
        _text("header"),
        _blob("forms"),
        _text("dossier_header"),
        _blob("dossier"),
        _text("digest"),
        _whole("entry_index"),
    )
    _table(
        "attachments",
        _text("id", key=True),
        _refers("record", "records.id"),
        _blob("sealed"),
    )
    op.create_index("attachments_record", "attachments", ["record"])


def _redaction() -> None:
    _table(
        "plans",
        _refers("record", "records.id", key=True),
        _whole("version", key=True),
        _text("state"),
        _text("header"),
        _blob("sealed"),
        _text("digest"),
        _blob("copy_sealed", nullable=True),
        _text("copy_digest", nullable=True),
        _text("proposer"),
        _text("approver", nullable=True),
        _whole("entry_index"),
        _text("updated"),
    )
    _table(
        "releases",
        _refers("record", "records.id", key=True),
        _text("header"),
        _blob("sealed"),
        _text("copy_digest"),
        _whole("entry_index"),
        _text("released"),
        _text("state"),
        sa.CheckConstraint("state in ('released', 'withdrawn')", name="releases_state"),
    )


def _ledger() -> None:
    _table(
        "ledger_entries",
        _whole("entry_index", key=True),
        _text("object"),
        _whole("seq"),
        _blob("body"),
        _blob("leaf_hash"),
        sa.UniqueConstraint("object", "seq", name="ledger_entries_object"),
    )
    _table(
        "ledger_frontier",
        _whole("id", key=True),
        _whole("size"),
        _blob("hashes"),
        sa.CheckConstraint("id = 1", name="ledger_frontier_single"),
    )
    _table(
        "checkpoints",
        _whole("size", key=True),
        _text("note"),
    )
    _table(
        "openings",
        _whole("entry_index", key=True),
        _blob("sealed"),
    )


def _work() -> None:
    _table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        _text("kind"),
        _text("collection"),
        _text("record"),
        sa.Column("attempts", sa.Integer, nullable=False),
        _text("code", nullable=True),
        sqlite_autoincrement=True,
    )
    _table(
        "indexes",
        _text("collection", key=True),
        _text("level", key=True),
        _text("index_id"),
        _whole("generation"),
        _text("manifest_digest"),
    )
