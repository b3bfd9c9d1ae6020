"""Which thread a mail belongs to: the identifiers in its headers, and words that stand for them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

_FIELDS = ("message-id", "in-reply-to", "references")
_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")  # RFC 5322, 3.6.4
_MOST = 40  # identifiers of one mail
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def thread_ids(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the identifiers of a mail and of those that it answers (RFC 5322, 3.6.4).

    Of a long chain these are the mail itself, the first mail of the thread and the newest ones.
    """
    found: dict[str, None] = {}
    for field in _FIELDS:
        ids = _ID.findall(metadata.get(field, ""))
        found.update(dict.fromkeys([*ids[:1], *reversed(ids[1:])]))
    return tuple(found)[:_MOST]


def thread_word(identifier: str) -> str:
    """Return the word that stands for an identifier in the index of originals: 18 letters.

    It is one word in every language of the index, which the identifier itself would not be.
    """
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()
    return "qz" + digest[:16].translate(_LETTERS)
