"""Verifications that go on by themselves: started, looked at, stopped; one for each member.

Each runs in a process of its own (`running`), which has public keys only. Where it stands is in a
file beside the archive, so that it outlives the page, the session and the process that served
them. The file is authenticated with a key of the pages: what somebody else put there, or pages
that ended without handing on their key, tells nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.errors import ArchiveBusy
from archive.ledger import Finding, timestamp
from archive.services.audit.checking import parse_pin
from archive.services.audit.stages import Stage
from archive.services.log_files import log_keys
from archive.storage import ArchiveFolder
from archive.storage.durable import FILE_MODE, FOLDER_MODE

FOLDER = "verifications"
_PATIENCE = 5.0  # seconds for a run that was told to stop
_LOOK = 0.02  # seconds between looks whether it has
_ID_BYTES = 16
_MAC_CHARS = 64  # HMAC-SHA-256 in hex
_starting = threading.Lock()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified: against a `pin` that was kept, and with every stored `object`."""

    pin: str | None = None
    objects: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found: size and root (hex) of the tree, how many failures and the first of them.

    `note` is the checkpoint of that size, `keys` the log's verifier keys of all times; `cosigned`
    is how many entries a quorum has seen, where there is a policy.
    """

    size: int
    root: str
    failed: int
    failures: tuple[Finding, ...]
    note: str | None
    keys: tuple[str, ...]
    cosigned: int | None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class Run:
    """A run: when it began and ended (RFC 3339), how much of each stage is done, what it found.

    `problem` is the code of the error that ended it. One that is not `running` and did not end was
    cut off.
    """

    began: str
    asked: Asked
    stages: dict[Stage, tuple[int, int]] = field(default_factory=dict)
    ended: str | None = None
    outcome: Outcome | None = None
    problem: str | None = None
    running: bool = False

    @property
    def cut_off(self) -> bool:
        """Whether it is over without having come to its end."""
        return not self.running and self.ended is None

    def write(self, path: Path, key: bytes) -> None:
        """Put the run into its file, authenticated with `key`; what was there is replaced whole."""
        body = json.dumps(asdict(self)).encode()
        beside = path.with_suffix(".new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as out:
            out.write(_mac(key, body) + body)
        beside.replace(path)

    @classmethod
    def read(cls, path: Path, key: bytes) -> Run | None:
        """Return the run of a file, `None` when there is none that `key` authenticates."""
        try:
            data = path.read_bytes()
        except OSError:
            return None
        mac, body = data[:_MAC_CHARS], data[_MAC_CHARS:]
        return _parsed(json.loads(body)) if hmac.compare_digest(mac, _mac(key, body)) else None


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256).hex().encode()


def _parsed(told: dict[str, Any]) -> Run:
    outcome = told["outcome"]
    if outcome is not None:
        outcome["failures"] = tuple(Finding(**one) for one in outcome["failures"])
        outcome = Outcome(**{**outcome, "keys": tuple(outcome["keys"])})
    stages = {Stage(name): (done, total) for name, (done, total) in told["stages"].items()}
    asked = Asked(**told["asked"])
    return Run(**{**told, "asked": asked, "stages": stages, "outcome": outcome})


class Runs:
    """The runs of one member; `owner` is the process that a run ends with.

    `key` (32 bytes) authenticates what runs write. Several threads may use it, in one process.
    """

    def __init__(self, folder: ArchiveFolder, member: str, key: bytes, owner: int) -> None:
        place = folder.path / FOLDER
        self._folder = folder
        self._key = hmac.digest(key, f"verification by {member}".encode(), hashlib.sha256)
        self._owner = owner
        self._told = place / f"{member}.json"
        self._locked = place / f"{member}.lock"

    def start(self, asked: Asked, collection: str, now: datetime) -> None:
        """Start a run; the one before it is forgotten.

        Raises:
            ArchiveBusy: the member's last one is still at work.
            InvalidValue: what was given is no pin.
            LedgerTampered: the pin, or the archive's own public keys, do not hold.
        """
        log_keys(self._folder.vkeys)
        if asked.pin is not None:
            parse_pin(asked.pin)
        self._locked.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        with _starting, self._lock() as descriptor:
            run = secrets.token_hex(_ID_BYTES).encode()
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, run, 0)
            Run(timestamp(now), asked, _stages(asked, self._folder)).write(self._told, self._key)
            _spawn(descriptor, self._task(run, collection))

    def _task(self, run: bytes, collection: str) -> dict[str, Any]:
        return {
            "folder": str(self._folder.path),
            "collection": collection,
            "told": str(self._told),
            "key": self._key.hex(),
            "run": run.decode(),
            "owner": self._owner,
        }

    @contextmanager
    def _lock(self) -> Iterator[int]:
        """Hold the member's lock; a run of pages that are gone is told to stop first.

        Raises:
            ArchiveBusy: a run of these pages holds it.
        """
        deadline = time.monotonic() + _PATIENCE
        with self._opened() as descriptor:
            while not _take(descriptor):
                ours = Run.read(self._told, self._key)
                if (ours is not None and ours.ended is None) or time.monotonic() > deadline:
                    raise ArchiveBusy("Your last verification is still at work.")
                if ours is None:
                    os.ftruncate(descriptor, 0)
                time.sleep(_LOOK)
            yield descriptor

    @contextmanager
    def _opened(self) -> Iterator[int]:
        descriptor = os.open(self._locked, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def state(self) -> Run | None:
        """Return the member's newest run, `None` when these pages know of none."""
        with _starting:
            running = self._running()
            run = Run.read(self._told, self._key)
        return None if run is None else replace(run, running=running and run.ended is None)

    def stop(self) -> bool:
        """Stop a run that is at work and forget it; return whether there was one.

        Raises:
            ArchiveBusy: it does not stop.
        """
        with _starting:
            if not self._running():
                return False
            with self._opened() as descriptor:
                os.ftruncate(descriptor, 0)
                deadline = time.monotonic() + _PATIENCE
                while not _take(descriptor):
                    if time.monotonic() > deadline:
                        raise ArchiveBusy("The verification does not stop.")
                    time.sleep(_LOOK)
                self._told.unlink(missing_ok=True)
        return True

    def _running(self) -> bool:
        """Return whether a process has the member's lock (flock(2)): it drops with the process."""
        if not self._locked.exists():
            return False
        with self._opened() as descriptor:
            return not _take(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stages(asked: Asked, folder: ArchiveFolder) -> dict[Stage, tuple[int, int]]:
    """Return the stages that a run will have; how much each is shows when it comes to it."""
    chosen = {
        Stage.WITNESSES: folder.policy.exists(),
        Stage.PIN: asked.pin is not None,
        Stage.OBJECTS: asked.objects,
    }
    return {one: (0, 0) for one in Stage if chosen.get(one, True)}


def _spawn(lock: int, task: dict[str, Any]) -> None:
    """Start a fresh interpreter that inherits the lock and nothing else of this process."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-I", "-c", _PROGRAM, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONPATH": "", "PATH": os.defpath},
        pass_fds=(lock,),
        start_new_session=True,
    )
    threading.Thread(target=process.communicate, args=(json.dumps(task).encode(),)).start()


_PROGRAM = (
    f"import sys; sys.path.append({str(Path(__file__).parents[3])!r}); "
    "from archive.services.audit.running import main; main()"
)
