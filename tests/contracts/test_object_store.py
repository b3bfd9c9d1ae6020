"""What every `ObjectStore` promises; a new implementation adds its factory to `STORES`."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import InvalidValue, ObjectMissing
from archive.storage import LocalStore, ObjectStore, StagedObject, verify

STORES: dict[str, Callable[[Path], ObjectStore]] = {"local": LocalStore}
ABSENT = "0" * 64
BAD_DIGESTS = ["", "abc", "A" * 64, "g" * 64, "../" * 20 + "etc/passwd", "0" * 63 + "\n", "0" * 65]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return STORES[request.param](tmp_path)


def sealed(store: ObjectStore, data: bytes) -> StagedObject:
    handle = store.stage()
    handle.write(data)
    handle.seal(hashlib.sha256(data).hexdigest())
    return handle


def stored(store: ObjectStore, *contents: bytes) -> list[str]:
    store.commit([sealed(store, data) for data in contents])
    return [hashlib.sha256(data).hexdigest() for data in contents]


def content(store: ObjectStore, digest: str) -> bytes:
    with store.open(digest) as file:
        return file.read()


@pytest.mark.parametrize("name", STORES)
@given(pieces=st.lists(st.binary(max_size=3000), max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_bytes_come_back_as_they_were_written(name: str, pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    digest = hashlib.sha256(whole).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        store = STORES[name](Path(folder))
        handle = store.stage()
        assert [handle.write(piece) for piece in pieces] == [len(piece) for piece in pieces]
        handle.seal(digest)
        store.commit([handle])
        assert content(store, digest) == whole
        assert list(store.digests()) == [digest]


def test_nothing_is_stored_before_commit(store: ObjectStore) -> None:
    handle = sealed(store, b"waiting")
    assert list(store.digests()) == []
    with pytest.raises(ObjectMissing):
        store.open(hashlib.sha256(b"waiting").hexdigest())
    store.commit([handle])
    assert content(store, hashlib.sha256(b"waiting").hexdigest()) == b"waiting"


def test_a_discarded_object_never_appears_and_cannot_be_committed(store: ObjectStore) -> None:
    half, whole = store.stage(), sealed(store, b"whole")
    half.write(b"half")
    for handle in (half, whole, half):
        handle.discard()
    assert list(store.digests()) == []
    with pytest.raises(InvalidValue):
        store.commit([whole])


def test_discarding_after_commit_has_no_effect(store: ObjectStore) -> None:
    handle = sealed(store, b"kept")
    store.commit([handle])
    handle.discard()
    assert content(store, hashlib.sha256(b"kept").hexdigest()) == b"kept"


def test_the_same_object_twice_is_stored_once(store: ObjectStore) -> None:
    digests = {*stored(store, b"same", b"same"), *stored(store, b"same")}
    assert list(store.digests()) == list(digests)
    assert content(store, digests.pop()) == b"same"


def test_a_large_batch_is_stored_whole(store: ObjectStore) -> None:
    contents = [b"%d" % number for number in range(300)]
    digests = stored(store, *contents)
    assert list(store.digests()) == sorted(digests)
    assert [content(store, digest) for digest in digests] == contents


def test_an_empty_batch_is_fine(store: ObjectStore) -> None:
    store.commit([])
    assert list(store.digests()) == []


def test_an_object_that_is_not_sealed_is_refused_with_its_whole_batch(store: ObjectStore) -> None:
    unfinished = store.stage()
    with pytest.raises(InvalidValue):
        store.commit([sealed(store, b"other"), unfinished])
    assert list(store.digests()) == []


def test_an_object_of_another_store_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    other = LocalStore(tmp_path / "other")
    (tmp_path / "other").mkdir()
    with pytest.raises(InvalidValue):
        store.commit([sealed(other, b"stranger")])


def test_an_object_is_seekable_and_read_only(store: ObjectStore) -> None:
    [digest] = stored(store, b"0123456789")
    with store.open(digest) as file:
        assert file.seek(4) == 4
        assert file.read(3) == b"456"
        assert file.seek(-1, io.SEEK_END) == 9
        assert file.read() == b"9"
        assert not file.writable()


@pytest.mark.parametrize("digest", BAD_DIGESTS)
def test_what_is_no_digest_is_refused_everywhere(store: ObjectStore, digest: str) -> None:
    for act in (store.open, store.delete, store.stage().seal):
        with pytest.raises(InvalidValue):
            act(digest)


def test_a_missing_object_is_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.open(ABSENT)
    with pytest.raises(ObjectMissing):
        verify(store, ABSENT)


def test_a_deleted_object_is_gone_and_its_neighbours_stay(store: ObjectStore) -> None:
    gone, kept = stored(store, b"gone", b"kept")
    store.delete(gone)
    store.delete(gone)
    assert list(store.digests()) == [kept]
    with pytest.raises(ObjectMissing):
        store.open(gone)


def test_fixity_holds_for_what_was_written(store: ObjectStore) -> None:
    assert all(verify(store, digest) for digest in stored(store, b"", b"x" * 3_000_000))


def test_a_sealed_object_can_be_read_before_it_is_stored_and_not_otherwise(
    store: ObjectStore,
) -> None:
    handle = store.stage()
    handle.write(b"ciphertext")
    with pytest.raises(ObjectMissing):
        handle.open()
    handle.seal(hashlib.sha256(b"ciphertext").hexdigest())
    with handle.open() as staged:
        assert staged.read() == b"ciphertext"
        staged.seek(6)
        assert staged.read() == b"text"
    handle.discard()
    with pytest.raises(ObjectMissing):
        handle.open()
    other = sealed(store, b"more")
    store.commit([other])
    with pytest.raises(ObjectMissing):
        other.open()
