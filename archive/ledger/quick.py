"""Reading entries of the plain form at a tenth of the price of a JSON parser.

Nearly every entry has nothing but printable ASCII without quotes and backslashes in its texts. One
expression holds what `canonical` and the shape of an entry ask of such bytes: whatever it accepts,
the strict way accepts with the same result; everything else is left to that.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from dataclasses import dataclass
from itertools import pairwise

_TEXT = rb"[ !#-\[\]-~]*"
_MAP = rb'((?:"' + _TEXT + rb'":"' + _TEXT + rb'"(?:,(?=")|(?=\})))*)'
_COUNT = rb"(0|[1-9][0-9]{0,14})"  # below 2**53 with certainty
_ENTRY = re.compile(
    rb'\{"after":\{"root":"([0-9a-f]{64})","size":' + _COUNT + rb"\}"
    rb',"agent":\{"kid":"(' + _TEXT + rb')","role":"(' + _TEXT + rb')"\}'
    rb',"c":\{' + _MAP + rb"\}"
    rb',"links":\{' + _MAP + rb"\}"
    rb',"object":"(' + _TEXT + rb')"'
    rb',"outcome":"(' + _TEXT + rb')"'
    rb',"prev":(null|"[0-9a-f]{64}")'
    rb',"seq":' + _COUNT + rb',"sig":"([A-Za-z0-9+/]{85}[AQgw]==)"'
    rb',"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"'
    rb',"type":"(' + _TEXT + rb')"'
    rb',"v":1\}'
)  # fmt: skip
_PAIRS = re.compile('"([^"]*)":"([^"]*)"')
_HASH = re.compile("[0-9a-f]{64}")
_SIG = 11  # group of the signature
_NAME = len(b',"sig":"')


@dataclass(slots=True)
class Plain:
    """The fields of a plain entry; `unsigned` are its bytes without the signature."""

    root: str
    size: int
    kid: str
    role: str
    commitments: dict[str, str]
    links: dict[str, str]
    object: str
    outcome: str
    prev: str | None
    seq: int
    signature: bytes
    time: str
    type: str
    unsigned: bytes


def read_plain(body: bytes) -> Plain | None:
    """Return the fields of an entry of the plain form, or `None` for any other bytes."""
    match = _ENTRY.fullmatch(body)
    if match is None:
        return None
    found = match.groups()
    texts = [part.decode("ascii") for part in found]
    commitments, links = _map(texts[4]), _map(texts[5])
    if commitments is None or links is None:
        return None
    if not all(map(_HASH.fullmatch, commitments.values())):
        return None
    start, stop = match.span(_SIG)
    prev = texts[8]
    return Plain(
        texts[0],
        int(found[1]),
        texts[2],
        texts[3],
        commitments,
        links,
        texts[6],
        texts[7],
        None if prev == "null" else prev[1:-1],
        int(found[9]),
        a2b_base64(found[10]),
        texts[11],
        texts[12],
        body[: start - _NAME] + body[stop + 1 :],
    )


def _map(text: str) -> dict[str, str] | None:
    """Return the pairs of an object without its braces; `None` unless its keys ascend."""
    pairs = _PAIRS.findall(text)
    if len(pairs) > 1 and not all(one[0] < other[0] for one, other in pairwise(pairs)):
        return None
    return dict(pairs)
