"""Files that a command makes for its user: new, private, never in another's place."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

from archive.errors import InvalidValue


def new_file(path: str, *, replace: bool = False) -> BinaryIO:
    """Make a new file with mode 0600 and return it open for writing.

    With `replace` a file that stands there is removed first.

    Raises:
        InvalidValue: there is something at `path` already, or it cannot be made.
    """
    try:
        if replace:
            with suppress(FileNotFoundError):
                os.unlink(path)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise InvalidValue(f"The file could not be made: {error.strerror}.") from None


def write_out(path: str, data: bytes) -> None:
    """Write bytes to a new file, or to standard output for `-`.

    Raises:
        InvalidValue: there is something at `path` already, or it cannot be made.
    """
    if path == "-":
        sys.stdout.buffer.write(data)
        return
    with new_file(path) as out:
        out.write(data)
