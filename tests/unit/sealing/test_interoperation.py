"""Stock implementations read what is sealed here, and what they seal is read here."""

import os
import subprocess

import pyrage
import pytest
import zstandard

from archive.sealing import new_header, seal_bytes
from keys.age import open_small, seal_small
from keys.identity import HybridIdentity, X25519Identity, parse_identity

HYBRID = HybridIdentity(b"\x21" * 32)
CLASSICAL = X25519Identity(b"\x22" * 32)
CONTENTS = [
    b"",
    "부두 일지, 셋째 상자".encode(),
    b"berth nine, tide table\n" * 70_000,
    os.urandom(3 << 20),
]


@pytest.fixture(params=CONTENTS, ids=["empty", "korean", "text", "noise"])
def content(request):
    return request.param


def stock_file(identity, content: bytes) -> bytes:
    header, file_key = new_header([identity.recipient()], random=os.urandom)
    return header + seal_bytes(file_key, content, random=os.urandom)


def unzstd(data: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
    return reader.read()


def run(command: list[str], data: bytes) -> bytes:
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def test_pyrage_reads_header_and_payload(content):
    identity = pyrage.x25519.Identity.from_str(CLASSICAL.encode())
    assert unzstd(pyrage.decrypt(stock_file(CLASSICAL, content), [identity])) == content


def test_pyrage_writes_what_is_read_here(content):
    recipient = pyrage.x25519.Recipient.from_str(CLASSICAL.recipient().encode())
    assert open_small(pyrage.encrypt(content, [recipient]), [CLASSICAL]) == content


def test_keys_made_by_pyrage_are_read_here():
    identity = pyrage.x25519.Identity.generate()
    ours = parse_identity(str(identity))
    assert ours.recipient().encode() == str(identity.to_public())


def test_the_age_program_reads_header_and_payload(age_program, content, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text(CLASSICAL.encode() + "\n")
    opened = run([age_program, "-d", "-i", str(key_file)], stock_file(CLASSICAL, content))
    assert unzstd(opened) == content


def test_the_age_program_writes_what_is_read_here(age_program, content):
    sealed = run([age_program, "-r", CLASSICAL.recipient().encode()], content)
    assert open_small(sealed, [CLASSICAL]) == content


def test_npm_age_reads_the_post_quantum_header_and_payload(npm_age, content, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text(HYBRID.encode() + "\n")
    opened = run([*npm_age, "-d", "-i", str(key_file)], stock_file(HYBRID, content))
    assert unzstd(opened) == content


def test_npm_age_writes_what_is_read_here(npm_age):
    sealed = run([*npm_age, "-r", HYBRID.recipient().encode()], CONTENTS[1])
    assert open_small(sealed, [HYBRID]) == CONTENTS[1]


def test_npm_age_derives_the_same_recipient_from_an_identity(npm_age, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text(HYBRID.encode())
    assert run([*npm_age, "-y", str(key_file)], b"").decode() == HYBRID.recipient().encode()


def test_every_program_refuses_a_changed_payload(age_program, npm_age, tmp_path):
    for identity, command in ((CLASSICAL, [age_program]), (HYBRID, npm_age)):
        key_file = tmp_path / "key"
        key_file.write_text(identity.encode())
        sealed = bytearray(stock_file(identity, CONTENTS[1]))
        sealed[-1] ^= 1
        ran = subprocess.run(
            [*command, "-d", "-i", str(key_file)], input=sealed, capture_output=True, check=False
        )
        assert ran.returncode != 0


def test_small_files_are_stock_files_too(age_program, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text(CLASSICAL.encode())
    sealed = seal_small(b"an opening", [CLASSICAL.recipient()], random=os.urandom)
    assert run([age_program, "-d", "-i", str(key_file)], sealed) == b"an opening"
