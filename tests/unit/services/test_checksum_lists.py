"""Checksum lists: which files are taken for one, and what makes one unusable."""

from __future__ import annotations

import pytest

from archive.services.checksums import (
    ListUnusable,
    algorithm_of,
    bag_encoding,
    parse_list,
    parse_manifest,
    printable,
)

A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("SHA256SUMS", "sha256"),
        ("sha256sums.txt", "sha256"),
        ("box-sha256sum.txt", "sha256"),
        ("MD5SUM", "md5"),
        ("a.pdf.md5", "md5"),
        ("a.SHA512", "sha512"),
        ("manifest-sha512.txt", "sha512"),
        ("tagmanifest-md5.txt", "md5"),
        ("manifest-crc32.txt", None),
        ("md5summary.txt", None),
        ("about sha256.txt", None),
        ("letter.txt", None),
    ],
)
def test_a_list_is_known_by_its_name(name: str, algorithm: str | None) -> None:
    assert algorithm_of(name) == algorithm


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (f"{A}  one.txt\n{B} *two.bin\n", ["one.txt", "two.bin"]),
        (f"\ufeff{A}  one.txt\r\n\r\n{B}  two.txt\r\n", ["one.txt", "two.txt"]),
        (f"# made by hand\n{A}  ./sub/./one.txt", ["sub/one.txt"]),
        (f"{A}\tone.txt\n", ["one.txt"]),
        (f"{A}  box\\inner\\one.txt\n", ["box/inner/one.txt"]),
        (f"\\{A}  one\\n\\\\two.txt\n", ["one\n\\two.txt"]),
        (f"SHA256 (one (1).txt) = {A}\n", ["one (1).txt"]),
        (f"{A.upper()}   leading blank.txt\n", [" leading blank.txt"]),
        (f"{A}  SHA256SUMS\n{B}  one.txt\n", ["one.txt"]),
        (f"{A}  one.txt\n{A}  ./one.txt\n", ["one.txt"]),
        ("", []),
    ],
)
def test_the_forms_of_a_list_are_read(text: str, paths: list[str]) -> None:
    assert [one.path for one in parse_list("SHA256SUMS", text.encode())] == paths


def test_a_file_with_nothing_but_a_checksum_is_about_the_file_it_is_named_for() -> None:
    (one,) = parse_list("letter.txt.sha256", f"{A}\n".encode())
    assert (one.path, one.checksum.digest) == ("letter.txt", A)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{A}  /etc/passwd\n", "outside"),
        (f"{A}  ../one.txt\n", "outside"),
        (f"{A}  sub/../../one.txt\n", "outside"),
        (f"{A}  ..\\one.txt\n", "outside"),
        (f"{A}  C:\\one.txt\n", "outside"),
        (f"{A}  sub//one.txt\n", "outside"),
        (f"{A}  nul\0.txt\n", "outside"),
        (f"{A}  .\n", "outside"),
        (f"{A}  one.txt\n{B}  ./one.txt\n", "line 2 has a second checksum"),
        (f"{A[:-1]}  one.txt\n", "another length"),
        (f"MD5 (one.txt) = {A[:32]}\n", "another algorithm"),
        (f"\\{A}  one\\q.txt\n", "escape"),
        ("just words\n", "line 1 cannot be read"),
    ],
)
def test_one_bad_line_makes_a_list_unusable(text: str, why: str) -> None:
    with pytest.raises(ListUnusable, match=why):
        parse_list("SHA256SUMS", text.encode())


def test_a_manifest_decodes_what_a_bag_encodes() -> None:
    text = f"{A} data/100%25 sure%0Aor not.txt\r\n{B}\t*data/사진.txt\r"
    listed = parse_manifest("manifest-sha256.txt", text.encode("euc-kr"), "euc-kr")
    assert [one.path for one in listed] == ["data/100% sure\nor not.txt", "data/사진.txt"]


@pytest.mark.parametrize(
    ("name", "path", "encoding"),
    [
        ("manifest-sha256.txt", "bag-info.txt", "utf-8"),
        ("tagmanifest-sha256.txt", "data/one.txt", "utf-8"),
        ("manifest-sha256.txt", "data/../../one.txt", "utf-8"),
        ("manifest-sha256.txt", "data/사진.txt", "us-ascii"),
    ],
)
def test_a_manifest_of_another_kind_or_encoding_is_unusable(
    name: str, path: str, encoding: str
) -> None:
    with pytest.raises(ListUnusable):
        parse_manifest(name, f"{A}  {path}\n".encode(), encoding)


def test_a_bag_is_known_by_its_declaration() -> None:
    head = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: "
    assert bag_encoding(head + b"UTF-8\n") == "utf-8"
    assert bag_encoding(b"Bag? " + head + b"UTF-8\n") is None
    assert bag_encoding(b"") is None
    with pytest.raises(ListUnusable):
        bag_encoding(head + b"rot13\n")


def test_untrusted_text_is_cut_and_kept_on_one_line() -> None:
    assert printable("a\nb\u202ec\x1b[0m") == "a?b?c?[0m"
    assert printable("x" * 500) == "x" * 80 + "…"
