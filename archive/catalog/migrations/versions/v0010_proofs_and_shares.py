"""Redaction proofs, shares of dossier keys, and requests to open dossiers.

Revision ID: 0010
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def _refers(name: str, to: str, *, key: bool = False) -> sa.Column[str]:
    link = sa.ForeignKey(to, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Text, link, primary_key=key, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "redaction_proofs",
        _refers("record", "records.id", key=True),
        sa.Column("copy_digest", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("salts", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "dossier_shares",
        sa.Column("ref", sa.Text, primary_key=True, nullable=False),
        _refers("collection", "collections.id", key=True),
        _refers("member", "members.id", key=True),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "unsealings",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        _refers("collection", "collections.id"),
        sa.Column("ref", sa.Text, nullable=False),
        _refers("requester", "members.id"),
        sa.Column("body", sa.Text, nullable=True),
        sa.Column("entry_index", sa.Integer, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("expires", sa.Text, nullable=False),
        sqlite_strict=True,
    )
