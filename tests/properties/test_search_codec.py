"""Rows of numbers and dictionaries of terms give back what was written, whole or in part."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.codec import integers, terms
from archive.search.codec.container import Buffer, Container, ContainerWriter
from archive.search.codec.integers import BLOCK, Row, block_cache
from archive.search.codec.terms import Dictionary, term_cache

NUMBER = st.one_of(st.integers(0, 300), st.integers(0, 1 << 20), st.integers(0, (1 << 40) - 1))
TERM = st.one_of(
    st.binary(max_size=6),
    st.text("ab\x00\x01é", max_size=5).map(str.encode),
    st.integers(0, 2000).map(lambda number: f"word{number:04}".encode()),
)


class Sink:
    def __init__(self) -> None:
        self.content = b""

    def write(self, data: bytes) -> None:
        self.content += data


def row(values: list[int], *, ascending: bool) -> Row:
    sink = Sink()
    out = ContainerWriter(sink)
    out.add("row", integers.encode_row(np.array(values, np.int64), ascending=ascending))
    out.finish()
    section = Container(Buffer(sink.content)).section("row")
    return Row(section, block_cache(1 << 16), ascending=ascending)


@given(st.lists(NUMBER, max_size=40), st.integers(0, 2), st.booleans(), st.data())
@settings(max_examples=150, deadline=None)
def test_any_part_of_a_row_is_what_was_written(
    few: list[int], fill: int, ascending: bool, data: st.DataObject
) -> None:
    values = [*few, *[7] * (fill * BLOCK), *few]
    values = sorted(values) if ascending else values
    written = row(values, ascending=ascending)
    assert written.all().tolist() == values
    places = st.integers(0, len(values))
    start, stop = sorted((data.draw(places), data.draw(places)))
    found = written.stretch(start, stop)
    assert (found.tolist(), found.dtype) == (values[start:stop], np.int64)
    chosen = np.array(sorted({start, stop} - {len(values)}), np.int64)
    assert written.at(chosen).tolist() == [values[place] for place in chosen]
    stored = written.stored()
    assert (np.cumsum(stored, dtype=np.int64) if ascending else stored).tolist() == values
    assert stored.dtype.kind == "u"


@given(st.sets(TERM, max_size=60), st.integers(0, 3), st.data())
@settings(max_examples=100, deadline=None)
def test_a_dictionary_finds_each_term_and_no_other(
    few: set[bytes], fill: int, data: st.DataObject
) -> None:
    names = sorted(few | {f"x{n:05}".encode() for n in range(fill * 90)})
    documents = np.arange(1, len(names) + 1)
    sink = Sink()
    out = ContainerWriter(sink)
    terms.write(out, "f", names, documents, documents * 2)
    out.finish()
    container = Container(Buffer(sink.content))
    written = Dictionary(container.section("f.terms"), container.section("f.index"), term_cache(1))
    listed, counts = written.all()
    assert (listed, counts.tolist()) == (names, documents.tolist())
    assert written.terms(0, len(names) + 1) == names
    ends = np.cumsum(documents).tolist()
    for place in range(0, len(names), 1 + len(names) // 20):
        count = place + 1
        entry = written.find(names[place])
        assert entry == (place, ends[place] - count, count, 2 * (ends[place] - count), 2 * count)
        assert written.entry(place) == entry
    other = data.draw(TERM)
    assert (written.find(other) is not None) == (other in names)
    assert written.place(other) == sum(name < other for name in names)
