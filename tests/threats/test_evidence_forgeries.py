"""T4. Evidence bundles that somebody changed: every change is found and named."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import InvalidValue
from archive.ledger import commit
from archive.preservation.bag import MANIFEST, TAG_MANIFEST
from archive.services import audit
from archive.services.audit.bundle_checks import verify_bundle
from archive.services.oversight.witness import WitnessFolder
from tests.threats.evidence_rig import Made, beside, check, evidence


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with evidence(tmp_path_factory.mktemp("evidence")) as found:
        yield found


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


def without_a_passage(folder: Path) -> None:
    """Drop the last passage from the proof of a reading copy."""
    (path,) = (folder / "data" / "redactions").iterdir()
    proof = json.loads(path.read_bytes())
    proof["leaves"].pop()
    path.write_text(json.dumps(proof, sort_keys=True, separators=(",", ":")))


def without_the_proof(folder: Path) -> None:
    shutil.rmtree(folder / "data" / "redactions")


def with_a_stray_proof(folder: Path) -> None:
    (folder / "data" / "redactions" / "other.json").write_bytes(b"{}")


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
    "passage": (without_a_passage, {"redaction"}),
    "proof": (without_the_proof, {"redaction"}),
    "stray": (with_a_stray_proof, {"bundle"}),
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


OWN = ("time", "role", "value", "salt", "event", "members", "growth", "passage", "proof")


@pytest.mark.parametrize("name", OWN)
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
