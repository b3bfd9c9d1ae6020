"""The canary scan finds a word in every form that it claims to find."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
import zstandard

from tests.canary import forms, scan

WORD = "압록강-nightjar-é"


@pytest.mark.parametrize(("form", "raw"), list(forms(WORD)), ids=[name for name, _ in forms(WORD)])
def test_a_word_is_found_in_each_form(tmp_path: Path, form: str, raw: bytes) -> None:
    (tmp_path / "file").write_bytes(b"\x00\xff" * 99 + raw + b"\xfe" * 50)
    assert form in {finding.form for finding in scan([tmp_path], [WORD])}


@pytest.mark.parametrize(
    "squeeze", [zlib.compress, gzip.compress, zstandard.ZstdCompressor().compress]
)
def test_a_word_is_found_inside_compressed_data(tmp_path: Path, squeeze: object) -> None:
    packed = squeeze((WORD * 3).encode())  # type: ignore[operator]
    (tmp_path / "file").write_bytes(b"noise" + packed + b"noise")
    assert scan([tmp_path], [WORD])


def test_a_word_is_found_in_a_file_name(tmp_path: Path) -> None:
    (tmp_path / f"x-{WORD}.txt").touch()
    assert scan([tmp_path], [WORD])


def test_a_clean_folder_gives_no_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100)
    assert scan([tmp_path], [WORD]) == []
