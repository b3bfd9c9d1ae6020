"""Retention of records: a day to decide on, and why, sealed with the record.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    record = sa.ForeignKey("records.id", deferrable=True, initially="DEFERRED")
    collection = sa.ForeignKey("collections.id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "retentions",
        sa.Column("record", sa.Text, record, primary_key=True, nullable=False),
        sa.Column("collection", sa.Text, collection, nullable=False),
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column(
            "entry_index", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False
        ),
        sqlite_strict=True,
    )
    op.create_index("retentions_review", "retentions", ["collection", "review"])
