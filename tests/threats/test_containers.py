"""Promise T5: a container, whatever its shape, ends in one outcome for it and for each member."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import SandboxError
from archive.extraction import Limits, Refusal, Sandbox, media_type
from archive.extraction.readers.members import Members
from archive.model.objects import Extraction
from tests.unit.extraction.container_maker import overlapping, sevened, tar_of, tarred, zipped

FILES = {"a.txt": b"first words", "d/b.txt": b"second words", "c.bin": bytes(range(256)) * 40}
ZEROS = bytes(64 << 20)
CONTAINERS = {
    "zip": zipped(FILES),
    "stored zip": zipped(FILES, zipfile.ZIP_STORED),
    "bzip2 zip": zipped(FILES, zipfile.ZIP_BZIP2),
    "lzma zip": zipped(FILES, zipfile.ZIP_LZMA),
    "tar": tarred(FILES),
    "pax": tarred(FILES, tarfile.PAX_FORMAT),
    "tar.gz": gzip.compress(tarred(FILES)),
    "tar.bz2": bz2.compress(tarred(FILES)),
    "tar.xz": lzma.compress(tarred(FILES)),
    "tar.zst": zstandard.compress(tarred(FILES)),
    "7z": sevened(FILES),
}
BOMBS = {
    "zip": zipped({"bomb": ZEROS}),
    "gz": gzip.compress(ZEROS),
    "bz2": bz2.compress(ZEROS),
    "xz": lzma.compress(ZEROS, preset=0),
    "zst": zstandard.compress(ZEROS),
    "tar.gz": gzip.compress(tarred({"bomb": ZEROS})),
    "7z": sevened({"bomb": ZEROS}),
}
few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def read(sandbox: Sandbox, data: bytes) -> Extraction:
    return sandbox.read(media_type(data), data)


def reasons(found: Extraction) -> list[str | None]:
    return [one.reason for one in found.attachments]


@pytest.mark.parametrize("kind", CONTAINERS)
def test_every_member_comes_out_byte_for_byte_and_is_listed(sandbox: Sandbox, kind: str) -> None:
    found = read(sandbox, CONTAINERS[kind])
    assert {one.untrusted_name: one.data for one in found.attachments} == FILES
    assert found.text is not None
    assert found.text.text.split("\n") == list(FILES)
    assert set(reasons(found)) == {None}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_by_name_and_not_unpacked(sandbox: Sandbox, kind: str) -> None:
    found = read(sandbox, BOMBS[kind])
    assert found.attachments[0].reason == Refusal.SWELLS.value
    assert sum(len(one.data) for one in found.attachments) == 0


def test_what_lies_beside_a_bomb_in_a_zip_comes_out(sandbox: Sandbox) -> None:
    found = read(sandbox, zipped({"bomb": ZEROS, "note": b"words"}))
    assert [(one.data, one.reason) for one in found.attachments] == [
        (b"", Refusal.SWELLS.value),
        (b"words", None),
    ]


def test_entries_that_share_their_bytes_are_refused(sandbox: Sandbox) -> None:
    found = read(sandbox, overlapping(2_000, 1 << 20))
    assert Counter(reasons(found)) == {Refusal.OVERLAP.value: 2_000}


def test_thousands_of_members_come_out(sandbox: Sandbox) -> None:
    files = {f"{'n' * 60}{number}": b"x" for number in range(20_000)}
    found = read(sandbox, zipped(files, zipfile.ZIP_STORED))
    assert [one.untrusted_name for one in found.attachments] == list(files)


def test_more_members_than_are_taken_out_are_reported_together() -> None:
    members = Members(100, Limits(attachments=5))
    for number in range(9):
        members.add(str(number), [b"x"])
    found = members.extraction("reader/1")
    assert reasons(found) == [None] * 4 + [Refusal.TOO_MANY.value]
    assert found.metadata["members"] == "9"
    assert found.text is not None
    assert found.text.text.split("\n") == [str(number) for number in range(9)]


def test_names_that_fill_the_answer_leave_room_for_the_rest(sandbox: Sandbox) -> None:
    files = {f"{'한' * 240}{number}": b"" for number in range(30_000)}
    found = read(sandbox, zipped(files, zipfile.ZIP_STORED))
    assert found.attachments[-1].reason == Refusal.TOO_MANY.value
    assert found.metadata["members"] == "30000"


def test_more_bytes_than_an_answer_holds_are_refused_one_by_one() -> None:
    members = Members(1_000, Limits(attachment_bytes=10))
    for content in (b"123456", b"123456", b"1234"):
        members.add("x", [content])
    found = members.extraction("reader/1")
    assert [one.data for one in found.attachments] == [b"123456", b"", b"1234"]
    assert reasons(found) == [None, Refusal.TOO_LARGE.value, None]


def test_a_container_that_takes_too_long_gives_what_it_gave_until_then() -> None:
    members = Members(1_000, Limits(cpu_seconds=0))
    members.add("x", [b"words"])
    assert reasons(members.extraction("reader/1")) == [Refusal.TOO_MANY.value]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (tarfile.SYMTYPE, Refusal.LINK),
        (tarfile.LNKTYPE, Refusal.LINK),
        (tarfile.FIFOTYPE, Refusal.DEVICE),
        (tarfile.CHRTYPE, Refusal.DEVICE),
        (tarfile.BLKTYPE, Refusal.DEVICE),
    ],
)
def test_links_and_devices_in_a_tar_are_reported(
    sandbox: Sandbox, header: bytes, reason: Refusal
) -> None:
    member = tarfile.TarInfo("passwords")
    member.type, member.linkname = header, "/etc/passwd"
    assert reasons(read(sandbox, tar_of(member))) == [reason.value]


def test_links_and_devices_in_a_zip_are_reported(sandbox: Sandbox) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as container:
        for name, mode in (("link", stat.S_IFLNK), ("pipe", stat.S_IFIFO)):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (mode | 0o777) << 16
            container.writestr(info, "/etc/passwd")
    assert reasons(read(sandbox, held.getvalue())) == [Refusal.LINK.value, Refusal.DEVICE.value]


def test_encrypted_members_are_reported_one_by_one(sandbox: Sandbox) -> None:
    locked = sevened(FILES, password="granite lantern")
    assert set(reasons(read(sandbox, locked))) == {Refusal.PROTECTED.value}
    flagged = bytearray(zipped({"a": b"x"}, zipfile.ZIP_STORED))
    flagged[flagged.index(b"PK\1\2") + 8] |= 1
    assert reasons(read(sandbox, bytes(flagged))) == [Refusal.PROTECTED.value]


def test_an_unknown_method_is_reported(sandbox: Sandbox) -> None:
    odd = bytearray(zipped({"a": b"x", "b": b"y"}, zipfile.ZIP_STORED))
    odd[odd.index(b"PK\1\2") + 10] = 97
    assert reasons(read(sandbox, bytes(odd))) == [Refusal.METHOD.value, None]


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip", "stored zip"])
def test_what_stands_before_a_cut_comes_out_and_the_cut_is_reported(
    sandbox: Sandbox, kind: str
) -> None:
    noise = bytes(zlib_noise(60_000))
    maker = {"tar": tarred, "tar.gz": lambda files: gzip.compress(tarred(files))}
    whole = maker.get(kind, zipped)({"a.txt": b"first words", "b": noise})
    found = read(sandbox, whole[: len(whole) // 2])
    assert found.attachments[0].data == b"first words"
    assert found.attachments[1].reason == Refusal.DAMAGED.value


def zlib_noise(size: int) -> bytes:
    state, noise = 1, bytearray()
    for _ in range(size):
        state = state * 1_103_515_245 + 12_345 & 0x7FFFFFFF
        noise.append(state >> 16 & 255)
    return bytes(noise)


def test_a_member_with_a_wrong_checksum_is_reported(sandbox: Sandbox) -> None:
    damaged = bytearray(zipped({"a": b"words", "b": b"more"}, zipfile.ZIP_STORED))
    damaged[damaged.index(b"words")] ^= 1
    assert reasons(read(sandbox, bytes(damaged))) == [Refusal.DAMAGED.value, None]
    seven = bytearray(sevened(FILES))
    seven[40] ^= 1
    assert Refusal.DAMAGED.value in reasons(read(sandbox, bytes(seven)))


@pytest.mark.parametrize(
    "name",
    ["../../../../tmp/slip", "/etc/cron.d/slip", "C:\\Windows\\slip", "a\nb", "\u202etxt.exe",
     "CON", "n" * 255, "nul\0hidden.exe", "-rf", "한글.txt", "\ud83d"],
)  # fmt: skip
@pytest.mark.parametrize("maker", [zipped, tarred])
def test_no_name_costs_a_member_or_shows_a_control(
    sandbox: Sandbox, maker: object, name: str
) -> None:
    plain = name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    held = maker({plain: b"words"})  # type: ignore[operator]
    found = read(sandbox, held)
    assert [one.data for one in found.attachments] == [b"words"]
    assert found.text is not None
    for shown in (found.text.text, found.attachments[0].untrusted_name):
        assert not any(ord(c) < 32 or c == "\u202e" for c in shown)


def test_korean_names_without_a_mark_are_read(sandbox: Sandbox) -> None:
    stand_in = "x" * len("혜산 장마당.txt".encode("cp949"))
    raw = zipped({stand_in: b"words"}).replace(stand_in.encode(), "혜산 장마당.txt".encode("cp949"))
    assert read(sandbox, raw).attachments[0].untrusted_name == "혜산 장마당.txt"


def test_a_hollow_file_is_refused(sandbox: Sandbox) -> None:
    hollow = tarfile.TarInfo("hollow")
    hollow.size = 1 << 40
    assert reasons(read(sandbox, tar_of(hollow)))[0] == Refusal.DAMAGED.value


def test_an_endless_chain_of_headers_is_an_end(sandbox: Sandbox) -> None:
    link = tarfile.TarInfo("././@LongLink")
    link.type = tarfile.GNUTYPE_LONGNAME
    found = read(sandbox, tar_of(link)[:512] * 5_000)
    assert reasons(found) == [Refusal.TOO_LARGE.value]


@few
@given(
    kind=st.sampled_from(list(CONTAINERS)),
    at=st.floats(0, 1, exclude_max=True),
    by=st.integers(1, 255),
    cut=st.booleans(),
)
def test_a_damaged_container_ends_in_one_outcome(
    sandbox: Sandbox, kind: str, at: float, by: int, cut: bool
) -> None:
    whole = CONTAINERS[kind]
    place = int(at * len(whole))
    damaged = whole[:place] + (b"" if cut else bytes([whole[place] ^ by]) + whole[place + 1 :])
    try:
        found = read(sandbox, damaged)
    except SandboxError:
        return
    assert (found.text is None) == (found.reason is not None)
    for one in found.attachments:
        assert one.reason is None or not one.data
