import hashlib
import io
import os
import resource
import subprocess
import sys

import pytest

from archive.errors import InvalidValue, SealedObjectDamaged
from archive.sealing import FileKey, SealedReader, SealingWriter, open_bytes, seal_bytes
from archive.sealing import writer as writer_module
from archive.sealing.framing import FRAME_SIZE

FILE_KEY = FileKey(bytes(range(16)))
NOISE = os.urandom(FRAME_SIZE + 4097)
CONTENTS = {
    "empty": b"",
    "byte": b"a",
    "line": b"the keeper of the north light\n",
    "chunk": NOISE[:65536],
    "frame": NOISE[:FRAME_SIZE],
    "frame+1": NOISE[: FRAME_SIZE + 1],
    "frames": NOISE * 3,
    "text": b"berth nine, tide table, page after page\n" * 90_000,
    "mixed": b"\0" * FRAME_SIZE + NOISE + b"tide" * 300_000,
}


@pytest.fixture(params=CONTENTS.values(), ids=CONTENTS)
def content(request):
    return request.param


def sealed(content: bytes):
    sink = io.BytesIO()
    writer = SealingWriter(FILE_KEY, sink, random=os.urandom)
    writer.write(content)
    fixity = writer.finish()
    return sink.getvalue(), fixity


def test_a_stream_comes_back_whole(content):
    payload, _ = sealed(content)
    with SealedReader(FILE_KEY, io.BytesIO(payload)) as reader:
        assert reader.size == len(content)
        assert reader.read() == content
        assert reader.read() == b""


def test_fixity_is_that_of_the_payload_as_it_lies_on_disk(content):
    payload, fixity = sealed(content)
    assert fixity.digest == hashlib.sha256(payload).hexdigest()
    assert fixity.size == len(payload)


@pytest.mark.parametrize("block", [1, 4096, 65537, FRAME_SIZE - 1, 3 * FRAME_SIZE + 5])
def test_the_payload_depends_on_the_content_only_not_on_the_blocks(block):
    content = CONTENTS["mixed"] if block > 1 else CONTENTS["line"]
    streams = []
    for size in (block, FRAME_SIZE):
        sink = io.BytesIO()
        writer = SealingWriter(FILE_KEY, sink, random=bytes)
        for start in range(0, len(content), size):
            writer.write(memoryview(content)[start : start + size])
        writer.finish()
        streams.append(sink.getvalue())
    assert streams[0] == streams[1]
    assert streams[0] == seal_bytes(FILE_KEY, content, random=bytes)


def test_streams_and_envelopes_are_one_format(content):
    payload, _ = sealed(content)
    assert open_bytes(FILE_KEY, payload) == content
    envelope = seal_bytes(FILE_KEY, content, random=os.urandom)
    assert SealedReader(FILE_KEY, io.BytesIO(envelope)).read() == content


def test_a_payload_is_never_the_same_twice():
    first, second = (seal_bytes(FILE_KEY, b"minutes", random=os.urandom) for _ in range(2))
    assert first != second
    assert first[16:] != second[16:]


@pytest.mark.parametrize("offset", [0, 1, 65535, FRAME_SIZE - 1, FRAME_SIZE, 2 * FRAME_SIZE + 77])
@pytest.mark.parametrize("size", [1, 4096, FRAME_SIZE + 3])
def test_a_read_may_start_anywhere(offset, size):
    content = CONTENTS["mixed"]
    payload, _ = sealed(content)
    reader = SealedReader(FILE_KEY, io.BytesIO(payload))
    assert reader.seek(offset) == offset
    assert reader.read(size) == content[offset : offset + size]
    assert reader.tell() == offset + size


def test_seeking_follows_the_rules_of_files():
    content = CONTENTS["frames"]
    reader = SealedReader(FILE_KEY, io.BytesIO(sealed(content)[0]))
    assert reader.readable()
    assert reader.seekable()
    assert not reader.writable()
    assert reader.seek(-10, io.SEEK_END) == len(content) - 10
    assert reader.read() == content[-10:]
    assert reader.seek(-5, io.SEEK_CUR) == len(content) - 5
    assert reader.seek(len(content) + 9) == len(content) + 9
    assert reader.read(4) == b""
    for offset, whence in ((-1, io.SEEK_SET), (-len(content) - 1, io.SEEK_END), (0, 9)):
        with pytest.raises(ValueError, match="before the start"):
            reader.seek(offset, whence)


def test_it_can_be_wrapped_as_a_buffered_file():
    content = CONTENTS["text"]
    reader = io.BufferedReader(SealedReader(FILE_KEY, io.BytesIO(sealed(content)[0])))
    assert reader.readline() == content[:40]
    assert sum(1 for _ in reader) == 89_999


class CountingFile(io.BytesIO):
    """Counts the bytes that are read."""

    count = 0

    def read(self, size=-1, /):
        data = super().read(size)
        self.count += len(data)
        return data


def test_a_random_read_touches_only_what_it_needs():
    file = CountingFile(sealed(NOISE * 20)[0])
    reader = SealedReader(FILE_KEY, file)
    assert file.count < 140_000
    file.count = 0
    reader.seek(11 * FRAME_SIZE + 500)
    reader.read(100)
    assert file.count <= FRAME_SIZE + 2 * 65552


def test_short_reads_of_the_file_below_do_no_harm():
    class Dripping(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 1000))

    content = CONTENTS["frame+1"]
    assert SealedReader(FILE_KEY, Dripping(sealed(content)[0])).read() == content


def test_closing_closes_the_file_below():
    file = io.BytesIO(sealed(b"a")[0])
    reader = SealedReader(FILE_KEY, file)
    reader.close()
    reader.close()
    assert file.closed
    for act in (reader.read, reader.readall, lambda: reader.seek(0)):
        with pytest.raises(ValueError, match="closed"):
            act()


@pytest.mark.parametrize("payload", [b"", bytes(15), bytes(16), bytes(31), bytes(5000)])
def test_a_file_that_is_no_payload_is_damaged_and_closed(payload):
    file = io.BytesIO(payload)
    with pytest.raises(SealedObjectDamaged) as refusal:
        SealedReader(FILE_KEY, file)
    assert file.closed, refusal.traceback


def test_a_payload_that_holds_something_else_is_damaged_and_closed():
    from keys.stream import seal_payload

    file = io.BytesIO(seal_payload(FILE_KEY.raw, b"no frames at all", random=os.urandom))
    with pytest.raises(SealedObjectDamaged) as refusal:
        SealedReader(FILE_KEY, file)
    assert file.closed, refusal.traceback


def test_a_failing_sink_is_not_hidden():
    with open("/dev/full", "wb", buffering=0) as full:
        writer = SealingWriter(FILE_KEY, full, random=os.urandom)
        with pytest.raises(OSError, match="No space"):
            writer.write(NOISE * 4)


def test_content_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(writer_module, "LARGEST_CONTENT", 10)
    writer = SealingWriter(FILE_KEY, io.BytesIO(), random=os.urandom)
    writer.write(bytes(10))
    with pytest.raises(InvalidValue):
        writer.write(b"\0")


_BIG = """
import io, os, resource
from archive.sealing import FileKey, SealedReader, SealingWriter
key, block = FileKey(bytes(16)), bytes(1 << 20)
class File(io.RawIOBase):
    def __init__(self): self.parts, self.size = [], 0
    def write(self, data): self.parts.append(bytes(data)); self.size += len(data)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
writer = SealingWriter(key, sink := File(), random=os.urandom)
for _ in range(2304): writer.write(block)
writer.write(b"end")
fixity = writer.finish()
assert fixity.size == sink.size < 200_000, fixity
reader = SealedReader(key, io.BytesIO(b"".join(sink.parts)))
assert reader.size == 2304 * (1 << 20) + 3
reader.seek(-5, 2)
assert reader.read() == b"\\0\\0end"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_more_than_two_gigabytes_stream_through_constant_memory():
    ran = subprocess.run([sys.executable, "-c", _BIG], capture_output=True, check=True)
    assert int(ran.stdout) < 20_000  # KiB


def test_the_writer_keeps_no_more_than_a_few_blocks():
    class Nowhere:
        def write(self, data):
            return len(data)

    writer = SealingWriter(FILE_KEY, Nowhere(), random=os.urandom)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(200):
        writer.write(NOISE)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB
