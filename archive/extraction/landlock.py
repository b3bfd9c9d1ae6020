"""No file or network beyond what is named (kernel: userspace-api/landlock; since Linux 5.13)."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

# linux/landlock.h: rights that a ruleset can handle, by the ABI version that brought them.
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_NET = {4: 0b11}  # bind and connect TCP
_SCOPE = {6: 0b11}  # abstract sockets and signals of processes outside
_READ_FILE, _READ_DIR, _PATH_BENEATH = 1 << 2, 1 << 3, 1

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return the ABI version of this kernel's Landlock; below 1 there is none."""
    return int(_libc.syscall(_CREATE, None, 0, 1))


def enter(readable: Iterable[Path] = ()) -> None:
    """Handle every right that this kernel knows; allow reading `readable` files and folders only.

    Holds for the calling thread and those that it starts later, on top of earlier rulesets.

    Raises:
        OSError: there is no Landlock, or it refused the ruleset.
    """
    abi = version()
    masks = [sum(bits for since, bits in rights.items() if since <= abi) for rights in _RIGHTS]
    size = 8 * (1 + (abi >= 4) + (abi >= 6))  # the structure grew with these versions
    ruleset = _libc.syscall(_CREATE, struct.pack("=3Q", *masks), size, 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "there is no Landlock")
    try:
        for path in readable:
            _allow_reading(ruleset, path)
        if _libc.syscall(_RESTRICT, ruleset, 0):
            raise OSError(ctypes.get_errno(), "Landlock refused the ruleset")
    finally:
        os.close(ruleset)


_RIGHTS = (_FILES, _NET, _SCOPE)


def _allow_reading(ruleset: int, path: Path) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    rights = _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE
    try:
        if _libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0):
            raise OSError(ctypes.get_errno(), "Landlock refused a rule")
    finally:
        os.close(place)
