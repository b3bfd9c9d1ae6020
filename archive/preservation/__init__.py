"""Forms in which others keep and read what the archive knows: BagIt, PREMIS 3, PROV-JSON.

Pure functions from values to bytes; nothing here opens, signs or decides anything.
"""

from archive.preservation.bag import Flaw, bag, flaws
from archive.preservation.history import Opened, Step
from archive.preservation.premis import premis
from archive.preservation.prov import prov_json

__all__ = ["Flaw", "Opened", "Step", "bag", "flaws", "premis", "prov_json"]
