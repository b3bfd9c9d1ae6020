"""Saved searches, sealed to the member who saved them.

Revision ID: 0007
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    link = sa.ForeignKey("members.id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "saved_searches",
        sa.Column("member", sa.Text, link, primary_key=True, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
