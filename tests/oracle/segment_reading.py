"""Segments as Whoosh's readers see them, so that its own searcher and matchers answer from them.

Whoosh hands a codec a segment and asks for terms, postings, lengths and stored fields. Postings
that came from Whoosh's writer have a weight and a value of bytes (`segment_writing`); those of our
own segments have counts and positions, which `PositionFormat` gives to Whoosh as values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from whoosh import formats
from whoosh.codec import base
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from archive.search.codec.container import Container
from archive.search.codec.integers import Numbers, Row, block_cache
from archive.search.codec.postings import Field
from archive.search.codec.terms import Entry, term_cache

_CACHE = 1 << 24  # bytes


class PositionFormat(formats.Format):  # type: ignore[misc]  # whoosh has no types
    """Posting values: ascending positions as little-endian 32-bit numbers."""

    posting_size = -1

    @staticmethod
    def encode(positions: Numbers) -> bytes:
        """Return the posting value for `positions`."""
        return struct.pack(f"<{len(positions)}I", *positions.tolist())

    @staticmethod
    def decode_positions(value: bytes) -> list[int]:
        """Return the positions that `value` holds."""
        return list(struct.unpack(f"<{len(value) // 4}I", value))


class FieldTerms:
    """The terms of one field with their postings, as Whoosh asks for them."""

    def __init__(
        self, container: Container, name: str, size: int, lengths: Numbers | None = None
    ) -> None:
        """`lengths` has the length of the field in each of `size` documents.

        It may be missing where postings have lengths of their own.
        """
        self._container = container
        self._name = name
        self._lengths = lengths
        self._blocks = block_cache(_CACHE)
        self.field = Field(container, name, max(1, size), self._blocks, term_cache(_CACHE))

    def _row(self, kind: str) -> Row:
        return Row(self._container.section(f"{self._name}.{kind}"), self._blocks)

    def entry(self, term: bytes) -> Entry:
        """Return where the postings of `term` are.

        Raises:
            TermNotFound: the field does not have it.
        """
        entry = self.field.dictionary.find(term)
        if entry is None:
            raise TermNotFound(f"No term {self._name}:{term!r}")
        return entry

    def weights(self, entry: Entry) -> list[float]:
        """Return the weight of each posting of a term."""
        if f"{self._name}.weights" in self._container:
            bits = self._row("weights").stretch(entry.start, entry.start + entry.documents)
            weights: list[float] = bits.astype("<u4").view("<f4").tolist()
            return weights
        return [float(count) for count in self.field.counts(entry).tolist()]

    def values(self, entry: Entry) -> list[bytes]:
        """Return the value of each posting of a term."""
        if f"{self._name}.values" in self._container:
            ends = self._row("ends").stretch(entry.start, entry.start + entry.documents)
            start = (
                int(self._row("ends").stretch(entry.start - 1, entry.start)[0])
                if entry.start
                else 0
            )
            content = self._container.section(f"{self._name}.values").read(
                start, int(ends[-1]) - start
            )
            cuts = pairwise([0, *(ends - start).tolist()])
            return [content[first:last] for first, last in cuts]
        parts = np.cumsum(self.field.counts(entry))[:-1]
        return [PositionFormat.encode(p) for p in np.split(self.field.positions(entry), parts)]

    def info(self, entry: Entry) -> TermInfo:
        """Return what Whoosh wants to know of a term beforehand."""
        documents, weights = self.field.documents(entry), self.weights(entry)
        lengths = (
            self._row("lengths").stretch(entry.start, entry.start + entry.documents)
            if self._lengths is None
            else self._lengths[documents]
        )
        return TermInfo(
            weight=sum(weights),
            df=entry.documents,
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=max(weights),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )


class Cursor(base.FieldCursor):  # type: ignore[misc]  # whoosh has no types
    """A place among the terms of a field."""

    def __init__(self, terms: FieldTerms, field: Any) -> None:
        self._terms = terms
        self._field = field
        self._place = 0

    def first(self) -> Any:
        """Go to the first term and return it."""
        return self._go(0)

    def find(self, term: Any) -> Any:
        """Go to `term` or the first after it, and return that."""
        key = term if isinstance(term, bytes) else self._field.to_bytes(term)
        return self._go(self._terms.field.dictionary.place(key))

    def next(self) -> Any:
        """Go to the next term and return it."""
        return self._go(self._place + 1)

    def _go(self, place: int) -> Any:
        self._place = place
        return self.text()

    def text(self) -> Any:
        """Return the term here, `None` behind the last."""
        found = self._terms.field.dictionary.terms(self._place, self._place + 1)
        return self._field.from_bytes(found[0]) if found else None

    def term_info(self) -> TermInfo:
        """Return what is known of the term here."""
        return self._terms.info(self._terms.field.dictionary.entry(self._place))

    def is_valid(self) -> bool:
        """Tell whether a term is here."""
        return self._place < len(self._terms.field.dictionary)


class TermsReader(base.TermsReader):  # type: ignore[misc]  # whoosh has no types
    """All fields of a segment."""

    def __init__(self, fields: dict[str, FieldTerms]) -> None:
        self._fields = fields

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        field = self._fields.get(term[0])
        return field is not None and field.field.dictionary.find(term[1]) is not None

    def _field(self, name: str) -> FieldTerms:
        if name not in self._fields:
            raise TermNotFound(f"No field {name!r}")
        return self._fields[name]

    def indexed_field_names(self) -> list[str]:
        """Return the names of the fields."""
        return list(self._fields)

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        """Return a cursor over the terms of a field."""
        field = self._fields.get(fieldname)
        return Cursor(field, fieldobj) if field else base.EmptyCursor()

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield all terms of all fields."""
        for name in self._fields:
            yield from ((name, term) for term in self._after(name, b""))

    def _after(self, name: str, prefix: bytes) -> list[bytes]:
        dictionary = self._fields[name].field.dictionary
        return dictionary.terms(dictionary.place(prefix), len(dictionary))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms from `prefix` of a field on, then those of the fields behind it."""
        for name in self._fields:
            if name >= fieldname:
                start = prefix if name == fieldname else b""
                yield from ((name, term) for term in self._after(name, start))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield all terms with what is known of them."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield terms as `terms_from`, with what is known of them."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return what is known of a term."""
        field = self._field(fieldname)
        return field.info(field.entry(text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Return the sum of the weights of a term, 0 when the field does not have it."""
        if (fieldname, text) not in self:
            return 0
        field = self._fields[fieldname]
        return sum(field.weights(field.entry(text)))

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Return how many documents have a term."""
        if (fieldname, text) not in self:
            return 0
        return self._fields[fieldname].entry(text).documents

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Any:
        """Return a matcher of a term's postings."""
        field = self._field(fieldname)
        entry = field.entry(text)
        return ListMatcher(
            field.field.documents(entry).tolist(),
            field.weights(entry),
            field.values(entry),
            format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=field.info(entry),
        )
