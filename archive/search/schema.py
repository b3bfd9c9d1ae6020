"""What an index keeps of a document, and under which names.

| field | terms | positions |
|---|---|---|
| `text` | of title and text | yes |
| `title` | of the title | yes |
| `names` | folded keys of words that may be names | yes |
| `words` | words as written, folded | no, and no counts |

Beside them: the columns of `COLUMNS`; for each document the lengths of `text`, `title` and
`names` and the first and last day of its date; title and text, to show.
"""

from __future__ import annotations

from collections.abc import Iterable

from archive.errors import InvalidValue

FIELDS = ("text", "title", "names")
"""The fields that have counts, positions and lengths."""

FACETS = ("language", "year", "month", "type", "source", "accession", "collection", "tag")
"""The facets that an index keeps; there are no others."""

COLUMNS = (*FACETS, "date")
"""The columns that an index keeps: facets, and the date as it is written."""


def check_facets(names: Iterable[str]) -> None:
    """Refuse facets that no index keeps.

    Raises:
        InvalidValue: one of `names` is not in `FACETS`.
    """
    if not set(names) <= set(FACETS):
        raise InvalidValue("The facets are: " + ", ".join(FACETS) + ".")
