"""Sealing: bytes in, sealed bytes out, and back; seekable (docs/formats/sealed-object.md).

One age header holds the file key of a record in one compartment; it serves many payloads (original,
canonical text, manifest), since every payload begins with its own random nonce and so has its own
key. Header followed by any payload is a stock age file.
"""

from archive.sealing.header import FileKey, new_header, open_header, rewrap_header
from archive.sealing.reader import SealedReader
from archive.sealing.small import open_bytes, seal_bytes
from archive.sealing.supply import HeaderSupply
from archive.sealing.writer import SealingWriter

__all__ = [
    "FileKey",
    "HeaderSupply",
    "SealedReader",
    "SealingWriter",
    "new_header",
    "open_bytes",
    "open_header",
    "rewrap_header",
    "seal_bytes",
]
