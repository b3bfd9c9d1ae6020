"""The virtual machine behind `iscc_tika`: where it starts, and how it gets at a document.

It starts threads and wants files of its own, so it is started after a fork, before the process is
confined for good and before it holds a byte of a document (see `Confinement.THREADS`). Many of its
parsers want a file to seek in; they would write one to the temp folder, and are given a memory file
by its path instead.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_WARM_UP = b" "
_PICTURE = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
_scratch: int | None = None


def load() -> Any:
    """Return the module `iscc_tika`, importing it only now: most runs never need it.

    Raises:
        ImportError: it is not installed.
    """
    return importlib.import_module("iscc_tika")


def start() -> None:
    """Start the virtual machine and its threads in this process by reading nothing with it.

    Opens the one memory file that `path_of` will use in this process.
    """
    global _scratch  # noqa: PLW0603 - of this process, like the machine itself
    _scratch = _memory_file()
    stream, _ = load().Extractor().extract_bytes(bytearray(_WARM_UP))
    stream.read(len(_WARM_UP))
    # Parsers of documents with pictures need the library for pictures; it is loaded before the
    # picture is refused for want of a temp file.
    with suppress(OSError, RuntimeError, TypeError, ValueError):
        stream, _ = load().Extractor().extract_bytes(bytearray(_PICTURE))
        stream.read(len(_PICTURE))


def readable() -> tuple[Path, ...]:
    """Return the files and folders that it opens while it starts."""
    spec = find_spec("iscc_tika")
    places = tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()
    return (*places, Path("/proc/self/maps"), Path("/dev/random"), Path("/dev/urandom"))


@contextmanager
def path_of(data: bytes) -> Iterator[str]:
    """Yield a path that opens `data` for reading in this process only, and that is on no disk.

    Inside the sandbox there is one memory file: finish with one path before asking for the next.
    """
    descriptor = _memory_file() if _scratch is None else _scratch
    try:
        os.ftruncate(descriptor, 0)
        view = memoryview(data)
        while view:
            view = view[os.pwrite(descriptor, view, len(data) - len(view)) :]
        yield f"/proc/self/fd/{descriptor}"
    finally:
        if descriptor != _scratch:
            os.close(descriptor)


def _memory_file() -> int:
    return os.memfd_create("document", os.MFD_CLOEXEC)
