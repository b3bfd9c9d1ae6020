"""Members' own papers, sealed to each, and readers' requests, sealed to the archivists.

Revision ID: 0016
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    member = sa.ForeignKey("members.id", deferrable=True, initially="DEFERRED")
    collection = sa.ForeignKey("collections.id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "papers",
        sa.Column("member", sa.Text, member, primary_key=True, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("collection", sa.Text, collection, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sa.Column(
            "entry_index", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False
        ),
        sa.Column("created", sa.Text, nullable=False),
        sqlite_strict=True,
    )
