"""The canary scan finds a word however it was written; each form is planted by another encoder."""

from __future__ import annotations

import base64
import codecs
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.canary import Finding, scan
from tests.conftest import FOLDERS

WORD = "압록강-nightjar-é"
AROUND = "before {} after"
ENCODERS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16 with a mark": lambda text: text.encode("utf-16"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "hex": lambda text: codecs.encode(text.encode(), "hex"),
    "HEX": lambda text: base64.b16encode(text.encode()),
    "query string": lambda text: urllib.parse.urlencode({"q": text}).encode(),
    "path": lambda text: urllib.parse.quote(text).encode(),
    "path in lower case": lambda text: urllib.parse.quote(text).lower().encode(),
    "json": lambda text: json.dumps({"q": text}).encode(),
    "quoted-printable": lambda text: codecs.encode(text.encode(), "quopri"),
}


def seen(folder: Path) -> list[Finding]:
    return scan([folder], [WORD])


@pytest.mark.parametrize("normal", ["NFC", "NFD"])
@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS.keys())
def test_a_word_is_found_in_each_encoding(
    tmp_path: Path, encoder: Callable[[str], bytes], normal: str
) -> None:
    text = unicodedata.normalize(normal, AROUND.format(WORD))
    (tmp_path / "file").write_bytes(b"\x00\xff" * 99 + encoder(text) + b"\xfe" * 50)
    assert seen(tmp_path)


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
def test_a_word_is_found_in_base64_at_every_alignment(
    tmp_path: Path, encode: Callable[[bytes], bytes], before: int
) -> None:
    (tmp_path / "file").write_bytes(encode(b"\xff" * (before + 45) + WORD.encode() + b"\xff" * 9))
    assert seen(tmp_path)


@pytest.mark.parametrize(
    "squeeze",
    [
        *(lambda data, level=level: zlib.compress(data, level) for level in (0, 1, 5, 6, 9)),
        gzip.compress,
        zstandard.ZstdCompressor().compress,
        lambda data: zstandard.ZstdCompressor().compressobj().compress(data * 100_000),
    ],
)
def test_a_word_is_found_inside_compressed_data(
    tmp_path: Path, squeeze: Callable[[bytes], bytes]
) -> None:
    packed = squeeze(os.urandom(32) + WORD.encode() * 3)
    (tmp_path / "file").write_bytes(b"noise" + packed + b"noise")
    assert seen(tmp_path)


def test_a_word_is_found_in_compressed_data_that_is_cut_or_spoiled_later(tmp_path: Path) -> None:
    packed = bytearray(zlib.compress(WORD.encode() + os.urandom(1 << 20)))
    packed[-500_000:-400_000] = os.urandom(100_000)
    (tmp_path / "file").write_bytes(packed)
    assert seen(tmp_path)


@pytest.mark.parametrize("name", [f"x-{WORD}.txt", f"{urllib.parse.quote(WORD)}.txt"])
def test_a_word_is_found_in_a_file_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert seen(tmp_path)


def test_a_word_is_found_in_the_name_of_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / WORD).mkdir()
    assert seen(tmp_path)


def test_a_single_file_can_be_scanned(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(WORD)
    assert [one.path for one in scan([tmp_path / "log"], [WORD])] == [tmp_path / "log"]


def test_a_clean_folder_gives_no_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100 + os.urandom(100_000))
    assert seen(tmp_path) == []


def test_a_folder_that_is_not_there_is_no_clean_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scan([tmp_path / "gone"], [WORD])


@pytest.mark.parametrize(("folders", "words"), [(1, []), (0, [WORD])])
def test_nothing_to_look_for_is_no_clean_folder(
    tmp_path: Path, folders: int, words: list[str]
) -> None:
    with pytest.raises(ValueError, match="needs words and folders"):
        scan([tmp_path] * folders, words)


def test_home_and_temp_folders_are_the_tests_own(tmp_path: Path) -> None:
    place = (tmp_path / "environment").resolve()
    assert Path(tempfile.gettempdir()).resolve().is_relative_to(place)
    assert Path.home().resolve().is_relative_to(place)
    code = f"import os; print([os.environ[name] for name in {list(FOLDERS)}])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.count(str(tmp_path)) == len(FOLDERS)
