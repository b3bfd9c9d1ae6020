"""Whatever is sealed comes back, from wherever it is read."""

import io
import os

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.padding import padme
from archive.sealing import FileKey, SealedReader, SealingWriter, open_bytes, seal_bytes
from keys.stream import SEALED_CHUNK_SIZE

FILE_KEY = FileKey(b"k" * 16)
NOISE = os.urandom(3 << 20)
pieces = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda size, at: NOISE[at : at + size], st.integers(0, 1 << 20), st.integers(0, 1 << 20)
    ),
    st.builds(
        lambda word, count: word * count, st.binary(min_size=1, max_size=9), st.integers(0, 200_000)
    ),
)
contents = st.lists(pieces, max_size=4)


def stream(parts: list[bytes]) -> bytes:
    sink = io.BytesIO()
    writer = SealingWriter(FILE_KEY, sink, random=os.urandom)
    for part in parts:
        writer.write(part)
    writer.finish()
    return sink.getvalue()


@settings(max_examples=60, deadline=None)
@given(contents)
def test_any_stream_comes_back(parts):
    payload = stream(parts)
    assert open_bytes(FILE_KEY, payload) == b"".join(parts)
    assert SealedReader(FILE_KEY, io.BytesIO(payload)).readall() == b"".join(parts)


@settings(max_examples=40, deadline=None)
@given(contents, st.lists(st.tuples(st.integers(0, 1 << 22), st.integers(0, 1 << 20)), max_size=8))
def test_reading_anywhere_is_slicing(parts, reads):
    content = b"".join(parts)
    reader = SealedReader(FILE_KEY, io.BytesIO(stream(parts)))
    for offset, size in reads:
        reader.seek(offset)
        assert reader.read(size) == content[offset : offset + size]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000))
def test_envelopes_come_back_and_have_padded_lengths(content):
    payload = seal_bytes(FILE_KEY, content, random=os.urandom)
    assert open_bytes(FILE_KEY, payload) == content
    plain_size = len(payload) - 16 - 16 * -(-(len(payload) - 16) // SEALED_CHUNK_SIZE)
    assert padme(plain_size) == plain_size


@settings(max_examples=30, deadline=None)
@given(st.integers(20_000, 1 << 20), st.integers(0, 500))
def test_close_sizes_cannot_be_told_apart_more_finely_than_padme(size, more):
    sizes = {len(seal_bytes(FILE_KEY, NOISE[:n], random=os.urandom)) for n in (size, size + more)}
    smallest, largest = min(sizes), max(sizes)
    assert largest == smallest or largest - smallest >= smallest // 64
