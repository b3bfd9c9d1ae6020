"""An archive whose compartments have X25519 keys moves to post-quantum ones, headers and all."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from archive import bootstrap
from archive.bootstrap import open_archive
from archive.errors import NotPermitted
from archive.model.access import Compartment, Role
from archive.model.search import SearchRequest
from archive.sealing import open_header
from archive.services import audit, epochs
from archive.services.intake.ingest import Upload, ingest
from archive.services.members import administration, unlocking
from archive.services.members import recovery as ceremony
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.session import Session, sign_in
from archive.services.sources import entries as sources
from keys.age import parse_header
from keys.identity import X25519Identity, X25519Recipient
from keys.profiles import RFC9106_SECOND
from tests.small_archive import PASSPHRASE

OLD, NEW = b"X25519", b"mlkem768x25519"
TEXTS = ("The kelp harvest of the ferry.", "Kettles by the kelp, a second letter.")


class Older(X25519Identity):
    """What a compartment had for a key before there were post-quantum ones."""

    @classmethod
    def generate(cls, random: object) -> X25519Identity:
        return X25519Identity(os.urandom(32))


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Archive, str]]:
    """An archive that was founded with X25519 keys, with two records, one of them released."""
    draw = bootstrap._founding

    def founding(*args: object, **more: object) -> administration.Founding:
        made = draw(*args, **more)
        keys = {one: Older.generate(None) for one in Compartment}
        fields = {name: getattr(made, name) for name in administration.Founding.__slots__}
        return administration.Founding(**{**fields, "identities": keys})

    monkeypatch.setattr(bootstrap, "_founding", founding)
    sheet = bootstrap.init_archive(
        tmp_path / "archive", "custodian", bytearray(PASSPHRASE), RFC9106_SECOND
    ).recovery_sheet
    archive = open_archive(tmp_path / "archive")
    yield archive, sheet
    archive.close()


def sign(archive: Archive, name: str) -> Session:
    return sign_in(archive, name, bytearray(PASSPHRASE))


def stanzas(archive: Archive) -> set[bytes]:
    """Return the types of the stanzas of every header, in the catalog and beside the objects."""
    with archive.catalog.read() as snapshot:
        found = [snapshot.records.get(row.id) for row in snapshot.records.list(archive.collection)]
        headers = [
            one.header for one in snapshot.headers.get_many([r.header for r in found if r]).values()
        ]
    for path in (archive.folder.path / "headers").glob("*.jsonl"):
        lines = map(json.loads, path.read_text().splitlines())
        headers += [base64.b64decode(line["header"]) for line in lines]
    assert len(headers) == 2 * len(TEXTS)
    return {stanza.type for header in headers for stanza in parse_header(header).stanzas}


def find(archive: Archive, session: Session) -> int:
    return access.search(archive, session, SearchRequest(query="kelp")).total


def test_an_archive_moves_from_x25519_to_post_quantum_keys_by_rolling(
    older: tuple[Archive, str],
) -> None:
    archive, sheet = older
    head = sign(archive, "custodian")
    for role in (Role.ARCHIVIST, Role.RESEARCHER):
        phrase = bytearray(PASSPHRASE)
        administration.add_member(archive, head, role.value, role, phrase, RFC9106_SECOND)
    uploads = [Upload(f"{n}.txt", BytesIO(text.encode())) for n, text in enumerate(TEXTS)]
    first, second = [one.record for one in ingest(archive, head, uploads)]
    sources.add_source(archive, head, "Ri Sol-ju-nam", [])
    redact.propose(archive, head, first)
    redact.submit(archive, head, first)
    redact.approve(archive, sign(archive, "archivist"), first)
    redact.release(archive, head, first)
    before = list(head.opening(Compartment.ORIGINALS))
    assert stanzas(archive) == {OLD}
    assert isinstance(head.recipients[Compartment.READING], X25519Recipient)
    assert [find(archive, sign(archive, one)) for one in ("archivist", "researcher")] == [2, 1]

    rolled = [one for one in Compartment if one is not Compartment.SOURCES]
    epochs.roll_keys(archive, head, rolled)
    assert epochs.rewrap(archive, head) > len(TEXTS)
    assert stanzas(archive) == {NEW}
    with archive.catalog.read() as snapshot:
        row = snapshot.records.get(second)
        assert row is not None
        header = snapshot.headers.get(row.header).header
    with pytest.raises(NotPermitted):
        open_header(header, before)

    for name, total in (("archivist", 2), ("researcher", 1)):
        member = sign(archive, name)
        assert find(archive, member) == total
        assert access.show(archive, member, first).text
    ceremony.rehearse(archive, head, ceremony.from_sheet(sheet))
    again = administration.add_member(
        archive, head, "late", Role.ARCHIVIST, bytearray(PASSPHRASE), RFC9106_SECOND
    )
    try:
        late = unlocking.unlock(archive, again.name, bytearray(PASSPHRASE))
        assert access.show(archive, late, second).text == TEXTS[1]
        assert {one.title for one in access.records(archive, late).items} == {"0.txt", "1.txt"}
    finally:
        unlocking.seal(archive)
    copies = ingest(archive, head, [Upload("again.txt", BytesIO(TEXTS[0].encode()))])
    assert [one.outcome.value for one in copies] == ["duplicate"]
    assert audit.verify(archive.catalog, archive.folder.vkeys).ok
