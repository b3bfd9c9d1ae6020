"""Rebuilt pages: pixels with boxes burnt in, our own words laid under them, nothing else.

Pure: canonical text, plan and raw pixels in, a PDF out (docs/formats/reading-copy.md, "Pages").
"""

from __future__ import annotations

from archive.redaction.pages.anew import Leaf, Run, leaves, set_anew, telling
from archive.redaction.pages.document import LARGEST, PageWriter, PlacedWord
from archive.redaction.pages.fonts import is_legible
from archive.redaction.pages.heads import heads, with_regions
from archive.redaction.pages.layout import Layout, PageLayout, lay_out, under
from archive.redaction.pages.pixels import Pixels, burn, inscribe, veil
from archive.redaction.pages.scan import spelled_out
from archive.redaction.pages.sighted import hiding, is_hidden, seen_region
from archive.redaction.pages.typeset import add_sheet, picture_of_sheet, typeset, with_last_page

__all__ = [
    "LARGEST",
    "Layout",
    "Leaf",
    "PageLayout",
    "PageWriter",
    "Pixels",
    "PlacedWord",
    "Run",
    "add_sheet",
    "burn",
    "heads",
    "hiding",
    "inscribe",
    "is_hidden",
    "is_legible",
    "lay_out",
    "leaves",
    "picture_of_sheet",
    "seen_region",
    "set_anew",
    "spelled_out",
    "telling",
    "typeset",
    "under",
    "veil",
    "with_last_page",
    "with_regions",
]
