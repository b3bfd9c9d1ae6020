"""A real ledger for tests: a catalog file, a log with its keys, four members who write to it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from weakref import finalize

from archive.catalog import Catalog
from archive.catalog.rows import OpeningRow
from archive.ledger import Appended, EntryProof, Log, Verdict
from archive.model.provenance import Agent, Checkpoint, EntryDraft, EventOutcome, EventType
from archive.services import audit
from archive.services.log_files import LogFiles
from archive.storage import ArchiveFolder
from keys.signing import Ed25519Signer, MlDsa44Signer, key_id

ORIGIN = "strongroom.example/7f0c"
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def digest(text: str) -> bytes:
    """Return 32 bytes that stand for `text`."""
    return hashlib.sha256(text.encode()).digest()


def uuid(text: str) -> str:
    """Return a UUID that stands for `text`."""
    return str(UUID(bytes=digest(text)[:16], version=4))


@dataclass(frozen=True, slots=True)
class Person:
    """A member with a signing key."""

    name: str
    role: str

    @property
    def id(self) -> str:
        """The member's opaque id."""
        return uuid(f"member {self.name}")

    @property
    def signer(self) -> Ed25519Signer:
        """The member's signing key."""
        return Ed25519Signer.from_seed(digest(f"signing key of {self.name}"))

    @property
    def agent(self) -> Agent:
        """The member as entries name them."""
        return Agent(key_id(self.signer.public), self.role)

    @property
    def links(self) -> dict[str, str]:
        """What a registration says about the member."""
        public = self.signer.public
        return {
            "member": self.id,
            "role": self.role,
            "kid": key_id(public),
            "ed25519": public.hex(),
        }


IRIS = Person("Iris", "custodian")
PAVEL = Person("Pavel", "archivist")
NOOR = Person("Noor", "researcher")
TOMAS = Person("Tomas", "auditor")
PEOPLE = (IRIS, PAVEL, NOOR, TOMAS)


def draft(
    kind: EventType = EventType.VIEW,
    about: str = "a record",
    outcome: EventOutcome = EventOutcome.SUCCESS,
    **links: str,
) -> EntryDraft:
    """Return an event about what `about` stands for."""
    return EntryDraft(kind, uuid(about), outcome, links, {})


def created(founder: Person = IRIS) -> EntryDraft:
    """Return the first event of a ledger."""
    return draft(EventType.ARCHIVE_CREATED, "the archive", **founder.links)


def joined(person: Person) -> EntryDraft:
    """Return the registration of a member."""
    return draft(EventType.MEMBER_ADDED, f"member {person.name}", **person.links)


def disabled(person: Person) -> EntryDraft:
    """Return the end of a membership."""
    kid = person.links["kid"]
    return draft(EventType.MEMBER_DISABLED, f"member {person.name}", member=person.id, kid=kid)


def make_log(seed: str = "log") -> Log:
    """Return a log with keys of its own."""
    keys = Ed25519Signer.from_seed(digest(seed)), MlDsa44Signer.from_seed(digest(seed + "2"))
    return Log(ORIGIN, keys)


class Ledger:
    """A log in a catalog file."""

    def __init__(self, path: Path, log: Log | None = None) -> None:
        self.path = path
        self.log = log or make_log()
        self.catalog = Catalog.open(path) if path.exists() else Catalog.create(path)
        finalize(self, self.catalog.close)
        self.now = START
        self._later: list[Ledger] = []

    def found(self, people: Sequence[Person] = PEOPLE) -> Ledger:
        """Write the creation and the registration of everybody."""
        self.write(IRIS, created(), *map(joined, people))
        return self

    def write(self, who: Person, *drafts: EntryDraft, now: datetime | None = None) -> Appended:
        """Append events in one transaction; by default three seconds after the last ones."""
        self.now = now or self.now + timedelta(seconds=3)
        with self.catalog.write() as tx:
            return self.log.append(tx.ledger, drafts, who.agent, who.signer, now=self.now)

    def write_sealed(self, who: Person, about: str, sealed: bytes) -> None:
        """Append an event with sealed values beside it."""
        self.now += timedelta(seconds=3)
        event = draft(EventType.SEARCH, about, opening=hashlib.sha256(sealed).hexdigest())
        with self.catalog.write() as tx:
            done = self.log.append(tx.ledger, [event], who.agent, who.signer, now=self.now)
            tx.openings.add(OpeningRow(done.first_index, sealed))

    @property
    def files(self) -> LogFiles:
        """The folder of tiles and checkpoints beside the catalog file."""
        (self.path.parent / "locks").mkdir(exist_ok=True)
        vkeys = self.log.vkeys
        return LogFiles(ArchiveFolder(self.path.parent, uuid("archive"), ORIGIN, vkeys, START))

    def publish(self) -> Checkpoint:
        """Bring the files up to date."""
        with self.catalog.read() as view:
            return self.files.publish(view.ledger, self.log.keys)

    def prove(self, what: str) -> tuple[EntryProof, ...]:
        """Prove entries from the files."""
        self.publish()
        with self.catalog.read() as view:
            return audit.prove(view.ledger, self.files, what)

    def verify(self, **options: Any) -> Verdict:
        """Verify with the log's keys."""
        return audit.verify(self.catalog, self.log.vkeys, **options)

    def codes(self) -> set[str]:
        """Return the codes of everything that is wrong."""
        return {finding.code for finding in self.verify().failures}

    def pin(self) -> str:
        """Return what an auditor keeps."""
        return audit.pin(self.catalog, self.log.vkeys)

    def bodies(self) -> list[bytes]:
        """Return the stored entries."""
        with self.catalog.read() as view:
            return [row.body for row in view.ledger.entries(0, 2**62)]

    def doctored(self, statement: str, *values: object) -> Ledger:
        """Change the catalog file behind everybody's back and open it again."""
        self.close()
        connection = sqlite3.connect(self.path)
        with connection:
            assert connection.execute(statement, values).rowcount
        connection.close()
        again = Ledger(self.path, self.log)
        again.now = self.now
        self._later.append(again)
        return again

    def close(self) -> None:
        """Fold the write-ahead log into the catalog file; close what it was opened again as."""
        self.catalog.close()
        for again in self._later:
            again.close()
