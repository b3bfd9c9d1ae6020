"""The log and its proofs, checked by three programs that are not ours; each is skipped aloud.

npm `@sigstore/verify`, the `aics-tlog` command, and Go's sumdb packages as Debian has them.
"""

from __future__ import annotations

import base64
import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from archive.ledger import EntryProof
from tests.unit.ledger.ledgers import NOOR, PAVEL, Ledger, draft

HERE = Path(__file__).parent / "outside"
BUILD = Path(__file__).parents[3] / "build"
SIZE = 600
OLD = 257
AICS = "aics-tlog==0.2.1"
GOPATH = Path("/usr/share/gocode")
SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, an Ed25519 key in DER
SkipAloud = Callable[[str], NoReturn]


@dataclass(frozen=True, slots=True)
class Log:
    """A published log of 600 entries, with proofs of some of them in files."""

    folder: Path
    vkey: str
    proofs: list[EntryProof]
    files: list[Path]
    old: str

    @property
    def public(self) -> bytes:
        """The Ed25519 key."""
        return base64.b64decode(self.vkey.split("+", 2)[2])[1:]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    place = tmp_path_factory.mktemp("outside")
    ledger = Ledger(place / "catalog.sqlite").found()
    number = 5
    while number < SIZE:
        step = min(63, OLD - number if number < OLD else SIZE - number)
        events = [draft(about=f"record {number + one}") for one in range(step)]
        ledger.write(PAVEL if number % 2 else NOOR, *events)
        number += step
    head = ledger.publish()
    assert head.size == SIZE
    proofs = [ledger.prove(str(index))[0] for index in (0, 1, 254, 255, 256, 257, 511, 599)]
    files = []
    for one in proofs:
        files.append(place / f"{one.index}.tlog-proof")
        files[-1].write_text(one.encode())
    with ledger.catalog.read() as view:
        old = view.ledger.checkpoint_at(OLD)
    assert old is not None
    yield Log(ledger.files.path, ledger.log.vkeys[0], proofs, files, old)
    ledger.close()


@contextmanager
def building(name: str) -> Iterator[Path]:
    """Give the folder of a program under `build/`, to one process of the tests at a time."""
    place = BUILD / name
    place.mkdir(parents=True, exist_ok=True)
    with (BUILD / f"{name}.lock").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield place


def run(command: list[str | Path], text: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **env},
    )


@pytest.fixture(scope="module")
def sigstore(skip_aloud: SkipAloud) -> list[str | Path]:
    """npm `@sigstore/verify` by its lock file."""
    if not (shutil.which("node") and shutil.which("npm")):
        skip_aloud("the ledger by @sigstore/verify: node and npm are not installed")
    with building("npm-sigstore") as place:
        for name in ("package.json", "package-lock.json", "check.cjs"):
            shutil.copy(HERE / name, place / name)
        words = ["npm", "ci", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund"]
        there = (place / "node_modules" / "@sigstore" / "verify").is_dir()
        if not there and run(words).returncode:
            skip_aloud("the ledger by @sigstore/verify: npm cannot reach its registry")
    return ["node", place / "check.cjs"]


@pytest.fixture(scope="module")
def aics(skip_aloud: SkipAloud) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The `aics-tlog` command; it asks for a newer Python than it needs."""
    if importlib.util.find_spec("pip") is None:
        skip_aloud("the ledger by aics-tlog: there is no pip")
    with building("aics-tlog") as place:
        words = ["-m", "pip", "install", "--quiet", "--no-deps", "--ignore-requires-python"]
        there = (place / "aics_tlog").is_dir()
        if not there and run([sys.executable, *words, "--target", place, AICS]).returncode:
            skip_aloud("the ledger by aics-tlog: pip cannot reach its index")
    program = "import sys; from aics_tlog.cli import main; sys.exit(main())"

    def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, "-c", program, *words], PYTHONPATH=str(place))

    return call


@pytest.fixture(scope="module")
def sumdb(skip_aloud: SkipAloud) -> Path:
    """Our few lines of Go around `golang.org/x/mod/sumdb`, built from Debian's sources alone."""
    if shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb").is_dir():
        skip_aloud("the ledger by Go: install golang-go and golang-golang-x-mod-dev")
    with building("go-sumdb") as place:
        env = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(place / "cache")}
        program = place / "check"
        done = run(["go", "build", "-o", program, HERE / "check.go"], **env, GOFLAGS="")
    assert done.returncode == 0, done.stderr
    return program


def job(log: Log, proofs: list[EntryProof]) -> str:
    told = [
        {
            "index": one.index,
            "body": base64.b64encode(one.body).decode(),
            "hashes": [base64.b64encode(each).decode() for each in one.hashes],
            "note": one.note,
        }
        for one in proofs
    ]
    name, key_hash, _ = log.vkey.split("+", 2)
    spki = base64.b64encode(SPKI + log.public).decode()
    return json.dumps({"origin": name, "keyHash": key_hash, "spki": spki, "proofs": told})


def forged(one: EntryProof) -> list[EntryProof]:
    """Return the proof with one thing changed at a time."""
    other = bytes([one.hashes[0][0] ^ 1]) + one.hashes[0][1:]
    size = one.note.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n")
    return [
        EntryProof(one.index + 1, one.body, one.hashes, one.note),
        EntryProof(one.index, one.body + b" ", one.hashes, one.note),
        EntryProof(one.index, one.body, (other, *one.hashes[1:]), one.note),
        EntryProof(one.index, one.body, one.hashes, size),
    ]


def test_sigstore_verifies_checkpoint_and_inclusion(log: Log, sigstore: list[str | Path]) -> None:
    done = run(sigstore, job(log, log.proofs))
    assert (done.returncode, done.stdout) == (0, f"ok {len(log.proofs)}\n"), done
    for one in forged(log.proofs[3]):
        done = run(sigstore, job(log, [one]))
        assert (done.returncode, done.stdout[:7]) == (1, "refused")


def test_aics_tlog_verifies_checkpoint_inclusion_and_growth(
    log: Log, aics: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    key = ["--log-key", log.vkey, "--origin", log.vkey.split("+")[0]]
    tiles = ["--tiles", log.folder]
    done = aics("verify-checkpoint", *tiles, *key)
    assert done.returncode == 0, done
    leaf = tmp_path / "leaf"
    for one in log.proofs:
        leaf.write_bytes(one.body)
        words = ["verify-inclusion", "--leaf", leaf, "--index", str(one.index), *tiles, *key]
        done = aics(*words)
        assert done.returncode == 0, done
    leaf.write_bytes(log.proofs[0].body + b" ")
    assert aics("verify-inclusion", "--leaf", leaf, "--index", "0", *tiles, *key).returncode != 0
    old = tmp_path / "old"
    old.write_text(log.old)
    words = ["verify-consistency", "--old-checkpoint", old, *tiles, *key]
    assert aics(*words).returncode == 0
    old.write_text(log.old.replace(f"\n{OLD}\n", f"\n{OLD - 1}\n"))
    assert aics(*words).returncode != 0


def test_go_verifies_tiles_bundles_proofs_and_growth(log: Log, sumdb: Path, tmp_path: Path) -> None:
    done = run([sumdb, log.folder, log.vkey, str(OLD), *log.files])
    assert done.stdout == f"ok {SIZE} entries, {len(log.files)} proofs\n", done
    for number, one in enumerate(forged(log.proofs[4])):
        path = tmp_path / f"{number}.tlog-proof"
        path.write_text(one.encode())
        done = run([sumdb, log.folder, log.vkey, str(OLD), path])
        assert (done.returncode, done.stdout[:7]) == (1, "refused")
    copy = tmp_path / "copy"
    shutil.copytree(log.folder, copy)
    tile = copy / "tile" / "0" / "000"
    data = bytearray(tile.read_bytes())
    data[5000] ^= 1
    tile.write_bytes(data)
    done = run([sumdb, copy, log.vkey, str(OLD)])
    assert (done.returncode, done.stdout[:7]) == (1, "refused")
