"""A pytest plugin that puts our storage and codec under Whoosh's own tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import whoosh.codec
from whoosh.filedb import filestore
from whoosh.util import testing

from archive.search.folder import IndexFolder
from tests.oracle.sealed_storage import SealedStorage
from tests.oracle.segment_codec import SegmentCodec


def sealed(path: str | None = None, **_: Any) -> SealedStorage:
    """Return an empty sealed storage in a folder of its own."""
    parent = Path(path or tempfile.mkdtemp())
    folder = IndexFolder(parent / os.urandom(4).hex())
    folder.make()
    return SealedStorage(folder, os.urandom(32), {}, 0, random=os.urandom)


whoosh.codec.default_codec = lambda *_, **__: SegmentCodec()
filestore.RamStorage = sealed
testing.FileStorage = sealed
