"""Which language is meant, by its tag or its name, and which tags that takes in.

Tags are those of BCP 47. Names are in `language-names.txt`: English, Korean and the language's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from archive.search.folding import fold


@cache
def _tags() -> dict[str, str]:
    found: dict[str, str] = {}
    text = Path(__file__).with_name("language-names.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            tag, *names = map(str.strip, line.split("|"))
            found.update((fold(name), tag) for name in names)
    return found


def meant(text: str) -> str:
    """Return the language range that a tag or the name of a language means, in lower case.

    A text that is no name is taken for a tag; `*` is any language (RFC 4647, section 2.1).
    """
    plain = " ".join(fold(text).split())
    return _tags().get(plain, plain.replace("_", "-"))


def taken_in(wanted: str, tags: Iterable[str]) -> list[int]:
    """Return the places in `tags` of those that the range `wanted` of `meant` matches.

    Basic filtering (RFC 4647, section 3.3.1): `en` takes `en-GB` in, and not the other way round.
    """
    begin = f"{wanted}-"
    return [
        place
        for place, tag in enumerate(tags)
        if wanted == "*" or f"{tag.lower()}-".startswith(begin)
    ]


def values_meant(facet: str, asked: Iterable[str], present: Sequence[str]) -> list[int]:
    """Return the places in `present` of the values of a facet that are asked for.

    A language is asked for by tag or name and takes its regions and scripts in; another value is
    one that is the same.
    """
    if facet == "language":
        return [place for one in asked for place in taken_in(meant(one), present)]
    chosen = set(asked)
    return [place for place, value in enumerate(present) if value in chosen]
