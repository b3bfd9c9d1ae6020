"""Reading entries of the plain form at a tenth of the price of a JSON parser.

Nearly every entry has nothing but printable ASCII without quotes and backslashes in its texts. One
expression holds what `canonical` and the shape of an entry ask of such bytes: whatever it accepts,
the strict way accepts with the same result; everything else is left to that.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from archive.model.provenance import Agent, Entry, EventOutcome, EventType

DOMAIN = b"strongroom/event/v1\0"
"""What a member signs begins with this."""

_TEXT = r"[ !#-\[\]-~]*"
_MAP = r'((?:"' + _TEXT + r'":"' + _TEXT + r'"(?:,(?=")|(?=\})))*)'
_HASHES = r'((?:"' + _TEXT + r'":"[0-9a-f]{64}"(?:,(?=")|(?=\})))*)'
_COUNT = r"(0|[1-9][0-9]{0,14})"  # below 2**53 with certainty
_ENTRY = re.compile(
    r'\{"after":\{"root":"([0-9a-f]{64})","size":' + _COUNT + r"\}"
    r',"agent":\{"kid":"(' + _TEXT + r')","role":"(' + _TEXT + r')"\}'
    r',"c":\{' + _HASHES + r"\}"
    r',"links":\{' + _MAP + r"\}"
    r',"object":"(' + _TEXT + r')"'
    r',"outcome":"(' + _TEXT + r')"'
    r',"prev":(?:null|"([0-9a-f]{64})")'
    r',"seq":' + _COUNT + r',"sig":"([A-Za-z0-9+/]{85}[AQgw]==)"'
    r',"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"'
    r',"type":"(' + _TEXT + r')"'
    r',"v":1\}'
).fullmatch  # fmt: skip
_PAIRS = re.compile('"([^"]*)":"([^"]*)"').findall
_SIG = 11  # group of the signature
_NAME = len(',"sig":"')
_TYPES = {one.value: one for one in EventType}
_OUTCOMES = {one.value: one for one in EventOutcome}
_agent = lru_cache(maxsize=256)(Agent)


@lru_cache(maxsize=256)
def moment(text: str) -> datetime:
    """Return the time of an entry; those that were written together have the same.

    Raises:
        ValueError: there is no such time.
    """
    return datetime.fromisoformat(text)


def read_plain(body: bytes) -> Entry | None:
    """Return the entry of bytes of the plain form, or `None` for any other bytes."""
    match = _ENTRY(body.decode("latin-1"))  # a character for each byte; none above `~` matches
    if match is None:
        return None
    root, size, kid, role, c, more, about, result, prev, seq, sig, time, named = match.groups()
    commitments, links = _map(c), _map(more)
    kind, outcome = _TYPES.get(named), _OUTCOMES.get(result)
    if commitments is None or links is None or kind is None or outcome is None:
        return None
    try:
        moment(time)
    except ValueError:
        return None
    start, stop = match.span(_SIG)
    return Entry(
        kind,
        time,
        about,
        int(seq),
        prev,
        _agent(kid, role),
        int(size),
        root,
        outcome,
        links,
        commitments,
        b"".join((DOMAIN, body[: start - _NAME], body[stop + 1 :])),
        a2b_base64(sig),
    )


def _map(text: str) -> dict[str, str] | None:
    """Return the pairs of an object without its braces; `None` unless its keys ascend."""
    if not text:
        return {}
    pairs = _PAIRS(text)
    if len(pairs) > 1 and not all(one[0] < other[0] for one, other in pairwise(pairs)):
        return None
    return dict(pairs)
