"""Rebuilt pages: pixels with boxes burnt in, our own words laid under them, nothing else.

Pure: canonical text, plan and raw pixels in, a PDF out (docs/formats/reading-copy.md, "Pages").
"""

from __future__ import annotations

from archive.redaction.pages.document import LARGEST, PageWriter
from archive.redaction.pages.heads import heads, with_regions
from archive.redaction.pages.layout import PageLayout, lay_out, under
from archive.redaction.pages.pixels import burn, inscribe, veil
from archive.redaction.pages.scan import spelled_out
from archive.redaction.pages.sighted import hiding, is_hidden, seen_region
from archive.redaction.pages.typeset import typeset, with_last_page

__all__ = [
    "LARGEST",
    "PageLayout",
    "PageWriter",
    "burn",
    "heads",
    "hiding",
    "inscribe",
    "is_hidden",
    "lay_out",
    "seen_region",
    "spelled_out",
    "typeset",
    "under",
    "veil",
    "with_last_page",
    "with_regions",
]
