"""What exists in the archive: opaque ids, digests, sizes, states, times and sealed blobs.

`Catalog` opens the database; `Snapshot` (reading) and `Transaction` (writing) give gateways to its
rows, one attribute per noun. Nothing in here can open what it holds.
"""

from archive.catalog.database import Catalog
from archive.catalog.snapshot import Snapshot, Transaction

__all__ = ["Catalog", "Snapshot", "Transaction"]
