"""Entries: signed by their agent, parsed back strictly."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger import canonical, leaf_hash, parse_entry, verify_entry
from archive.ledger.entry import build_entry, timestamp
from archive.model.provenance import Checkpoint, EntryDraft, EventOutcome, EventType
from keys.signing import Ed25519Verifier
from tests.unit.ledger.ledgers import IRIS, NOOR, digest, uuid

AFTER = Checkpoint("origin", 7, digest("root"))
DRAFT = EntryDraft(
    EventType.INGESTION,
    uuid("a record"),
    EventOutcome.SUCCESS,
    {"accession": uuid("an accession")},
    {"name": digest("name").hex()},
)


def built(draft: EntryDraft = DRAFT) -> bytes:
    time = timestamp(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
    return build_entry(
        draft, IRIS.agent, IRIS.signer, seq=3, prev=digest("prev"), after=AFTER, time=time
    )


def changed(path: str, value: Any) -> bytes:
    whole = json.loads(built())
    place = whole
    *above, last = path.split(".")
    for name in above:
        place = place[name]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return canonical(whole)


def test_an_entry_says_what_was_drafted() -> None:
    entry = parse_entry(built())
    assert (entry.type, entry.object, entry.outcome) == (DRAFT.type, DRAFT.object, DRAFT.outcome)
    assert (entry.links, entry.commitments) == (DRAFT.links, DRAFT.commitments)
    assert (entry.seq, entry.prev, entry.agent) == (3, digest("prev").hex(), IRIS.agent)
    assert (entry.after_size, entry.after_root) == (7, digest("root").hex())
    assert entry.time == "2026-03-01T09:00:00.000000Z"


def test_the_agent_signs_the_domain_and_everything_but_the_signature() -> None:
    whole = json.loads(built())
    signature = base64.b64decode(whole.pop("sig"))
    Ed25519Verifier(IRIS.signer.public).verify(
        b"strongroom/event/v1\0" + canonical(whole), signature
    )


def test_the_signature_holds_for_its_agent_alone() -> None:
    entry = parse_entry(built())
    verify_entry(entry, Ed25519Verifier(IRIS.signer.public))
    with pytest.raises(LedgerTampered):
        verify_entry(entry, Ed25519Verifier(NOOR.signer.public))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("type", EventType.VIEW.value),
        ("time", "2026-03-01T09:00:00.000001Z"),
        ("object", uuid("another record")),
        ("seq", 4),
        ("prev", None),
        ("agent.role", "archivist"),
        ("after.size", 8),
        ("outcome", "failure"),
        ("links.accession", uuid("another accession")),
        ("c.name", digest("another name").hex()),
    ],
)
def test_every_field_is_under_the_signature(path: str, value: Any) -> None:
    entry = parse_entry(changed(path, value))
    with pytest.raises(LedgerTampered):
        verify_entry(entry, Ed25519Verifier(IRIS.signer.public))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("v", 2),
        ("v", True),
        ("v", KeyError),
        ("more", "text"),
        ("type", "urn:strongroom:event:unheard-of"),
        ("type", 1),
        ("time", "2026-03-01T09:00:00Z"),
        ("time", "2026-03-01T09:00:00.000000+00:00"),
        ("time", "2026-13-01T09:00:00.000000Z"),
        ("time", 5),
        ("object", None),
        ("seq", -1),
        ("seq", True),
        ("seq", "3"),
        ("prev", "ABCD"),
        ("prev", digest("prev").hex().upper()),
        ("prev", 0),
        ("agent", []),
        ("agent.kid", KeyError),
        ("agent.name", "Iris"),
        ("agent.role", 1),
        ("after", {}),
        ("after.size", "7"),
        ("after.root", "00"),
        ("outcome", "maybe"),
        ("links", []),
        ("links.accession", 5),
        ("links.accession", {"deep": "er"}),
        ("c.name", "not a digest"),
        ("c.name", None),
        ("sig", None),
        ("sig", "not base64"),
        ("sig", "QR=="),
    ],
)
def test_an_entry_of_another_shape_is_refused(path: str, value: Any) -> None:
    with pytest.raises(LedgerTampered):
        parse_entry(changed(path, value))


def test_a_signature_of_another_length_is_refused() -> None:
    entry = parse_entry(changed("sig", base64.b64encode(bytes(63)).decode()))
    with pytest.raises(LedgerTampered):
        verify_entry(entry, Ed25519Verifier(IRIS.signer.public))


@pytest.mark.parametrize(
    ("links", "commitments"),
    [
        ({"clé": "value"}, {}),
        ({}, {"clé": digest("x").hex()}),
        ({}, {"name": "a plain name"}),
        ({}, {"name": digest("x").hex()[:62]}),
        ({"path": "half \ud83d"}, {}),
        ({"long": "x" * 65_535}, {}),
    ],
)
def test_a_draft_that_could_not_be_read_back_is_not_signed(
    links: dict[str, str], commitments: dict[str, str]
) -> None:
    with pytest.raises(InvalidValue):
        built(EntryDraft(DRAFT.type, DRAFT.object, DRAFT.outcome, links, commitments))


def test_times_are_written_in_utc_to_the_microsecond() -> None:
    seoul = timezone(timedelta(hours=9))
    assert timestamp(datetime(2026, 3, 1, 9, 0, 0, 7, seoul)) == "2026-03-01T00:00:00.000007Z"


def test_event_types_are_terms_of_the_premis_vocabulary_or_our_own() -> None:
    vocabulary = "http://id.loc.gov/vocabulary/preservation/eventType/"
    terms = {
        EventType.INGESTION: "ing",
        EventType.ACCESSION: "acc",
        EventType.CUSTODY_TRANSFERRED: "tra",
        EventType.UNQUARANTINE: "unq",
        EventType.DELETION: "del",
        EventType.REDACTION_MARKED: "red",
        EventType.RELEASE: "dis",
        EventType.VIEW: "dsp",
        EventType.EXPORT: "exp",
        EventType.FIXITY_CHECKED: "fix",
    }
    for kind in EventType:
        if kind in terms:
            assert kind.value == vocabulary + terms[kind]
        else:
            own = kind.name.lower().replace("_", "-")
            assert kind.value == f"urn:strongroom:event:{own}"


def test_the_format_stands_still() -> None:
    body = built()
    assert body.startswith(b'{"after":{"root":"%s","size":7},' % digest("root").hex().encode())
    assert body.endswith(
        b'"time":"2026-03-01T09:00:00.000000Z",'
        b'"type":"http://id.loc.gov/vocabulary/preservation/eventType/ing","v":1}'
    )
    assert (
        leaf_hash(body).hex() == "68c7e72e8b1b2453e173f5a79ab7458826773a78b63003c93c2e6bcddefd6f66"
    )


def test_links_may_bear_the_names_of_fields() -> None:
    links = {"a": 'x","sig":"', "sig": "z", "time": "now", "type": "t", "v": '","time":"'}
    entry = parse_entry(built(EntryDraft(DRAFT.type, DRAFT.object, DRAFT.outcome, links, {})))
    assert entry.links == links
    verify_entry(entry, Ed25519Verifier(IRIS.signer.public))
