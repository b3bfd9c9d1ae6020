"""Where this machine may leave the memory of a process on a disk: swap and core dumps (proc(5))."""

from __future__ import annotations

import resource
from pathlib import Path

_ENCRYPTED = "CRYPT-"  # prefix of the device-mapper UUID that cryptsetup gives


def plain_swaps(root: Path = Path("/")) -> list[str]:
    """Return the swap areas in use that are on a disk and not encrypted.

    `root` is where `proc`, `sys` and `dev` are looked for.
    """
    try:
        lines = (root / "proc/swaps").read_text().splitlines()[1:]
    except OSError:
        return []
    names = [line.split()[0] for line in lines if line.strip()]
    return [name for name in names if not _harmless(root, name)]


def _harmless(root: Path, name: str) -> bool:
    device = (root / name.lstrip("/")).resolve().name
    if device.startswith("zram"):
        return True
    try:
        identity = (root / "sys/block" / device / "dm/uuid").read_text()
    except OSError:
        return False
    return identity.startswith(_ENCRYPTED)


def core_dumps_allowed() -> bool:
    """Tell whether this process would write its memory to a file if it crashed."""
    return resource.getrlimit(resource.RLIMIT_CORE)[0] != 0


def core_dump_handler(root: Path = Path("/")) -> str | None:
    """Return the program that the kernel hands core dumps to, if there is one."""
    try:
        pattern = (root / "proc/sys/kernel/core_pattern").read_text()
    except OSError:
        return None
    words = pattern.removeprefix("|").split()
    return words[0] if pattern.startswith("|") and words else None
