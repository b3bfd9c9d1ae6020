"""T4. Evidence bundles: anybody checks one, nobody changes one, and nothing leaks into one."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree
from prov.model import ProvDocument

from archive.bootstrap import utc_now
from archive.errors import InvalidValue, NotPermitted, RecordNotFound
from archive.ledger import commit
from archive.model.provenance import EventOutcome, EventType
from archive.preservation import verifier
from archive.preservation.bag import MANIFEST, TAG_MANIFEST
from archive.services import audit
from archive.services.audit import stamps
from archive.services.audit.bundle_checks import BundleVerdict, verify_bundle
from archive.services.evidence import Bundle, make_bundle
from archive.services.witness import WitnessFolder
from tests import canary, small_archive
from tests.authority import Authority, openssl

XSD = Path(__file__).parents[1] / "vectors" / "premis" / "premis.xsd"
WORDS = [small_archive.SECRET, "copper kettles", "second letter", "a.txt", "b.txt"]


@dataclass(frozen=True, slots=True)
class Made:
    """A small archive that was cosigned and stamped, and two bundles of it as folders."""

    small: small_archive.Small
    authority: Authority
    policy: audit.Policy
    plain: Path
    opened: Path


def write(bundle: Bundle | dict[str, bytes], folder: Path) -> Path:
    files = bundle if isinstance(bundle, dict) else bundle.files
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def cosign_and_stamp(small: small_archive.Small, place: Path) -> tuple[audit.Policy, Authority]:
    archive = small.archive
    files, keys = audit.LogFiles(archive.folder), audit.log_keys(archive.folder.vkeys)
    witness = WitnessFolder.create(place / "witness", "w.example", random=os.urandom)
    witness.trust(audit.pin(archive.catalog, archive.folder.vkeys))
    policy = audit.Policy.parse(f"witness w {witness.vkeys[1]}\nquorum w\n")
    with archive.catalog.read() as view:
        size = files.publish(view.ledger, keys).size
        asked = audit.request(files, size).encode().encode()
        audit.take(files, view.ledger, keys, policy, witness.answer(asked, utc_now))
    authority = Authority.found(place / "tsa", middle=True)
    (archive.folder.path / "authorities").mkdir()
    (archive.folder.path / "authorities" / "tsa-one.pem").write_bytes(authority.root)
    known = stamps.own_authorities(files)
    note = audit.checkpoint(archive.catalog)
    stamps.take(files, note, known, authority.stamp(stamps.stamp_request(note)))
    return policy, authority


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place = tmp_path_factory.mktemp("evidence")
    small = small_archive.build(place)
    policy, authority = cosign_and_stamp(small, place)
    records = [small.released, small.kept]
    plain = make_bundle(small.archive, small.people["auditor"], records)
    fields = ["fixity", "name"]
    opened = make_bundle(small.archive, small.people["custodian"], records, fields)
    folders = write(plain, place / "plain"), write(opened, place / "opened")
    yield Made(small, authority, policy, *folders)
    small.archive.close()


def check(made: Made, folder: Path) -> BundleVerdict:
    known = [stamps.Authority("tsa-one", None, made.authority.root)]
    vkeys = made.small.archive.folder.vkeys
    return verify_bundle(folder, vkeys=vkeys, policy=made.policy, authorities=known)


def outside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own program in a Python that sees the standard library alone."""
    program = folder / "data" / "verify.py"
    command = [sys.executable, "-I", "-S", "-B", str(program), str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def beside(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run the same program in this process."""
    return verifier.main([str(folder)]), capsys.readouterr().out


def test_an_auditor_without_content_keys_makes_a_bundle_that_holds(made: Made) -> None:
    found = check(made, made.plain)
    assert (found.verdict.failures, found.notes) == ([], [])
    assert found.records == [made.small.released, made.small.kept]
    assert found.verdict.cosigned is not None
    assert len(found.times) == 1
    assert found.opened == []
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
    for words in ("signed by the log (Ed25519)", "none left out", "fixity was", "existed when"):
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


def files_of(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_every_byte_changed_dropped_added_or_repeated_is_found_and_named(
    made: Made, tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(made.opened, folder)
    names = files_of(folder)
    assert len(names) > 15
    for name in names:
        path = folder / name
        good = path.read_bytes()
        middle = len(good) // 2
        for bad in (
            None,
            good + b"\n",
            good[:-1],
            good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
            good[:middle] + good[middle : middle + 1] + good[middle:],
            good[1:],
            good + good,
        ):
            path.unlink() if bad is None else path.write_bytes(bad)
            found = check(made, folder).verdict.failures
            named = [one.message for one in found if one.code == "bag"]
            assert any(name in words for words in named), (name, found)
            path.write_bytes(good)
    for extra in ("data/more", "more", "data/entries/more/deep"):
        (folder / extra).parent.mkdir(exist_ok=True)
        (folder / extra).write_bytes(b"")
        assert extra in check(made, folder).verdict.failures[0].message
        (folder / extra).unlink()
    (folder / "data" / "link").symlink_to("bundle.json")
    assert "data/link" in check(made, folder).verdict.failures[0].message
    (folder / "data" / "link").unlink()
    assert check(made, folder).verdict.ok


def test_the_own_program_finds_what_was_changed_too(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(made.opened, folder)
    for name in ("data/bundle.json", "data/premis.xml", MANIFEST, TAG_MANIFEST, "bagit.txt"):
        good = (folder / name).read_bytes()
        (folder / name).write_bytes(good[:-2] + good[-1:])
        code, said = beside(folder, capsys)
        assert (code, name in said) == (4, True), (name, said)
        (folder / name).write_bytes(good)
    (folder / "data" / "more").symlink_to("bundle.json")
    assert beside(folder, capsys)[0] == 4
    (folder / "data" / "more").unlink()
    assert beside(folder, capsys)[0] == 0


def rehash(folder: Path) -> None:
    """Write the bag's manifests anew, as a forger would."""
    names = files_of(folder)
    payload = [name for name in names if name.startswith("data/")]
    total = sum((folder / name).stat().st_size for name in payload)
    info = (folder / "bag-info.txt").read_text().splitlines()[:-1]
    info.append(f"Payload-Oxum: {total}.{len(payload)}\n")
    (folder / "bag-info.txt").write_text("\n".join(info))
    tags = [name for name in names if name not in (*payload, TAG_MANIFEST)]
    for manifest, listed in ((MANIFEST, payload), (TAG_MANIFEST, tags)):
        lines = [
            f"{hashlib.sha512((folder / name).read_bytes()).hexdigest()}  {name}\n"
            for name in sorted(listed)
        ]
        (folder / manifest).write_text("".join(lines))


def changed_facts(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "data" / "bundle.json"
        facts = json.loads(path.read_bytes())
        change(facts)
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        path.write_text(text)

    return edit


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (path,) = sorted((folder / "data").glob(name))[:1]
        text = path.read_bytes()
        assert old.encode() in text
        path.write_bytes(text.replace(old.encode(), new.encode()))

    return edit


def another_time(folder: Path) -> None:
    """Change the time of the first event about a record, in its proof."""
    facts = json.loads((folder / "data" / "bundle.json").read_bytes())
    path = folder / "data" / "entries" / f"{facts['entries'][0]}.tlog-proof"
    lines = path.read_text().split("\n")
    body = base64.b64decode(lines[1].removeprefix("extra "))
    lines[1] = "extra " + base64.b64encode(body.replace(b'"time":"20', b'"time":"19')).decode()
    path.write_text("\n".join(lines))


def without_an_event(facts: dict) -> None:
    del facts["entries"][1]


def a_lie(facts: dict) -> None:
    facts["openings"][0]["value"] = "another.txt"


def with_a_made_up_salt(facts: dict) -> None:
    one = facts["openings"][0]
    one["salt"] = commit("x", "y", bytes(32)).hex()[:32]


def swapped_tokens(folder: Path) -> None:
    facts = json.loads((folder / "data" / "bundle.json").read_bytes())
    (one,) = (head for head in facts["heads"] if "token" in head)
    (folder / "data" / one["token"]).write_bytes(b"\x30\x00")


FORGERIES = {
    "time": (another_time, {"inclusion"}),
    "role": (replaced("entries/*", "index 0\n", "index 1\n"), {"inclusion"}),
    "premis": (replaced("premis.xml", "success", "failure"), {"derived"}),
    "prov": (replaced("prov.json", "success", "failure"), {"derived"}),
    "page": (replaced("README.html", "success", "failure"), {"derived"}),
    "program": (replaced("verify.py", "return 4", "return 0"), {"derived"}),
    "value": (changed_facts(a_lie), {"opening"}),
    "salt": (changed_facts(with_a_made_up_salt), {"opening"}),
    "event": (changed_facts(without_an_event), {"history"}),
    "record": (changed_facts(lambda f: f["records"].pop()), {"bundle"}),
    "members": (changed_facts(lambda f: f["members"].pop(0)), {"agent"}),
    "field": (changed_facts(lambda f: f.update(more=1)), {"bundle"}),
    "growth": (changed_facts(lambda f: f["heads"][0].update(size=3)), {"consistency"}),
    "token": (swapped_tokens, {"stamp"}),
    "log": (replaced("checkpoints/*", "\n\n", "\n\n\u2014 x AAAA\n"), {"inclusion"}),
    "signature": (replaced("checkpoints/*", "\u2014 strong", "\u2014 other"), {"checkpoint"}),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_who_writes_the_manifests_anew_is_found_too(name: str, made: Made, tmp_path: Path) -> None:
    forge, codes = FORGERIES[name]
    folder = tmp_path / "bundle"
    shutil.copytree(made.opened, folder)
    rehash(folder)
    assert check(made, folder).verdict.ok
    forge(folder)
    rehash(folder)
    found = check(made, folder).verdict.failures
    assert "bag" not in {one.code for one in found}
    assert codes <= {one.code for one in found}, found


@pytest.mark.parametrize("name", ["time", "role", "value", "salt", "event", "members", "growth"])
def test_the_own_program_finds_forgeries_too(
    name: str, made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(made.opened, folder)
    FORGERIES[name][0](folder)
    rehash(folder)
    code, said = beside(folder, capsys)
    assert (code, "WRONG:" in said) == (4, True), said


def test_no_flipped_bit_passes_when_the_manifests_are_written_anew(
    made: Made, tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(made.opened, folder)
    # bytes of tokens, certificates and witness lines that nothing signs are left out
    names = [
        name
        for name in files_of(folder)
        if name.startswith("data/") and not name.startswith(("data/times/", "data/cosigned/"))
    ]
    rng = random.Random(6)
    for _ in range(60):
        path = folder / rng.choice(names)
        good = path.read_bytes()
        at = rng.randrange(len(good))
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1 :])
        rehash(folder)
        found = check(made, folder).verdict.failures
        assert {one.code for one in found} - {"bag"}, (path.name, at)
        path.write_bytes(good)


def test_another_archives_keys_a_wrong_folder_and_an_unmet_policy_are_refused(
    made: Made, tmp_path: Path
) -> None:
    from tests.unit.ledger.ledgers import make_log

    found = verify_bundle(made.plain, vkeys=make_log().vkeys)
    assert [one.code for one in found.verdict.failures] == ["checkpoint"]
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(InvalidValue):
            verify_bundle(folder)
    other = WitnessFolder.create(tmp_path / "w", "other.example", random=os.urandom)
    policy = audit.Policy.parse(f"witness w {other.vkeys[1]}\nquorum w\n")
    found = verify_bundle(made.plain, policy=policy)
    assert {one.code for one in found.verdict.failures} == {"quorum"}
