"""Tables of the catalog (docs/formats/catalog.md); columns stand in the order of the row's fields.

Tables are STRICT, so that a doctored file cannot hand out a value of another type than declared.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from archive.errors import ArchiveDamaged, InvalidValue

SCHEMA_REVISION = "0017"
"""Alembic revision of the tables below."""

metadata = MetaData()

_SIZE = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored as RFC 3339 text in UTC with microseconds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str:  # noqa: ARG002
        """Return the text of an aware time.

        Raises:
            InvalidValue: the time has no zone.
        """
        if value is None or value.tzinfo is None:
            raise InvalidValue("A time without a zone cannot be stored.")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime:  # noqa: ARG002
        """Return the time of stored text.

        Raises:
            ArchiveDamaged: the text is not a time.
        """
        try:
            return datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ArchiveDamaged from None


def _table(name: str, *parts: Column[Any] | UniqueConstraint | CheckConstraint | Index) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


def _text(name: str, *, key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=nullable)


def _blob(name: str, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, _SIZE, primary_key=key, nullable=False, autoincrement=False)


def _time(name: str) -> Column[datetime]:
    return Column(name, UtcTime, nullable=False)


def _refers(name: str, target: str, *, key: bool = False) -> Column[str]:
    link = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Column(name, Text, link, primary_key=key, nullable=False)


members = _table(
    "members",
    _text("id", key=True),
    _text("name_tag"),
    _text("role"),
    _text("state"),
    _blob("name_sealed"),
    _text("public_json"),
    _time("created"),
    UniqueConstraint("name_tag", name="members_name_tag"),
    CheckConstraint("state in ('active', 'disabled')", name="members_state"),
)

slots = _table(
    "slots",
    _refers("member", "members.id", key=True),
    _whole("slot", key=True),
    _text("body"),
)

collections = _table(
    "collections",
    _text("id", key=True),
    _text("name_tag"),
    _blob("name_sealed"),
    UniqueConstraint("name_tag", name="collections_name_tag"),
)

compartments = _table(
    "compartments",
    _refers("collection", "collections.id", key=True),
    _text("compartment", key=True),
    _whole("epoch", key=True),
    _text("recipient"),
    _blob("recovery_sealed"),
    _time("created"),
)

grants = _table(
    "grants",
    _refers("collection", "collections.id", key=True),
    _text("purpose", key=True),
    _whole("epoch", key=True),
    _refers("member", "members.id", key=True),
    _text("body"),
    Index("grants_member", "member"),
)

headers = _table(
    "headers",
    _text("id", key=True),
    _refers("collection", "collections.id"),
    _text("compartment"),
    _whole("epoch"),
    _blob("header"),
)

records = _table(
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
    _time("created"),
    _text("accession", nullable=True),
    UniqueConstraint("collection", "fingerprint", name="records_fingerprint"),
    UniqueConstraint("collection", "entry_index", name="records_entry_index"),
    Index("records_accession", "accession", "outcome"),
)

objects = _table(
    "objects",
    _text("digest", key=True),
    _refers("record", "records.id"),
    _text("representation"),
    _whole("size"),
    _whole("version"),
    UniqueConstraint("record", "representation", "version", name="objects_representation"),
)

sources = _table(
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

attachments = _table(
    "attachments",
    _text("id", key=True),
    _refers("record", "records.id"),
    _blob("sealed"),
    Index("attachments_record", "record"),
)

accessions = _table(
    "accessions",
    _text("ref", key=True),
    _refers("collection", "collections.id", key=True),
    _text("id"),
    _text("header"),
    _blob("sealed"),
    _text("digest"),
    _whole("entry_index"),
    _text("state"),
    _time("created"),
    _time("updated"),
    UniqueConstraint("id", name="accessions_id"),
    CheckConstraint("state in ('open', 'closed')", name="accessions_state"),
)

plans = _table(
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
    _time("updated"),
)

releases = _table(
    "releases",
    _refers("record", "records.id", key=True),
    _text("header"),
    _blob("sealed"),
    _text("copy_digest"),
    _whole("entry_index"),
    _time("released"),
    _text("state"),
    CheckConstraint("state in ('released', 'withdrawn')", name="releases_state"),
)

redaction_proofs = _table(
    "redaction_proofs",
    _refers("record", "records.id", key=True),
    _text("copy_digest"),
    _blob("sealed"),
    _blob("salts"),
)

dossier_shares = _table(
    "dossier_shares",
    _text("ref", key=True),
    _refers("collection", "collections.id", key=True),
    _refers("member", "members.id", key=True),
    _text("body"),
)

unsealings = _table(
    "unsealings",
    _text("id", key=True),
    _refers("collection", "collections.id"),
    _text("ref"),
    _refers("requester", "members.id"),
    _text("body", nullable=True),
    _whole("entry_index"),
    _time("created"),
    _time("expires"),
)

ledger_entries = _table(
    "ledger_entries",
    _whole("entry_index", key=True),
    _text("object"),
    _whole("seq"),
    _blob("body"),
    _blob("leaf_hash"),
    UniqueConstraint("object", "seq", name="ledger_entries_object"),
)

ledger_frontier = _table(
    "ledger_frontier",
    _whole("id", key=True),
    _whole("size"),
    _blob("hashes"),
    CheckConstraint("id = 1", name="ledger_frontier_single"),
)

checkpoints = _table(
    "checkpoints",
    _whole("size", key=True),
    _text("note"),
)

openings = _table(
    "openings",
    _whole("entry_index", key=True),
    _blob("sealed"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("kind"),
    _text("collection"),
    _text("record"),
    Column("attempts", Integer, nullable=False),
    _text("code", nullable=True),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

jobs = _table(
    "jobs",
    _refers("record", "records.id", key=True),
    _text("stage", key=True),
    _text("code", key=True),
    _refers("collection", "collections.id"),
    _text("state"),
    _whole("attempts"),
    _time("since"),
    CheckConstraint("state in ('open', 'dismissed')", name="jobs_state"),
    Index("jobs_collection", "collection", "since"),
)

progress = _table(
    "progress",
    _refers("collection", "collections.id", key=True),
    _text("stage", key=True),
    _whole("entry_index"),
)

indexes = _table(
    "indexes",
    _text("collection", key=True),
    _text("level", key=True),
    _text("index_id"),
    _whole("generation"),
    _text("manifest_digest"),
)

receipts = _table(
    "receipts",
    _text("run", key=True),
    _refers("collection", "collections.id"),
    _text("header"),
    _blob("sealed"),
    _whole("entry_index"),
    _time("created"),
)

similarities = _table(
    "similarities",
    _text("id", key=True),
    _refers("collection", "collections.id"),
    _blob("sealed"),
)

saved_searches = _table(
    "saved_searches",
    _refers("member", "members.id", key=True),
    _blob("sealed"),
)

attempts = _table(
    "attempts",
    _text("member", key=True),
    _text("kind", key=True),
    _whole("count"),
    _time("since"),
    _time("last"),
)

papers = _table(
    "papers",
    _refers("member", "members.id", key=True),
    _blob("sealed"),
)

access_requests = _table(
    "access_requests",
    _text("id", key=True),
    _refers("collection", "collections.id"),
    _blob("sealed"),
    _blob("answer", nullable=True),
    _whole("entry_index"),
    _time("created"),
)

retentions = _table(
    "retentions",
    _refers("record", "records.id", key=True),
    _refers("collection", "collections.id"),
    _text("review"),
    _blob("sealed"),
    _text("digest"),
    _whole("entry_index"),
    Index("retentions_review", "collection", "review"),
)
