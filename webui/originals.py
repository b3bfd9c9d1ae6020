"""An original on its way out: under an opaque name, never shown in the browser."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from io import RawIOBase

from flask import Response

from archive.model.ids import RecordId
from archive.services.reading_room import access
from webui.desk import archive, session
from webui.headers import FILE_POLICY

_BLOCK = 1 << 16  # bytes


def download(record: RecordId) -> Response:
    """Return the original of a record as a sandboxed attachment, block by block.

    Raises:
        NotPermitted: the member may not read originals.
        RecordNotFound, ObjectMissing, BindingMismatch: see `access.original`.
    """
    found = access.original(archive(), session(), record)
    ending = mimetypes.guess_extension(found.media_type, strict=True) or ".bin"
    answer = Response(_blocks(found.stream), mimetype="application/octet-stream")
    answer.content_length = found.size
    answer.headers["Content-Disposition"] = f'attachment; filename="{record}{ending}"'
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


def _blocks(stream: RawIOBase) -> Iterator[bytes]:
    with stream:
        while block := stream.read(_BLOCK):
            yield block
