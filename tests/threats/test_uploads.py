"""T1, T7: an upload that is cut off leaves nothing readable on disk, in any way it ends."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.bootstrap import open_archive
from archive.errors import (
    ChecksumDiffers,
    NotPermitted,
    RecordNotFound,
    UploadTooLarge,
    WrongOffset,
)
from archive.model.access import Level
from archive.model.objects import Outcome
from archive.services.intake.uploads import Uploads
from archive.services.reading_room import access
from tests.canary import scan
from tests.small_archive import Small, build

CANARY = "Larkspurcistern"
NAME = f"{CANARY}-name.txt"
TEXT = f"{CANARY} is named in this line of a long list.\n".encode() * 60_000
BLOB = b"".join(random.Random(n).randbytes(4_000) + CANARY.encode() for n in range(2_500))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("uploads") / "small")
    yield made
    made.archive.close()


def waiting(small: Small) -> list[Path]:
    return [one for one in small.archive.folder.path.rglob("tmp/*/*") if one.is_file()]


def test_half_an_upload_is_ciphertext_and_its_key_is_nowhere(small: Small) -> None:
    uploads, me = Uploads(), small.people["archivist"]
    one = uploads.create(small.archive, me, NAME, len(BLOB))
    uploads.append(small.archive, me, one.id, 0, BLOB[: len(BLOB) // 2])
    (on_disk,) = waiting(small)
    assert on_disk.stat().st_size > 0
    assert scan([small.archive.folder.path], [CANARY]) == []
    key = uploads._all[one.id]._key.raw
    for path in small.archive.folder.path.rglob("*"):
        assert not path.is_file() or key not in path.read_bytes()
    uploads.close()
    assert waiting(small) == []


def test_a_process_that_dies_leaves_nothing_that_the_next_one_keeps(small: Small) -> None:
    """Its folder has lost its lock; opening the archive removes it."""
    folder = small.archive.folder.path
    left = next(folder.rglob("tmp"), folder / "objects" / "tmp") / "999999-0"
    left.mkdir(parents=True)
    (left / "0").write_bytes(b"ciphertext under a key that is gone")
    open_archive(folder).close()
    assert not left.exists()


def test_only_its_member_goes_on_with_it(small: Small) -> None:
    uploads, me = Uploads(), small.people["archivist"]
    one = uploads.create(small.archive, me, NAME, 10)
    custodian, researcher = small.people["custodian"], small.people["researcher"]
    with pytest.raises(RecordNotFound):
        uploads.append(small.archive, custodian, one.id, 0, b"12345")
    with pytest.raises(RecordNotFound):
        uploads.hand_in(small.archive, custodian, [one.id])
    with pytest.raises(NotPermitted):
        uploads.append(small.archive, researcher, one.id, 0, b"12345")
    assert uploads.mine(small.archive, custodian) == ()
    again = small.sign_in("archivist")
    assert uploads.append(small.archive, again, one.id, 0, b"12345").offset == 5
    uploads.close()


@given(cuts=st.lists(st.integers(0, 3_000_000), max_size=5), wrong=st.integers(1, 1_000_000))
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip  # noqa: E501
def test_however_it_is_cut_the_content_is_the_same_or_refused(
    small: Small, cuts: list[int], wrong: int
) -> None:
    uploads, me = Uploads(), small.people["archivist"]
    data = random.Random(wrong).randbytes(1_500_000)
    digest = hashlib.sha256(data).hexdigest()
    one = uploads.create(small.archive, me, NAME, len(data), digest)
    at = 0
    for end in sorted({min(cut, len(data)) for cut in cuts} | {len(data)}):
        if end != at:
            with pytest.raises(WrongOffset):
                uploads.append(small.archive, me, one.id, at + wrong, data[at:end])
        with pytest.raises(UploadTooLarge):
            uploads.append(small.archive, me, one.id, at, bytes(len(data) - at + wrong))
        at = uploads.append(small.archive, me, one.id, at, data[at:end]).offset
    with uploads._all[one.id].open() as stream:
        assert stream.read() == data
    uploads.close()


def test_a_lie_about_the_hash_is_refused_and_forgotten(small: Small) -> None:
    uploads, me = Uploads(), small.people["archivist"]
    one = uploads.create(small.archive, me, NAME, len(TEXT), "0" * 64)
    with pytest.raises(ChecksumDiffers):
        uploads.append(small.archive, me, one.id, 0, TEXT)
    assert uploads.mine(small.archive, me) == ()
    assert waiting(small) == []


def test_what_is_handed_in_is_what_a_plain_form_would_have_given(small: Small) -> None:
    from archive.services.intake.ingest import Upload, ingest

    uploads, me = Uploads(), small.people["archivist"]
    one = uploads.create(small.archive, me, NAME, len(TEXT))
    uploads.append(small.archive, me, one.id, 0, TEXT)
    run, reports = uploads.hand_in(small.archive, me, [one.id])
    (report,) = reports
    assert report.outcome is Outcome.INGESTED
    assert run.issued is not None
    assert report.record is not None
    view = access.show(small.archive, me, report.record, Level.ORIGINALS)
    assert view.text == TEXT.decode()
    (again,) = ingest(small.archive, me, [Upload(NAME, BytesIO(TEXT))])
    assert (again.outcome, again.record) == (Outcome.DUPLICATE, report.record)
    assert waiting(small) == []
    assert scan([small.archive.folder.path], [CANARY]) == []
