"""T4. Evidence bundles: anybody checks one, nobody changes one, and nothing leaks into one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from prov.model import ProvDocument

from archive.errors import InvalidValue, NotPermitted, RecordNotFound
from archive.model.provenance import EventOutcome, EventType
from archive.preservation.bag import MANIFEST
from archive.services import audit
from archive.services.audit.bundle_checks import verify_bundle
from archive.services.oversight.evidence import make_bundle
from tests import canary, small_archive
from tests.authority import openssl
from tests.threats.evidence_rig import Made, check, evidence, outside

XSD = Path(__file__).parents[1] / "vectors" / "premis" / "premis.xsd"
WORDS = [small_archive.SECRET, "copper kettles", "second letter", "a.txt", "b.txt"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with evidence(tmp_path_factory.mktemp("evidence")) as found:
        yield found


def test_an_auditor_without_content_keys_makes_a_bundle_that_holds(made: Made) -> None:
    found = check(made, made.plain)
    assert (found.verdict.failures, found.notes) == ([], [])
    assert found.records == [made.small.released, made.small.kept]
    assert found.verdict.cosigned is not None
    assert len(found.times) == 1
    assert found.opened == []
    (proof,) = (made.plain / "data" / "redactions").iterdir()
    assert proof.stem == made.small.released
    alone = verify_bundle(made.plain)
    assert alone.verdict.ok
    assert len(alone.notes) == 2


def test_nothing_of_a_document_or_source_is_in_a_bundle(made: Made) -> None:
    assert canary.scan([made.plain], WORDS) == []
    assert {one.word for one in canary.scan([made.opened], WORDS)} == {"a.txt", "b.txt"}


def test_the_ledger_knew_before_the_bundle_was_handed_out(made: Made) -> None:
    archive = made.small.archive
    with archive.catalog.read() as view:
        bodies = [json.loads(row.body) for row in view.ledger.entries(0, 2**40)]
    digests = {
        hashlib.sha256((one / MANIFEST).read_bytes()).hexdigest(): opened
        for one, opened in ((made.plain, None), (made.opened, "fixity,name"))
    }
    exports = [one for one in bodies if one["type"] == EventType.EXPORT.value]
    assert len(exports) == 4
    for one in exports:
        assert digests[one["links"]["bundle"]] == one["links"].get("opened")


def test_opened_fields_are_what_was_committed(made: Made) -> None:
    found = check(made, made.opened)
    assert found.verdict.failures == []
    values = {(one.field, one.value) for one in found.opened}
    texts = (small_archive.TEXT, small_archive.OTHER)
    assert values == {
        ("name", "a.txt"),
        ("name", "b.txt"),
        *(("fixity", hashlib.sha256(text.encode()).hexdigest()) for text in texts),
    }


def test_who_may_not_open_or_audit_gets_no_bundle_and_the_ledger_says_so(made: Made) -> None:
    archive, people = made.small.archive, made.small.people
    for name, fields in (("auditor", ["fixity"]), ("researcher", []), ("archivist", [])):
        with pytest.raises(NotPermitted):
            make_bundle(archive, people[name], [made.small.kept], fields)
        (newest,) = audit.timeline(archive.catalog, limit=1)
        assert (newest.outcome, newest.role) == (EventOutcome.DENIED.value, name)
        assert newest.object == made.small.kept
    for records, fields, error in (
        ([made.small.kept], ["query"], InvalidValue),
        ([], [], InvalidValue),
        (["5f0c1de2-8f66-4a53-9d3a-6a3f1f3f7a10"], [], RecordNotFound),
    ):
        size = audit.timeline(archive.catalog, limit=1)[0].index
        with pytest.raises(error):
            make_bundle(archive, people["custodian"], records, fields)
        told = error is RecordNotFound
        assert audit.timeline(archive.catalog, limit=1)[0].index == size + told


@pytest.mark.parametrize("which", ["plain", "opened"])
def test_premis_is_valid_and_prov_is_read_by_another_program(made: Made, which: str) -> None:
    folder = getattr(made, which) / "data"
    schema = etree.XMLSchema(etree.parse(XSD))
    document = etree.parse(folder / "premis.xml")
    schema.assertValid(document)
    spaces = {"p": "http://www.loc.gov/premis/v3"}
    facts = json.loads((folder / "bundle.json").read_bytes())
    assert len(document.findall("p:event", spaces)) == len(facts["entries"])
    event = document.find("p:event", spaces)
    event.remove(event.find("p:eventDateTime", spaces))
    assert not schema.validate(document)
    text = (folder / "prov.json").read_text()
    read = ProvDocument.deserialize(content=text)
    again = ProvDocument.deserialize(content=read.serialize())
    assert read == again
    assert len(list(read.get_records())) > len(facts["entries"])
    assert not read.has_bundles()


def test_the_bundles_own_program_needs_python_and_openssl_alone(made: Made) -> None:
    keys = [word for vkey in made.small.archive.folder.vkeys for word in ("--key", vkey)]
    done = outside(made.opened, *keys)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("The bundle holds.\n")
    for words in (
        "signed by the log (Ed25519)",
        "none left out",
        "fixity was",
        "existed when",
        "none dropped",
    ):
        assert words in done.stdout
    assert "whose log this is" in outside(made.plain).stdout
    other = [word.replace("strongroom.example", "other.example") for word in keys]
    assert outside(made.plain, *other).returncode == 4


def test_the_commands_of_the_courts_guide_check_the_time(made: Made, tmp_path: Path) -> None:
    times = made.plain / "data" / "times"
    (token,) = times.glob("*.tsr")
    note = times / f"{token.name.split('.')[0]}.checkpoint"
    text = "".join(note.read_text().splitlines(keepends=True)[:3])
    (tmp_path / "text").write_text(text)
    (tmp_path / "root.pem").write_bytes(made.authority.root)
    given = ("-data", tmp_path / "text", "-in", token, "-CAfile", tmp_path / "root.pem")
    assert b"Verification: OK" in openssl("ts", "-verify", *given)
    assert b"Time stamp" in openssl("ts", "-reply", "-in", token, "-text")
    (tmp_path / "text").write_text(text.replace("\n", "\n1", 1))
    with pytest.raises(AssertionError):
        openssl("ts", "-verify", *given)
