"""A small real archive in this process, with a record released and one that is not."""

from __future__ import annotations

import functools
import shutil
import tarfile
from copy import copy
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.bootstrap import init_archive, open_archive
from archive.model.access import Role
from archive.model.ids import RecordId
from archive.services.intake.ingest import PathInput, Upload, ingest
from archive.services.members import administration
from archive.services.parts import Archive
from archive.services.redaction import redact
from archive.services.session import Session, sign_in
from archive.services.sources import entries as sources
from keys.profiles import RFC9106_SECOND

PASSPHRASE = b"granite lantern ferry seven"
SECRET = "Ri Sol-ju-nam"
TEXT = f"{SECRET} counted copper kettles at the ferry."
OTHER = "A second letter about kettles, never released."


@dataclass(slots=True)
class Small:
    """The archive, who is signed in, the two records, and the recovery sheet."""

    archive: Archive
    people: dict[str, Session]
    released: RecordId
    kept: RecordId
    sheet: str

    def sign_in(self, name: str) -> Session:
        """Sign a member in again."""
        return sign_in(self.archive, name, bytearray(PASSPHRASE))


def copied(small: Small, place: Path) -> Small:
    """Return the same archive in another folder, with sessions that end apart from the first's."""
    shutil.copytree(small.archive.folder.path, place)
    return _another(small, place)


def _another(small: Small, folder: Path) -> Small:
    people = {name: _again(session) for name, session in small.people.items()}
    return replace(small, archive=open_archive(folder), people=people)


def _again(session: Session) -> Session:
    """Return a session that shares nothing that a roll of keys or a new member changes."""
    return replace(
        session,
        directory=copy(session.directory),
        identities=dict(session.identities),
        recipients=dict(session.recipients),
        epochs=dict(session.epochs),
        on_lock=[],
        kept={},
    )


def build(place: Path) -> Small:
    """Return the archive below `place`: a copy of one that is made once in a process."""
    small, packed = _made()
    with tarfile.open(fileobj=BytesIO(packed)) as tar:
        tar.extractall(place / "archive", filter="fully_trusted")
    return _another(small, place / "archive")


@functools.cache
def _made() -> tuple[Small, bytes]:
    packed = BytesIO()
    with TemporaryDirectory() as place, tarfile.open(fileobj=packed, mode="w") as tar:
        small = build_anew(Path(place))
        small.archive.store.close()
        small.archive.close()
        tar.add(small.archive.folder.path, ".")
    return small, packed.getvalue()


def build_anew(place: Path) -> Small:
    """Build below `place` an archive that shares no key and no id with any other."""
    box = place / "box"
    box.mkdir(parents=True)
    (box / "a.txt").write_text(TEXT)
    (box / "b.txt").write_text(OTHER)
    sheet = init_archive(
        place / "archive", "custodian", bytearray(PASSPHRASE), RFC9106_SECOND
    ).recovery_sheet
    archive = open_archive(place / "archive")
    people = {"custodian": sign_in(archive, "custodian", bytearray(PASSPHRASE))}
    for role in (Role.ARCHIVIST, Role.RESEARCHER, Role.AUDITOR):
        phrase = bytearray(PASSPHRASE)
        administration.add_member(
            archive, people["custodian"], role.value, role, phrase, RFC9106_SECOND
        )
        people[role.value] = sign_in(archive, role.value, bytearray(PASSPHRASE))
    sources.add_source(archive, people["custodian"], SECRET, [])
    reports = list(ingest(archive, people["custodian"], [PathInput(box)]))
    released, kept = (report.record for report in reports)
    assert released is not None
    assert kept is not None
    redact.propose(archive, people["custodian"], released)
    redact.submit(archive, people["custodian"], released)
    redact.approve(archive, people["archivist"], released)
    redact.release(archive, people["archivist"], released)
    return Small(archive, people, released, kept, sheet)


def propose_registered(archive: Archive, session: Session, record: RecordId) -> None:
    """Propose, and keep only what the register found: detectors look at more than the names."""
    for finder in redact.propose(archive, session, record).found_by:
        if finder != "register":
            redact.unmark(archive, session, record, found_by=finder)


def take_in(small: Small, *texts: str) -> list[RecordId]:
    """Take texts in, as the archivist, and return their records in order."""
    uploads = [Upload(f"{n}.txt", BytesIO(text.encode())) for n, text in enumerate(texts)]
    reports = list(ingest(small.archive, small.people["archivist"], uploads))
    return [report.record for report in reports if report.record is not None]
