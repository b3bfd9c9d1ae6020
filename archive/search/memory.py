"""Memory that is freed and taken again stays with the process for a while.

Writing a segment again takes arrays of some 10 MB a hundred times. The C library gives each back to
the system at once and gets empty pages for the next, which is a third of the processor time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # mallopt(3)
_LARGE = 32 << 20  # bytes; the greatest that the C library comes to by itself, on 64 bits
_KEPT = 512 << 20  # bytes


@contextmanager
def reused() -> Iterator[None]:
    """Keep what is freed inside, up to `_KEPT`, and give it back at the end.

    Threads that begin later have one heap together: what each of many keeps is never given back.
    Does nothing where the C library is not glibc.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        yield
        return
    library.mallopt(_ARENA_MAX, 1)  # threads have one heap, not small ones that are given back
    library.mallopt(_MMAP_THRESHOLD, _LARGE)
    library.mallopt(_TRIM_THRESHOLD, _KEPT)
    try:
        yield
    finally:
        library.mallopt(_TRIM_THRESHOLD, 2 * _LARGE)
        library.malloc_trim(0)
