"""Whatever is done to a sealed object, nothing false comes out of it."""

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveError, NotPermitted, SealedObjectDamaged
from archive.sealing import FileKey, SealedReader, new_header, open_bytes, open_header, seal_bytes
from keys.identity import HybridIdentity
from keys.stream import NONCE_SIZE, SEALED_CHUNK_SIZE

IDENTITY = HybridIdentity(b"\x09" * 32)
HEADER, FILE_KEY = new_header([IDENTITY.recipient()], random=os.urandom)
CONTENT = os.urandom(200_000) + b"the keeper wrote it down\n" * 4000
PAYLOAD = seal_bytes(FILE_KEY, CONTENT, random=os.urandom)
SMALL = seal_bytes(FILE_KEY, b"a short envelope", random=os.urandom)
CHUNKS = [
    PAYLOAD[at : at + SEALED_CHUNK_SIZE]
    for at in range(NONCE_SIZE, len(PAYLOAD), SEALED_CHUNK_SIZE)
]


def refused(payload: bytes) -> None:
    with pytest.raises(SealedObjectDamaged):
        open_bytes(FILE_KEY, payload)
    try:
        reader = SealedReader(FILE_KEY, io.BytesIO(payload))
    except SealedObjectDamaged:
        return
    with pytest.raises(SealedObjectDamaged):
        reader.read()


@given(st.integers(0, len(PAYLOAD) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_refused(at, change):
    refused(PAYLOAD[:at] + bytes([PAYLOAD[at] ^ change]) + PAYLOAD[at + 1 :])


def test_every_byte_of_a_small_envelope_counts():
    for at in range(len(SMALL)):
        refused(SMALL[:at] + bytes([SMALL[at] ^ 1]) + SMALL[at + 1 :])


@given(st.integers(0, len(PAYLOAD) - 1))
def test_a_cut_is_refused(at):
    refused(PAYLOAD[:at])


@pytest.mark.parametrize("chunks", range(len(CHUNKS)))
def test_a_cut_between_chunks_is_refused(chunks):
    refused(PAYLOAD[:NONCE_SIZE] + b"".join(CHUNKS[:chunks]))


@given(st.binary(min_size=1, max_size=100))
def test_an_extension_is_refused(more):
    refused(PAYLOAD + more)
    refused(SMALL + more)


@settings(deadline=None)
@given(st.permutations(range(len(CHUNKS))))
def test_another_order_of_chunks_is_refused(order):
    changed = PAYLOAD[:NONCE_SIZE] + b"".join(CHUNKS[at] for at in order)
    if changed != PAYLOAD:
        refused(changed)


@given(st.lists(st.integers(0, len(CHUNKS) - 1), max_size=8))
def test_a_repeated_or_missing_chunk_is_refused(chosen):
    changed = PAYLOAD[:NONCE_SIZE] + b"".join(CHUNKS[at] for at in chosen)
    if changed != PAYLOAD:
        refused(changed)


def test_a_chunk_or_nonce_of_another_payload_of_the_same_key_is_refused():
    other = seal_bytes(FILE_KEY, CONTENT, random=os.urandom)
    refused(other[:NONCE_SIZE] + PAYLOAD[NONCE_SIZE:])
    end = NONCE_SIZE + SEALED_CHUNK_SIZE
    refused(PAYLOAD[:NONCE_SIZE] + other[NONCE_SIZE:end] + PAYLOAD[end:])


@given(st.binary(min_size=16, max_size=16).filter(lambda raw: raw != FILE_KEY.raw))
def test_another_file_key_opens_nothing(raw):
    with pytest.raises(SealedObjectDamaged):
        open_bytes(FileKey(raw), SMALL)


@given(st.binary(max_size=2000))
def test_any_bytes_at_all_are_refused(data):
    refused(data)


@given(st.integers(0, len(HEADER) - 1), st.integers(1, 255))
def test_a_changed_header_never_gives_a_file_key(at, change):
    changed = HEADER[:at] + bytes([HEADER[at] ^ change]) + HEADER[at + 1 :]
    with pytest.raises((SealedObjectDamaged, NotPermitted)):
        open_header(changed, [IDENTITY])


@given(st.binary(max_size=400), st.integers(0, len(HEADER)))
def test_no_header_ends_in_anything_but_a_clear_refusal(data, at):
    with pytest.raises(ArchiveError):
        open_header(HEADER[:at] + b"\0" + data, [IDENTITY])
