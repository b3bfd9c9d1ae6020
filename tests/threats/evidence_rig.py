"""What tests of evidence bundles need: an archive cosigned and stamped, and two bundles of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.bootstrap import utc_now
from archive.preservation import verifier
from archive.services import audit
from archive.services.audit import stamps
from archive.services.audit.bundle_checks import BundleVerdict, verify_bundle
from archive.services.oversight.evidence import Bundle, make_bundle
from archive.services.oversight.witness import WitnessFolder
from tests import small_archive
from tests.authority import Authority


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


@contextmanager
def evidence(place: Path) -> Iterator[Made]:
    """Build the archive and the bundles below `place`."""
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
