import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import stream
from keys.age import make_header, open_header, open_small, parse_header, seal_small
from keys.errors import AuthenticationFailed, KeysError, MalformedHeader, NoMatchingIdentity
from keys.identity import HybridIdentity, X25519Identity
from keys.stanza import Stanza, decode_base64, decode_body, encode_base64

ALICE = HybridIdentity(b"\x01" * 32)
BORIS = HybridIdentity(b"\x02" * 32)
CLARA = X25519Identity(b"\x03" * 32)
FILE_KEY = bytes(range(16))
CHUNK = stream.CHUNK_SIZE


def header_for(*identities):
    recipients = [identity.recipient() for identity in identities]
    return make_header(FILE_KEY, recipients, random=os.urandom)


def test_every_recipient_opens_the_header():
    header = parse_header(header_for(ALICE, BORIS, CLARA))
    for identity in (ALICE, BORIS, CLARA):
        assert open_header(header, [identity]) == FILE_KEY


def test_a_stranger_opens_nothing():
    header = parse_header(header_for(ALICE))
    for strangers in ([], [BORIS], [CLARA, BORIS]):
        with pytest.raises(NoMatchingIdentity):
            open_header(header, strangers)


def test_a_header_needs_a_recipient():
    with pytest.raises(MalformedHeader):
        make_header(FILE_KEY, [], random=os.urandom)


def test_a_header_is_measured_to_its_last_byte():
    made = header_for(ALICE, CLARA)
    assert parse_header(made + b"payload").size == len(made)


def test_adding_or_dropping_a_stanza_breaks_the_mac():
    made = header_for(ALICE, BORIS)
    first, second = made.find(b"-> "), made.rfind(b"-> ")
    dropped = made[:second] + made[made.find(b"---") :]
    doubled = made[:first] + made[first:second] + made[first:]
    for changed in (dropped, doubled):
        with pytest.raises(AuthenticationFailed):
            open_header(parse_header(changed), [ALICE])


@given(st.integers(0, 5_000), st.integers(1, 255))
def test_any_changed_byte_of_a_header_is_noticed(at, change):
    made = bytearray(header_for(ALICE, CLARA))
    made[at % len(made)] ^= change
    with pytest.raises(KeysError):
        open_header(parse_header(bytes(made)), [ALICE])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_header_are_malformed(data):
    with pytest.raises(MalformedHeader):
        parse_header(data)


@given(st.binary(max_size=200))
def test_bytes_after_a_sound_first_line_are_malformed(data):
    with pytest.raises(MalformedHeader):
        parse_header(b"age-encryption.org/v1\n-> " + data)


@given(st.binary(max_size=300))
def test_a_stanza_survives_encoding(body):
    stanza = Stanza((b"type", b"argument"), body)
    first, *lines, end = stanza.encode().split(b"\n")
    assert (first, end) == (b"-> type argument", b"")
    assert decode_body(lines) == body


@pytest.mark.parametrize("text", [b"YQ==", b"Y Q", b"YR", b"Y", b"YQ\n", b"Y-_w"])
def test_base64_that_is_not_canonical_is_malformed(text):
    with pytest.raises(MalformedHeader):
        decode_base64(text)


@given(st.binary(max_size=100))
def test_canonical_base64_round_trips(data):
    assert decode_base64(encode_base64(data)) == data


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_small_files_round_trip_at_the_edges_of_chunks(size):
    content = os.urandom(size)
    sealed = seal_small(content, [ALICE.recipient()], random=os.urandom)
    assert open_small(sealed, [ALICE]) == content


def test_a_file_sealed_to_others_is_told_from_a_damaged_one():
    sealed = seal_small(b"a letter", [ALICE.recipient()], random=os.urandom)
    with pytest.raises(NoMatchingIdentity):
        open_small(sealed, [BORIS])
    with pytest.raises(AuthenticationFailed):
        open_small(sealed[:-1], [ALICE])
    with pytest.raises(MalformedHeader):
        open_small(b"", [ALICE])


def test_chunks_cannot_be_dropped_swapped_repeated_or_appended():
    content = os.urandom(3 * CHUNK)
    payload = stream.seal_payload(FILE_KEY, content, random=os.urandom)
    nonce, size = payload[:16], stream.SEALED_CHUNK_SIZE
    one, two, three = (payload[16 + at * size : 16 + (at + 1) * size] for at in range(3))
    assert stream.open_payload(FILE_KEY, nonce + one + two + three) == content
    for chunks in (
        [one, two],
        [one],
        [],
        [two, one, three],
        [one, three],
        [one, two, two, three],
        [one, two, three, three],
        [one, two, three[:-1]],
        [one, two, three, b"\0"],
        [three],
    ):
        with pytest.raises(AuthenticationFailed):
            stream.open_payload(FILE_KEY, b"".join([nonce, *chunks]))


def test_each_payload_of_one_file_key_has_its_own_key():
    payloads = [stream.seal_payload(FILE_KEY, bytes(100), random=os.urandom) for _ in range(2)]
    crossed = payloads[0][:16] + payloads[1][16:]
    with pytest.raises(AuthenticationFailed):
        stream.open_payload(FILE_KEY, crossed)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 31])
def test_a_payload_shorter_than_any_is_refused(size):
    with pytest.raises(AuthenticationFailed):
        stream.open_payload(FILE_KEY, bytes(size))


@given(st.integers(0, 5 * CHUNK))
def test_chunk_count_knows_the_sizes_that_payloads_have(plain_size):
    chunks = max(1, -(-plain_size // CHUNK))
    assert stream.chunk_count(plain_size + 16 * chunks) == chunks


@pytest.mark.parametrize("extra", range(1, 17))
def test_chunk_count_refuses_a_size_between(extra):
    with pytest.raises(AuthenticationFailed):
        stream.chunk_count(2 * stream.SEALED_CHUNK_SIZE + extra)
