"""Objects have versions; jobs; how far records were verified.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SIZE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Rebuild `objects` with a version, and make `jobs` and `progress`.

    What is stored at that moment counts as verified: it was acknowledged before this stage existed,
    and reading a whole archive back has no place in an upgrade. Why a record has no text is sealed;
    its job says `no-text` until it is tried again.
    """
    _objects()
    _jobs()
    op.execute(
        "INSERT INTO jobs SELECT id, 'extract', 'no-text', collection, 'open', 0, created "
        "FROM records WHERE outcome = 'no-text'"
    )
    op.execute(
        "INSERT INTO progress SELECT collection, 'verify', max(entry_index) FROM records "
        "GROUP BY collection"
    )


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, _SIZE, nullable=False, autoincrement=False)


def _refers(name: str, target: str, *, key: bool = False) -> sa.Column[Any]:
    link = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Text, link, primary_key=key, nullable=False)


def _objects() -> None:
    op.rename_table("objects", "objects_0001")
    op.create_table(
        "objects",
        _text("digest", key=True),
        _refers("record", "records.id"),
        _text("representation"),
        _whole("size"),
        _whole("version"),
        sa.UniqueConstraint("record", "representation", "version", name="objects_representation"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO objects SELECT digest, record, representation, size, 1 FROM objects_0001"
    )
    op.drop_table("objects_0001")


def _jobs() -> None:
    op.create_table(
        "jobs",
        _refers("record", "records.id", key=True),
        _text("stage", key=True),
        _text("code", key=True),
        _refers("collection", "collections.id"),
        _text("state"),
        _whole("attempts"),
        _text("since"),
        sa.CheckConstraint("state in ('open', 'dismissed')", name="jobs_state"),
        sqlite_strict=True,
    )
    op.create_index("jobs_collection", "jobs", ["collection", "since"])
    op.create_table(
        "progress",
        _refers("collection", "collections.id", key=True),
        _text("stage", key=True),
        _whole("entry_index"),
        sqlite_strict=True,
    )
