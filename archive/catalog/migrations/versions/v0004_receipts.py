"""Receipts of ingest runs, and signatures of similar texts.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SIZE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "receipts",
        _column("run", sa.Text, primary_key=True),
        _collection(),
        _column("header", sa.Text),
        _column("sealed", sa.LargeBinary),
        _column("entry_index", _SIZE),
        _column("created", sa.Text),
        sqlite_strict=True,
    )
    op.create_table(
        "similarities",
        _column("id", sa.Text, primary_key=True),
        _collection(),
        _column("sealed", sa.LargeBinary),
        sqlite_strict=True,
    )


def _column(name: str, kind: Any, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=primary_key, nullable=False)


def _collection() -> sa.Column[Any]:
    link = sa.ForeignKey("collections.id", deferrable=True, initially="DEFERRED")
    return sa.Column("collection", sa.Text, link, nullable=False)
