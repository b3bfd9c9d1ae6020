"""What Whoosh keeps of a document, and how.

| field | indexed as | kept for |
|---|---|---|
| `record` | the id, whole | finding and replacing; a column, to break ties |
| `text` | terms of title and text with positions | matching; the text itself, for snippets |
| `title` | terms of the title with counts | weight of titles; the title itself, to show |
| `words` | words as written, no counts | prefixes and suggestions |
| `length`, `title_length` | columns | ranking: exact lengths, whatever was merged |
| `date`, `language`, `year`, `type`, `source` | columns | filters, facets, order |

Whoosh pickles objects of these classes into its files by name: they must stay importable.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping

from whoosh import columns, fields, formats

from archive.errors import InvalidValue
from archive.model.search import IndexDocument
from archive.search.analysis import analyse_document

FACETS = ("language", "year", "type", "source")
"""The facets that an index keeps; there are no others."""

_Posting = tuple[bytes, int, float, bytes]


class TermPositions(formats.Format):  # type: ignore[misc]  # whoosh has no types
    """Posting values: distances between positions, as little-endian 32-bit numbers."""

    posting_size = -1

    @staticmethod
    def encode(positions: list[int]) -> bytes:
        """Return the posting value for ascending `positions`."""
        before = [0, *positions]
        gaps = [b - a for a, b in zip(before, positions, strict=False)]
        return struct.pack(f"<{len(gaps)}I", *gaps)

    @staticmethod
    def decode_positions(value: bytes) -> list[int]:
        """Return the positions that `value` holds."""
        total = 0
        positions = []
        for gap in struct.unpack(f"<{len(value) // 4}I", value):
            total += gap
            positions.append(total)
        return positions


class PositionTerms(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field that is given its terms, each with ascending positions."""

    def __init__(self) -> None:
        super().__init__(TermPositions(), None, stored=True)

    def index(self, value: Mapping[str, list[int]], **_: object) -> Iterator[_Posting]:
        """Yield what Whoosh asks for each term: bytes, frequency, weight, posting value."""
        for term, positions in value.items():
            count = len(positions)
            yield term.encode(), count, float(count), TermPositions.encode(positions)


class CountTerms(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field that is given its terms, each with a count."""

    def __init__(self, *, stored: bool) -> None:
        super().__init__(formats.Existence(), None, stored=stored)

    def index(self, value: Mapping[str, int], **_: object) -> Iterator[_Posting]:
        """Yield what Whoosh asks for each term: bytes, frequency, weight, posting value."""
        for term, count in value.items():
            yield term.encode(), count, float(count), b""


SCHEMA = fields.Schema(
    record=fields.ID(stored=True, unique=True, sortable=columns.VarBytesColumn()),
    text=PositionTerms(),
    title=CountTerms(stored=True),
    words=CountTerms(stored=False),
    length=fields.COLUMN(columns.NumericColumn("I")),
    title_length=fields.COLUMN(columns.NumericColumn("I")),
    date=fields.COLUMN(columns.VarBytesColumn()),
    **{facet: fields.COLUMN(columns.RefBytesColumn()) for facet in FACETS},
)


def check_facets(names: Mapping[str, str]) -> None:
    """Refuse facets that no index keeps.

    Raises:
        InvalidValue: one of `names` is not in `FACETS`.
    """
    if not names.keys() <= set(FACETS):
        raise InvalidValue("The facets are: " + ", ".join(FACETS) + ".")


def row(document: IndexDocument) -> dict[str, object]:
    """Return `document` as Whoosh's writer takes it.

    Raises:
        InvalidValue: it has a facet that no index keeps.
    """
    check_facets(document.facets)
    found = analyse_document(document.title, document.text, document.language)
    facets = dict(document.facets)
    if document.language:
        facets["language"] = document.language
    return {
        "record": str(document.record),
        "text": found.text.by_term(),
        "_stored_text": document.text,
        "title": Counter(found.title.terms),
        "_stored_title": document.title,
        "words": dict.fromkeys(found.words, 1),
        "length": found.text.length,
        "title_length": found.title.length,
        "date": (document.date or "").encode(),
        **{name: value.encode() for name, value in facets.items()},
    }
