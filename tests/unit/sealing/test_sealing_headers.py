import os

import pytest

from archive.errors import InvalidValue, NotPermitted, SealedObjectDamaged
from archive.sealing import FileKey, new_header, open_bytes, open_header, rewrap_header, seal_bytes
from keys.identity import HybridIdentity, X25519Identity, X25519Recipient

OLD = HybridIdentity(b"\x01" * 32)
NEW = HybridIdentity(b"\x02" * 32)
CLASSICAL = X25519Identity(b"\x03" * 32)


def header_for(*identities):
    return new_header([one.recipient() for one in identities], random=os.urandom)


def test_every_recipient_gets_the_same_file_key():
    header, file_key = header_for(OLD, NEW, CLASSICAL)
    for identity in (OLD, NEW, CLASSICAL):
        assert open_header(header, [identity]) == file_key


def test_every_header_has_a_fresh_file_key():
    assert header_for(OLD)[1] != header_for(OLD)[1]


def test_any_of_several_identities_opens():
    header, file_key = header_for(NEW)
    assert open_header(header, [CLASSICAL, OLD, NEW]) == file_key


@pytest.mark.parametrize("strangers", [[], [NEW], [CLASSICAL, NEW]])
def test_a_header_sealed_to_others_is_not_permitted(strangers):
    header, _ = header_for(OLD)
    with pytest.raises(NotPermitted):
        open_header(header, strangers)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda header: b"",
        lambda header: header[:-1],
        lambda header: header + b"\0",
        lambda header: header + header,
        lambda header: header.replace(b"v1", b"v2"),
        lambda header: header.replace(b"\n", b"\r\n"),
        lambda header: header[:-2] + (b"A" if header[-2:-1] != b"A" else b"E") + b"\n",
        lambda header: header.replace(b"-> mlkem", b"-> mlken x\n\n-> mlkem"),
    ],
)
def test_a_header_that_is_not_as_it_was_made_is_damaged(spoil):
    header, _ = header_for(OLD)
    with pytest.raises(SealedObjectDamaged):
        open_header(spoil(header), [OLD])


def test_nothing_is_sealed_to_nobody():
    with pytest.raises(InvalidValue):
        new_header([], random=os.urandom)
    with pytest.raises(InvalidValue):
        new_header([X25519Recipient(bytes(32))], random=os.urandom)


def test_rewrapping_changes_who_opens_and_leaves_the_payload():
    header, file_key = header_for(OLD)
    payload = seal_bytes(file_key, b"minutes of the meeting", random=os.urandom)
    rewrapped = rewrap_header(header, [OLD], [NEW.recipient()], random=os.urandom)
    assert open_bytes(open_header(rewrapped, [NEW]), payload) == b"minutes of the meeting"
    with pytest.raises(NotPermitted):
        open_header(rewrapped, [OLD])


def test_rewrapping_needs_an_identity_that_opens():
    header, _ = header_for(OLD)
    with pytest.raises(NotPermitted):
        rewrap_header(header, [NEW], [NEW.recipient()], random=os.urandom)
    with pytest.raises(InvalidValue):
        rewrap_header(header, [OLD], [], random=os.urandom)


def test_a_file_key_never_shows_itself():
    file_key = FileKey(b"sixteen letters!")
    for text in (repr(file_key), str(file_key), f"{file_key}", f"{[file_key]}"):
        assert "sixteen" not in text
