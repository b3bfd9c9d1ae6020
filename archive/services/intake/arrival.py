"""What is checked of a file as it arrives: its sender's checksums, and a virus scan if set up.

What fails a check is held in quarantine: stored sealed like anything else, but not searchable and
never released until an archivist accepts it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archive.errors import UnreadableFile
from archive.services.checksums import Checksum
from archive.services.virus import Scanner

_CHANGED = "it changed while it was read"
_WITH_PARENT = "it was inside a file that is in quarantine"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the checks came out.

    `checks` are words for the manifest, `flags` fixed words for the ledger, `quarantine` is why the
    file is held back, if it is.
    """

    checks: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    quarantine: str | None = None

    def inside(self) -> Arrival:
        """Return what a file found inside this one inherits."""
        return Arrival(quarantine=_WITH_PARENT) if self.quarantine else UNCHECKED


UNCHECKED = Arrival()
"""Nothing was checked, and nothing is held back."""


SCAN = "virus scan"
"""What the verdict of a scanner is kept under."""

CLEAN = "nothing found"
"""The verdict of a scanner that found nothing."""


def differing(checksums: Iterable[Checksum], digests: Mapping[str, str]) -> str | None:
    """Say which supplied checksum is not that of the content, if there is one."""
    for one in checksums:
        if digests[one.algorithm] != one.digest:
            return f"its {one.algorithm} checksum is not the one in {one.origin}"
    return None


def infected(found: str) -> str:
    """Say what a scanner's signature `found` means."""
    return f"the virus scanner found {found}"


def inspect(
    scanner: Scanner | None,
    blocks: Iterator[bytes],
    digests: Mapping[str, str],
    checksums: tuple[Checksum, ...],
    inherited: Arrival,
) -> Arrival:
    """Compare the supplied checksums with the `digests` of the content, and have it scanned.

    `digests` holds the SHA-256 and one digest for each algorithm among `checksums`.

    Raises:
        UnreadableFile: the scanner gave no verdict, or the content is not what was hashed.
    """
    if scanner is None and not checksums and inherited is UNCHECKED:
        return UNCHECKED
    checks: dict[str, str] = {}
    flags: dict[str, str] = {}
    held = [inherited.quarantine]
    if checksums:
        wrong = differing(checksums, digests)
        checks |= {f"{one.algorithm} in {one.origin}": one.digest for one in checksums}
        flags["checksum"] = "differs" if wrong else "agrees"
        held.append(wrong)
    if scanner is not None:
        found = scanner.scan(_same(blocks, digests["sha256"]))
        checks[SCAN] = found or CLEAN
        flags["virus"] = "found" if found else "nothing-found"
        held.append(infected(found) if found else None)
    reasons = [reason for reason in held if reason]
    if reasons:
        flags["quarantine"] = "held"
    return Arrival(checks, flags, "; ".join(reasons) or None)


def _same(blocks: Iterator[bytes], digest: str) -> Iterator[bytes]:
    """Yield the blocks, and refuse the last when they are not what was hashed before."""
    seen = hashlib.sha256()
    for block in blocks:
        seen.update(block)
        yield block
    if seen.hexdigest() != digest:
        raise UnreadableFile(_CHANGED)
