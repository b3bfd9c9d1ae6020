"""T3: with everything that a researcher holds, and the whole disk, no original opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import ArchiveError, NotPermitted
from archive.model.access import Compartment, Level
from archive.model.search import SearchRequest
from archive.sealing import open_bytes, open_header
from archive.search import IndexState, WhooshIndex
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.session import Session
from keys.age import open_small
from keys.errors import KeysError
from keys.identity import HybridIdentity
from keys.keyring import Grant
from keys.primitives import hkdf
from tests.grants import open_grant
from tests.small_archive import Small, build


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


def identities(session: Session) -> list[HybridIdentity]:
    """Return every private key that the member holds or can make of what they hold."""
    held = [session.secret.identity]
    for granted in session.identities.values():
        held.extend(granted)
    seeds = [session.log_seed, session.secret.seed, *(one.seed for one in held)]
    return [*held, *(HybridIdentity(seed) for seed in seeds)]


def test_the_researcher_holds_the_reading_compartment_alone(small: Small) -> None:
    assert set(small.people["researcher"].identities) == {Compartment.READING}


def test_no_key_of_the_researcher_opens_a_header_of_another_compartment(small: Small) -> None:
    keys = identities(small.people["researcher"])
    opened, refused = set(), 0
    with small.archive.catalog.read() as snapshot:
        rows = [snapshot.records.get(small.kept), snapshot.records.get(small.released)]
        headers = [snapshot.headers.get(row.header) for row in rows if row]
        release = snapshot.releases.get(small.released)
        assert release is not None
        reading = snapshot.headers.get(release.header)
    for header in headers:
        with pytest.raises(NotPermitted):
            open_header(header.header, keys)
        refused += 1
    body = open_bytes(open_header(reading.header, keys), release.sealed)
    opened.add(b"copper kettles" in body)
    assert (refused, opened) == (2, {True})


def test_no_key_of_the_researcher_opens_committed_values_names_or_recovery(small: Small) -> None:
    keys = identities(small.people["researcher"])
    sealed = []
    with small.archive.catalog.read() as snapshot:
        sealed += [row.sealed for row in snapshot.openings.all()]
        sealed += [row.name_sealed for row in snapshot.members.all()]
        for compartment in Compartment:
            row = snapshot.keys.current(small.archive.collection, compartment.value)
            assert row is not None
            sealed.append(row.recovery_sealed)
    assert len(sealed) >= 8
    for one in sealed:
        with pytest.raises(KeysError):
            open_small(one, keys)


def test_another_members_grants_copied_over_open_nothing(small: Small) -> None:
    researcher = small.people["researcher"]
    with small.archive.catalog.read() as snapshot:
        custodian = small.people["custodian"]
        rows = list(snapshot.keys.grants_for(custodian.member.id))
    grants = [Grant.from_json(row.body) for row in rows if row.purpose != "anchor"]
    assert len(grants) >= 5
    for grant in grants:
        for key in identities(researcher):
            with pytest.raises(KeysError):
                open_grant(grant, key, custodian.secret.public)


def test_no_key_of_the_researcher_opens_the_index_of_originals(small: Small) -> None:
    researcher = small.people["researcher"]
    with small.archive.catalog.read() as snapshot:
        row = snapshot.indexes.get(small.archive.collection, Level.ORIGINALS.value)
    assert row is not None
    state = IndexState(row.index_id, row.generation, row.manifest_digest)
    folder = small.archive.folder.index / row.index_id
    for identity in identities(researcher):
        derived = hkdf(identity.seed, salt=b"", info=b"strongroom/index/v1")
        for key in (identity.seed, derived):
            with pytest.raises(ArchiveError):
                WhooshIndex.open(folder, key, state, random=small.archive.random)


def test_a_researchers_session_that_claims_another_role_still_opens_nothing(small: Small) -> None:
    researcher = small.sign_in("researcher")
    researcher.member = small.people["custodian"].member
    for attempt in (
        lambda: access.show(small.archive, researcher, small.kept, Level.ORIGINALS),
        lambda: access.original(small.archive, researcher, small.released),
        lambda: access.search(
            small.archive, researcher, SearchRequest(query="kettles"), Level.ORIGINALS
        ),
        lambda: redact.preview(small.archive, researcher, small.kept),
    ):
        with pytest.raises(ArchiveError):
            attempt()


def test_the_disk_alone_has_no_file_that_the_researchers_passphrase_opens_further(
    small: Small,
) -> None:
    files = list(Path(small.archive.folder.objects).rglob("*.age"))
    assert len(files) >= 4
    for path in files:
        with pytest.raises((ArchiveError, KeysError)):
            open_header(path.read_bytes(), identities(small.people["researcher"]))
