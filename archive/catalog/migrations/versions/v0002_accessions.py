"""Accessions, and the accession that a record came with.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SIZE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table of accessions and the column that refers to it."""
    link = sa.ForeignKey("collections.id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "accessions",
        sa.Column("ref", sa.Text, primary_key=True, nullable=False),
        sa.Column("collection", sa.Text, link, primary_key=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("header", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("entry_index", _SIZE, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("updated", sa.Text, nullable=False),
        sa.UniqueConstraint("id", name="accessions_id"),
        sa.CheckConstraint("state in ('open', 'closed')", name="accessions_state"),
        sqlite_strict=True,
    )
    op.add_column("records", sa.Column("accession", sa.Text, nullable=True))
    op.create_index("records_accession", "records", ["accession", "outcome"])
