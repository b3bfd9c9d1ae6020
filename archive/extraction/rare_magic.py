"""Signatures of rarer formats, from the table of puremagic: its data, none of its guessing.

Only what stands at a fixed place and is four bytes or longer is used: shorter signatures and those
at the end of a file turn up in anything. A format found here has a name in the catalogue of the
archive but no reader.
"""

from __future__ import annotations

import re
from functools import cache

import puremagic

from archive.extraction.magic import Signatures

_LONG_ENOUGH = 4  # bytes; 3,000 files of noise gave no match
_WITHIN = 1 << 16  # bytes
_KIND = re.compile(r"(?:application|audio|font|image|model|video)/[a-z0-9][a-z0-9.+-]{0,80}")
# Formats with readers or with finer signatures of our own, which have said no already.
_DECIDED = re.compile(
    r".*(?:openxml|opendocument|sun\.xml|epub|zip|pdf|rtf|mbox|msword|ms-excel|ms-powerpoint|excel"
    r"|powerpoint|binary|octet|java-archive|xml|tar|script|awk|csh|yaml)"
)


def rare(head: bytes) -> str | None:
    """Return the media type of the longest signature that stands in its place, or `None`."""
    return next((kind for _, _, kind in _signatures().standing(head)), None)


@cache
def _signatures() -> Signatures:
    """Return the signatures, the longest first; of two that are the same the first one counts."""
    found: dict[tuple[int, bytes], str] = {}
    for row in puremagic.magic_header_array:
        kind, size = row.mime_type.strip().lower(), len(row.byte_match)
        usable = size >= _LONG_ENOUGH and 0 <= row.offset <= _WITHIN
        if usable and any(row.byte_match) and _KIND.fullmatch(kind) and not _DECIDED.match(kind):
            found.setdefault((row.offset, row.byte_match), kind)
    table = [(offset, magic, kind) for (offset, magic), kind in found.items()]
    return Signatures(sorted(table, key=lambda one: (-len(one[1]), one[0])))
