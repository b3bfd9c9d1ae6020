"""The ledger's files beside the catalog: tiles and entry bundles, those of today and older ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from archive.errors import LedgerTampered
from archive.ledger import LogKey, Verdict, open_checkpoint, verify_tiles
from archive.ledger.tiles import HASH, HEIGHT, WIDTH, bundle_name, parse_bundle, tile_name
from archive.services.audit.stages import Progress, Stage, unheard
from archive.services.log_files import CHECKPOINT, LogFiles

_BUNDLES = "tile/entries/"
_PARTIAL = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})\.p/([1-9][0-9]{0,2})")


def verify_files(
    files: LogFiles, keys: Sequence[LogKey], verdict: Verdict, progress: Progress = unheard
) -> None:
    """Recompute the published files; a checkpoint that nobody signed was reported before."""
    try:
        note = files.note(CHECKPOINT)
        if note is None and (files.path / "tile").exists():
            verdict.fail("published", None, f"there are tiles, and `{CHECKPOINT}` is missing")
        head = open_checkpoint(note or "", keys)
    except LedgerTampered:
        return
    # step 18: tiles are those of the entry bundles, and these those of the published checkpoint
    if verify_tiles(_counted(files, head.size, progress), head.size, verdict.fail) != head.root:
        verdict.fail("published", head.size, "the entry bundles are not those of the checkpoint")
    for name in files.partials():
        _older(files, name, head.size, verdict)


def _counted(files: LogFiles, size: int, progress: Progress) -> Callable[[str], bytes]:
    """Return what reads a file and tells how many entry bundles were read."""
    count, total = 0, -(-size // WIDTH)

    def read(name: str) -> bytes:
        nonlocal count
        if name.startswith(_BUNDLES):
            count += 1
            progress(Stage.FILES, min(count, total), total)
        return files.read(name)

    return read


def _older(files: LogFiles, name: str, size: int, verdict: Verdict) -> None:
    """Compare a partial file of an earlier checkpoint with the one that has grown out of it."""
    found = _PARTIAL.fullmatch(name)
    if found is None:
        return
    kind, place, width = found[1], int(re.sub("[x/]", "", found[2])), int(found[3])
    entries = kind == "entries"
    level = 0 if entries else int(kind)
    now = min(WIDTH, (size >> (HEIGHT * level)) - place * WIDTH)
    if width >= now:
        return  # the one of today, which was compared, or one that is not published yet
    try:
        whole = files.read(bundle_name(place, now) if entries else tile_name(level, place, now))
    except LedgerTampered:
        return  # that it is missing was reported
    if not _begins(files, name, whole, width, entries=entries):
        words = f"{name} is not how the newer file begins"
        verdict.fail("bundle" if entries else "tile", place * WIDTH ** (level + 1), words)


def _begins(files: LogFiles, name: str, whole: bytes, width: int, *, entries: bool) -> bool:
    try:
        part = files.read(name)
        if entries:
            parse_bundle(part, width)
    except LedgerTampered:
        return False
    return whole.startswith(part) and (entries or len(part) == width * HASH)
