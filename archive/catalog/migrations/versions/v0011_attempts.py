"""Attempts to sign in that failed and are not in the ledger yet.

Revision ID: 0011
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "attempts",
        sa.Column("member", sa.Text, primary_key=True, nullable=False),
        sa.Column("kind", sa.Text, primary_key=True, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("last", sa.Text, nullable=False),
        sqlite_strict=True,
    )
